// The part of Highway that is not in its headers: which instruction sets this machine has, and the
// one that is chosen. Debian has it as a shared library only, and whoever embeds the runtime should
// need no Highway at all.
#include <hwy/targets.h>

#include <cstdlib>

#include "base/cpu.h"

#if HWY_ARCH_X86
#include <cpuid.h>
#endif

namespace hwy {
namespace {

int64_t targets_for_test = 0;

#if HWY_ARCH_X86

struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

// Zeros where the processor does not have the leaf.
Registers CpuId(unsigned leaf) {
  Registers r;
  __get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d);
  return r;
}

bool HasAll(unsigned flags, unsigned wanted) { return (flags & wanted) == wanted; }

// The registers that the operating system saves: bits of XCR0.
unsigned SavedRegisters() {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

int64_t DetectTargets() {
  constexpr unsigned kSse4 = bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_PCLMUL | bit_AES;
  constexpr unsigned kAvx = bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C;
  constexpr unsigned kAvx2 = bit_AVX2 | bit_BMI | bit_BMI2;
  constexpr unsigned kAvx512 =
      bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ | bit_AVX512CD;
  constexpr unsigned kSavesYmm = 0x06, kSavesZmm = 0xE6;
  const Registers basic = CpuId(1), more = CpuId(7), extended = CpuId(0x80000001);
  if (!HasAll(basic.c, kSse4)) return 0;
  int64_t targets = HWY_SSSE3 | HWY_SSE4;
  if (!HasAll(basic.c, kAvx) || !HasAll(more.b, kAvx2) || !HasAll(extended.c, bit_LZCNT) ||
      !HasAll(SavedRegisters(), kSavesYmm)) {
    return targets;
  }
  targets |= HWY_AVX2;
  if (HasAll(more.b, kAvx512) && HasAll(SavedRegisters(), kSavesZmm)) targets |= HWY_AVX3;
  return targets;
}

#else

int64_t DetectTargets() { return 0; }

#endif

// Once: the instruction that asks the processor takes long where it is a virtual one.
int64_t Detected() {
  static const int64_t targets = DetectTargets();
  return targets;
}

}  // namespace

int64_t SupportedTargets() {
  if (targets_for_test != 0) return targets_for_test;
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
  return HWY_TARGETS;
#else
  return Detected() | HWY_ENABLED_BASELINE;
#endif
}

void SetSupportedTargetsForTest(int64_t targets) { targets_for_test = targets; }

ChosenTarget& GetChosenTarget() {
  static constinit ChosenTarget chosen;
  return chosen;
}

// Only debug builds of Highway's headers call it, on a broken precondition of theirs.
void Abort(const char*, int, const char*, ...) { std::abort(); }

}  // namespace hwy

#ifdef __x86_64__
namespace dc {

bool HasSse42() { return (hwy::Detected() & HWY_SSE4) != 0; }
bool HasBmi2() { return (hwy::Detected() & HWY_AVX2) != 0; }
bool HasByteProducts() {
  constexpr unsigned kWanted = bit_AVX512VBMI | bit_AVX512VNNI;
  static const bool has =
      (hwy::Detected() & HWY_AVX3) != 0 && hwy::HasAll(hwy::CpuId(7).c, kWanted);
  return has;
}
unsigned AmdFamily() {
  static const unsigned family = [] {
    // "cAMD" is the end of the vendor's name.
    if (hwy::CpuId(0).c != signature_AMD_ecx) return 0u;
    const unsigned version = hwy::CpuId(1).a;
    return (version >> 8 & 15u) + (version >> 20 & 255u);
  }();
  return family;
}

}  // namespace dc
#endif
