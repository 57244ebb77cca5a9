// Operators of several operands that meet value by value, with multidirectional broadcasting:
// computed ones (residual sums, gates) and constants (a bias, a scale, a number of the formula).
#ifndef DC_TRAIN_OPERATORS_ZIP_OPERATOR_H_
#define DC_TRAIN_OPERATORS_ZIP_OPERATOR_H_

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "train/build/broadcast.h"
#include "train/build/node_builder.h"

namespace dc::train {

// One operand of a node: an activation, a parameter, or a constant that is none.
class ZipOperand {
 public:
  // Operand `i` of the builder's node. Activations are seen in `layout`, if it is not null, else
  // row-major.
  static StatusOr<ZipOperand> Make(const NodeBuilder& builder, size_t i,
                                   const dnnl::memory::desc* layout);

  const std::vector<int64_t>& shape() const { return shape_; }
  const float* values() const {
    return parameter_ != nullptr ? parameter_values_
                                 : (own_.empty() ? Floats(view_.memory()) : own_.data());
  }
  void Refresh(dnnl::stream& stream) const { view_.Refresh(stream); }

  // Makes the gradient's sink. Call once, in the order of the operands.
  void AddGradient(NodeBuilder* builder);
  // The gradient, or null where none is needed.
  float* gradient() const { return sink_.needed() ? Floats(sink_.memory()) : nullptr; }
  size_t count() const { return count_; }
  void Flush(dnnl::stream& stream) const { sink_.Flush(stream); }

 private:
  size_t index_ = 0;
  std::vector<int64_t> shape_;
  size_t count_ = 0;
  dnnl::memory::desc layout_;
  InputView view_;
  const Parameter* parameter_ = nullptr;
  const float* parameter_values_ = nullptr;
  std::vector<float> own_;
  GradientSink sink_;
};

// z = Function::Forward(a, b, ...) of N operands; Function::Slopes(a, b, ...) are its derivatives,
// an array of N.
template <typename Function, size_t N>
class ZipKernel : public OperatorKernel {
 public:
  ZipKernel(NodeBuilder* builder, const Value& z, std::array<ZipOperand, N> operands,
            const Broadcast<N>& rows)
      : z_(z), operands_(std::move(operands)), rows_(rows) {
    if (!z.gradient) return;
    for (ZipOperand& operand : operands_) operand.AddGradient(builder);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    for (const ZipOperand& operand : operands_) operand.Refresh(stream);
    float* z = Floats(z_.data);
    ForEachRow([&](int64_t at, const auto&, const auto& values, auto one, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        z[at + i] = Call([](auto... v) { return Function::Forward(v...); }, values, one, i);
      }
    });
  }

  void Backward(dnnl::stream& stream) override {
    // In the reverse order of the sinks.
    [&]<size_t... k>(std::index_sequence<k...>) { (Push<N - 1 - k>(stream), ...); }
    (std::make_index_sequence<N>());
  }

 private:
  // Calls row(at, from, values, one, count); `one` says whether every operand has a value of its
  // own for each of the result's, so that the loop over them can be a plain one.
  template <typename Row>
  void ForEachRow(Row row) const {
    bool plain = true;
    for (size_t k = 0; k < N; ++k) plain &= rows_.step(k) == 1;
    rows_.ForEachRow([&](int64_t at, const auto& from, int64_t count) {
      std::array<Cursor, N> values;
      for (size_t k = 0; k < N; ++k) values[k] = {operands_[k].values() + from[k], rows_.step(k)};
      if (plain) {
        row(at, from, values, std::true_type(), count);
      } else {
        row(at, from, values, std::false_type(), count);
      }
    });
  }

  // The gradient of operand k: dz times the derivative, summed where the operand repeats.
  template <size_t k>
  void Push(dnnl::stream& stream) const {
    const ZipOperand& operand = operands_[k];
    float* gradient = operand.gradient();
    if (gradient == nullptr) return;
    std::fill(gradient, gradient + operand.count(), 0.0f);
    const float* dz = Floats(z_.gradient);
    const bool repeats = rows_.step(k) == 0;
    ForEachRow([&](int64_t at, const auto& from, const auto& values, auto one, int64_t count) {
      const auto part = [&](int64_t i) {
        const auto slope = [](auto... v) { return std::get<k>(Function::Slopes(v...)); };
        return dz[at + i] * Call(slope, values, one, i);
      };
      float* to = gradient + from[k];
      if (repeats) {
        float sum = 0;
        for (int64_t i = 0; i < count; ++i) sum += part(i);
        *to += sum;
      } else {
        for (int64_t i = 0; i < count; ++i) to[i] += part(i);
      }
    });
    operand.Flush(stream);
  }

  struct Cursor {
    const float* values;
    int64_t step;
  };
  template <typename F, bool plain>
  static auto Call(F f, const std::array<Cursor, N>& v, std::bool_constant<plain>, int64_t i) {
    return std::apply(
        [&](const auto&... each) { return f(each.values[plain ? i : i * each.step]...); }, v);
  }

  const Value& z_;
  std::array<ZipOperand, N> operands_;
  Broadcast<N> rows_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_ZIP_OPERATOR_H_
