// What the processor has beyond what every one of its kind does; for code that needs no Highway.
#ifndef DC_BASE_CPU_H_
#define DC_BASE_CPU_H_

namespace dc {

#ifdef __x86_64__
bool HasSse42();
bool HasBmi2();
// Permutations and products of bytes in 512 bits: AVX-512 VBMI and VNNI.
bool HasByteProducts();
// The family of a processor of AMD (25: Zen 3 and 4, 26: Zen 5); 0 of others.
unsigned AmdFamily();
#else
inline unsigned AmdFamily() { return 0; }
#endif

// Gathers take no longer than the loads that they stand for: not on processors of AMD.
inline bool HasFastGathers() { return AmdFamily() == 0; }

}  // namespace dc

#endif  // DC_BASE_CPU_H_
