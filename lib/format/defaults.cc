#include "format/defaults.h"

#include <algorithm>
#include <bit>

namespace dc::format {
namespace {

constexpr uint32_t kMostDefaultInputs = 8;

}  // namespace

DefaultInputs::DefaultInputs(size_t inputs, size_t tensors)
    : first_tensor_(static_cast<uint32_t>(inputs)),
      end_tensor_(static_cast<uint32_t>(inputs + tensors)),
      next_tensor_(first_tensor_),
      next_output_(end_tensor_) {}

std::vector<uint32_t> DefaultInputs::Next(const OpSpec& spec) const {
  if (spec.max_inputs > kMostDefaultInputs) return {};
  if (spec.max_inputs - 1 > end_tensor_ - next_tensor_) return {};
  std::vector<uint32_t> inputs = {previous_};
  for (uint32_t i = 1; i < spec.max_inputs; ++i) inputs.push_back(next_tensor_ + i - 1);
  return inputs;
}

void DefaultInputs::Advance(const std::vector<uint32_t>& inputs) {
  for (uint32_t value : inputs) {
    if (value >= first_tensor_ && value < end_tensor_) {
      next_tensor_ = std::max(next_tensor_, value + 1);
    }
  }
  previous_ = next_output_++;
}

void FillAttributes(Node* node) {
  // A list that ends inside an attribute stays as it is: the check of the manifest refuses it.
  size_t ints = 0, floats = 0;
  for (const AttributeSpec& attribute : FindOp(node->op)->attributes) {
    if (attribute.type == AttributeType::kFloat) {
      if (floats == node->floats.size()) node->floats.push_back(attribute.float_default);
      ++floats;
      continue;
    }
    if (ints == node->ints.size()) node->ints.push_back(attribute.int_default);
    const int64_t value = node->ints[ints++];
    if (attribute.type == AttributeType::kInt) continue;
    size_t& next = attribute.type == AttributeType::kInts ? ints : floats;
    const size_t size =
        attribute.type == AttributeType::kInts ? node->ints.size() : node->floats.size();
    if (value < 0 || static_cast<uint64_t>(value) > size - next) return;
    next += static_cast<size_t>(value);
  }
}

void TrimAttributes(Node* node) {
  size_t ints = 0, floats = 0, keep_ints = 0, keep_floats = 0;
  for (const AttributeSpec& attribute : FindOp(node->op)->attributes) {
    if (attribute.type == AttributeType::kFloat) {
      // By bits: a default of 0.0 does not stand for -0.0.
      const bool same = std::bit_cast<uint32_t>(node->floats[floats++]) ==
                        std::bit_cast<uint32_t>(attribute.float_default);
      if (!same) keep_floats = floats;
      continue;
    }
    const int64_t value = node->ints[ints++];
    if (attribute.type == AttributeType::kInts) ints += static_cast<size_t>(value);
    if (attribute.type == AttributeType::kFloats && value > 0) {
      floats += static_cast<size_t>(value);
      keep_floats = floats;
    }
    if (value != attribute.int_default) keep_ints = ints;
  }
  node->ints.resize(keep_ints);
  node->floats.resize(keep_floats);
}

}  // namespace dc::format
