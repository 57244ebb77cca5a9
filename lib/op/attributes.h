// The attributes of one node, whatever holds them: a graph's map or a manifest's lists.
#ifndef DC_OP_ATTRIBUTES_H_
#define DC_OP_ATTRIBUTES_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace dc::op {

// Absent attributes have the defaults of the operator's record; an empty list stands for ONNX's
// default. An attribute that is a word is its index among the words of the record.
class Attributes {
 public:
  virtual int64_t Int(std::string_view name) const = 0;
  virtual float Float(std::string_view name) const = 0;
  virtual std::span<const int64_t> Ints(std::string_view name) const = 0;
  virtual std::span<const float> Floats(std::string_view name) const = 0;

 protected:
  ~Attributes() = default;
};

}  // namespace dc::op

#endif  // DC_OP_ATTRIBUTES_H_
