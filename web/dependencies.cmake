# What the runtime needs besides the standard libraries, for WebAssembly: Highway's headers as they are
# installed, zstd's decoder compiled from Debian's source package, which web/debian_sources.sh unpacks
# into DC_WEB_SOURCES.
if(NOT DC_RUNTIME_ONLY)
  message(FATAL_ERROR "Only the runtime can be built for WebAssembly: set DC_RUNTIME_ONLY=ON")
endif()
set(DC_WEB_SOURCES ${PROJECT_BINARY_DIR}/sources CACHE PATH "Where web/debian_sources.sh unpacked to")
if(NOT EXISTS ${DC_WEB_SOURCES}/done)
  message(FATAL_ERROR "No source of zstd: run web/debian_sources.sh ${DC_WEB_SOURCES}")
endif()

# Compiled once more as a whole, as runtime_package.cmake does it. Whoever has SIMD has the other
# instructions, too.
add_compile_options(-msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext -flto)
# With -Os or -Oz emscripten forbids the compiler to inline, down to what returns a member: a call is
# longer than that, and keeps it from seeing what is constant. What -Oz inlines by itself is shorter.
add_compile_options(-sINLINING_LIMIT=0)
# One thread, which never exits; nobody reads errno.
add_compile_options(-fno-math-errno
  "$<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics;-fno-c++-static-destructors>")

# A folder with these headers alone: beside them are the C library's of this machine.
find_path(installed_highway hwy/highway.h PATHS /usr/local/include /usr/include
  NO_CMAKE_FIND_ROOT_PATH REQUIRED)
set(HIGHWAY_INCLUDE_DIR ${PROJECT_BINARY_DIR}/highway)
file(MAKE_DIRECTORY ${HIGHWAY_INCLUDE_DIR})
file(CREATE_LINK ${installed_highway}/hwy ${HIGHWAY_INCLUDE_DIR}/hwy SYMBOLIC)
# What emscripten's C++ library lacks of C++20.
include_directories(SYSTEM ${PROJECT_SOURCE_DIR}/web/libcxx)

set(zstd ${DC_WEB_SOURCES}/libzstd)
add_library(zstd_decoder STATIC ${zstd}/build/single_file_libs/zstddeclib-in.c)
target_include_directories(zstd_decoder SYSTEM PUBLIC ${zstd}/lib)
# A .dcz has few kilobytes of zstd: one decoder for each kind of table.
target_compile_definitions(zstd_decoder PRIVATE
  HUF_FORCE_DECOMPRESS_X1 ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT ZSTD_NO_INLINE)
add_library(zstd::libzstd_shared ALIAS zstd_decoder)

target_compile_options(zstd_decoder PRIVATE -Oz)
