# Everything comes from Debian 12's packages; ./dev installs them.
find_package(Threads REQUIRED)
# The headers alone: Debian has Highway as a shared library only, and who embeds the runtime should
# not need it; base/highway_targets.cc takes its place.
find_path(HIGHWAY_INCLUDE_DIR hwy/highway.h REQUIRED)
find_package(zstd CONFIG REQUIRED)
find_package(nanopb CONFIG REQUIRED)
# Programs of this machine, whatever machine is built for.
find_program(PROTOC protoc REQUIRED)
find_program(NANOPB_PLUGIN protoc-gen-nanopb REQUIRED)
if(DC_TESTS)
  find_package(GTest CONFIG REQUIRED)
  # The lint tests are in Python; it is there because nanopb's code generator needs it.
  find_program(PYTHON3 python3 HINTS /usr/bin REQUIRED)
endif()
if(DC_RUNTIME_ONLY)
  return()
endif()
find_package(Protobuf REQUIRED)
find_package(ONNX CONFIG REQUIRED)
find_package(dnnl CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(Boost REQUIRED COMPONENTS program_options)
if(DC_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()
