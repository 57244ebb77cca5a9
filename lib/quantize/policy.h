// The interface of every policy: a codebook with a rule for choosing and training it.
#ifndef DC_QUANTIZE_POLICY_H_
#define DC_QUANTIZE_POLICY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/quantize.h"
#include "dc/status.h"
#include "model/constraint.h"
#include "quantize/rate_constraint.h"

namespace dc {

struct PolicyOptions {
  int bits = 8;  // codes are below 2^bits
  uint64_t seed = 1;
  PolicySettings settings;  // a value for each of the policy's own options
};

// One rule for codebooks. Stateless; one instance is shared by all threads.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual PolicyInfo info() const = 0;
  // Bits this policy works with when it is asked for `bits` (ternary: always 2).
  virtual int EffectiveBits(int bits) const { return bits; }
  // Codebook, codes and `iterations` for a weight of these values (finite, not empty), in row-major
  // order. Zeros are pruned: where there are any, entry 0 is an exact zero and theirs. Everything
  // else of the result is the caller's.
  virtual QuantizedWeight Quantize(std::span<const float> values, const PolicyOptions& options,
                                   int* iterations) const = 0;
  // The constraint under which fine-tuning trains `weight` (from Quantize), with its initial latent
  // values. `original` holds the float weight before quantization.
  virtual ConstrainedWeight MakeConstraint(const QuantizedWeight& weight,
                                           std::span<const float> original) const = 0;
  // The constraint under which training for the coder trains `weight`; null without
  // info().for_rate. Gradients are means over `batch_size` samples.
  virtual std::unique_ptr<RateConstraint> MakeRateConstraint(const QuantizedWeight& /*weight*/,
                                                             std::span<const float> /*original*/,
                                                             int /*batch_size*/) const {
    return nullptr;
  }
  // The quantized weight after fine-tuning left these latent values.
  virtual QuantizedWeight Finish(const QuantizedWeight& weight,
                                 std::span<const float> latent) const = 0;
};

// The policy called `name`; UsageError that lists all names where there is none.
StatusOr<const Policy*> FindPolicy(const std::string& name);

// `given` with the defaults of the options of `policy` that it leaves out. UsageError for an option
// that the policy does not have, and for a value that the option does not have.
StatusOr<PolicySettings> CompleteSettings(const Policy& policy, const PolicySettings& given);

// The part of `settings` that `policy` knows.
PolicySettings SettingsFor(const Policy& policy, const PolicySettings& settings);

// All policies, sorted by name.
const std::vector<const Policy*>& AllPolicies();

// The registration record that ends every file in policies/.
class PolicyRegistration {
 public:
  explicit PolicyRegistration(const Policy* policy);
};

}  // namespace dc

#endif  // DC_QUANTIZE_POLICY_H_
