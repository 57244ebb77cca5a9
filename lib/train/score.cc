#include <utility>

#include "base/number_text.h"
#include "base/text_table.h"
#include "dc/train.h"
#include "train/loss.h"

namespace dc {

struct Score::State {
  const Dataset* data;
  const Split* split;
  float half;
  TargetSpread spread;  // empty with labels
  train::LossSums sums;
};

Score::Score(std::unique_ptr<State> state) : state_(std::move(state)) {}
Score::~Score() = default;
Score::Score(Score&&) noexcept = default;

StatusOr<Score> Score::Make(const Dataset& data, const Split& split, float half) {
  auto state = std::make_unique<State>(State{&data, &split, half, {}, {}});
  if (data.has_targets()) {
    DC_ASSIGN_OR_RETURN(state->spread, SpreadOfTargets(data, split));
  }
  return Score(std::move(state));
}

void Score::Add(size_t index, std::span<const float> outputs) {
  if (state_->data->has_targets()) {
    state_->sums.Add(train::SquaredError(outputs, TargetOf(*state_->data, *state_->split, index),
                                         state_->spread, 0.0, {}));
  } else {
    train::CountRow(outputs, state_->split->labels[index], state_->half, &state_->sums);
  }
}

EvalResult Score::Result() const {
  return train::ResultOf(state_->sums, state_->data->has_targets());
}

std::string ErrorText(double error_percent, std::optional<double> mean_squared_error) {
  const std::string percent = Fixed(error_percent, 2) + " %";
  if (!mean_squared_error) return "error " + percent;
  return "mean squared error " + ShortNumber(*mean_squared_error) + ", unexplained variance " +
         percent;
}

std::string NotNumbersText(const EvalResult& result) {
  if (result.not_numbers == 0) return "";
  const std::string of = std::to_string(result.not_numbers) + " of " + std::to_string(result.count);
  if (result.targets) {
    return of + " samples have NaN or infinity among their outputs; each counts as 100 %";
  }
  return of + " images have NaN among their outputs; each counts as an error";
}

}  // namespace dc
