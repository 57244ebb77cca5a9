# Installs the tools, the public headers and the libraries of the pipeline as the CMake package
# deep_compression. What only runs .dcz files is a package of its own: runtime_package.cmake.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/deep_compression)

# dc_NAME becomes deep_compression::NAME.
foreach(name options base op format_reader entropy_dec proto manifest_proto model data
    train prune quantize quantize_all calibrate entropy_enc format_writer encode pipeline inspect)
  set_target_properties(dc_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS dc_${name} EXPORT deep_compression)
endforeach()
# Without the intermediate code, which no other version of the compiler reads; see dc_embedded.
foreach(name base op format_reader entropy_dec)
  install(CODE "execute_process(COMMAND ${CMAKE_OBJCOPY} --remove-section=.gnu.lto_* \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libdc_${name}.a\" COMMAND_ERROR_IS_FATAL ANY)")
endforeach()
install(EXPORT deep_compression NAMESPACE deep_compression:: DESTINATION ${package_dir}
  FILE deep_compression-targets.cmake)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/include/dc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(cmake/config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config-version.cmake DESTINATION ${package_dir})
