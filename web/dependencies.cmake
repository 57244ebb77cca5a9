# What the runtime needs besides the standard libraries, for WebAssembly: Highway's headers as they are
# installed. zstd is read by lib/entropy/dec/small_zstd.cc.
if(NOT DC_RUNTIME_ONLY)
  message(FATAL_ERROR "Only the runtime can be built for WebAssembly: set DC_RUNTIME_ONLY=ON")
endif()

# Compiled once more as a whole, as runtime_package.cmake does it. Whoever has SIMD has the other
# instructions, too.
add_compile_options(-msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext -flto)
# With -Os or -Oz emscripten forbids the compiler to inline, down to what returns a member: a call is
# longer than that, and keeps it from seeing what is constant. What -Oz inlines by itself is shorter.
add_compile_options(-sINLINING_LIMIT=0)
# LLVM counts a call as five instructions more than its arguments, and here it takes the bytes of one or
# two: what is called from many places, destructors and members of vectors above all, is smaller as a
# function. With less for single files loops over activations call, too, and take a quarter longer.
add_compile_options("SHELL:-mllvm -inline-call-penalty=10")
add_link_options(-Wl,-mllvm,-inline-call-penalty=5)
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
