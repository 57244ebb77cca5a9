// Packs layers the way Song Han's released networks are stored, for tests of what reads them.
#ifndef DC_TESTS_UNIT_MODEL_HAN_NET_PACKER_H_
#define DC_TESTS_UNIT_MODEL_HAN_NET_PACKER_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace dc::test {

// One layer before packing. Codes of 16-entry codebooks take 4 bits.
struct NetLayer {
  std::vector<float> codebook;
  std::vector<float> bias;
  // Stored codes and their gaps, as they go into the file.
  std::vector<int> codes, gaps;
};

// Stored codes and gaps of a layer whose weights have these codes: `zero` is left out, and stands
// in where more than 15 weights in a row are left out.
inline void StoreCodes(const std::vector<int>& weights, int zero, NetLayer* layer) {
  int run = 0;
  for (const int code : weights) {
    if (code == zero && run < 15) {
      ++run;
      continue;
    }
    layer->codes.push_back(code);  // at run 15 the zero itself: a filler
    layer->gaps.push_back(run);
    run = 0;
  }
  // What is left out at the end may end in fillers that nothing needs.
  while (!layer->codes.empty() && layer->codes.back() == zero) {
    layer->codes.pop_back();
    layer->gaps.pop_back();
  }
}

inline void AppendLittleEndian(uint32_t value, std::string* out) {
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(value >> 8 * i & 0xFF));
}

inline void AppendFloats(const std::vector<float>& values, std::string* out) {
  for (const float value : values) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    AppendLittleEndian(bits, out);
  }
}

// Two fields a byte, the first in the low half.
inline void AppendHalves(const std::vector<int>& fields, std::string* out) {
  for (size_t i = 0; i < fields.size(); i += 2) {
    const int high = i + 1 < fields.size() ? fields[i + 1] : 0;
    out->push_back(static_cast<char>(fields[i] + 16 * high));
  }
}

inline std::string PackNet(const std::vector<NetLayer>& layers) {
  std::string file;
  for (const NetLayer& layer : layers) {
    AppendLittleEndian(static_cast<uint32_t>(layer.codes.size()), &file);
  }
  for (const NetLayer& layer : layers) {
    AppendFloats(layer.codebook, &file);
    AppendFloats(layer.bias, &file);
    if (layer.codebook.size() == 16) {
      AppendHalves(layer.codes, &file);
    } else {
      for (const int code : layer.codes) file.push_back(static_cast<char>(code));
    }
    AppendHalves(layer.gaps, &file);
  }
  return file;
}

// 0, 1/4, -1/2, 3/4, -1, ...: entry i is i/4, every other one negative.
inline std::vector<float> SomeCodebook(int entries) {
  std::vector<float> codebook;
  for (int i = 0; i < entries; ++i) {
    codebook.push_back(static_cast<float>(i) * (i % 2 ? 0.25f : -0.25f));
  }
  codebook[0] = 0.0f;
  return codebook;
}

}  // namespace dc::test

#endif  // DC_TESTS_UNIT_MODEL_HAN_NET_PACKER_H_
