// Convolution by Winograd's method against the sum that it stands for, in double.
#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/forms/winograd_form.h"
#include "runtime/kernels/shift.h"
#include "runtime/operators/winograd_op.h"

namespace dc::runtime {
namespace {

struct Case {
  uint32_t rows, channels;  // of all groups
  uint32_t groups;
  int64_t height, width;
  int64_t pads[4];        // top, left, bottom, right
  size_t lanes, entries;  // no entries: plain values
};

const Case kCases[] = {
    {1, 1, 1, 3, 3, {0, 0, 0, 0}, 1, 2},       {1, 1, 1, 1, 1, {1, 1, 1, 1}, 1, 16},
    {16, 3, 1, 5, 7, {1, 1, 1, 1}, 1, 17},     {17, 33, 1, 13, 13, {1, 1, 1, 1}, 1, 256},
    {40, 70, 1, 14, 9, {0, 2, 1, 0}, 1, 5},    {33, 6, 3, 8, 21, {2, 0, 0, 1}, 1, 100},
    {5, 4, 1, 60, 66, {1, 1, 1, 1}, 1, 30},    {3, 150, 1, 10, 70, {1, 1, 1, 1}, 1, 4},
    {2, 2, 1, 4, 300, {0, 1, 0, 1}, 1, 16},    {20, 5, 1, 7, 6, {1, 1, 1, 1}, 16, 16},
    {34, 40, 2, 9, 11, {1, 0, 1, 0}, 48, 200}, {7, 3, 1, 12, 30, {2, 2, 2, 2}, 64, 9},
    {17, 33, 1, 13, 13, {1, 1, 1, 1}, 1, 0},   {34, 40, 2, 9, 11, {1, 0, 1, 0}, 48, 0},
};

SlidingWindow WindowOf(const Case& c) {
  SlidingWindow window;
  window.y = {.in = c.height, .kernel = 3, .pad_begin = c.pads[0], .pad_end = c.pads[2]};
  window.x = {.in = c.width, .kernel = 3, .pad_begin = c.pads[1], .pad_end = c.pads[3]};
  window.y.out = window.y.padded() - 2;
  window.x.out = window.x.padded() - 2;
  return window;
}

// A case's random layer and inputs, and the outputs that they stand for: summed once, checked on
// every target.
class Layer {
 public:
  Layer(const Case& c, bool finite) : c_(c), window_(WindowOf(c)) {
    Rng rng(c.rows + c.channels);
    weight_.codebook = RandomFloats(c.entries, rng);
    for (size_t i = 0; i < c.rows * RowTerms(); ++i) {
      if (c.entries == 0) {
        weight_.values.push_back(static_cast<float>(rng.Normal()));
      } else {
        weight_.codes.push_back(static_cast<uint16_t>(rng.Below(static_cast<uint32_t>(c.entries))));
      }
    }
    bias_ = RandomFloats(c.rows, rng);
    scale_ = RandomScales(c.rows, rng);
    x_ = RandomFloats(c.channels * Plane() + kReadSlack, rng);
    if (!finite) MakeSomeNotFinite(&x_, rng);
    for (size_t row = 0; row < c.rows; ++row) SumRow(row);
  }

  void Check(ThreadPool* pool) const {
    WeightSource source(Constant(weight_),
                        {.product = Product::kShift,
                         .rows = c_.rows,
                         .columns = static_cast<uint32_t>(RowTerms()),
                         .groups = c_.groups},
                        1.0f, {}, SimdKernels(), std::pmr::get_default_resource());
    LayerWeight layer{.form = std::make_unique<WinogradForm>(source)};
    layer.form->LayOut(&source);
    layer.epilogue = {.bias = bias_, .low = kLow, .high = kHigh};
    if (Scaled()) layer.epilogue.scale = scale_;
    constexpr float kUntouched = 77.0f;
    std::vector<float> y(sums_.size() + 8, kUntouched);
    const std::unique_ptr<OperatorKernel> op =
        MakeWinograd(std::move(layer), window_, c_.channels, 3, SimdKernels());
    std::vector<float> scratch(op->ScratchFloats(c_.lanes) + kReadSlack, 55.0f);
    const float* const inputs[] = {x_.data()};
    op->Run({.lanes = c_.lanes,
             .inputs = inputs,
             .output = y.data(),
             .scratch = scratch.data(),
             .pool = pool});
    for (size_t i = 0; i < sums_.size(); ++i) ASSERT_TRUE(IsRight(y[i], i)) << "output " << i;
    for (size_t i = sums_.size(); i < y.size(); ++i) {
      EXPECT_EQ(y[i], kUntouched) << "beyond the end";
    }
  }

 private:
  static constexpr float kLow = -9.0f, kHigh = 11.0f;

  size_t RowTerms() const { return size_t{c_.channels / c_.groups} * 9; }
  size_t Plane() const { return static_cast<size_t>(c_.height * c_.width) * c_.lanes; }
  bool Scaled() const { return c_.width % 2 == 1; }

  void SumRow(size_t row) {
    const size_t first_channel = row / (c_.rows / c_.groups) * (c_.channels / c_.groups);
    double most = 1;  // of a sum's magnitudes: an output's error comes from all inputs of its tile
    for (int64_t oy = 0; oy < window_.y.out; ++oy) {
      for (int64_t ox = 0; ox < window_.x.out; ++ox) {
        for (size_t lane = 0; lane < c_.lanes; ++lane) {
          double sum = 0, magnitudes = std::abs(bias_[row]);
          for (size_t column = 0; column < RowTerms(); ++column) {
            const int64_t iy = oy + static_cast<int64_t>(column % 9 / 3) - c_.pads[0];
            const int64_t ix = ox + static_cast<int64_t>(column % 3) - c_.pads[1];
            if (iy < 0 || iy >= c_.height || ix < 0 || ix >= c_.width) continue;
            const size_t i = row * RowTerms() + column;
            const double weight =
                weight_.values.empty() ? weight_.codebook[weight_.codes[i]] : weight_.values[i];
            const double term =
                weight * x_[(first_channel + column / 9) * Plane() +
                            static_cast<size_t>(iy * c_.width + ix) * c_.lanes + lane];
            sum += term;
            magnitudes += std::abs(term);
          }
          sums_.push_back((Scaled() ? scale_[row] : 1) * sum + bias_[row]);
          if (std::isfinite(magnitudes)) most = std::max(most, magnitudes);
        }
      }
    }
    bounds_.push_back(1e-6 * most);
  }

  testing::AssertionResult IsRight(float actual, size_t i) const {
    // Written so that NaN is kept.
    const double expected = std::min(std::max(sums_[i], double{kLow}), double{kHigh});
    const bool right = std::isnan(expected) ? std::isnan(actual)
                       : std::isfinite(sums_[i])
                           ? std::abs(actual - expected) <= bounds_[i / (sums_.size() / c_.rows)]
                           : actual == static_cast<float>(expected);
    if (right) return testing::AssertionSuccess();
    return testing::AssertionFailure() << actual << " instead of " << expected;
  }

  const Case& c_;
  const SlidingWindow window_;
  Constant weight_;
  std::vector<float> bias_, scale_, x_;
  std::vector<double> sums_;    // of every output, before the clamp
  std::vector<double> bounds_;  // of a row's errors
};

// Of every case, with finite inputs and with others among them.
const std::vector<Layer>& Layers() {
  static const std::vector<Layer>* const layers = [] {
    auto* all = new std::vector<Layer>;
    for (const Case& c : kCases) {
      for (const bool finite : {true, false}) all->emplace_back(c, finite);
    }
    return all;
  }();
  return *layers;
}

void CheckLayers(ThreadPool* pool) {
  for (const Layer& layer : Layers()) {
    SCOPED_TRACE(&layer - Layers().data());
    layer.Check(pool);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(WinogradParityTest, OnAllTargets) {
  OnEveryTarget([] {
    if (WinogradIsCovered()) CheckLayers(nullptr);
  });
}

TEST(WinogradParityTest, WithThreads) {
  if (!WinogradIsCovered()) GTEST_SKIP() << "this machine convolves directly";
  ThreadPool pool(3);
  CheckLayers(&pool);
}

TEST(WinogradParityTest, CostsMoreWhereTilesAreFew) {
  const auto cost = [](int64_t size, int64_t channels, uint32_t rows) {
    const SlidingWindow window =
        WindowOf({.groups = 1, .height = size, .width = size, .pads = {1, 1, 1, 1}});
    return WinogradCost(WinogradUseOf(window, channels), rows, 1);
  };
  EXPECT_LT(cost(56, 256, 256), 0.5);
  EXPECT_LT(cost(56, 256, 256), cost(14, 256, 256));
  EXPECT_GT(cost(224, 3, 64), 1);  // the outputs' transforms for three channels alone
  SlidingWindow strided = WindowOf({.height = 20, .width = 20});
  strided.x.stride = 2;
  EXPECT_EQ(WinogradCost(WinogradUseOf(strided, 64), 64, 1),
            std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace dc::runtime
