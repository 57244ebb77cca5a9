# Builds the runtime for 64-bit Arm with Debian's cross compiler (g++-aarch64-linux-gnu) and runs what
# was built with qemu-user. DC_ARM64_ROOT is a folder with Debian's arm64 packages of what the runtime
# needs, unpacked: tests/cross/arm64_packages.sh makes it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DC_ARM64_ROOT)
set(CMAKE_FIND_ROOT_PATH ${DC_ARM64_ROOT} /usr/aarch64-linux-gnu)
set(CMAKE_PREFIX_PATH /usr /usr/lib/aarch64-linux-gnu/cmake)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
