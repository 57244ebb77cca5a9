# How long a test may take: ten times the seconds that it takes on two idle cores, which are listed
# here, rounded up, where they are more than three. A busy machine is up to ten times slower than an
# idle one; a test that hangs takes longer. Without optimisation or with sanitizers it is 50 times.
# Processor time of the program, which an idle machine does not exceed.
set(idle_seconds_unit_data 6)
set(idle_seconds_unit_runtime 32)
set(idle_seconds_parity 6)
set(idle_seconds_cli 18)
# Estimates, to be lowered to what an idle machine shows: several programs work together here.
set(idle_seconds_unit_pipeline 20)
set(idle_seconds_parity_operators 30)
set(idle_seconds_roundtrip 60)
# Commands of every page, each in a process of its own.
set(idle_seconds_docs_run_commands 30)
set(idle_seconds_docs_check_commands 6)
# They install the build and compile a program.
set(idle_seconds_package_embed_c 10)
set(idle_seconds_package_embed_cpp 10)
set(idle_seconds_package_pkg_config 10)
set(idle_seconds_package_pipeline 30)
# An emulator.
set(idle_seconds_runtime_aarch64 60)
set(idle_seconds_decoders_without_bmi2_0 8)
set(idle_seconds_decoders_without_bmi2_1 8)

# dc_limit(TEST): sets the limit of a test of the calling folder.
function(dc_limit test)
  set(seconds 3)
  if(DEFINED idle_seconds_${test})
    set(seconds ${idle_seconds_${test}})
  endif()
  set(times 10)
  if(DC_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(times 50)
  endif()
  math(EXPR limit "${times} * ${seconds}")
  set_tests_properties(${test} PROPERTIES TIMEOUT ${limit})
endfunction()
