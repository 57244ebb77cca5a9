// What this build of the library has. Code that a constant excludes is not in it.
#ifndef DC_RUNTIME_KERNELS_BUILD_H_
#define DC_RUNTIME_KERNELS_BUILD_H_

#include "hwy/detect_targets.h"

namespace dc::runtime {

// Layouts for permutations of two registers: only if kernels for AVX-512 are compiled.
inline constexpr bool kHasBlocks = (HWY_TARGETS & HWY_AVX3) != 0;

// Plain loops to compare with and for machines without vectors.
#ifdef DC_NO_REFERENCE_KERNELS
inline constexpr bool kHasReference = false;
#else
inline constexpr bool kHasReference = true;
#endif

// Whether the smallest program counts for more than the fastest (CMAKE_BUILD_TYPE=MinSizeRel): then
// there is one way to convolve, one to multiply a vector, and tiles of few widths.
#ifdef DC_FOR_SIZE
inline constexpr bool kForSize = true;
#else
inline constexpr bool kForSize = false;
#endif

// Several samples beside each other, which a batch is run as; else one is run after the other.
#ifdef DC_ONE_SAMPLE
inline constexpr bool kHasLanes = false;
#else
inline constexpr bool kHasLanes = true;
#endif

// Layers whose inputs have 8 bits, where a session asks for them.
inline constexpr bool kHasBytes = !kForSize && kHasReference;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BUILD_H_
