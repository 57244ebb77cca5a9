// Gradients of functions of values, of operands that broadcast and of reductions against central
// differences.
#include <gtest/gtest.h>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;

constexpr double kStep = 5e-3;
constexpr double kValueTolerance = 6e-3;

// What an operand is: any number, one between 0 and 1, or one between 1 and 2.
enum class Domain { kAll, kUnit, kAboveOne };

// shift -> the operand, on a grid whose values lie further apart than kStep moves them.
void AddOperand(GraphBuilder& b, const Ints& sample, Domain domain) {
  AddShift(b, sample);
  if (domain != Domain::kAll) b.Add("Sigmoid", "unit");
  if (domain == Domain::kAboveOne) b.Add("Add", "above", {b.Fixed("one", {}, {1.0f})});
}

struct FunctionCase {
  const char* op;
  Domain domain = Domain::kAll;
  Attributes attributes = {};
};

class FunctionGradient : public ::testing::TestWithParam<FunctionCase> {};

TEST_P(FunctionGradient, MatchesCentralDifferences) {
  const FunctionCase& c = GetParam();
  for (const Ints& sample : {Ints{3, 4, 5}, Ints{9}}) {
    GraphBuilder b(sample);
    AddOperand(b, sample, c.domain);
    b.Add(c.op, "tested", {}, c.attributes).Add("Flatten", "flat");
    const double step = sample.size() == 1 ? 0.108 : 0.027;
    CheckGradients(b.Build(), 2, GridValues(2 * ElementCount(sample), step), kStep,
                   kValueTolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FunctionGradient,
    ::testing::Values(FunctionCase{"Abs"}, FunctionCase{"Neg"}, FunctionCase{"Exp"},
                      FunctionCase{"Log", Domain::kUnit}, FunctionCase{"Sqrt", Domain::kUnit},
                      FunctionCase{"Reciprocal", Domain::kUnit}, FunctionCase{"Erf"},
                      FunctionCase{"Sin"}, FunctionCase{"Cos"}, FunctionCase{"Tan", Domain::kUnit},
                      FunctionCase{"Asin", Domain::kUnit}, FunctionCase{"Acos", Domain::kUnit},
                      FunctionCase{"Atan"}, FunctionCase{"Sinh"}, FunctionCase{"Cosh"},
                      FunctionCase{"Asinh"}, FunctionCase{"Acosh", Domain::kAboveOne},
                      FunctionCase{"Atanh", Domain::kUnit}, FunctionCase{"Softplus"},
                      FunctionCase{"Softsign"},
                      FunctionCase{"Selu", Domain::kAll, {{"alpha", 1.5f}, {"gamma", 0.75f}}},
                      FunctionCase{"Celu", Domain::kAll, {{"alpha", 0.6f}}},
                      FunctionCase{"HardSigmoid", Domain::kAll, {{"alpha", 0.7f}, {"beta", 0.4f}}},
                      FunctionCase{"Gelu"}, FunctionCase{"Mish"},
                      FunctionCase{"ThresholdedRelu", Domain::kAll, {{"alpha", 0.25f}}},
                      FunctionCase{"Shrink", Domain::kAll, {{"bias", 0.2f}, {"lambd", 0.54f}}}),
    [](const auto& test) { return std::string(test.param.op); });

TEST(FunctionGradientOfGelu, ByTanh) {
  GraphBuilder b({9});
  AddShift(b, {9}).Add("Gelu", "tested", {}, {{"approximate", std::string("tanh")}});
  CheckGradients(b.Build(), 2, GridValues(18, 0.2), kStep, kValueTolerance);
}

// Where the slope of a root is infinite, it counts as 0 and not as a number that spoils the rest.
TEST(FunctionGradientOfSqrt, IsFiniteAtZero) {
  GraphBuilder b({2});
  AddShift(b, {2}).Add("Mul", "square", {"shifted"}).Add("Sqrt", "tested");
  Harness harness(b.Build(), 1, true);
  harness.Forward({0.0f, 3.0f});
  std::fill(harness.executor().logits_gradient().begin(),
            harness.executor().logits_gradient().end(), 1.0f);
  ASSERT_TRUE(harness.executor().Backward().ok());
  EXPECT_EQ(harness.Gradient("shift"), (std::vector<float>{0.0f, 1.0f}));
}

// A convolution's output of 5 channels has a layout with padding, where x / x would be NaN.
TEST(FunctionGradientInLayouts, WithPadding) {
  GraphBuilder b({2, 6, 6});
  AddShift(b, {2, 6, 6}).Conv("conv", 2, 5, 3);
  b.AddOn("Cosh", "cosh", {"conv"}).AddOn("Div", "tested", {"conv", "cosh"});
  b.Conv("last", 5, 3, 3).Add("Flatten", "flat");
  for (int64_t batch : {2, 16}) {
    CheckGradients(b.Build(), batch, GridValues(batch * 72, 0.02), kStep, 1e-2);
  }
}

struct PairCase {
  const char* op;
  Domain domain = Domain::kAll;
  Attributes attributes = {};
};

class PairGradient : public ::testing::TestWithParam<PairCase> {};

// Activations of the same shape, gates of channels on either side, constants of every shape. What
// meets a grid value lies halfway between two of them, so that kStep moves it past none.
TEST_P(PairGradient, MatchesCentralDifferences) {
  const PairCase& c = GetParam();
  constexpr double kGrid = 0.041;
  const Ints sample = {3, 2, 4};
  const auto check = [&](const std::string& what, auto add) {
    SCOPED_TRACE(what);
    GraphBuilder b(sample);
    AddOperand(b, sample, c.domain);
    const std::string x = b.last();
    add(b, x);
    CheckGradients(b.Add("Flatten", "flat").Build(), 2, GridValues(48, kGrid), kStep,
                   kValueTolerance);
  };
  const auto lower = [&](GraphBuilder& b) {
    b.Add("Add", "gate", {b.Fixed("offset", {}, {static_cast<float>(-4.5 * kGrid)})});
  };
  check("activations", [&](GraphBuilder& b, const std::string& x) {
    b.Add("Sigmoid", "r").Add("Add", "s", {b.Fixed("offset", {}, {0.06f})});
    b.AddOn(c.op, "tested", {x, "s"}, c.attributes);
  });
  check("gate of channels", [&](GraphBuilder& b, const std::string& x) {
    lower(b.Add("GlobalMaxPool", "r"));
    b.AddOn(c.op, "tested", {x, "gate"}, c.attributes);
  });
  check("gate of rows", [&](GraphBuilder& b, const std::string& x) {
    lower(b.Add("ReduceMax", "r", {b.Integers("axes", {3})}));
    b.AddOn(c.op, "tested", {x, "gate"}, c.attributes);
  });
  if (std::string(c.op) != "PRelu") {
    check("gate first", [&](GraphBuilder& b, const std::string& x) {
      lower(b.Add("GlobalMaxPool", "r"));
      b.AddOn(c.op, "tested", {"gate", x}, c.attributes);
    });
  }
  for (const Ints& shape : {Ints{}, Ints{4}, Ints{3, 1, 1}, Ints{1, 3, 2, 4}}) {
    check("constant " + ShapeText(shape), [&](GraphBuilder& b, const std::string& x) {
      std::vector<float> values = GridValues(ElementCount(shape), kGrid, 9);
      const double mean = (c.domain == Domain::kAll ? 0.5 : 32.5) * kGrid;
      for (float& v : values) v += static_cast<float>(mean);
      b.AddOn(c.op, "tested", {x, b.Values("p", shape, values)}, c.attributes);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PairGradient,
                         ::testing::Values(PairCase{"Add"}, PairCase{"Sub"}, PairCase{"Mul"},
                                           PairCase{"Div", Domain::kAboveOne},
                                           PairCase{"Pow", Domain::kAboveOne}, PairCase{"Max"},
                                           PairCase{"Min"}, PairCase{"PRelu"}),
                         [](const auto& test) { return std::string(test.param.op); });

TEST(PairGradientOfConstants, WiderThanTheValue) {
  GraphBuilder b({3, 1, 4});
  AddShift(b, {3, 1, 4}).Add("Mul", "m", {b.Random("p", {2, 1})}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(24, 0.05), kStep, kValueTolerance);
}

TEST(PairGradientOfSquaresAndRoots, ByConstantExponents) {
  for (const float exponent : {2.0f, 3.0f, 0.5f, -1.0f}) {
    GraphBuilder b({5});
    AddOperand(b, {5}, Domain::kUnit);
    b.Add("Pow", "tested", {b.Fixed("e", {}, {exponent})});
    CheckGradients(b.Build(), 2, GridValues(10, 0.3), kStep, kValueTolerance);
  }
}

TEST(WhereGradient, GoesToWhatWasChosen) {
  GraphBuilder b({3, 4});
  AddShift(b, {3, 4});
  b.AddOn("Greater", "positive", {"shifted", b.Fixed("zero", {}, {0.0f})});
  b.AddOn("ReduceMean", "mean", {"shifted", b.Integers("axes", {2})});
  b.AddOn("Where", "tested", {"positive", "shifted", "mean"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(24, 0.1), kStep, kValueTolerance);
}

TEST(WhereGradient, OfConstants) {
  GraphBuilder b({3, 4});
  AddShift(b, {3, 4});
  b.AddOn("Greater", "positive", {"shifted", b.Fixed("zero", {}, {0.0f})});
  b.AddOn("Where", "one", {"positive", "shifted", b.Random("p", {4})});
  b.AddOn("Greater", "high", {"shifted", b.Fixed("limit", {}, {0.6f})});
  b.AddOn("Where", "tested", {"high", b.Random("q", {3, 1}), "one"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(24, 0.1), kStep, kValueTolerance);
}

struct ReduceCase {
  const char* op;
  Domain domain = Domain::kAll;
};

class ReduceGradient : public ::testing::TestWithParam<ReduceCase> {};

TEST_P(ReduceGradient, MatchesCentralDifferences) {
  const ReduceCase& c = GetParam();
  for (const Ints& axes : {Ints{1}, Ints{2, 3}, Ints{-1}, Ints{1, 3}, Ints{3, 2, 1}}) {
    for (const int64_t keep : {0, 1}) {
      SCOPED_TRACE(ShapeText(axes) + (keep ? " kept" : ""));
      GraphBuilder b({3, 2, 4});
      AddOperand(b, {3, 2, 4}, c.domain);
      b.Add(c.op, "tested", {b.Integers("axes", axes)}, {{"keepdims", keep}});
      b.Add("Flatten", "flat");
      CheckGradients(b.Build(), 2, GridValues(48, 0.041), kStep, kValueTolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ReduceGradient,
    ::testing::Values(ReduceCase{"ReduceSum"}, ReduceCase{"ReduceMean"}, ReduceCase{"ReduceMax"},
                      ReduceCase{"ReduceMin"}, ReduceCase{"ReduceProd", Domain::kAboveOne},
                      ReduceCase{"ReduceL1"}, ReduceCase{"ReduceL2"}, ReduceCase{"ReduceSumSquare"},
                      ReduceCase{"ReduceLogSum", Domain::kUnit}, ReduceCase{"ReduceLogSumExp"}),
    [](const auto& test) { return std::string(test.param.op); });

TEST(ReduceGradientOfProducts, WithZeros) {
  GraphBuilder b({2, 3});
  AddShift(b, {2, 3}).Add("ReduceProd", "tested", {b.Integers("axes", {2})},
                          {{"keepdims", int64_t{0}}});
  CheckGradients(b.Build(), 1, {2.0f, 0.0f, 3.0f, 0.5f, 4.0f, -1.0f}, kStep, kValueTolerance);
}

struct AxisCase {
  const char* name;
  const char* op;
  int64_t axis;
  Attributes attributes = {};
};

class AlongAxisGradient : public ::testing::TestWithParam<AxisCase> {};

TEST_P(AlongAxisGradient, MatchesCentralDifferences) {
  const AxisCase& c = GetParam();
  GraphBuilder b({3, 2, 4});
  AddShift(b, {3, 2, 4});
  Attributes attributes = c.attributes;
  std::vector<std::string> more;
  if (std::string(c.op) == "CumSum") {
    more.push_back(b.Integers("axis", {c.axis}));
  } else {
    attributes["axis"] = c.axis;
  }
  // A product, so that it is not the network's last softmax.
  b.Add(c.op, "tested", more, attributes).Add("Mul", "scaled", {b.Random("p", {3, 2, 4})});
  b.Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(48, 0.041), kStep, kValueTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, AlongAxisGradient,
    ::testing::Values(AxisCase{"softmax", "Softmax", -1},
                      AxisCase{"softmax_channels", "Softmax", 1},
                      AxisCase{"log_softmax", "LogSoftmax", -1},
                      AxisCase{"log_softmax_rows", "LogSoftmax", 2},
                      AxisCase{"lp", "LpNormalization", 1},
                      AxisCase{"lp_by_sums", "LpNormalization", 3, {{"p", int64_t{1}}}},
                      AxisCase{"cum_sum", "CumSum", 1},
                      AxisCase{"cum_sum_exclusive", "CumSum", 3, {{"exclusive", int64_t{1}}}},
                      AxisCase{"cum_sum_reverse", "CumSum", 2, {{"reverse", int64_t{1}}}}),
    [](const auto& test) { return std::string(test.param.name); });

// What jumps has no gradient, and lets the rest of the network train.
TEST(StepGradient, IsZero) {
  for (const char* op : {"Floor", "Ceil", "Round", "Sign"}) {
    GraphBuilder b({6});
    AddShift(b, {6}).AddOn(op, "step", {"shifted"}).AddOn("Add", "sum", {"step", "shifted"});
    CheckGradients(b.Build(), 2, GridValues(12, 0.37), 1e-3, kValueTolerance);
  }
}

}  // namespace
}  // namespace dc::train
