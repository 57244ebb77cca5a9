# dc_together(TARGET [APART SOURCE ...]): the sources of the target are compiled several at a time, so
# that headers, most of what the compiler reads, are read once for all of them. Not for sources with
# options of their own (dc_hot, dc_cold), nor for those APART: they have the same names for the same
# things. -DDC_TOGETHER=OFF compiles every source alone, which shows whether it includes what it uses.
option(DC_TOGETHER "Compile several sources at a time" ON)
function(dc_together target)
  cmake_parse_arguments(ARG "" "" "APART" ${ARGN})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${DC_TOGETHER} UNITY_BUILD_BATCH_SIZE 10)
  set_source_files_properties(${ARG_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# dc_module(NAME [LIBS ...] [EXCLUDE ...]): the static library dc_NAME from every .cc below lib/NAME
# but for those excluded.
function(dc_module name)
  cmake_parse_arguments(ARG "" "" "LIBS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(TRANSFORM ARG_EXCLUDE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  list(REMOVE_ITEM sources ${ARG_EXCLUDE})
  add_library(dc_${name} STATIC ${sources})
  target_link_libraries(dc_${name} PUBLIC dc_options ${ARG_LIBS})
endfunction()

# dc_embedded(TARGET): what the runtime library consists of. No exceptions and no RTTI, hence no
# unwind tables either; every function in a section of its own, so that a program keeps only what
# it calls; only what the public headers mark DC_API is visible outside of the shared library.
# Optimised for size, except for the sources that dc_hot names.
#
# With g++ the object files also keep the compiler's intermediate code: runtime_package.cmake
# compiles the library from it once more, as a whole. Everything else links the ordinary code.
set(whole_runtime 0)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT DC_SANITIZE)
  set(whole_runtime $<CONFIG:Release,MinSizeRel>)
  add_link_options(-fno-lto)
endif()
function(dc_embedded target)
  target_compile_options(${target} PRIVATE -fno-asynchronous-unwind-tables -fno-unwind-tables
    -ffunction-sections -fdata-sections -fvisibility=hidden
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fvisibility-inlines-hidden>
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>
    $<$<CONFIG:Release,MinSizeRel>:-Oz> $<${whole_runtime}:-flto;-ffat-lto-objects>)
  # UBSan's check of virtual calls needs RTTI on both sides of a call.
  if(NOT DC_SANITIZE AND NOT DC_FUZZ)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  endif()
endfunction()

# dc_hot(SOURCE ... OPTIONS ...): the sources of a dc_embedded or dc_cold target that run for every
# number, and how they are optimised. CMAKE_BUILD_TYPE=MinSizeRel prefers size there, too.
function(dc_hot)
  cmake_parse_arguments(ARG "" "" "OPTIONS" ${ARGN})
  # g++ does not survive precompiled headers of another level of optimisation.
  string(COMPARE NOTEQUAL "${CMAKE_BUILD_TYPE}" MinSizeRel other_level)
  set_source_files_properties(${ARG_UNPARSED_ARGUMENTS} PROPERTIES
    COMPILE_OPTIONS "$<$<CONFIG:Release>:${ARG_OPTIONS}>" SKIP_PRECOMPILE_HEADERS ${other_level})
endfunction()

# dc_cold(TARGET [SOURCE ...]): what runs once a command rather than once a number, the whole target
# or some of its sources. A quarter of the compile time less than -O3.
function(dc_cold target)
  set(options $<$<CONFIG:Release>:-O1>)
  if(ARGN)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${options}")
  else()
    target_compile_options(${target} PRIVATE ${options})
  endif()
endfunction()

# dc_precompile(TARGET HEADER ...): headers from elsewhere that most sources of the target include,
# compiled once; every source still includes what it uses.
function(dc_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

# dc_test(NAME LIBS ... [LABEL ...] [APART ...] [RECURSE] [MANY_FILES]): one GoogleTest program from
# every .cc of the calling folder, with RECURSE from those of its subfolders, too. MANY_FILES: it
# writes many small ones, where there is a folder in memory to that, since each write waits for the
# disk.
function(dc_test name)
  cmake_parse_arguments(ARG "RECURSE;MANY_FILES" "LABEL" "LIBS;APART" ${ARGN})
  if(ARG_RECURSE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  dc_together(${name} APART ${ARG_APART})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest_main GTest::gmock)
  dc_cold(${name})
  # GoogleTest's headers, three quarters of what the parser reads, compiled once for all tests.
  if(NOT TARGET dc_test_headers)
    add_library(dc_test_headers OBJECT ${PROJECT_SOURCE_DIR}/cmake/empty.cc)
    target_link_libraries(dc_test_headers PRIVATE dc_options GTest::gtest_main GTest::gmock)
    # As the programs are compiled that use them.
    set_target_properties(dc_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(dc_test_headers PRIVATE -fPIE)
    dc_cold(dc_test_headers)
    dc_precompile(dc_test_headers <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  target_precompile_headers(${name} REUSE_FROM dc_test_headers)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}")
  if(ARG_MANY_FILES AND DC_MEMORY_FOLDER)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT TMPDIR=${DC_MEMORY_FOLDER})
  endif()
  dc_limit(${name})
endfunction()
