# Debian packages by CPack, one a component of the installation: ./dev package makes them. What a
# package depends on dpkg-shlibdeps finds out. The libraries of the pipeline are in none: they are for
# whoever builds the project anyway.
set(package_tools deep-compression)
set(package_runtime libdc-runtime${PROJECT_VERSION_MAJOR})
set(package_runtime_dev libdc-runtime-dev)

set(maintainer "Deep Compression maintainers <maintainers@deep-compression.invalid>")
if(DEFINED ENV{DEBEMAIL})
  set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(DC_MAINTAINER "${maintainer}" CACHE STRING "Who answers for the packages: NAME <ADDRESS>")

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL tools runtime runtime_dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME deep-compression)
set(CPACK_PACKAGE_VENDOR "Deep Compression")
set(CPACK_PACKAGE_CONTACT "${DC_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "bash-completion, dataset-fashion-mnist")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "compress trained neural networks and run the small files
Takes a network in ONNX, prunes it with retraining, shares its weights and
codes them by entropy: the method of Deep Compression (Han, Mao and Dally),
and networks of few bits by other published methods.
.
The result, a .dcz file, runs as it is, its weights compressed, with dc-run
or with the library libdc_runtime.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "runs compressed neural networks
Loads a .dcz file and executes it from its compressed weights, for programs
in C and C++. Needs libzstd and the standard libraries alone.
.
This is the shared library.")

set(CPACK_DEBIAN_RUNTIME_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_RUNTIME_DEV_PACKAGE_DEPENDS
  "${package_runtime} (= ${PROJECT_VERSION}), libzstd-dev")
set(CPACK_DEBIAN_RUNTIME_DEV_DESCRIPTION "runs compressed neural networks: headers and static library
Loads a .dcz file and executes it from its compressed weights, for programs
in C and C++. Needs libzstd and the standard libraries alone.
.
This is what programs are built with: headers of C and C++, the static
library, a CMake package (dc_runtime) and a file for pkg-config.")

if(DC_PYTHON)
  math(EXPR next_minor "${Python3_VERSION_MINOR} + 1")
  list(APPEND CPACK_COMPONENTS_ALL python)
  set(package_python python3-deep-compression)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  # The module is for one version of Python.
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
    "python3 (>= 3.${Python3_VERSION_MINOR}), python3 (<< 3.${next_minor}), python3-numpy")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS "python3-torch, python3-onnx")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/cmake/debian/postinst ${PROJECT_SOURCE_DIR}/cmake/debian/prerm)
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION "compress trained neural networks and run the small files: Python
Prunes, quantizes and codes networks in ONNX by entropy, and runs the
resulting .dcz files, whose weights stay compressed.
.
With python3-torch, networks are trained further under what pruning and
quantization decided.")
endif()

# What Debian's policy wants beside the files: the history of the package, and whose work it is.
set(debian_dir ${PROJECT_BINARY_DIR}/debian)
configure_file(cmake/debian/changelog.in ${debian_dir}/changelog @ONLY)
execute_process(COMMAND gzip -9nc ${debian_dir}/changelog OUTPUT_FILE ${debian_dir}/changelog.gz
  COMMAND_ERROR_IS_FATAL ANY)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package_${component}})
  install(FILES cmake/debian/copyright ${debian_dir}/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package_${component}} COMPONENT ${component})
endforeach()

include(CPack)
