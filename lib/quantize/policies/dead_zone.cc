// A uniform grid with a dead zone: whole numbers of one step, zero among them, where a value goes
// to zero from farther away than to other entries. Sullivan 1996, "Efficient scalar quantization of
// exponential and Laplacian random variables": the best quantizer for an entropy coder when values
// are distributed as weights are.
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "quantize/dead_zone_grid.h"
#include "quantize/policy.h"
#include "quantize/rate_codebook.h"

namespace dc {
namespace {

constexpr int kLeastBits = 2;

class DeadZonePolicy : public Policy {
 public:
  PolicyInfo info() const override {
    return {"dead_zone",
            "Sullivan 1996, IEEE Transactions on Information Theory 42 (5)",
            "integers times a step, and more values than the nearest at zero; at least 2 bits; "
            "fine-tuning trains latent weights",
            {},
            /*for_rate=*/true};
  }

  int EffectiveBits(int bits) const override { return std::max(bits, kLeastBits); }

  QuantizedWeight Quantize(std::span<const float> values, const PolicyOptions& options,
                           int* iterations) const override {
    *iterations = 0;
    QuantizedWeight start;
    start.bits = options.bits;
    const auto constraint = OnGrid(start, values, 1);
    std::vector<float> latent = constraint->first_latent(), effective(values.size());
    constraint->Project(latent, effective, 0);
    return constraint->Finish(latent);
  }

  ConstrainedWeight MakeConstraint(const QuantizedWeight& weight,
                                   std::span<const float> original) const override {
    auto constraint = OnGrid(weight, original, 1);
    ConstrainedWeight result;
    result.latent = constraint->first_latent();
    result.rule_values = constraint->rule_values();
    result.constraint = std::move(constraint);
    return result;
  }

  std::unique_ptr<RateConstraint> MakeRateConstraint(const QuantizedWeight& weight,
                                                     std::span<const float> original,
                                                     int batch_size) const override {
    return OnGrid(weight, original, batch_size);
  }

  QuantizedWeight Finish(const QuantizedWeight& weight,
                         std::span<const float> latent) const override {
    return OnGrid(weight, weight.Values(), 1)->Finish(latent);
  }

 private:
  // Values that are on the grid of `weight` stay where they are; others meet its dead zone.
  std::unique_ptr<RateConstraint> OnGrid(const QuantizedWeight& weight,
                                         std::span<const float> values, int batch_size) const {
    const int bits = EffectiveBits(weight.bits);
    const std::optional<DeadZoneGrid> before = DeadZoneGrid::With(weight.codebook, bits);
    const DeadZoneGrid grid = before ? *before : DeadZoneGrid::Reaching(values, bits);
    const bool stay = before && std::ranges::equal(weight.Values(), values);
    return std::make_unique<RateConstraint>(
        weight, values, batch_size, grid,
        stay ? NearestBounds(grid.Entries()) : grid.DeadZoneBounds(values));
  }
};

const DeadZonePolicy dead_zone;
const PolicyRegistration dead_zone_registration(&dead_zone);

}  // namespace
}  // namespace dc
