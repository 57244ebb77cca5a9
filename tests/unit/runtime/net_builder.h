// Builds small networks for the runtime's tests: as a manifest, as the bytes of a .dcz, and as
// plain values for the second implementation that results are checked against.
#ifndef DC_TESTS_UNIT_RUNTIME_NET_BUILDER_H_
#define DC_TESTS_UNIT_RUNTIME_NET_BUILDER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "format/manifest.h"
#include "format/writer.h"
#include "runtime/load/constant.h"

namespace dc::runtime {

class NetBuilder {
 public:
  // A value of the network.
  struct Ref {
    enum Kind { kInput, kTensor, kNode, kOmitted } kind = kOmitted;
    size_t index = 0;
  };

  // `shape` includes the batch.
  explicit NetBuilder(std::vector<int64_t> shape, uint64_t seed = 1);

  Ref input() const { return {Ref::kInput, 0}; }
  // One more input, before any tensor or node.
  Ref AddInput(std::vector<int64_t> shape);
  Ref omitted() const { return {}; }
  // A plain tensor with these values, or with random ones in [low, high).
  Ref Plain(std::vector<int64_t> shape, std::vector<float> values);
  Ref Random(std::vector<int64_t> shape, float low = -1, float high = 1);
  // A table-coded weight of `entries` centroids, entry 0 being 0; about `density` of the values are
  // not zero. `sparse`: stored with positions.
  Ref Coded(std::vector<int64_t> shape, double density, uint32_t entries, bool sparse = true);
  // The same with the codes given.
  Ref Coded(std::vector<int64_t> shape, std::vector<uint16_t> codes, std::vector<float> codebook,
            bool sparse);
  // A node with its attributes in the order of format/ops.cc; its output becomes the network's.
  Ref Node(format::Op op, const std::vector<Ref>& inputs, std::vector<int64_t> ints = {},
           std::vector<float> floats = {});
  // A batch normalization of `channels` channels, with random statistics.
  Ref BatchNorm(Ref x, int64_t channels) {
    return Node(format::Op::kBatchNormalization,
                {x, Random({channels}), Random({channels}), Random({channels}),
                 Random({channels}, 0.5f, 2)},
                {}, {1e-5f});
  }
  // Relu(op(...)), for fusion.
  Ref Relu(Ref value) { return Node(format::Op::kRelu, {value}); }

  // Takes another value as the output, or several.
  void SetOutput(Ref value) { outputs_ = {value}; }
  void SetOutputs(std::vector<Ref> values) { outputs_ = std::move(values); }
  // Shapes are fixed, dimension 0 is no batch.
  void FixShapes() { manifest_.fixed_shapes = true; }
  // The file allows inputs of 8 bits.
  void AllowInt8Activations() { manifest_.int8_activations = true; }

  void SetOpset(uint32_t opset) { manifest_.opset = opset; }

  const format::Manifest& manifest();
  // What `tensor` decodes to.
  Constant Load(size_t tensor) const;
  // Dense values of each tensor, row-major.
  const std::vector<std::vector<double>>& tensor_values() const { return values_; }
  // The file. Fails the running test where it cannot be written.
  std::vector<uint8_t> File();

  Rng& rng() { return rng_; }
  std::vector<float> RandomInput(int64_t batch);

 private:
  uint32_t Number(Ref value) const;

  Rng rng_;
  format::Manifest manifest_;
  std::vector<std::vector<Ref>> node_inputs_;
  std::vector<std::vector<double>> values_;
  std::vector<format::TensorBytes> bytes_;
  std::vector<Constant> constants_;
  std::vector<Ref> outputs_;
};

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_NET_BUILDER_H_
