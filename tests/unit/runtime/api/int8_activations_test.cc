// Sessions that may round the inputs of layers to 8 bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "runtime/kernels/byte_permute.h"
#include "unit/runtime/run_checks.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

constexpr size_t kInputs = 700;

// 700-200-20; the first layer has 16 centroids, the second 33: too many.
NetBuilder Network() {
  NetBuilder net({-1, static_cast<int64_t>(kInputs)});
  const auto layer = [&](NetBuilder::Ref x, int64_t in, int64_t out, uint32_t entries) {
    return net.Node(format::Op::kGemm, {x, net.Coded({out, in}, 0.1, entries), net.Random({out})},
                    {1, 0}, {1, 1});
  };
  layer(net.Relu(layer(net.input(), static_cast<int64_t>(kInputs), 200, 16)), 200, 20, 33);
  return net;
}

// Of all numbers together.
double Difference(const std::vector<float>& a, const std::vector<float>& b) {
  double squares = 0, all = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    squares += std::pow(double{a[i]} - b[i], 2);
    all += std::pow(double{a[i]}, 2);
  }
  return std::sqrt(squares / all);
}

TEST(Int8Activations, AreWithinAPercentOrSo) {
  NetBuilder net = Network();
  Rng rng(9);
  std::vector<float> x(kInputs);
  for (float& value : x) value = static_cast<float>(rng.Normal());
  const std::vector<float> exact = RunSession(LoadOrDie(net), 1, x);
  for (const bool reference : {false, true}) {
    for (const int threads : {1, 3}) {
      const Session session = LoadOrDie(
          net, {.threads = threads, .reference_kernels = reference, .int8_activations = true});
      const bool rounds = reference || BytePermuteIsFast();
      const double difference = Difference(exact, RunSession(session, 1, x));
      EXPECT_LT(difference, 0.02);
      EXPECT_EQ(difference > 1e-5, rounds);
      if (!reference) {
        EXPECT_EQ(session.plan()[0].kernel.starts_with("int8"), rounds);
        EXPECT_FALSE(session.plan()[1].kernel.starts_with("int8"));
      }
    }
  }
}

TEST(Int8Activations, FollowTheFileUnlessTheOptionsSayOtherwise) {
  for (const bool allowed : {false, true}) {
    NetBuilder net = Network();
    if (allowed) net.AllowInt8Activations();
    const std::vector<float> x(kInputs, 0.7f);
    const auto outputs = [&](std::optional<bool> option) {
      const Session session =
          LoadOrDie(net, {.reference_kernels = true, .int8_activations = option});
      EXPECT_EQ(session.int8_activations(), option.value_or(allowed));
      return RunSession(session, 1, x);
    };
    EXPECT_NE(outputs(true), outputs(false));
    EXPECT_EQ(outputs(std::nullopt), outputs(allowed));
  }
}

TEST(Int8Activations, AreNotThoseOfBatches) {
  NetBuilder net = Network();
  Rng rng(10);
  std::vector<float> x(32 * kInputs);
  for (float& value : x) value = static_cast<float>(rng.Normal());
  const std::vector<float> exact = RunSession(LoadOrDie(net, {.reference_kernels = true}), 32, x);
  const Session session = LoadOrDie(net, {.reference_kernels = true, .int8_activations = true});
  EXPECT_EQ(RunSession(session, 32, x), exact);
}

TEST(Int8Activations, KeepWhatIsNotFinite) {
  NetBuilder net = Network();
  for (const bool reference : {false, true}) {
    const Session session =
        LoadOrDie(net, {.reference_kernels = reference, .int8_activations = true});
    std::vector<float> x(kInputs, 1.0f);
    x[77] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(RunSession(session, 1, x), testing::Each(testing::IsNan()));
  }
}

}  // namespace
}  // namespace dc::runtime
