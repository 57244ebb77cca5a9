# libdc_runtime as it is installed: one archive and one shared library that need nothing but libzstd
# and the C and C++ standard libraries, as the CMake package dc_runtime and for pkg-config.
#
# Both are made of one object file: all parts linked relocatably, everything hidden but what the
# public headers mark DC_API. Symbols of the archive that are no API are local, too: a program may
# link its own Highway beside it. Those that are API of C++ are weak, because
# deep_compression::pipeline has some of them (dc::Status), too.
include(CMakePackageConfigHelpers)

set(runtime_dir ${PROJECT_BINARY_DIR}/runtime)
set(runtime_parts dc_runtime_loops dc_format_reader dc_entropy_dec dc_op dc_base)
list(TRANSFORM runtime_parts REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE part_files)

# Compiled again as a whole: what has one caller goes into it, and what is the same code twice becomes
# one. 50 KB less. Warnings were given when the parts were compiled.
set(whole_options $<${whole_runtime}:-flto;-flto-partition=none;-flinker-output=nolto-rel;-Oz;-fPIC;-w;-fno-exceptions;-fno-rtti;-fno-gnu-unique;-ffunction-sections;-fdata-sections>)

# dc_runtime_archive(DIR [NAME ...]): DIR/libdc_runtime.a with the operators named, or all of them, and
# DIR/dc_runtime.o that it consists of.
# keep-global-symbol: instances of the standard library's templates have default visibility whatever
# the options.
function(dc_runtime_archive dir)
  cmake_path(GET dir FILENAME name)
  set(tables dc_operator_tables_${name})
  dc_operator_tables(${tables} ${ARGN})
  set(object ${dir}/dc_runtime.o)
  set(archive ${dir}/libdc_runtime.a)
  file(MAKE_DIRECTORY ${dir})
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER} -r -nostdlib "${whole_options}" -o ${object}
      -Wl,--force-group-allocation $<TARGET_OBJECTS:${tables}>
      -Wl,--whole-archive $<TARGET_FILE:dc_runtime> -Wl,--no-whole-archive
      -Wl,--start-group ${part_files} -Wl,--end-group
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden --wildcard
      --keep-global-symbol=dc_model_* --keep-global-symbol=dc_version
      --keep-global-symbol=_ZN2dc* --keep-global-symbol=_ZNK2dc*
      --weaken-symbol=_ZN2dc* --weaken-symbol=_ZNK2dc* ${object}
    DEPENDS ${tables} $<TARGET_OBJECTS:${tables}> dc_runtime ${runtime_parts}
    VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} rcs ${archive} ${object}
    DEPENDS ${object} VERBATIM)
endfunction()

dc_runtime_archive(${runtime_dir} ${DC_RUNTIME_OPERATORS})
set(runtime_object ${runtime_dir}/dc_runtime.o)
set(runtime_archive ${runtime_dir}/libdc_runtime.a)
add_custom_target(dc_runtime_static ALL DEPENDS ${runtime_archive})

# What the tests measure: with the operators of the classic networks alone.
dc_runtime_archive(${runtime_dir}/classic ${DC_CLASSIC_OPERATORS})
add_custom_target(dc_runtime_classic DEPENDS ${runtime_dir}/classic/libdc_runtime.a)

add_library(dc_runtime_shared SHARED ${runtime_object})
add_dependencies(dc_runtime_shared dc_runtime_static)
set_target_properties(dc_runtime_shared PROPERTIES OUTPUT_NAME dc_runtime LINKER_LANGUAGE CXX
  LIBRARY_OUTPUT_DIRECTORY ${runtime_dir} VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR})
set_source_files_properties(${runtime_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
target_link_libraries(dc_runtime_shared PRIVATE dc_options Threads::Threads zstd::libzstd_shared)
target_link_options(dc_runtime_shared PRIVATE -Wl,--gc-sections
  $<$<NOT:$<BOOL:${DC_SANITIZE}>>:-Wl,-z,defs>)

# What runs programs, and what builds them.
install(TARGETS dc_runtime_shared LIBRARY COMPONENT runtime NAMELINK_COMPONENT runtime_dev)
install(FILES ${runtime_archive} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime_dev)
install(FILES lib/include/dc/api.h lib/include/dc/runtime.h lib/include/dc/runtime_c.h
  lib/include/dc/status.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dc COMPONENT runtime_dev)
set(runtime_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dc_runtime)
set(DC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(DC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(cmake/dc_runtime-config.cmake.in ${runtime_dir}/dc_runtime-config.cmake
  INSTALL_DESTINATION ${runtime_package_dir} PATH_VARS DC_LIBDIR DC_INCLUDEDIR)
write_basic_package_version_file(${runtime_dir}/dc_runtime-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${runtime_dir}/dc_runtime-config.cmake ${runtime_dir}/dc_runtime-config-version.cmake
  DESTINATION ${runtime_package_dir} COMPONENT runtime_dev)
configure_file(cmake/dc_runtime.pc.in ${runtime_dir}/dc_runtime.pc @ONLY)
install(FILES ${runtime_dir}/dc_runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT runtime_dev)
