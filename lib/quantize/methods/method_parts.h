// What methods are put together from.
#ifndef DC_QUANTIZE_METHODS_METHOD_PARTS_H_
#define DC_QUANTIZE_METHODS_METHOD_PARTS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "quantize/activation_sites.h"
#include "quantize/method.h"

namespace dc {

// A method that is its information and a function.
class FunctionMethod : public Method {
 public:
  using PlanFunction = StatusOr<MethodPlan>(MethodContext* context);
  FunctionMethod(MethodInfo info, PlanFunction* plan) : info_(std::move(info)), plan_(plan) {}
  MethodInfo info() const override { return info_; }
  StatusOr<MethodPlan> Plan(MethodContext* context) const override { return plan_(context); }

 private:
  MethodInfo info_;
  PlanFunction* plan_;
};

// Gives every quantized layer this quantizer of weights, with the bits that the layer has of its
// own.
void QuantizeWeights(const MethodContext& context, const QuantizerSpec& spec, MethodPlan* plan);

// Every layer's steps are scaled by 1 / sqrt(1.5 / (fan in + fan out)), as the authors of
// BinaryConnect have it.
void ScaleStepsByFans(const MethodContext& context, MethodPlan* plan);

// UsageError where the method has no `what` of so many bits: outside `least` to `most`, and not
// float where `or_float`.
Status CheckMethodBits(const std::string& what, int bits, int least, int most, bool or_float);

// Whole numbers of `bits` bits, with a step of 1: from 0 on where `rectified`, else two's
// complement.
ValueQuantizer WholeNumbers(int bits, bool rectified);

// Grids of values between -1 and 1.
ValueQuantizer SignOfValue();           // -1, 1; the gradient passes between -1 and 1
ValueQuantizer UnitInterval(int bits);  // 2^bits levels from 0 to 1
// -1, ..., 0, ..., 1: 2^bits - 1 levels, or the sign; the gradient passes between -1 and 1.
ValueQuantizer SymmetricInterval(int bits);
// where `replaces`. The input of the network is left out.
void QuantizeActivations(MethodContext* context, bool replaces,
                         const std::function<ValueQuantizer(const ActivationSite&)>& quantizer);

// Rounds the gradients of the outputs of quantized layers: a QuantizeGradient with these
// attributes.
void QuantizeGradients(MethodContext* context,
                       const std::map<std::string, AttributeValue>& attributes);

// Weights as BWN and XNOR-Net have them: centered signs, a scale per output, the authors' gradient.
void QuantizeWeightsAsXnor(const MethodContext& context, MethodPlan* plan);

// Rounds the network's input to `context.bits.input` bits: whole numbers of 2^-(bits - 1) in
// [-1, 1), or its sign; nothing where that is float. `quantizer` may say another grid.
void QuantizeInput(MethodContext* context);

// What each site's values are like, by site; those of these names. UsageError without data.
StatusOr<std::map<std::string, ObservedValue>> ObserveSites(const MethodContext& context,
                                                            const std::string& method);
StatusOr<std::map<std::string, ObservedValue>> ObserveValues(const MethodContext& context,
                                                             const std::vector<std::string>& names,
                                                             const std::string& method);

// What a method says that has no data to look at values with.
Status NeedsData(const std::string& method);

// Whether a layer that is quantized reads it.
bool IsReadByQuantized(const MethodContext& context, const ActivationSite& site);

// The weights, biases, scales and statistics that `value` is computed from.
std::set<std::string> LearnedBefore(const Graph& graph, const std::string& value);

// The sites of quantized layers but the input, moved to what their activation functions read.
std::vector<ActivationSite> SitesBeforeFunctions(const MethodContext& context);

// A two's complement grid of `bits` with a power-of-two step, whose largest value is at least
// `magnitude` or, where `saves_a_bit`, half of it; unsigned where `rectified`.
ValueQuantizer PowerOfTwoGrid(float magnitude, int bits, bool rectified, bool saves_a_bit);

// That grid whose power of two has the least sum of |x - quantized x| over what was seen.
ValueQuantizer LeastErrorPower(const ObservedValue& value, int bits, bool rectified);

// 2 mean |x| / sqrt(most): where LSQ starts a step (Esser et al. 2020, section 2.1).
float FirstLearnedStep(const ObservedValue& value, double most);

// What a grid of whole numbers up to `most` should reach: by "max", "moving-average" (of the
// batches' largest), "percentile" (99.99 of the magnitudes) or "mse" (the least squared error of
// what was seen).
float RangeOf(const ObservedValue& value, const std::string& rule, int64_t most);

// The option "range" of methods whose authors calibrate activations by a rule of their own, and its
// value: "own" or one of the rules of RangeOf. UsageError for others.
inline const MethodOption kRangeOption = {
    "range", "own",
    "of activations: own (the authors' rule), max, moving-average, percentile (99.99) or mse"};
StatusOr<std::string> RangeRule(const MethodContext& context);

// The option of methods that convert without training.
inline const MethodOption kBiasCorrectionOption = {
    "bias_correction", "no",
    "yes: biases take back what quantizing shifts outputs by, on the mean; without training"};

// The option "start" of methods that clip latent weights to [-1, 1]: where those begin that have no
// values yet.
inline const MethodOption kStartOption = {
    "start", "uniform",
    "of weights without values: uniform (between -1 and 1) or initializer (small, as in float "
    "networks)"};
StatusOr<bool> StartsUniform(const MethodContext& context);

// The option "top" of methods whose weights are powers of two.
inline const MethodOption kTopOfPowersOption = {
    "top", "fit",
    "largest exponent of weights: fit (by the largest weight) or -8 to 8 (nnabla's m is 1)"};

// The option "fraction-bits" of nnabla's fixed-point layers, and the quantizer of weights that it
// asks for.
inline const MethodOption kFractionOption = {
    "fraction-bits", "auto",
    "steps are 2^-N: auto (the least that holds all values) or 0 to 16 (nnabla's default is 4)"};
StatusOr<QuantizerSpec> FixedPointWeights(const MethodContext& context);

// The option "clip" of methods of binary weights.
inline const MethodOption kClipOption = {
    "clip", "yes", "latent weights to [-1, 1]; nnabla's binary connect and net: no"};

// Unsupported where a quantized layer has no normalization after it: weights without a scale then
// make values of any size.
Status CheckNormalized(const MethodContext& context, const std::string& method);

// "yes" or "no". UsageError for anything else.
StatusOr<bool> YesOrNo(const MethodContext& context, const std::string& option);

}  // namespace dc

#endif  // DC_QUANTIZE_METHODS_METHOD_PARTS_H_
