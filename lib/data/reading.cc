// How the samples of a dataset become inputs of a network: layout, scale, checks.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "dc/data.h"

namespace dc {
namespace {

// More channels than this are not taken for the last axis, or the first, by their number alone.
constexpr int64_t kMostImageChannels = 4;

std::string Text(const std::vector<int64_t>& shape) {
  std::string text;
  for (int64_t d : shape) {
    text += (text.empty() ? "" : "x") + (d < 0 ? std::string("?") : std::to_string(d));
  }
  return text;
}

// One way to read the samples: which axis the channels are.
struct Candidate {
  bool stored_last = false, read_last = false;
  int64_t channels = 0, height = 0, width = 0;

  bool moves() const { return stored_last != read_last; }
  std::vector<int64_t> given() const {
    return read_last ? std::vector<int64_t>{height, width, channels}
                     : std::vector<int64_t>{channels, height, width};
  }
};

// Every combination that the data and what was said allow.
std::vector<Candidate> Combinations(const Dataset& data, const Preprocess& preprocess) {
  std::vector<Candidate> result;
  for (bool stored : {false, true}) {
    if (stored && !data.layout_open) continue;
    for (bool read : {false, true}) {
      if (preprocess.channels_last.value_or(read) != read) continue;
      if (stored) {
        result.push_back({stored, read, data.width, data.channels, data.height});
      } else {
        result.push_back({stored, read, data.channels, data.height, data.width});
      }
    }
  }
  return result;
}

// The shape of an input that takes samples of shape `given`; empty where it does not.
std::vector<int64_t> Fit(const std::vector<int64_t>& input, const std::vector<int64_t>& given) {
  std::vector<int64_t> shape = input;
  if (shape.size() == given.size()) {
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] < 0) shape[i] = given[i];
    }
    return shape == given ? shape : std::vector<int64_t>();
  }
  // A vector, or anything else, takes the values in their order.
  int64_t size = 1, known = 1, open = 0;
  for (int64_t d : given) size *= d;
  for (int64_t d : shape) {
    if (d < 0) {
      ++open;
    } else if (d == 0 || known > size / d) {
      return {};
    } else {
      known *= d;
    }
  }
  if (open > 1 || size % known != 0 || (open == 0 && known != size)) return {};
  std::replace_if(
      shape.begin(), shape.end(), [](int64_t d) { return d < 0; }, size / known);
  return shape;
}

bool OnePerChannel(const std::vector<float>& values, int64_t channels) {
  return values.size() <= 1 || static_cast<int64_t>(values.size()) == channels;
}

// Drops the candidates that `fits` is false for, unless none would be left.
template <typename Fits>
void Prefer(std::vector<Candidate>* candidates, Fits fits) {
  std::vector<Candidate> rest;
  std::copy_if(candidates->begin(), candidates->end(), std::back_inserter(rest), fits);
  if (!rest.empty()) *candidates = std::move(rest);
}

Status WrongShape(const Dataset& data, const Preprocess& preprocess, const NetworkInput& input,
                  const std::string& where) {
  std::vector<int64_t> given = {data.channels, data.height, data.width};
  std::string advice = "use samples of the shape that the model reads";
  if (preprocess.channels_last && input.shape.size() == 3) {
    advice += "; the input layout is said to be ";
    advice += *preprocess.channels_last ? "nhwc" : "nchw";
  }
  return BadInput("the model's input takes samples of " + Text(input.shape) +
                      " and the data has samples of " + Text(given),
                  where, advice);
}

Status WrongCount(const Preprocess& preprocess, int64_t channels, const std::string& where) {
  const bool mean = !OnePerChannel(preprocess.mean, channels);
  const size_t count = mean ? preprocess.mean.size() : preprocess.deviation.size();
  return UsageError("the input's " + std::string(mean ? "mean" : "deviation") + " has " +
                        std::to_string(count) + " entries, the data " + std::to_string(channels) +
                        " channels in this layout",
                    where, "give one number, or one per channel");
}

std::string Number(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.7g", static_cast<double>(value));
  return text;
}

// Sets the scale, and says what becomes of floats where a user may have meant it otherwise.
void DecideScale(const Dataset& data, const Preprocess& preprocess, Reading* reading) {
  const bool bytes = !data.train.u8.empty() || !data.test.u8.empty();
  reading->scale = preprocess.scale.value_or(bytes ? kByteScale : 1.0f);
  if (bytes) return;
  const std::string seen =
      "float samples in the range " + Number(data.least) + " to " + Number(data.greatest);
  if (!preprocess.scale) {
    reading->remarks.push_back(seen + " are read as they are (--input-scale multiplies them)");
  } else if (*preprocess.scale == kByteScale && data.greatest <= 1) {
    reading->remarks.push_back(seen + " are multiplied by 1/255, as was said; --input-scale 1 " +
                               "reads them as they are");
  }
}

}  // namespace

StatusOr<Reading> DecideReading(const Dataset& data, const Preprocess& preprocess,
                                const NetworkInput& input, const Augmentation* augmentation) {
  const std::string name = input.name.empty() ? "" : "input \"" + input.name + "\", ";
  const std::string where = name + "data " + data.name;
  std::vector<Candidate> candidates = Combinations(data, preprocess);
  const bool image = input.shape.size() == 3;
  std::erase_if(candidates, [&](const Candidate& c) {
    // Values of an input that is no image keep their order unless a layout is said.
    if (!image && c.moves() && !preprocess.channels_last) return true;
    return Fit(input.shape, c.given()).empty();
  });
  if (candidates.empty()) return WrongShape(data, preprocess, input, where);
  if (!preprocess.channels_last) Prefer(&candidates, [](const auto& c) { return !c.moves(); });
  const int64_t channels = candidates[0].channels;
  std::erase_if(candidates, [&](const Candidate& c) {
    return !OnePerChannel(preprocess.mean, c.channels) ||
           !OnePerChannel(preprocess.deviation, c.channels);
  });
  if (candidates.empty()) return WrongCount(preprocess, channels, where);
  if (input.channels_last) {
    Prefer(&candidates, [&](const auto& c) { return c.read_last == *input.channels_last; });
  }
  const bool by_size = candidates.size() > 1;
  const bool small_first = data.channels <= kMostImageChannels;
  if (by_size && small_first != (data.width <= kMostImageChannels)) {
    Prefer(&candidates, [&](const auto& c) { return c.stored_last == !small_first; });
  }

  const Candidate& chosen = candidates[0];
  Reading reading;
  reading.channels = chosen.channels;
  reading.height = chosen.height;
  reading.width = chosen.width;
  reading.stored_last = chosen.stored_last;
  reading.read_last = chosen.read_last;
  reading.reverse_channels = preprocess.reverse_channels;
  reading.mean = preprocess.mean;
  reading.deviation = preprocess.deviation;
  reading.input_shape = Fit(input.shape, chosen.given());
  DecideScale(data, preprocess, &reading);
  const bool matters = augmentation || preprocess.reverse_channels;
  if (matters && candidates.size() > 1) {
    return BadInput("the layout of samples of " + Text({data.channels, data.height, data.width}) +
                        " is not known: channels may be the first axis or the last",
                    where, "say --input-layout nchw or nhwc");
  }
  // By their number alone, or against it.
  const bool guessed = chosen.stored_last ? by_size : !small_first && preprocess.channels_last;
  if (matters && data.layout_open && guessed) {
    reading.remarks.push_back(
        "samples of " + Text({data.channels, data.height, data.width}) + " are taken as " +
        (chosen.stored_last ? "height x width x channels" : "channels x height x width") +
        " (--input-layout says otherwise)");
  }
  if (augmentation && chosen.height * chosen.width == 1) {
    return UsageError("samples of " + std::to_string(chosen.channels) +
                          " features have no rows and columns to shift or flip",
                      where, "leave augmentation out");
  }
  return reading;
}

}  // namespace dc
