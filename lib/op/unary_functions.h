// Functions of one value, y = f(x; p, q), one struct for each operator of unary.inc: f itself and
// its derivative, in whatever precision the caller computes. p and q are the operator's first two
// attributes, in the order of its record.
#ifndef DC_OP_UNARY_FUNCTIONS_H_
#define DC_OP_UNARY_FUNCTIONS_H_

#include <algorithm>
#include <cmath>
#include <numbers>

#include "op/operator.h"

namespace dc::op {

// The attributes of a function; those that are integers or words (their index) as numbers.
struct UnarySettings {
  float p = 0.0f, q = 0.0f;
};

// Reads them for the operator `record`.
UnarySettings ReadUnarySettings(const Operator& record, const Attributes& attributes);

namespace unary {

// Value(x, p, q) is y; Slope(x, y, p, q) is dy/dx, 0 where f jumps and, by convention, where its
// slope is infinite at the edge of its domain.
template <typename T>
inline constexpr T kTwoOverRootPi = T(2) * std::numbers::inv_sqrtpi_v<T>;

template <typename T>
T Sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

struct Abs {
  static auto Value(auto x, auto, auto) { return std::abs(x); }
  static auto Slope(auto x, auto, auto, auto) { return decltype(x)((x > 0) - (x < 0)); }
};
struct Neg {
  static auto Value(auto x, auto, auto) { return -x; }
  static auto Slope(auto x, auto, auto, auto) { return decltype(x)(-1); }
};
struct Exp {
  static auto Value(auto x, auto, auto) { return std::exp(x); }
  static auto Slope(auto, auto y, auto, auto) { return y; }
};
struct Log {
  static auto Value(auto x, auto, auto) { return std::log(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / x; }
};
struct Sqrt {
  static auto Value(auto x, auto, auto) { return std::sqrt(x); }
  static auto Slope(auto, auto y, auto, auto) { return decltype(y)(y > 0 ? 0.5f / y : 0); }
};
struct Erf {
  static auto Value(auto x, auto, auto) { return std::erf(x); }
  static auto Slope(auto x, auto, auto, auto) {
    return kTwoOverRootPi<decltype(x)> * std::exp(-x * x);
  }
};

// What has a slope of 0 wherever it has one.
struct Steps {
  static auto Slope(auto x, auto, auto, auto) { return decltype(x)(0); }
};
struct Floor : Steps {
  static auto Value(auto x, auto, auto) { return std::floor(x); }
};
// Halves to the even neighbour, the rounding that programs start with.
struct Round : Steps {
  static auto Value(auto x, auto, auto) { return std::nearbyint(x); }
};
struct Sign : Steps {
  static auto Value(auto x, auto, auto) { return decltype(x)((x > 0) - (x < 0)); }
};
struct Not : Steps {
  static auto Value(auto x, auto, auto) { return decltype(x)(x == 0); }
};
struct IsNaN : Steps {
  static auto Value(auto x, auto, auto) { return decltype(x)(std::isnan(x)); }
};
// p, q: whether negative and positive infinities count.
struct IsInf : Steps {
  static auto Value(auto x, auto p, auto q) {
    return decltype(x)(std::isinf(x) && (x < 0 ? p != 0 : q != 0));
  }
};

struct Sin {
  static auto Value(auto x, auto, auto) { return std::sin(x); }
  static auto Slope(auto x, auto, auto, auto) { return std::cos(x); }
};
struct Cos {
  static auto Value(auto x, auto, auto) { return std::cos(x); }
  static auto Slope(auto x, auto, auto, auto) { return -std::sin(x); }
};
struct Tan {
  static auto Value(auto x, auto, auto) { return std::tan(x); }
  static auto Slope(auto, auto y, auto, auto) { return 1 + y * y; }
};
struct Asin {
  static auto Value(auto x, auto, auto) { return std::asin(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / std::sqrt(1 - x * x); }
};
struct Acos {
  static auto Value(auto x, auto, auto) { return std::acos(x); }
  static auto Slope(auto x, auto, auto, auto) { return -1 / std::sqrt(1 - x * x); }
};
struct Atan {
  static auto Value(auto x, auto, auto) { return std::atan(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / (1 + x * x); }
};
struct Sinh {
  static auto Value(auto x, auto, auto) { return std::sinh(x); }
  static auto Slope(auto x, auto, auto, auto) { return std::cosh(x); }
};
struct Cosh {
  static auto Value(auto x, auto, auto) { return std::cosh(x); }
  static auto Slope(auto x, auto, auto, auto) { return std::sinh(x); }
};
struct Asinh {
  static auto Value(auto x, auto, auto) { return std::asinh(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / std::sqrt(x * x + 1); }
};
struct Acosh {
  static auto Value(auto x, auto, auto) { return std::acosh(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / std::sqrt(x * x - 1); }
};
struct Atanh {
  static auto Value(auto x, auto, auto) { return std::atanh(x); }
  static auto Slope(auto x, auto, auto, auto) { return 1 / (1 - x * x); }
};

// log(1 + e^x)
struct Softplus {
  template <typename T>
  static T Value(T x, T, T) {
    return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  static auto Slope(auto x, auto, auto, auto) { return Sigmoid(x); }
};
struct Softsign {
  static auto Value(auto x, auto, auto) { return x / (1 + std::abs(x)); }
  static auto Slope(auto x, auto, auto, auto) {
    return 1 / ((1 + std::abs(x)) * (1 + std::abs(x)));
  }
};
// p: alpha, q: gamma
struct Selu {
  static auto Value(auto x, auto p, auto q) { return q * (x > 0 ? x : p * std::expm1(x)); }
  static auto Slope(auto x, auto y, auto p, auto q) { return x > 0 ? q : y + p * q; }
};
// p: alpha
struct Celu {
  static auto Value(auto x, auto p, auto) { return x > 0 ? x : p * std::expm1(x / p); }
  static auto Slope(auto x, auto, auto p, auto) { return x > 0 ? 1 : std::exp(x / p); }
};
// p: alpha, q: beta
struct HardSigmoid {
  template <typename T>
  static T Value(T x, T p, T q) {
    return std::min(std::max(p * x + q, T(0)), T(1));
  }
  static auto Slope(auto, auto y, auto p, auto) { return y > 0 && y < 1 ? p : 0; }
};
// p: 0 with the error function, 1 with its approximation by tanh
struct Gelu {
  template <typename T>
  static T Value(T x, T p, T) {
    return x / 2 * (1 + (p == 0 ? std::erf(x * kRootHalf<T>) : std::tanh(Argument(x))));
  }
  template <typename T>
  static T Slope(T x, T, T p, T) {
    if (p == 0) {
      const T density = std::exp(-x * x / 2) * kRootHalf<T> * std::numbers::inv_sqrtpi_v<T>;
      return (1 + std::erf(x * kRootHalf<T>)) / 2 + x * density;
    }
    const T tanh = std::tanh(Argument(x));
    return (1 + tanh) / 2 + x / 2 * (1 - tanh * tanh) * kScale<T> * (1 + 3 * kCubic<T> * x * x);
  }

 private:
  template <typename T>
  static constexpr T kRootHalf = std::numbers::sqrt2_v<T> / 2;
  template <typename T>
  static constexpr T kScale = std::numbers::sqrt2_v<T>* std::numbers::inv_sqrtpi_v<T>;
  template <typename T>
  static constexpr T kCubic = T(0.044715);
  template <typename T>
  static T Argument(T x) {
    return kScale<T> * (x + kCubic<T> * x * x * x);
  }
};
// x tanh(softplus(x))
struct Mish {
  template <typename T>
  static T Value(T x, T, T) {
    return x * std::tanh(Softplus::Value(x, T(0), T(0)));
  }
  template <typename T>
  static T Slope(T x, T, T, T) {
    const T tanh = std::tanh(Softplus::Value(x, T(0), T(0)));
    return tanh + x * (1 - tanh * tanh) * Sigmoid(x);
  }
};
// p: alpha
struct ThresholdedRelu {
  static auto Value(auto x, auto p, auto) { return x > p ? x : 0; }
  static auto Slope(auto x, auto, auto p, auto) { return decltype(x)(x > p); }
};
// p: bias, q: lambd
struct Shrink {
  static auto Value(auto x, auto p, auto q) { return x < -q ? x + p : x > q ? x - p : 0; }
  static auto Slope(auto x, auto, auto, auto q) { return decltype(x)(x < -q || x > q); }
};

}  // namespace unary
}  // namespace dc::op

#endif  // DC_OP_UNARY_FUNCTIONS_H_
