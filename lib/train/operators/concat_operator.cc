// Concat of computed values and constants along any axis.
#include <algorithm>

#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

// A constant among the inputs: element to[i] of the output is its element from[i]. It is the same
// for each sample where the output has the batch and the constant a dimension of 1.
struct Inserted {
  InputView values;
  std::vector<int64_t> from, to;
  GradientSink gradient;
};

// Element (i, j, ...) of an array of `extents` is at first + i * strides[0] + j * strides[1] + ...
std::vector<int64_t> Places(const std::vector<int64_t>& extents,
                            const std::vector<int64_t>& strides, int64_t first) {
  std::vector<int64_t> places;
  op::ElementMap map;
  for (size_t d = 0; d < extents.size(); ++d) {
    map.offsets.push_back(op::Steps(extents[d], strides[d]));
  }
  op::VisitRuns(map, [&](int64_t from, int64_t) {
    for (int64_t offset : map.last()) places.push_back(first + from + offset);
  });
  return places;
}

class InsertKernel : public OperatorKernel {
 public:
  // `rest` copies what is computed.
  InsertKernel(const Value& y, std::vector<Inserted> inserted, std::unique_ptr<OperatorKernel> rest)
      : y_(y), inserted_(std::move(inserted)), rest_(std::move(rest)) {}

  void Forward(dnnl::stream& stream, const StepContext& context) override {
    rest_->Forward(stream, context);
    for (const Inserted& part : inserted_) {
      const float* x = Floats(part.values.memory());
      float* y = Floats(y_.data);
      for (size_t i = 0; i < part.to.size(); ++i) y[part.to[i]] = x[part.from[i]];
    }
  }

  void Backward(dnnl::stream& stream) override {
    for (auto part = inserted_.rbegin(); part != inserted_.rend(); ++part) {
      if (!part->gradient.needed()) continue;
      float* dx = Floats(part->gradient.memory());
      std::fill_n(dx, PhysicalCount(part->gradient.memory().get_desc()), 0.0f);
      const float* dy = Floats(y_.gradient);
      for (size_t i = 0; i < part->to.size(); ++i) dx[part->from[i]] += dy[part->to[i]];
      part->gradient.Flush(stream);
    }
    rest_->Backward(stream);
  }

 private:
  const Value& y_;
  std::vector<Inserted> inserted_;
  std::unique_ptr<OperatorKernel> rest_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeConcat(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  const size_t axis = *op::Axis(builder->attributes().Int("axis"), shape.size());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  const std::vector<int64_t> strides = op::Strides(shape);
  std::vector<CopiedInput> copied;
  std::vector<Inserted> inserted;
  dnnl::memory::dims offset(shape.size(), 0);
  for (size_t i = 0; i < builder->node().inputs.size(); ++i) {
    if (!builder->IsConstant(i)) {
      DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(i));
      std::vector<int64_t> like = x->shape;
      like[axis] = shape[axis];
      if (like != shape) return builder->NotCovered("inputs that differ in the batch");
      copied.push_back({i, x, y->data.get_desc().submemory_desc(x->shape, offset)});
      offset[axis] += x->shape[axis];
      continue;
    }
    Inserted& part = inserted.emplace_back();
    std::vector<int64_t> own;
    DC_ASSIGN_OR_RETURN(part.values,
                        builder->PlainInput(i, &own, y->gradient ? &part.gradient : nullptr));
    std::vector<int64_t> own_strides = op::Strides(own), extents = shape;
    extents[axis] = own[axis];
    for (size_t d = 0; d < shape.size(); ++d) {
      if (own[d] == 1) own_strides[d] = 0;
    }
    part.from = Places(extents, own_strides, 0);
    part.to = Places(extents, strides, offset[axis] * strides[axis]);
    offset[axis] += own[axis];
  }
  auto rest = MakeCopy(builder, *y, copied);
  if (inserted.empty()) return rest;
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<InsertKernel>(*y, std::move(inserted), std::move(rest)));
}

}  // namespace dc::train
