// Attributes from literals: what a test gives, the record's defaults for the rest.
#ifndef DC_TESTS_UNIT_OP_GIVEN_ATTRIBUTES_H_
#define DC_TESTS_UNIT_OP_GIVEN_ATTRIBUTES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "op/operator.h"

namespace dc::op {

class GivenAttributes final : public Attributes {
 public:
  explicit GivenAttributes(const Operator& op,
                           std::map<std::string, std::vector<int64_t>> ints = {},
                           std::map<std::string, float> floats = {},
                           std::map<std::string, std::vector<float>> float_lists = {})
      : op_(op),
        ints_(std::move(ints)),
        floats_(std::move(floats)),
        float_lists_(std::move(float_lists)) {}

  int64_t Int(std::string_view name) const override {
    const auto it = ints_.find(std::string(name));
    return it != ints_.end() ? it->second[0] : op_.Attribute(name)->int_default;
  }
  float Float(std::string_view name) const override {
    const auto it = floats_.find(std::string(name));
    return it != floats_.end() ? it->second : op_.Attribute(name)->float_default;
  }
  std::span<const int64_t> Ints(std::string_view name) const override {
    const auto it = ints_.find(std::string(name));
    return it != ints_.end() ? std::span<const int64_t>(it->second) : std::span<const int64_t>();
  }
  std::span<const float> Floats(std::string_view name) const override {
    const auto it = float_lists_.find(std::string(name));
    return it != float_lists_.end() ? std::span<const float>(it->second) : std::span<const float>();
  }

 private:
  const Operator& op_;
  std::map<std::string, std::vector<int64_t>> ints_;
  std::map<std::string, float> floats_;
  std::map<std::string, std::vector<float>> float_lists_;
};

// The shape of output 0, or the error's text.
struct Inferred {
  Shape shape;
  std::string error;
};

inline Inferred InferOne(const Operator& op, const std::vector<Shape>& inputs,
                         std::map<std::string, std::vector<int64_t>> ints = {},
                         int64_t declared_batch = -1) {
  std::vector<const Shape*> pointers;
  for (const Shape& shape : inputs) pointers.push_back(&shape);
  std::vector<Shape> outputs;
  const Status status =
      op.infer({GivenAttributes(op, std::move(ints)), pointers, declared_batch}, &outputs);
  if (!status.ok()) return {{}, status.ToString()};
  return {outputs.at(0), ""};
}

}  // namespace dc::op

#endif  // DC_TESTS_UNIT_OP_GIVEN_ATTRIBUTES_H_
