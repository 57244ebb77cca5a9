#include "quantize/quantizer.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/comma_list.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

const QuantizerEntry* FindQuantizer(const std::string& name) {
  const auto& all = AllQuantizers();
  const auto it = std::find_if(
      all.begin(), all.end(), [&](const QuantizerEntry& entry) { return entry.info.name == name; });
  return it == all.end() ? nullptr : &*it;
}

bool IsNumberWithin(const std::string& text, int64_t least, int64_t most) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number >= least && number <= most;
}

}  // namespace

std::string QuantizerSpec::ToString() const {
  std::string text = name;
  if (bits > 0) text += " bits=" + std::to_string(bits);
  for (const auto& [option, value] : settings) text += " " + option + "=" + value;
  return text;
}

StatusOr<QuantizerSpec> QuantizerSpec::Parse(const std::string& text) {
  QuantizerSpec spec;
  std::istringstream words(text);
  words >> spec.name;
  std::string word;
  while (words >> word) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError("'" + word + "' is no option of a quantizer", text,
                        "write NAME OPTION=VALUE ...");
    }
    const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
    if (key != "bits") {
      spec.settings[key] = value;
      continue;
    }
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), spec.bits);
    if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
      return UsageError("'" + value + "' is no number of bits", text, "write bits=4");
    }
  }
  return spec;
}

void Quantizer::StartLearned(std::span<const float>, std::span<float>) const {}

void Quantizer::Backward(std::span<const float>, std::span<const float>,
                         std::span<const float> gradient, std::span<float> weight_gradient,
                         std::span<float>) const {
  if (gradient.data() == weight_gradient.data()) return;
  std::copy(gradient.begin(), gradient.end(), weight_gradient.begin());
}

const std::vector<QuantizerEntry>& AllQuantizers() {
  static const auto* const all = new std::vector<QuantizerEntry>{
      BinaryQuantizer(),  DorefaQuantizer(),    DynamicQuantizer(), HashedQuantizer(),
      InqQuantizer(),     MinifloatQuantizer(), PowerQuantizer(),   StoredQuantizer(),
      TernaryQuantizer(), UniformQuantizer(),
  };
  return *all;
}

Status CheckQuantizer(const QuantizerSpec& spec) {
  const QuantizerEntry* entry = FindQuantizer(spec.name);
  if (entry == nullptr) {
    std::vector<std::string> names;
    for (const QuantizerEntry& each : AllQuantizers()) names.push_back(each.info.name);
    return UsageError("no quantizer is called '" + spec.name + "'", "",
                      "choose one of " + CommaList(names));
  }
  const QuantizerInfo& info = entry->info;
  if (spec.bits != 0 && (spec.bits < info.least_bits || spec.bits > info.most_bits)) {
    const std::string range =
        info.least_bits == info.most_bits
            ? std::to_string(info.least_bits)
            : std::to_string(info.least_bits) + " to " + std::to_string(info.most_bits);
    return UsageError(
        "the quantizer " + info.name + " has no grid of " + std::to_string(spec.bits) + " bits", "",
        "ask for " + range);
  }
  for (const auto& [name, value] : spec.settings) {
    const auto option =
        std::find_if(info.options.begin(), info.options.end(),
                     [&name = name](const QuantizerOption& each) { return each.name == name; });
    if (option == info.options.end()) {
      return UsageError("the quantizer " + info.name + " has no option '" + name + "'", "",
                        "leave it out");
    }
    if (option->is_number()) {
      if (IsNumberWithin(value, option->least, option->most)) continue;
      return UsageError(
          "option '" + name + "' of the quantizer " + info.name + " cannot be '" + value + "'", "",
          "use " + std::to_string(option->least) + " to " + std::to_string(option->most));
    }
    if (std::find(option->values.begin(), option->values.end(), value) == option->values.end()) {
      return UsageError(
          "option '" + name + "' of the quantizer " + info.name + " cannot be '" + value + "'", "",
          "use one of: " + CommaList(option->values));
    }
  }
  return OkStatus();
}

std::unique_ptr<Quantizer> NewQuantizer(const QuantizerSpec& spec, const WeightLayout& layout) {
  const QuantizerEntry& entry = *FindQuantizer(spec.name);
  QuantizerSettings settings = spec.settings;
  for (const QuantizerOption& option : entry.info.options) {
    settings.emplace(option.name, option.values.front());
  }
  return entry.make(layout, spec.bits == 0 ? entry.info.default_bits : spec.bits, settings);
}

}  // namespace dc
