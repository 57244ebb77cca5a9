// Shapes whose batch is a symbol.
#ifndef DC_OP_SHAPE_H_
#define DC_OP_SHAPE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dc/status.h"

namespace dc::op {

// Dimensions of a value, each at least 1, or -k for k times the batch: {-1, 3, 32, 32} is a batch
// of images. A product of dimensions is negative where it grows with the batch.
using Shape = std::vector<int64_t>;

inline constexpr int64_t kBatch = -1;

// More elements than any value has; what is larger is refused before numbers can overflow.
inline constexpr int64_t kMostElements = int64_t{1} << 44;

// Product of the dimensions, 1 for none; nothing where it is above kMostElements, holds the batch
// twice or a dimension that is 0.
std::optional<int64_t> Product(std::span<const int64_t> dimensions);

// Whether `to`, as many elements of `from` in the same order, has its batch where `from` has it: as
// many elements before it, so that each sample stays whole.
bool KeepsBatch(const Shape& from, const Shape& to);

// Dimension 0 that all of a graph's inputs declare (each has a `shape`); -1: any, or they differ.
template <typename Inputs>
int64_t DeclaredBatch(const Inputs& inputs) {
  int64_t batch = 0;  // none yet
  for (const auto& input : inputs) {
    if (input.shape.empty()) continue;
    if (batch != 0 && batch != input.shape[0]) return kBatch;
    batch = input.shape[0];
  }
  return batch == 0 ? kBatch : batch;
}

// "Nx3x32x32", "2Nx10", "scalar".
std::string DescribeShape(const Shape& shape);

// `axis` counted from the front, where it is an axis of `rank` dimensions (negative ones count from
// the end).
std::optional<size_t> Axis(int64_t axis, size_t rank);

// Whether errors are constant texts instead of texts that are put together from shapes and numbers.
#ifdef DC_FOR_SIZE
inline constexpr bool kBriefErrors = true;
#else
inline constexpr bool kBriefErrors = false;
#endif

// What is expected, part by part.
inline std::string ErrorText(std::string_view text) { return std::string(text); }
inline std::string ErrorText(int64_t number) { return std::to_string(number); }
inline std::string ErrorText(const Shape& shape) { return DescribeShape(shape); }

// The errors below, put together.
#ifdef DC_FOR_SIZE
[[gnu::cold]] Status WrongShape(size_t i);
[[gnu::cold]] Status WrongAttribute(TextView name);
#else
[[gnu::cold]] Status WrongShape(size_t i, const Shape& shape, TextView expected);
[[gnu::cold]] Status WrongAttribute(TextView name, TextView expected);
#endif

// BadInput: input `i` has `shape`, and should have had what the parts of `expected` say: texts,
// numbers and shapes.
template <typename... Parts>
[[gnu::cold]] Status BadShape(size_t i, [[maybe_unused]] const Shape& shape,
                              [[maybe_unused]] const Parts&... expected) {
#ifdef DC_FOR_SIZE
  return WrongShape(i);
#else
  return WrongShape(i, shape, (std::string() + ... + ErrorText(expected)));
#endif
}

// Unsupported: `what` would mix the samples of a batch.
[[gnu::cold]] Status AcrossBatch(TextView what);

// BadInput: the attribute `name` has no value that the operator defines.
template <typename... Parts>
[[gnu::cold]] Status BadAttribute(TextView name, [[maybe_unused]] const Parts&... expected) {
#ifdef DC_FOR_SIZE
  return WrongAttribute(name);
#else
  return WrongAttribute(name, (std::string() + ... + ErrorText(expected)));
#endif
}

}  // namespace dc::op

#endif  // DC_OP_SHAPE_H_
