#include "unit/runtime/naive_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "format/ops.h"

namespace dc::runtime {
namespace {

using Dims = std::vector<int64_t>;

int64_t Count(const Dims& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

// The multi-index of element `flat`.
Dims Unravel(int64_t flat, const Dims& shape) {
  Dims index(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = flat % shape[d];
    flat /= shape[d];
  }
  return index;
}

int64_t Ravel(const Dims& index, const Dims& shape) {
  int64_t flat = 0;
  for (size_t d = 0; d < shape.size(); ++d) flat = flat * shape[d] + index[d];
  return flat;
}

NaiveTensor Map(const NaiveTensor& x, const std::function<double(double)>& f) {
  NaiveTensor y = x;
  for (double& v : y.values) v = f(v);
  return y;
}

// numpy's broadcasting: dimensions are aligned at the end.
NaiveTensor Broadcast(const NaiveTensor& a, const NaiveTensor& b,
                      const std::function<double(double, double)>& f) {
  NaiveTensor y;
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  const auto dimension = [&](const Dims& shape, size_t d) {
    const size_t missing = rank - shape.size();
    return d < missing ? int64_t{1} : shape[d - missing];
  };
  for (size_t d = 0; d < rank; ++d) {
    y.shape.push_back(std::max(dimension(a.shape, d), dimension(b.shape, d)));
  }
  const auto at = [&](const NaiveTensor& t, const Dims& index) {
    Dims own;
    for (size_t d = rank - t.shape.size(); d < rank; ++d) {
      own.push_back(dimension(t.shape, d) == 1 ? 0 : index[d]);
    }
    return t.values[static_cast<size_t>(Ravel(own, t.shape))];
  };
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    const Dims index = Unravel(i, y.shape);
    y.values.push_back(f(at(a, index), at(b, index)));
  }
  return y;
}

// Kernel, strides, pads, ... of two axes; sequences get a first axis of length 1.
struct Window {
  int64_t kernel[2] = {1, 1}, stride[2] = {1, 1}, dilation[2] = {1, 1};
  int64_t begin[2] = {0, 0}, end[2] = {0, 0};
};

Window ReadWindow(const format::Attributes& a, const Dims& kernel) {
  Window w;
  const size_t axes = kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const size_t to = i + 2 - axes;
    w.kernel[to] = kernel[i];
    if (!a.Ints("strides").empty()) w.stride[to] = a.Ints("strides")[i];
    if (!a.Ints("dilations").empty()) w.dilation[to] = a.Ints("dilations")[i];
    if (!a.Ints("pads").empty()) {
      w.begin[to] = a.Ints("pads")[i];
      w.end[to] = a.Ints("pads")[axes + i];
    }
  }
  return w;
}

int64_t OutSize(const Window& w, int i, int64_t in, bool ceil_mode) {
  const double room =
      static_cast<double>(in + w.begin[i] + w.end[i] - w.dilation[i] * (w.kernel[i] - 1) - 1);
  const double steps = room / static_cast<double>(w.stride[i]);
  return static_cast<int64_t>(ceil_mode ? std::ceil(steps) : std::floor(steps)) + 1;
}

// N x C x H x W, sequences with H = 1.
NaiveTensor To4d(const NaiveTensor& x) {
  NaiveTensor y = x;
  if (y.shape.size() == 3) y.shape.insert(y.shape.begin() + 2, 1);
  return y;
}

double At4d(const NaiveTensor& t, int64_t n, int64_t c, int64_t y, int64_t x) {
  return t.values[static_cast<size_t>(((n * t.shape[1] + c) * t.shape[2] + y) * t.shape[3] + x)];
}

NaiveTensor Conv(const format::Attributes& a, const NaiveTensor& x_in, const NaiveTensor& w_in,
                 const NaiveTensor* bias) {
  const NaiveTensor x = To4d(x_in), w = To4d(w_in);
  const Window win = ReadWindow(a, Dims(w_in.shape.begin() + 2, w_in.shape.end()));
  const int64_t group = a.Int("group");
  const int64_t outs = w.shape[0], group_in = w.shape[1], group_out = outs / group;
  NaiveTensor y;
  y.shape = {x.shape[0], outs, OutSize(win, 0, x.shape[2], false),
             OutSize(win, 1, x.shape[3], false)};
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    const Dims o = Unravel(i, y.shape);
    double sum = bias ? bias->values[static_cast<size_t>(o[1])] : 0;
    for (int64_t c = 0; c < group_in; ++c) {
      for (int64_t ky = 0; ky < win.kernel[0]; ++ky) {
        for (int64_t kx = 0; kx < win.kernel[1]; ++kx) {
          const int64_t iy = o[2] * win.stride[0] - win.begin[0] + ky * win.dilation[0];
          const int64_t ix = o[3] * win.stride[1] - win.begin[1] + kx * win.dilation[1];
          if (iy < 0 || ix < 0 || iy >= x.shape[2] || ix >= x.shape[3]) continue;
          const int64_t channel = o[1] / group_out * group_in + c;
          sum += At4d(x, o[0], channel, iy, ix) * At4d(w, o[1], c, ky, kx);
        }
      }
    }
    y.values.push_back(sum);
  }
  if (x_in.shape.size() == 3) y.shape.erase(y.shape.begin() + 2);
  return y;
}

NaiveTensor Pool(const format::Attributes& a, const NaiveTensor& x_in, bool max) {
  const NaiveTensor x = To4d(x_in);
  const auto kernel = a.Ints("kernel_shape");
  const Window win = ReadWindow(a, Dims(kernel.begin(), kernel.end()));
  const bool ceil_mode = a.Int("ceil_mode") != 0;
  NaiveTensor y;
  y.shape = {x.shape[0], x.shape[1], OutSize(win, 0, x.shape[2], ceil_mode),
             OutSize(win, 1, x.shape[3], ceil_mode)};
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    const Dims o = Unravel(i, y.shape);
    double best = -std::numeric_limits<double>::infinity(), sum = 0;
    int64_t inside = 0, padded = 0;
    for (int64_t ky = 0; ky < win.kernel[0]; ++ky) {
      for (int64_t kx = 0; kx < win.kernel[1]; ++kx) {
        const int64_t iy = o[2] * win.stride[0] - win.begin[0] + ky * win.dilation[0];
        const int64_t ix = o[3] * win.stride[1] - win.begin[1] + kx * win.dilation[1];
        padded += iy < x.shape[2] + win.end[0] && ix < x.shape[3] + win.end[1];
        if (iy < 0 || ix < 0 || iy >= x.shape[2] || ix >= x.shape[3]) continue;
        const double v = At4d(x, o[0], o[1], iy, ix);
        if (std::isnan(v) || v > best) best = v;  // and NaN stays
        sum += v;
        ++inside;
      }
    }
    const int64_t count = !max && a.Int("count_include_pad") ? padded : inside;
    y.values.push_back(max ? best : sum / static_cast<double>(count));
  }
  if (x_in.shape.size() == 3) y.shape.erase(y.shape.begin() + 2);
  return y;
}

NaiveTensor MatMul(const NaiveTensor& a, const NaiveTensor& b) {
  const int64_t inner = b.shape[0], outs = b.shape[1];
  NaiveTensor y{a.shape, {}};
  y.shape.back() = outs;
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    double sum = 0;
    for (int64_t k = 0; k < inner; ++k) {
      sum += a.values[static_cast<size_t>(i / outs * inner + k)] *
             b.values[static_cast<size_t>(k * outs + i % outs)];
    }
    y.values.push_back(sum);
  }
  return y;
}

NaiveTensor Transpose(const NaiveTensor& x, Dims perm) {
  if (perm.empty()) {
    for (size_t d = x.shape.size(); d-- > 0;) perm.push_back(static_cast<int64_t>(d));
  }
  NaiveTensor y;
  for (int64_t d : perm) y.shape.push_back(x.shape[static_cast<size_t>(d)]);
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    const Dims to = Unravel(i, y.shape);
    Dims from(to.size());
    for (size_t d = 0; d < perm.size(); ++d) from[static_cast<size_t>(perm[d])] = to[d];
    y.values.push_back(x.values[static_cast<size_t>(Ravel(from, x.shape))]);
  }
  return y;
}

NaiveTensor Gemm(const format::Attributes& a, const NaiveTensor& x, const NaiveTensor& w,
                 const NaiveTensor* c) {
  NaiveTensor y = MatMul(x, a.Int("transB") ? Transpose(w, {1, 0}) : w);
  for (double& v : y.values) v *= a.Float("alpha");
  if (c == nullptr) return y;
  const double beta = a.Float("beta");
  return Broadcast(y, *c, [beta](double v, double bias) { return v + beta * bias; });
}

NaiveTensor Softmax(const NaiveTensor& x, int64_t axis, uint32_t opset) {
  const int64_t rank = static_cast<int64_t>(x.shape.size());
  if (axis < 0) axis += rank;
  const size_t first = static_cast<size_t>(axis);
  const size_t last = opset < 13 ? x.shape.size() : first + 1;
  NaiveTensor y = x;
  for (int64_t i = 0; i < Count(x.shape); ++i) {
    const Dims own = Unravel(i, x.shape);
    std::vector<double> row;
    for (int64_t j = 0; j < Count(x.shape); ++j) {
      const Dims other = Unravel(j, x.shape);
      bool same = true;
      for (size_t d = 0; d < own.size(); ++d) {
        same = same && ((d >= first && d < last) || own[d] == other[d]);
      }
      if (same) row.push_back(x.values[static_cast<size_t>(j)]);
    }
    // As ONNX's reference: where the largest is infinite all of the row are NaN.
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double v : row) sum += std::exp(v - largest);
    y.values[static_cast<size_t>(i)] = std::exp(x.values[static_cast<size_t>(i)] - largest) / sum;
  }
  return y;
}

NaiveTensor Lrn(const format::Attributes& a, const NaiveTensor& x) {
  NaiveTensor y = x;
  const int64_t size = a.Int("size");
  for (int64_t i = 0; i < Count(x.shape); ++i) {
    Dims at = Unravel(i, x.shape);
    const int64_t c = at[1];
    double squares = 0;
    for (int64_t n = std::max<int64_t>(0, c - (size - 1) / 2);
         n <= std::min(x.shape[1] - 1, c + size / 2); ++n) {
      at[1] = n;
      squares += std::pow(x.values[static_cast<size_t>(Ravel(at, x.shape))], 2);
    }
    y.values[static_cast<size_t>(i)] /= std::pow(
        a.Float("bias") + a.Float("alpha") / static_cast<double>(size) * squares, a.Float("beta"));
  }
  return y;
}

NaiveTensor BatchNorm(double epsilon, const std::vector<const NaiveTensor*>& in) {
  NaiveTensor y = *in[0];
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    const size_t c = static_cast<size_t>(Unravel(i, y.shape)[1]);
    double& v = y.values[static_cast<size_t>(i)];
    v = (v - in[3]->values[c]) / std::sqrt(in[4]->values[c] + epsilon) * in[1]->values[c] +
        in[2]->values[c];
  }
  return y;
}

NaiveTensor GlobalAverage(const NaiveTensor& x) {
  NaiveTensor y;
  y.shape = Dims(x.shape.size(), 1);
  y.shape[0] = x.shape[0];
  y.shape[1] = x.shape[1];
  const int64_t plane = Count(x.shape) / Count(y.shape);
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    double sum = 0;
    for (int64_t p = 0; p < plane; ++p) sum += x.values[static_cast<size_t>(i * plane + p)];
    y.values.push_back(sum / static_cast<double>(plane));
  }
  return y;
}

NaiveTensor Concat(const std::vector<const NaiveTensor*>& in, int64_t axis) {
  const size_t d = static_cast<size_t>(axis < 0 ? axis + int64_t(in[0]->shape.size()) : axis);
  NaiveTensor y{in[0]->shape, {}};
  y.shape[d] = 0;
  for (const NaiveTensor* t : in) y.shape[d] += t->shape[d];
  for (int64_t i = 0; i < Count(y.shape); ++i) {
    Dims index = Unravel(i, y.shape);
    size_t part = 0;
    while (index[d] >= in[part]->shape[d]) index[d] -= in[part++]->shape[d];
    y.values.push_back(in[part]->values[static_cast<size_t>(Ravel(index, in[part]->shape))]);
  }
  return y;
}

NaiveTensor Reshape(const NaiveTensor& x, Dims shape, bool allow_zero) {
  int64_t known = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && !allow_zero) shape[d] = x.shape[d];
    if (shape[d] > 0) known *= shape[d];
  }
  for (int64_t& dimension : shape) {
    if (dimension == -1) dimension = Count(x.shape) / known;
  }
  return {shape, x.values};
}

NaiveTensor Flatten(const NaiveTensor& x, int64_t axis) {
  if (axis < 0) axis += static_cast<int64_t>(x.shape.size());
  const int64_t front = Count(Dims(x.shape.begin(), x.shape.begin() + axis));
  return {{front, Count(x.shape) / front}, x.values};
}

NaiveTensor RunNode(const format::Node& node, const std::vector<const NaiveTensor*>& in,
                    uint32_t opset) {
  using format::Op;
  const format::Attributes a(node);
  EXPECT_TRUE(a.ok());
  switch (node.op) {
    case Op::kConv:
      return Conv(a, *in[0], *in[1], in.size() > 2 ? in[2] : nullptr);
    case Op::kGemm:
      return Gemm(a, *in[0], *in[1], in.size() > 2 ? in[2] : nullptr);
    case Op::kMatMul:
      return MatMul(*in[0], *in[1]);
    case Op::kAdd:
      return Broadcast(*in[0], *in[1], std::plus<>());
    case Op::kMul:
      return Broadcast(*in[0], *in[1], std::multiplies<>());
    case Op::kSub:
      return Broadcast(*in[0], *in[1], std::minus<>());
    case Op::kRelu:
      return Map(*in[0], [](double v) { return std::max(v, 0.0); });
    case Op::kSigmoid:
      return Map(*in[0], [](double v) { return 1 / (1 + std::exp(-v)); });
    case Op::kTanh:
      return Map(*in[0], [](double v) { return std::tanh(v); });
    case Op::kClip:
      return Map(*in[0], [&](double v) {
        return std::min<double>(std::max<double>(v, a.Float("min")), a.Float("max"));
      });
    case Op::kLeakyRelu:
      return Map(*in[0], [&](double v) { return v < 0 ? v * a.Float("alpha") : v; });
    case Op::kSoftmax:
      return Softmax(*in[0], a.Int("axis"), opset);
    case Op::kMaxPool:
      return Pool(a, *in[0], true);
    case Op::kAveragePool:
      return Pool(a, *in[0], false);
    case Op::kGlobalAveragePool:
      return GlobalAverage(*in[0]);
    case Op::kBatchNormalization:
      return BatchNorm(a.Float("epsilon"), in);
    case Op::kFlatten:
      return Flatten(*in[0], a.Int("axis"));
    case Op::kReshape:
      return Reshape(*in[0], Dims(a.Ints("shape").begin(), a.Ints("shape").end()),
                     a.Int("allowzero") != 0);
    case Op::kTranspose:
      return Transpose(*in[0], Dims(a.Ints("perm").begin(), a.Ints("perm").end()));
    case Op::kConcat:
      return Concat(in, a.Int("axis"));
    case Op::kLrn:
      return Lrn(a, *in[0]);
    default:  // operators beyond these are compared with ONNX Runtime, in parity_operators
      break;
  }
  ADD_FAILURE() << "no such operator";
  return {};
}

}  // namespace

NaiveTensor RunNaively(NetBuilder& net, int64_t batch, const std::vector<float>& input) {
  const format::Manifest& manifest = net.manifest();
  std::vector<NaiveTensor> values(1 + manifest.tensors.size() + manifest.nodes.size());
  values[0] = {manifest.inputs[0].shape, std::vector<double>(input.begin(), input.end())};
  values[0].shape[0] = batch;
  for (size_t t = 0; t < manifest.tensors.size(); ++t) {
    values[1 + t] = {manifest.tensors[t].shape, net.tensor_values()[t]};
  }
  for (size_t n = 0; n < manifest.nodes.size(); ++n) {
    std::vector<const NaiveTensor*> inputs;
    for (uint32_t v : manifest.nodes[n].inputs) {
      inputs.push_back(v == format::kNoValue ? nullptr : &values[v]);
    }
    values[1 + manifest.tensors.size() + n] = RunNode(manifest.nodes[n], inputs, manifest.opset);
  }
  return values[manifest.outputs[0].value];
}

}  // namespace dc::runtime
