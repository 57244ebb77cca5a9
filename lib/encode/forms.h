// Numbers -> the smallest form that gives them back bit for bit.
#ifndef DC_ENCODE_FORMS_H_
#define DC_ENCODE_FORMS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "entropy/enc/weight_encoder.h"
#include "format/manifest.h"

namespace dc {

// A codebook as it goes into the file.
struct StoredCodebook {
  format::Form form = format::Form::kTable;
  format::CodebookType type = format::CodebookType::kFloat32;
  bool zero_first = false;
  bool sorted = false;        // as sorted differences
  std::vector<float> values;  // what a reader gets: the codebook, or its rounded entries
  std::vector<uint8_t> bytes;
};

// The smallest form of `codebook` (not empty): ternary where it is 0, +s, -s; affine where base and
// step reproduce at least three entries; else a table; numbers as binary16 where all are exactly
// that, a table's as sorted differences where smaller. With `round_to_half` its entries may be
// rounded to binary16 first, where that is smaller and makes none of them 0 or infinite.
StoredCodebook StoreCodebook(std::span<const float> codebook, bool round_to_half);

// The form of a weight whose codes follow from a hash; `table` is not empty.
StoredCodebook StoreHashed(std::span<const float> table, bool round_to_half);

// Plain values as they go into the file.
struct StoredValues {
  format::Form form = format::Form::kFloat32;
  bool says_length = false;  // zeros are left out, or there are planes
  std::vector<uint8_t> bytes;
};

// `values` as binary16 where all are exactly that, or, with `round_to_half`, where none becomes
// infinite; else as binary32. Zeros are left out where that is smaller.
StoredValues StoreValues(std::span<const float> values, bool round_to_half);

// BadInput where a value of the tensor `name` is NaN or, of biases, scales and statistics
// (`per_channel`), infinite. Elsewhere infinity is a number of the formula (a mask, a bound).
Status CheckNumbers(std::span<const float> values, bool per_channel, const std::string& name);

// Values of a tensor of `shape` stored as `plain`, in planes by `coder` where that is smaller than
// `plain` is and than zstd -19 makes it. BadInput where zstd fails.
StatusOr<StoredValues> SmallerInPlanes(const std::vector<int64_t>& shape,
                                       std::span<const float> values, StoredValues plain,
                                       CoderChoice coder);

}  // namespace dc

#endif  // DC_ENCODE_FORMS_H_
