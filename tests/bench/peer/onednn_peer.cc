#include "bench/peer/onednn_peer.h"

#include <omp.h>

#include <algorithm>
#include <dnnl.hpp>

namespace dc {
namespace {

using dnnl::memory;

class InnerProduct : public Competitor {
 public:
  explicit InnerProduct(const FullyConnectedTask& task)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(1);
    const auto type = memory::data_type::f32;
    const memory::desc plain_weight({task.outputs, task.inputs}, type, memory::format_tag::ab);
    const dnnl::inner_product_forward::desc operation(
        dnnl::prop_kind::forward_inference,
        memory::desc({task.batch, task.inputs}, type, memory::format_tag::ab),
        memory::desc({task.outputs, task.inputs}, type, memory::format_tag::any),
        memory::desc({task.outputs}, type, memory::format_tag::a),
        memory::desc({task.batch, task.outputs}, type, memory::format_tag::ab));
    const dnnl::inner_product_forward::primitive_desc plan(operation, engine_);
    weight_ = memory(plan.weights_desc(), engine_);
    // oneDNN only reads it; its interface has no const.
    memory weight(plain_weight, engine_, const_cast<float*>(task.weight.data()));
    dnnl::reorder(weight, weight_).execute(stream_, weight, weight_);
    stream_.wait();
    input_ = Copy(plan.src_desc(), task.input);
    bias_ = Copy(plan.bias_desc(), task.bias);
    output_ = memory(plan.dst_desc(), engine_);
    outputs_ = static_cast<size_t>(task.batch * task.outputs);
    primitive_ = dnnl::inner_product_forward(plan);
  }

  StatusOr<std::vector<float>> Output() override {
    Run();
    const float* values = static_cast<const float*>(output_.get_data_handle());
    return std::vector<float>(values, values + outputs_);
  }
  StatusOr<Times> Time(double seconds) override {
    return TimeCalls(seconds, [this] { Run(); });
  }

 private:
  memory Copy(const memory::desc& desc, std::span<const float> values) {
    memory copy(desc, engine_);
    std::copy(values.begin(), values.end(), static_cast<float*>(copy.get_data_handle()));
    return copy;
  }
  void Run() {
    primitive_.execute(stream_, {{DNNL_ARG_SRC, input_},
                                 {DNNL_ARG_WEIGHTS, weight_},
                                 {DNNL_ARG_BIAS, bias_},
                                 {DNNL_ARG_DST, output_}});
    stream_.wait();
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  memory weight_, input_, bias_, output_;
  size_t outputs_ = 0;
};

}  // namespace

StatusOr<std::unique_ptr<Competitor>> MakeOneDnnPeer(const FullyConnectedTask& task) {
  try {
    return std::unique_ptr<Competitor>(std::make_unique<InnerProduct>(task));
  } catch (const dnnl::error& error) {
    return Internal(std::string("oneDNN: ") + error.message);
  }
}

}  // namespace dc
