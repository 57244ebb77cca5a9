// One setting that may differ from layer to layer: "conv=8,fc=5,fc1.weight=6".
#ifndef DC_LAYER_SETTINGS_H_
#define DC_LAYER_SETTINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "dc/status.h"
#include "dc/weights.h"

namespace dc {

// Keys are "conv", "fc", "*" (every layer) or a weight's name; the most specific key wins: name,
// then kind, then "*".
class LayerSettings {
 public:
  LayerSettings() = default;

  // "5" alone means "*=5". UsageError on an empty key or value.
  static StatusOr<LayerSettings> Parse(const std::string& text);

  void Set(const std::string& key, const std::string& value);
  bool empty() const { return items_.empty(); }
  // In the order given; what Parse reads back.
  std::string ToString() const;

  // The value for `weight`, or `otherwise`.
  std::string Text(const WeightRef& weight, const std::string& otherwise) const;
  // The same as a finite number; UsageError names the weight where the text is no number.
  StatusOr<double> Number(const WeightRef& weight, double otherwise) const;

  // UsageError for the first key that is neither a kind, "*", nor the name of one of `weights`:
  // a misspelt layer must not be ignored.
  Status CheckKeys(const std::vector<WeightRef>& weights) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace dc

#endif  // DC_LAYER_SETTINGS_H_
