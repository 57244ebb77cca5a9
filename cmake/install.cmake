# Installs the tools, the public headers and the libraries as the CMake package deep_compression.
# Two sets of targets, so that a program that only runs .dcz files needs neither ONNX nor protobuf:
#   runtime   deep_compression::runtime and what it links
#   pipeline  deep_compression::pipeline and every library below it
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/deep_compression)

# dc_export(SET TARGET ...): installs dc_NAME as deep_compression::NAME in the given set.
function(dc_export set)
  foreach(name ${ARGN})
    set_target_properties(dc_${name} PROPERTIES EXPORT_NAME ${name})
    add_library(deep_compression::${name} ALIAS dc_${name})
    install(TARGETS dc_${name} EXPORT deep_compression-${set})
  endforeach()
  install(EXPORT deep_compression-${set} NAMESPACE deep_compression:: DESTINATION ${package_dir}
    FILE ${set}-targets.cmake)
endfunction()

dc_export(runtime options base manifest_nanopb format_reader entropy_dec runtime)
dc_export(pipeline proto manifest_proto model data train prune quantize quantize_all entropy_enc
  format_writer encode pipeline)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/include/dc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(cmake/config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/deep_compression-config-version.cmake DESTINATION ${package_dir})
