#include "common/run_samples.h"

#include <algorithm>

#include "dc/tensor.h"

namespace dc {
namespace {

// Whether samples lie one after the other wherever there is a batch, so that a part of the batch is
// a part of every array.
bool LiesBySample(const Session& session) {
  const auto by_sample = [](const auto& value) {
    return !value.shape.empty() && value.shape[0] < 0;
  };
  return std::all_of(session.inputs().begin(), session.inputs().end(), by_sample) &&
         std::all_of(session.outputs().begin(), session.outputs().end(), by_sample);
}

}  // namespace

StatusOr<int64_t> BatchOf(const std::string& where, const SessionInput& input,
                          std::vector<int64_t>* shape) {
  const std::vector<int64_t>& want = input.shape;
  const auto symbol = std::find_if(want.begin(), want.end(), [](int64_t d) { return d < 0; });
  std::vector<int64_t>& given = *shape;
  if (symbol != want.end() && given.size() + 1 == want.size()) {
    given.insert(given.begin() + (symbol - want.begin()), -*symbol);
  }
  bool fits = given.size() == want.size();
  int64_t batch = -1;
  for (size_t d = 0; fits && d < want.size(); ++d) {
    fits = want[d] < 0 ? given[d] > 0 && given[d] % -want[d] == 0 : given[d] == want[d];
    if (want[d] < 0) batch = given[d] / -want[d];
  }
  if (fits) return batch;
  std::string text;
  for (int64_t d : want) text += (text.empty() ? "" : "x") + (d < 0 ? "N" : std::to_string(d));
  return BadInput("the array is " + ShapeText(given) + ", the model reads " +
                      (text.empty() ? "one number" : text),
                  where, "reshape the array");
}

StatusOr<int64_t> CountSamples(const Session& session, const std::vector<std::string>& wheres,
                               std::vector<std::vector<int64_t>>* shapes) {
  int64_t count = -1;
  for (size_t i = 0; i < shapes->size(); ++i) {
    DC_ASSIGN_OR_RETURN(const int64_t batch,
                        BatchOf(wheres[i], session.inputs()[i], &(*shapes)[i]));
    if (batch >= 0 && count >= 0 && batch != count) {
      return BadInput(std::to_string(batch) + " samples, and " + std::to_string(count) +
                          " in the arrays before",
                      wheres[i], "give as many samples of every input");
    }
    count = std::max(count, batch);
  }
  return count < 0 ? 1 : count;
}

std::vector<int64_t> ShapeFor(const std::vector<int64_t>& shape, int64_t count) {
  std::vector<int64_t> result = shape;
  for (int64_t& d : result) d = d < 0 ? -d * count : d;
  return result;
}

Status RunSamples(const Session& session, int64_t count, int64_t batch,
                  std::span<const std::span<const float>> inputs,
                  std::span<const std::span<float>> outputs, const Progress* progress) {
  if (!LiesBySample(session)) batch = count;
  std::vector<std::span<const float>> in(inputs.size());
  std::vector<std::span<float>> out(outputs.size());
  const auto part = [](const auto& whole, const std::vector<int64_t>& shape, int64_t begin,
                       int64_t n) {
    return whole.subspan(begin == 0 ? 0 : FloatsOf(shape, begin), FloatsOf(shape, n));
  };
  for (int64_t begin = 0; begin < count; begin += batch) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress));
    const int64_t n = std::min(batch, count - begin);
    for (size_t i = 0; i < in.size(); ++i) {
      in[i] = part(inputs[i], session.inputs()[i].shape, begin, n);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      if (!outputs[i].empty()) out[i] = part(outputs[i], session.outputs()[i].shape, begin, n);
    }
    DC_RETURN_IF_ERROR(session.Run(n, in, out));
  }
  return OkStatus();
}

}  // namespace dc
