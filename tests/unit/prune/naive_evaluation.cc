#include "unit/prune/naive_evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "base/rng.h"

namespace dc {
namespace {

struct Value {
  std::vector<int64_t> shape;
  std::vector<double> data;
};

using Values = std::map<std::string, Value>;

struct Window {
  int64_t kernel_h, kernel_w, stride_h, stride_w, top, left, out_h, out_w;

  Window(const Node& node, const Value& in, int64_t kh, int64_t kw) : kernel_h(kh), kernel_w(kw) {
    const auto strides = node.Ints("strides", {1, 1});
    const auto pads = node.Ints("pads", {0, 0, 0, 0});
    stride_h = strides[0];
    stride_w = strides[1];
    top = pads[0];
    left = pads[1];
    out_h = (in.shape[2] + pads[0] + pads[2] - kh) / stride_h + 1;
    out_w = (in.shape[3] + pads[1] + pads[3] - kw) / stride_w + 1;
  }
};

// in[n, c, y, x], or `outside` where that is padding.
double Pixel(const Value& in, int64_t n, int64_t c, int64_t y, int64_t x, double outside) {
  if (y < 0 || x < 0 || y >= in.shape[2] || x >= in.shape[3]) return outside;
  return in.data[static_cast<size_t>(((n * in.shape[1] + c) * in.shape[2] + y) * in.shape[3] + x)];
}

Value Convolve(const Node& node, const Value& in, const Value& w, const Value* bias) {
  const Window window(node, in, w.shape[2], w.shape[3]);
  const int64_t groups = node.Int("group", 1), group_out = w.shape[0] / groups;
  Value out{{in.shape[0], w.shape[0], window.out_h, window.out_w}, {}};
  for (int64_t n = 0; n < in.shape[0]; ++n) {
    for (int64_t o = 0; o < w.shape[0]; ++o) {
      for (int64_t y = 0; y < window.out_h; ++y) {
        for (int64_t x = 0; x < window.out_w; ++x) {
          double sum = bias ? bias->data[static_cast<size_t>(o)] : 0;
          for (int64_t c = 0; c < w.shape[1]; ++c) {
            for (int64_t i = 0; i < window.kernel_h; ++i) {
              for (int64_t j = 0; j < window.kernel_w; ++j) {
                sum += Pixel(w, o, c, i, j, 0) * Pixel(in, n, o / group_out * w.shape[1] + c,
                                                       y * window.stride_h - window.top + i,
                                                       x * window.stride_w - window.left + j, 0);
              }
            }
          }
          out.data.push_back(sum);
        }
      }
    }
  }
  return out;
}

Value Pool(const Node& node, const Value& in) {
  const auto kernel = node.Ints("kernel_shape", {in.shape[2], in.shape[3]});
  const Window window(node, in, kernel[0], kernel[1]);
  const bool max = node.op == "MaxPool", count_pads = node.Int("count_include_pad", 0) != 0;
  Value out{{in.shape[0], in.shape[1], window.out_h, window.out_w}, {}};
  for (int64_t n = 0; n < in.shape[0]; ++n) {
    for (int64_t c = 0; c < in.shape[1]; ++c) {
      for (int64_t y = 0; y < window.out_h; ++y) {
        for (int64_t x = 0; x < window.out_w; ++x) {
          double best = -INFINITY, sum = 0, count = 0;
          for (int64_t i = 0; i < kernel[0]; ++i) {
            for (int64_t j = 0; j < kernel[1]; ++j) {
              const double value = Pixel(in, n, c, y * window.stride_h - window.top + i,
                                         x * window.stride_w - window.left + j, INFINITY);
              if (std::isinf(value)) {
                count += count_pads;
                continue;
              }
              best = std::max(best, value);
              sum += value;
              ++count;
            }
          }
          out.data.push_back(max ? best : sum / count);
        }
      }
    }
  }
  return out;
}

Value Multiply(const Node& node, const Value& a, const Value& b, const Value* c) {
  const bool transposed = node.Int("transB", 0) != 0;
  const int64_t inner = transposed ? b.shape[1] : b.shape[0];
  const int64_t outputs = transposed ? b.shape[0] : b.shape[1];
  const int64_t rows = static_cast<int64_t>(a.data.size()) / inner;
  Value out{{rows, outputs}, {}};
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t o = 0; o < outputs; ++o) {
      double sum = 0;
      for (int64_t i = 0; i < inner; ++i) {
        sum += a.data[static_cast<size_t>(r * inner + i)] *
               b.data[static_cast<size_t>(transposed ? o * inner + i : i * outputs + o)];
      }
      sum *= node.Float("alpha", 1);
      if (c) sum += node.Float("beta", 1) * c->data[static_cast<size_t>(o) % c->data.size()];
      out.data.push_back(sum);
    }
  }
  return out;
}

// The channel of element i: axis 1.
size_t ChannelOf(const Value& value, size_t i) {
  size_t inner = 1;
  for (size_t d = 2; d < value.shape.size(); ++d) inner *= static_cast<size_t>(value.shape[d]);
  return i / inner % static_cast<size_t>(value.shape[1]);
}

Value Elementwise(const Node& node, Value value, const Values& values) {
  for (size_t i = 0; i < value.data.size(); ++i) {
    double& x = value.data[i];
    if (node.op == "Relu") {
      x = std::max(x, 0.0);
    } else if (node.op == "LeakyRelu") {
      x = x < 0 ? node.Float("alpha", 0.01f) * x : x;
    } else if (node.op == "Sigmoid") {
      x = 1 / (1 + std::exp(-x));
    } else if (node.op == "Tanh") {
      x = std::tanh(x);
    } else if (node.op == "Clip") {
      x = std::clamp(x, values.at(node.inputs[1]).data[0], values.at(node.inputs[2]).data[0]);
    } else if (node.op == "BatchNormalization") {
      const size_t c = ChannelOf(value, i);
      auto at = [&](size_t input) { return values.at(node.inputs[input]).data[c]; };
      x = (x - at(3)) / std::sqrt(at(4) + node.Float("epsilon", 1e-5f)) * at(1) + at(2);
    } else if (node.op != "Identity" && node.op != "Dropout") {
      throw std::runtime_error("no naive " + node.op);
    }
  }
  return value;
}

// a + b where b is of a's shape or has one number a channel (or a column, for matrices).
Value AddValues(Value a, const Value& b) {
  for (size_t i = 0; i < a.data.size(); ++i) {
    a.data[i] += b.data.size() == a.data.size() ? b.data[i] : b.data[ChannelOf(a, i)];
  }
  return a;
}

Value Apply(const Node& node, const Values& values) {
  const Value& in = values.at(node.inputs[0]);
  const Value* third = node.Input(2).empty() ? nullptr : &values.at(node.inputs[2]);
  if (node.op == "Conv") return Convolve(node, in, values.at(node.inputs[1]), third);
  if (node.op == "Gemm" || node.op == "MatMul") {
    return Multiply(node, in, values.at(node.inputs[1]), third);
  }
  if (node.op == "MaxPool" || node.op == "AveragePool" || node.op == "GlobalAveragePool") {
    return Pool(node, in);
  }
  if (node.op == "Add") {
    const Value& other = values.at(node.inputs[1]);
    return in.data.size() < other.data.size() ? AddValues(other, in) : AddValues(in, other);
  }
  const auto count = static_cast<int64_t>(in.data.size());
  if (node.op == "Flatten") return {{in.shape[0], count / in.shape[0]}, in.data};
  if (node.op == "Reshape") {
    const std::vector<double>& shape = values.at(node.inputs[1]).data;
    const auto first = static_cast<int64_t>(shape[0]), second = static_cast<int64_t>(shape[1]);
    const int64_t rows = first == 0 ? in.shape[0] : first < 0 ? count / second : first;
    return {{rows, count / rows}, in.data};
  }
  return Elementwise(node, in, values);
}

}  // namespace

std::vector<double> EvaluateNaively(const Graph& graph, const std::vector<int64_t>& shape,
                                    const std::vector<double>& input) {
  Values values;
  values[graph.inputs[0].name] = {shape, input};
  for (const auto& [name, tensor] : graph.initializers) {
    Value value{tensor.shape, {}};
    if (tensor.type == DataType::kInt64) {
      for (const int64_t x : tensor.data<int64_t>()) value.data.push_back(static_cast<double>(x));
    } else {
      value.data.assign(tensor.f32().begin(), tensor.f32().end());
    }
    values[name] = std::move(value);
  }
  for (const Node& node : graph.nodes) values[node.outputs[0]] = Apply(node, values);
  return values.at(graph.outputs[0].name).data;
}

std::vector<float> RandomValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(2 * rng.Uniform() - 1);
  return values;
}

}  // namespace dc
