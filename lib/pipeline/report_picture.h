// What the page of a report draws of one weight.
#ifndef DC_PIPELINE_REPORT_PICTURE_H_
#define DC_PIPELINE_REPORT_PICTURE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/report.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/dec/weight_decoder.h"

namespace dc {

// Of a weight with codes into `codebook`: the uses of each entry, the pruned weights among those of
// a zero, and the mask.
LayerPicture PictureOf(const MatrixShape& shape, std::span<const float> codebook,
                       const DecodedWeight& weight);

// Of a weight that is stored as plain `values`, in row-major order: their histogram and mask.
LayerPicture PictureOf(const MatrixShape& shape, std::span<const float> values);

}  // namespace dc

#endif  // DC_PIPELINE_REPORT_PICTURE_H_
