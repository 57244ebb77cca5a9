// One setting that may differ from layer to layer: "conv=8,fc=5,fc1.weight=6".
#ifndef DC_LAYER_SETTINGS_H_
#define DC_LAYER_SETTINGS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "dc/weights.h"

namespace dc {

// Keys choose layers by kind ("conv", "fc"), by the weight's name, by a pattern of it with * and ?
// ("block?/*.weight"), or all of them ("*"). The most specific key of a layer wins: name, then
// pattern (of several the one with the most characters besides * and ?), then kind, then "*".
//
// A backslash takes the meaning from a following comma, quote, =, *, ?, space or backslash. A key
// in double quotes is a name, whatever it holds ("a, b", "conv", "*"); \" and \\ stand for " and
// \ in it. Of several = the last one ends the key.
class LayerSettings {
 public:
  LayerSettings() = default;

  // "5" alone means "*=5". UsageError on an empty key or value, and on a key that stands twice.
  static StatusOr<LayerSettings> Parse(const std::string& text);

  // Sets the value of the layer whose weight is called `name`.
  void SetName(const std::string& name, const std::string& value);
  bool empty() const { return items_.empty(); }
  // In the order given; what Parse reads back.
  std::string ToString() const;

  // The value for `weight`, or `otherwise`.
  std::string Text(const WeightRef& weight, const std::string& otherwise) const;
  // The same as a finite number; UsageError names the weight where the text is no number.
  StatusOr<double> Number(const WeightRef& weight, double otherwise) const;

  // The first error that `check` has for one of the values, with its key.
  Status CheckValues(const std::function<Status(const std::string& value)>& check) const;

  // UsageError for the first key that chooses none of the weights of `graph`: it names the weights
  // there are, or says why the one that was named is not compressed. Likewise for a kind that is
  // also the name of a weight, unless that weight has a setting of its own.
  Status CheckKeys(const Graph& graph) const;

 private:
  enum class KeyKind { kName, kPattern, kLayerKind, kEvery };
  // A character of a pattern, or * or ? as a wildcard.
  struct PatternChar {
    char c = 0;
    bool wildcard = false;
    bool operator==(const PatternChar&) const = default;
  };
  struct Item {
    KeyKind kind = KeyKind::kName;
    std::string key;                   // as written, without quotes and backslashes
    std::vector<PatternChar> pattern;  // kPattern only
    std::string value;
  };

  static StatusOr<Item> ParseItem(const std::string& text, size_t* at);
  static bool Matches(const std::vector<PatternChar>& pattern, const std::string& name);
  // How specifically `item` chooses `weight`; 0 where it does not.
  static size_t Specificity(const Item& item, const WeightRef& weight);
  // `item` as Parse reads it.
  static std::string TextOf(const Item& item);
  const Item* Find(const WeightRef& weight) const;
  // True where `item` is a kind, one of `weights` is called like it, and it would also choose
  // others: what is meant must not be guessed.
  bool IsAmbiguous(const Item& item, const std::vector<WeightRef>& weights) const;

  std::vector<Item> items_;
};

}  // namespace dc

#endif  // DC_LAYER_SETTINGS_H_
