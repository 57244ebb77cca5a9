# dc_configuration(NAME TARGETS target ... OPTIONS -DX=Y ...): this project once more, with other
# options, in the folder NAME of the build folder: the target configuration_NAME, built with
# everything else. Ninja builds one configuration at a time, beside the rest.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS configurations=1)
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
function(dc_configuration name)
  cmake_parse_arguments(ARG "" "" "TARGETS;OPTIONS" ${ARGN})
  set(folder ${PROJECT_BINARY_DIR}/${name})
  # Configured again only when the options have changed; sees to everything else by itself.
  add_custom_command(OUTPUT ${folder}/build.ninja
    COMMAND ${CMAKE_COMMAND} --log-level=WARNING -S ${PROJECT_SOURCE_DIR} -B ${folder} -G Ninja
            -DCCACHE=${CCACHE} ${ARG_OPTIONS}
    VERBATIM JOB_POOL configurations COMMENT "Configuring ${name}")
  add_custom_target(configuration_${name} ALL
    COMMAND ${CMAKE_COMMAND} --build ${folder} --parallel ${cores} --target ${ARG_TARGETS} -- --quiet
    DEPENDS ${folder}/build.ninja VERBATIM JOB_POOL configurations COMMENT "Building ${name}")
endfunction()
