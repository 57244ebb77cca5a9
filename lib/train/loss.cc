#include "train/loss.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "dc/train.h"

namespace dc {

Verdict Judge(std::span<const float> outputs, int32_t label, float half) {
  Verdict verdict;
  verdict.not_a_number =
      std::any_of(outputs.begin(), outputs.end(), [](float v) { return std::isnan(v); });
  if (verdict.not_a_number) {
    verdict.error = verdict.top5_error = true;
  } else if (outputs.size() == 1) {
    verdict.error = (outputs[0] > half) != (label == 1);
  } else {
    const size_t own = static_cast<size_t>(label);
    int64_t ahead = 0;  // classes that come before the label when sorted by output, then by index
    for (size_t c = 0; c < outputs.size(); ++c) {
      ahead += outputs[c] > outputs[own] || (outputs[c] == outputs[own] && c < own);
    }
    verdict.error = ahead > 0;
    verdict.top5_error = ahead > 4;
  }
  return verdict;
}

namespace train {
namespace {

// Loss of one row against the target, and its gradient where `gradient` is not null.
double SoftmaxRow(std::span<const float> z, size_t label, double smoothing, double gradient_scale,
                  float* gradient) {
  const double spread = smoothing / static_cast<double>(z.size());
  const double greatest = *std::max_element(z.begin(), z.end());
  double total = 0, sum_of_logits = 0;
  for (float value : z) {
    total += std::exp(value - greatest);
    sum_of_logits += value;
  }
  const double log_total = greatest + std::log(total);
  if (gradient) {
    for (size_t c = 0; c < z.size(); ++c) {
      const double target = spread + (c == label ? 1 - smoothing : 0);
      gradient[c] = static_cast<float>(gradient_scale * (std::exp(z[c] - log_total) - target));
    }
  }
  // -sum over c of target[c] * (z[c] - log_total).
  return log_total - (1 - smoothing) * z[label] - spread * sum_of_logits;
}

double LogisticRow(double z, int32_t label, double smoothing, double gradient_scale,
                   float* gradient) {
  const double target = (1 - smoothing) * label + smoothing / 2;
  const double decay = std::exp(-std::abs(z));  // in place of exp(z), which may overflow
  if (gradient) {
    const double sigmoid = z >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
    *gradient = static_cast<float>(gradient_scale * (sigmoid - target));
  }
  return std::max(z, 0.0) + std::log1p(decay) - target * z;
}

// Adds the gradient of `weight` times the mean squared distance of a row from `wanted` to what
// `gradient` holds times `kept`, where it is not null, and returns that mean.
double SquaredRow(std::span<const float> row, std::span<const float> wanted, double kept,
                  double weight, float* gradient) {
  double sum = 0;
  const double factor = 2 * weight / static_cast<double>(row.size());
  for (size_t k = 0; k < row.size(); ++k) {
    const double distance = static_cast<double>(row[k]) - wanted[k];
    sum += distance * distance;
    if (gradient) {
      const double before = kept == 0 ? 0 : kept * gradient[k];
      gradient[k] = static_cast<float>(before + factor * distance);
    }
  }
  return sum / static_cast<double>(row.size());
}

}  // namespace

void LossSums::Add(const LossSums& other) {
  loss += other.loss;
  errors += other.errors;
  errors_of += other.errors_of;
  top5_errors += other.top5_errors;
  not_numbers += other.not_numbers;
  count += other.count;
}

double LossSums::ErrorPercent() const {
  // Of the first batches of an epoch all targets may be their mean.
  if (errors_of == 0) return errors > 0 ? 100 : 0;
  return 100.0 * errors / errors_of;
}

EvalResult ResultOf(const LossSums& sums, bool targets) {
  EvalResult result;
  result.targets = targets;
  result.count = sums.count;
  result.loss = sums.MeanLoss();
  result.error_percent = sums.ErrorPercent();
  result.top5_error_percent =
      100.0 * static_cast<double>(sums.top5_errors) / static_cast<double>(sums.count);
  result.not_numbers = sums.not_numbers;
  return result;
}

std::string LossText(const LossSums& sums, bool targets) {
  if (targets) return ErrorText(sums.ErrorPercent(), sums.MeanLoss());
  char text[96];
  std::snprintf(text, sizeof(text), "loss %.4f  error %.2f %%", sums.MeanLoss(),
                sums.ErrorPercent());
  return text;
}

void CountRow(std::span<const float> row, int32_t label, float half, LossSums* sums) {
  const Verdict verdict = Judge(row, label, half);
  sums->errors += verdict.error;
  sums->errors_of += 1;
  sums->top5_errors += verdict.top5_error;
  sums->not_numbers += verdict.not_a_number;
  sums->count += 1;
}

LossSums CrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                      int64_t classes, double smoothing, double gradient_scale,
                      std::span<float> gradient) {
  LossSums sums;
  const size_t width = static_cast<size_t>(classes);
  for (size_t row = 0; row < labels.size(); ++row) {
    const auto z = logits.subspan(row * width, width);
    float* const dz = gradient.empty() ? nullptr : gradient.data() + row * width;
    const int32_t label = labels[row];
    sums.loss += classes == 1
                     ? LogisticRow(z[0], label, smoothing, gradient_scale, dz)
                     : SoftmaxRow(z, static_cast<size_t>(label), smoothing, gradient_scale, dz);
    CountRow(z, label, 0.0f, &sums);
  }
  return sums;
}

double Distill(std::span<const float> logits, std::span<const float> teacher, int64_t classes,
               double share, double temperature, double gradient_scale, double loss,
               std::span<float> gradient) {
  const size_t width = static_cast<size_t>(classes);
  std::vector<double> p(width), q(width);
  const auto softmax = [&](std::span<const float> z, std::vector<double>* to) {
    const double greatest = *std::max_element(z.begin(), z.end());
    double total = 0;
    for (size_t c = 0; c < width; ++c) {
      total += (*to)[c] = std::exp((z[c] - greatest) / temperature);
    }
    for (double& value : *to) value /= total;
  };
  double divergence = 0;
  for (size_t begin = 0; begin < logits.size(); begin += width) {
    softmax(logits.subspan(begin, width), &p);
    softmax(teacher.subspan(begin, width), &q);
    for (size_t c = 0; c < width; ++c) {
      if (q[c] > 0) divergence += q[c] * std::log(q[c] / std::max(p[c], 1e-300));
      float& g = gradient[begin + c];
      g = static_cast<float>((1 - share) * g +
                             share * temperature * gradient_scale * (p[c] - q[c]));
    }
  }
  return (1 - share) * loss + share * temperature * temperature * divergence;
}

LossSums SquaredHinge(std::span<const float> logits, std::span<const int32_t> labels,
                      int64_t classes, double gradient_scale, std::span<float> gradient) {
  LossSums sums;
  const size_t width = static_cast<size_t>(classes);
  const double share = 1.0 / static_cast<double>(classes);
  for (size_t row = 0; row < labels.size(); ++row) {
    const auto z = logits.subspan(row * width, width);
    for (size_t c = 0; c < width; ++c) {
      const double target = c == static_cast<size_t>(labels[row]) ? 1.0 : -1.0;
      const double short_by = std::max(0.0, 1.0 - target * z[c]);
      sums.loss += share * short_by * short_by;
      if (!gradient.empty()) {
        gradient[row * width + c] =
            static_cast<float>(-2.0 * share * gradient_scale * target * short_by);
      }
    }
    CountRow(z, labels[row], 0.0f, &sums);
  }
  return sums;
}

LossSums SquaredError(std::span<const float> outputs, std::span<const float> targets,
                      const TargetSpread& spread, double gradient_scale,
                      std::span<float> gradient) {
  LossSums sums;
  const size_t width = spread.means.size();
  for (size_t begin = 0; begin < outputs.size(); begin += width) {
    const auto row = outputs.subspan(begin, width), target = targets.subspan(begin, width);
    const double loss = SquaredRow(row, target, 0, gradient_scale,
                                   gradient.empty() ? nullptr : gradient.data() + begin);
    const bool a_number = std::isfinite(loss);
    const double squares = a_number ? loss * static_cast<double>(width) : spread.squares;
    sums.loss += a_number ? loss : squares / static_cast<double>(width);
    sums.errors += squares;
    sums.errors_of += spread.SquaresOf(target);
    sums.not_numbers += !a_number;
    sums.count += 1;
  }
  return sums;
}

double Imitate(std::span<const float> outputs, std::span<const float> teacher, int64_t width,
               double share, double gradient_scale, double loss, std::span<float> gradient) {
  double distance = 0;
  for (size_t begin = 0; begin < outputs.size(); begin += static_cast<size_t>(width)) {
    distance += SquaredRow(outputs.subspan(begin, static_cast<size_t>(width)),
                           teacher.subspan(begin, static_cast<size_t>(width)), 1 - share,
                           share * gradient_scale, gradient.data() + begin);
  }
  return (1 - share) * loss + share * distance;
}

}  // namespace train
}  // namespace dc
