#include "train/update.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "train/group_lasso.h"

namespace dc::train {
namespace {

// Floats per piece: its arrays stay in the first-level cache between the passes over them.
constexpr size_t kPieceSize = 2048;

// The random numbers of one weight in one step; never 0.
uint64_t DrawOf(const OptimizerStep& step, size_t parameter) {
  return Rng(step.seed, (static_cast<uint64_t>(step.count) << 24) ^ parameter).Next() | 1;
}

// sum = the shards' gradients from `begin` on, added in their order.
void SumShards(std::span<const std::span<const float>> gradients, size_t begin,
               std::span<float> sum) {
  const size_t n = sum.size();
  const float* first = gradients[0].data() + begin;
  if (gradients.size() == 1) {
    std::copy_n(first, n, sum.data());
  } else {
    const float* second = gradients[1].data() + begin;
    for (size_t i = 0; i < n; ++i) sum[i] = first[i] + second[i];
  }
  for (size_t s = 2; s < gradients.size(); ++s) {
    const float* g = gradients[s].data() + begin;
    for (size_t i = 0; i < n; ++i) sum[i] += g[i];
  }
}

}  // namespace

StatusOr<Updater> Updater::Make(Parameters* parameters, Constraints* constraints, double l1,
                                double l2, OptimizerKind kind) {
  if (!(l1 >= 0 && l2 >= 0)) return UsageError("l1 and l2 must not be negative");
  Updater updater;
  updater.parameters_ = parameters;
  updater.l1_ = static_cast<float>(l1);
  updater.l2_ = static_cast<float>(l2);
  updater.total_ = AlignedFloats(parameters->total());
  const int arrays = train::StateArrays(kind);
  for (int a = 0; a < arrays; ++a) updater.state_[a] = AlignedFloats(parameters->total());

  if (constraints) {
    for (auto& [name, weight] : *constraints) {
      const Parameter* parameter = parameters->Find(name);
      if (!parameter || parameter->role != Role::kTrained) continue;
      if (!weight.constraint) return UsageError("the constraint on \"" + name + "\" has no rule");
      const auto values = parameters->Values(*parameter);
      if (weight.latent.empty()) weight.latent.assign(values.begin(), values.end());
      Constrained entry{parameter, &weight, {}, {}, {}};
      if (HasLatentWeights(entry) && parameter->rows > 0) {
        entry.columns.resize(parameter->size / parameter->rows);
      }
      const size_t trained = weight.latent.size() - weight.rule_values;
      if (trained != parameter->size) entry.gradient.resize(trained);
      for (int a = 0; a < arrays; ++a) entry.state[a].resize(trained);
      weight.constraint->Project(weight.latent, values, 0);
      updater.constrained_.push_back(std::move(entry));
    }
  }
  for (const Parameter& parameter : parameters->list()) {
    if (parameter.role == Role::kFixed) continue;
    const Constrained* constrained = updater.FindConstrained(parameter.name);
    if (constrained == nullptr && parameter.role == Role::kTrained && parameter.rows > 0) {
      updater.grouped_.push_back({&parameter, std::vector<float>(parameter.size / parameter.rows)});
    }
    const bool decays_latent = constrained != nullptr && HasLatentWeights(*constrained);
    for (size_t done = 0; done < parameter.size; done += kPieceSize) {
      updater.pieces_.push_back({&parameter, parameter.offset + done,
                                 std::min(kPieceSize, parameter.size - done),
                                 constrained != nullptr, decays_latent});
    }
  }
  return updater;
}

Status Updater::CheckGroups() const {
  for (const Constrained& entry : constrained_) {
    if (!entry.parameter->decays || HasLatentWeights(entry)) continue;
    return UsageError("the values of a codebook have no rows and columns",
                      "\"" + entry.parameter->name + "\"",
                      "leave group_lasso out, or use it before weights share their values");
  }
  return OkStatus();
}

void Updater::Step(const OptimizerStep& step, std::span<const std::span<const float>> gradients,
                   ThreadPool* pool) {
  gradient_scale_ = step.clip > 0 ? ClipScale(step.clip, gradients, pool) : 1.0f;
  // As many parts as threads: values and states stay in the caches of one core from step to step.
  const size_t parts = static_cast<size_t>(pool->threads());
  pool->ParallelFor(parts, [&](size_t part) {
    const size_t end = pieces_.size() * (part + 1) / parts;
    for (size_t i = pieces_.size() * part / parts; i < end; ++i) {
      StepPiece(pieces_[i], step, gradients);
    }
  });
  pool->ParallelFor(constrained_.size(),
                    [&](size_t i) { StepConstrained(&constrained_[i], step); });
  if (step.group_lasso == 0) return;
  pool->ParallelFor(grouped_.size(), [&](size_t i) { StepGroups(&grouped_[i], step); });
}

float Updater::ClipScale(double greatest, std::span<const std::span<const float>> gradients,
                         ThreadPool* pool) {
  piece_squares_.assign(pieces_.size(), 0.0);
  pool->ParallelFor(pieces_.size(), [&](size_t p) {
    const Piece& piece = pieces_[p];
    if (piece.parameter->role != Role::kTrained) return;
    float sum[kPieceSize];
    SumShards(gradients, piece.begin, {sum, piece.size});
    for (size_t i = 0; i < piece.size; ++i) {
      piece_squares_[p] += static_cast<double>(sum[i]) * sum[i];
    }
  });
  const double length =
      std::sqrt(std::accumulate(piece_squares_.begin(), piece_squares_.end(), 0.0));
  return length > greatest ? static_cast<float>(greatest / length) : 1.0f;
}

void Updater::StepPiece(const Piece& piece, const OptimizerStep& step,
                        std::span<const std::span<const float>> gradients) {
  const size_t n = piece.size;
  // Only constraints need the sum after this piece is done.
  float local[kPieceSize];
  float* sum = piece.constrained ? total_.data() + piece.begin : local;
  float* w = parameters_->all().data() + piece.begin;
  SumShards(gradients, piece.begin, {sum, n});
  if (piece.parameter->role == Role::kStatistic) {
    const float keep = piece.parameter->keep;
    const float share = (1 - keep) / static_cast<float>(gradients.size());
    for (size_t i = 0; i < n; ++i) w[i] = keep * w[i] + share * sum[i];
    return;
  }
  if (gradient_scale_ != 1.0f) {
    for (size_t i = 0; i < n; ++i) sum[i] *= gradient_scale_;
  }
  if (piece.parameter->decays && !piece.decays_latent) Decay({w, n}, {sum, n});
  if (piece.constrained) return;
  const auto state = [&](int a) {
    return a < train::StateArrays(step.kind) ? state_[a].span().subspan(piece.begin, n)
                                             : std::span<float>();
  };
  ApplyStep(step, {sum, n}, {w, n}, state(0), state(1));
}

void Updater::Decay(std::span<const float> w, std::span<float> gradient) const {
  if (l2_ > 0) {
    for (size_t i = 0; i < w.size(); ++i) gradient[i] += l2_ * w[i];
  }
  if (l1_ > 0) {
    for (size_t i = 0; i < w.size(); ++i) {
      gradient[i] += w[i] == 0 ? 0.0f : std::copysign(l1_, w[i]);
    }
  }
}

void Updater::StepConstrained(Constrained* constrained, const OptimizerStep& step) {
  const Parameter& parameter = *constrained->parameter;
  ConstrainedWeight& weight = *constrained->weight;
  const auto gradient = total_.span().subspan(parameter.offset, parameter.size);
  // Where sizes agree the gradient is reduced in place: one array less to go through.
  const std::span<float> reduced =
      constrained->gradient.empty() ? gradient : std::span<float>(constrained->gradient);
  weight.constraint->ReduceGradient(weight.latent, gradient, reduced);
  if (parameter.decays && HasLatentWeights(*constrained)) {
    Decay(std::span<const float>(weight.latent).first(parameter.size),
          reduced.first(parameter.size));
  }
  OptimizerStep own = step;
  own.rate *= weight.step_scale;
  ApplyStep(own, reduced, std::span<float>(weight.latent).first(reduced.size()),
            constrained->state[0], constrained->state[1]);
  if (step.group_lasso > 0 && !constrained->columns.empty()) {
    ShrinkGroups(static_cast<float>(own.rate * step.group_lasso), parameter.rows,
                 std::span<float>(weight.latent).first(parameter.size), &constrained->columns);
  }
  weight.constraint->Project(weight.latent, parameters_->Values(parameter),
                             DrawOf(step, parameter.offset));
}

void Updater::StepGroups(Grouped* grouped, const OptimizerStep& step) {
  const Parameter& parameter = *grouped->parameter;
  ShrinkGroups(static_cast<float>(step.rate * step.group_lasso), parameter.rows,
               parameters_->Values(parameter), &grouped->columns);
}

Updater::Constrained* Updater::FindConstrained(const std::string& name) {
  for (Constrained& entry : constrained_) {
    if (entry.parameter->name == name) return &entry;
  }
  return nullptr;
}

std::span<float> Updater::Latent(const std::string& name) {
  if (Constrained* entry = FindConstrained(name)) return entry->weight->latent;
  const Parameter* parameter = parameters_->Find(name);
  if (!parameter || parameter->role != Role::kTrained) return {};
  return parameters_->Values(*parameter);
}

void Updater::ConstraintChanged(const std::string& name) {
  Constrained* entry = FindConstrained(name);
  if (!entry) return;
  ConstrainedWeight& weight = *entry->weight;
  if (weight.latent.size() == entry->parameter->size) {
    for (std::vector<float>& state : entry->state) {
      if (!state.empty()) weight.constraint->ReduceGradient(weight.latent, state, state);
    }
  }
  weight.constraint->Project(weight.latent, parameters_->Values(*entry->parameter), 0);
}

std::vector<std::span<float>> Updater::StateArrays() {
  std::vector<std::span<float>> arrays = {state_[0].span(), state_[1].span()};
  for (Constrained& entry : constrained_) {
    arrays.push_back(entry.weight->latent);
    arrays.push_back(entry.state[0]);
    arrays.push_back(entry.state[1]);
  }
  return arrays;
}

}  // namespace dc::train
