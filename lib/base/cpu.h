// What the processor has beyond what every one of its kind does; for code that needs no Highway.
#ifndef DC_BASE_CPU_H_
#define DC_BASE_CPU_H_

namespace dc {

#ifdef __x86_64__
bool HasSse42();
bool HasBmi2();
// Permutations and products of bytes in 512 bits: AVX-512 VBMI and VNNI.
bool HasByteProducts();
#endif

}  // namespace dc

#endif  // DC_BASE_CPU_H_
