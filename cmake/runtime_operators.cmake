# Which operators of a .dcz libdc_runtime has. The library of this build, and all of its programs,
# have all of them: what is left out is left out of what is installed for embedding.
#
# cmake -DDC_RUNTIME_OPERATORS=... -P this file: only says whether the names are right.
cmake_policy(VERSION 3.25)
set(DC_RUNTIME_OPERATORS "" CACHE STRING
  "Operators that libdc_runtime has (Conv;Gemm;Relu;..., the names of lib/op/ops.inc); empty: all")

# What LeNet-300-100, LeNet-5, AlexNet and ResNet-20 need: the budgets for size hold for them.
set(DC_CLASSIC_OPERATORS Conv Gemm MatMul Add Relu Softmax MaxPool AveragePool GlobalAveragePool
  BatchNormalization Flatten Reshape Lrn)

set(DC_OPERATOR_LIST ${CMAKE_CURRENT_LIST_DIR}/../lib/op/ops.inc)
file(STRINGS ${DC_OPERATOR_LIST} file_operators REGEX "^DC_FILE_OPERATOR")
list(TRANSFORM file_operators REPLACE "^.*, *([A-Za-z0-9]+)\\).*$" "\\1")
# Beside the operators themselves: see runtime/operators/rare_operands.h.
list(APPEND file_operators RareOperands OtherProducts DepthwiseConv)
foreach(name IN LISTS DC_RUNTIME_OPERATORS DC_CLASSIC_OPERATORS)
  if(NOT name IN_LIST file_operators)
    list(JOIN file_operators " " known)
    message(FATAL_ERROR
      "DC_RUNTIME_OPERATORS: no operator of a .dcz is called ${name}. There are: ${known}")
  endif()
endforeach()

# dc_operator_tables(TARGET [NAME ...]): object files with the two tables that are made from the list
# of operators, holding those named, or all. Whatever links them has no other operators: their records
# and kernels are referred to from nowhere else.
function(dc_operator_tables target)
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/lib/op/file_operators.cc
    ${PROJECT_SOURCE_DIR}/lib/runtime/operators/registry.cc)
  dc_embedded(${target})
  target_link_libraries(${target} PUBLIC dc_runtime)
  if(ARGN)
    list(JOIN ARGN "," names)
    target_compile_definitions(${target} PRIVATE DC_RUNTIME_OPERATORS="${names},")
  endif()
endfunction()
