#include "dc/layer_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dc {
namespace {

constexpr char kEvery[] = "*";

const char* KeyOf(LayerKind kind) { return kind == LayerKind::kConv ? "conv" : "fc"; }

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace

StatusOr<LayerSettings> LayerSettings::Parse(const std::string& text) {
  LayerSettings settings;
  if (Trimmed(text).empty()) return settings;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string item = Trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    // Values never hold '=', names of weights may.
    const size_t equals = item.rfind('=');
    const bool keyed = equals != std::string::npos;
    const std::string key = keyed ? Trimmed(item.substr(0, equals)) : kEvery;
    const std::string value = keyed ? Trimmed(item.substr(equals + 1)) : item;
    if (key.empty() || value.empty()) {
      return UsageError("layer setting '" + item + "' is not KEY=VALUE", "'" + text + "'",
                        "write for example conv=8,fc=5");
    }
    for (const auto& [other, unused] : settings.items_) {
      if (other == key) {
        return UsageError("two settings for '" + key + "'", "'" + text + "'", "keep one of them");
      }
    }
    settings.items_.emplace_back(key, value);
  }
  return settings;
}

void LayerSettings::Set(const std::string& key, const std::string& value) {
  for (auto& item : items_) {
    if (item.first == key) {
      item.second = value;
      return;
    }
  }
  items_.emplace_back(key, value);
}

std::string LayerSettings::ToString() const {
  std::string text;
  for (const auto& [key, value] : items_) {
    if (!text.empty()) text += ',';
    text += key + "=" + value;
  }
  return text;
}

std::string LayerSettings::Text(const WeightRef& weight, const std::string& otherwise) const {
  for (const std::string& key :
       {weight.name, std::string(KeyOf(weight.kind)), std::string(kEvery)}) {
    for (const auto& item : items_) {
      if (item.first == key) return item.second;
    }
  }
  return otherwise;
}

StatusOr<double> LayerSettings::Number(const WeightRef& weight, double otherwise) const {
  const std::string text = Text(weight, "");
  if (text.empty()) return otherwise;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) {
    return UsageError("'" + text + "' is not a number", "setting of weight '" + weight.name + "'",
                      "give a number");
  }
  return value;
}

Status LayerSettings::CheckKeys(const std::vector<WeightRef>& weights) const {
  for (const auto& [key, value] : items_) {
    if (key == kEvery || key == KeyOf(LayerKind::kConv) ||
        key == KeyOf(LayerKind::kFullyConnected)) {
      continue;
    }
    const auto is_key = [&, &name = key](const WeightRef& weight) { return weight.name == name; };
    if (std::any_of(weights.begin(), weights.end(), is_key)) continue;
    std::string names;
    for (const WeightRef& weight : weights) {
      constexpr size_t kLongest = 200;
      if (names.size() > kLongest) {
        names += ", ...";
        break;
      }
      names += (names.empty() ? "" : ", ") + weight.name;
    }
    return UsageError("no layer is called '" + key + "'", "setting " + key + "=" + value,
                      "use conv, fc, * or one of: " + names);
  }
  return OkStatus();
}

}  // namespace dc
