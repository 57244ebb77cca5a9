// Runs a test network through whole sessions and compares with the naive implementation.
#ifndef DC_TESTS_UNIT_RUNTIME_RUN_CHECKS_H_
#define DC_TESTS_UNIT_RUNTIME_RUN_CHECKS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dc/runtime.h"
#include "unit/runtime/naive_network.h"
#include "unit/runtime/net_builder.h"

namespace dc::runtime {

inline Session LoadOrDie(NetBuilder& net, const SessionOptions& options = {}) {
  auto session = Session::Load(net.File(), options);
  EXPECT_TRUE(session.ok()) << session.status().ToString();
  return std::move(session).value();
}

inline std::vector<float> RunSession(const Session& session, int64_t batch,
                                     const std::vector<float>& input) {
  std::vector<float> output(FloatsOf(session.output().shape, batch), -77.0f);
  const Status status = session.Run(batch, input, output);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return output;
}

// Expects outputs equal to the naive ones up to float rounding: 3e-5 of the largest output.
inline void ExpectMatchesNaive(NetBuilder& net,
                               const std::vector<int64_t>& batches = {1, 3, 5, 35}) {
  const std::vector<uint8_t> file = net.File();
  for (const bool reference : {false, true}) {
    auto session = Session::Load(file, {.threads = 1, .reference_kernels = reference});
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    for (int64_t batch : batches) {
      const std::vector<float> input = net.RandomInput(batch);
      const NaiveTensor expected = RunNaively(net, batch, input);
      const std::vector<float> output = RunSession(*session, batch, input);
      ASSERT_EQ(output.size(), expected.values.size());
      ASSERT_EQ(session->output().shape.size(), expected.shape.size());
      for (size_t d = 1; d < expected.shape.size(); ++d) {
        ASSERT_EQ(session->output().shape[d], expected.shape[d]);
      }
      double largest = 1e-3;
      for (double v : expected.values) largest = std::max(largest, std::abs(v));
      for (size_t i = 0; i < output.size(); ++i) {
        ASSERT_NEAR(output[i], expected.values[i], 3e-5 * largest)
            << "element " << i << ", batch " << batch << (reference ? ", reference" : "");
      }
    }
  }
}

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_RUN_CHECKS_H_
