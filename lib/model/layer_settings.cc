#include "dc/layer_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "model/quoted.h"

namespace dc {
namespace {

constexpr char kEvery[] = "*";
constexpr char kConv[] = "conv", kFullyConnected[] = "fc";

const char* KeyOf(LayerKind kind) { return kind == LayerKind::kConv ? kConv : kFullyConnected; }

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool IsWildcard(char c) { return c == '*' || c == '?'; }
// What a backslash may stand before.
bool IsSpecial(char c) {
  return IsWildcard(c) || IsSpace(c) || c == ',' || c == '=' || c == '"' || c == '\\';
}

// One character of an item, and whether a backslash took its meaning.
struct Letter {
  char c = 0;
  bool literal = false;
};

using Letters = std::vector<Letter>;

// Without blanks at the ends, unless a backslash stands before them.
Letters Trimmed(Letters letters) {
  const auto kept = [](const Letter& letter) { return letter.literal || !IsSpace(letter.c); };
  letters.erase(letters.begin(), std::find_if(letters.begin(), letters.end(), kept));
  letters.erase(std::find_if(letters.rbegin(), letters.rend(), kept).base(), letters.end());
  return letters;
}

std::string TextOfLetters(const Letters& letters) {
  std::string text;
  for (const Letter& letter : letters) text += letter.c;
  return text;
}

// Reads up to the next comma that separates items, and passes it.
Letters ReadLetters(const std::string& text, size_t* at) {
  Letters letters;
  while (*at < text.size() && text[*at] != ',') {
    const bool escape = text[*at] == '\\' && *at + 1 < text.size() && IsSpecial(text[*at + 1]);
    if (escape) ++*at;
    letters.push_back({text[(*at)++], escape});
  }
  ++*at;
  return letters;
}

Status BadItem(const std::string& what, const std::string& text) {
  return UsageError(what, Quoted(text),
                    "write for example conv=8,fc=5; a name with a comma stands in double quotes");
}

// Reads a name in double quotes, from the opening one to after the closing one.
StatusOr<std::string> ReadQuoted(const std::string& text, size_t* at) {
  std::string name;
  for (++*at; *at < text.size(); ++*at) {
    if (text[*at] == '"') {
      ++*at;
      return name;
    }
    const bool escape = text[*at] == '\\' && *at + 1 < text.size() &&
                        (text[*at + 1] == '"' || text[*at + 1] == '\\');
    if (escape) ++*at;
    name += text[*at];
  }
  return BadItem("a name in quotes does not end", text);
}

}  // namespace

StatusOr<LayerSettings::Item> LayerSettings::ParseItem(const std::string& text, size_t* at) {
  while (*at < text.size() && IsSpace(text[*at])) ++*at;
  const size_t begin = *at;
  Item item;
  const bool quoted = begin < text.size() && text[begin] == '"';
  if (quoted) {
    DC_ASSIGN_OR_RETURN(item.key, ReadQuoted(text, at));
  }
  Letters rest = ReadLetters(text, at);
  const auto equals = std::find_if(rest.rbegin(), rest.rend(), [](const Letter& letter) {
                        return letter.c == '=' && !letter.literal;
                      }).base();
  const bool keyed = equals != rest.begin();
  const Letters key = Trimmed(Letters(rest.begin(), keyed ? equals - 1 : rest.begin()));
  item.value = TextOfLetters(Trimmed(Letters(equals, rest.end())));
  const std::string written = text.substr(begin, *at - 1 - begin);
  if (quoted) {
    if (!keyed || !key.empty()) return BadItem("no = follows the name in quotes", written);
  } else if (!keyed) {
    item.value = TextOfLetters(Trimmed(rest));
    item.key = kEvery;
    item.kind = KeyKind::kEvery;
  } else {
    item.key = TextOfLetters(key);
    const bool plain =
        std::none_of(key.begin(), key.end(), [](const Letter& l) { return l.literal; });
    for (const Letter& l : key) item.pattern.push_back({l.c, IsWildcard(l.c) && !l.literal});
    const bool pattern = std::any_of(item.pattern.begin(), item.pattern.end(),
                                     [](const PatternChar& c) { return c.wildcard; });
    if (plain && item.key == kEvery) {
      item.kind = KeyKind::kEvery;
    } else if (plain && (item.key == kConv || item.key == kFullyConnected)) {
      item.kind = KeyKind::kLayerKind;
    } else if (pattern) {
      item.kind = KeyKind::kPattern;
    }
    if (item.kind != KeyKind::kPattern) item.pattern.clear();
  }
  if (item.key.empty() || item.value.empty()) {
    return BadItem("layer setting '" + written + "' is not KEY=VALUE", text);
  }
  return item;
}

StatusOr<LayerSettings> LayerSettings::Parse(const std::string& text) {
  LayerSettings settings;
  if (std::all_of(text.begin(), text.end(), IsSpace)) return settings;
  for (size_t at = 0; at <= text.size();) {
    DC_ASSIGN_OR_RETURN(Item item, ParseItem(text, &at));
    for (const Item& other : settings.items_) {
      if (other.kind == item.kind && other.key == item.key && other.pattern == item.pattern) {
        return UsageError("two settings for " + Quoted(item.key), Quoted(text),
                          "keep one of them; a name with a comma stands in double quotes");
      }
    }
    settings.items_.push_back(std::move(item));
  }
  return settings;
}

void LayerSettings::SetName(const std::string& name, const std::string& value) {
  for (Item& item : items_) {
    if (item.kind != KeyKind::kName || item.key != name) continue;
    item.value = value;
    return;
  }
  items_.push_back({KeyKind::kName, name, {}, value});
}

std::string LayerSettings::TextOf(const Item& item) {
  std::string key;
  if (item.kind == KeyKind::kPattern) {
    for (const PatternChar& letter : item.pattern) {
      if (IsSpecial(letter.c) && !letter.wildcard) key += '\\';
      key += letter.c;
    }
  } else if (item.kind == KeyKind::kName &&
             (item.key == kConv || item.key == kFullyConnected ||
              std::any_of(item.key.begin(), item.key.end(), IsSpecial))) {
    key = '"';
    for (const char c : item.key) {
      if (c == '"' || c == '\\') key += '\\';
      key += c;
    }
    key += '"';
  } else {
    key = item.key;
  }
  return key + "=" + item.value;
}

std::string LayerSettings::ToString() const {
  std::string text;
  for (const Item& item : items_) text += (text.empty() ? "" : ",") + TextOf(item);
  return text;
}

bool LayerSettings::Matches(const std::vector<PatternChar>& pattern, const std::string& name) {
  // On a mismatch the last * takes one character more.
  constexpr size_t kNone = std::numeric_limits<size_t>::max();
  size_t p = 0, n = 0, star = kNone, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p].wildcard && pattern[p].c == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p].wildcard || pattern[p].c == name[n])) {
      ++p;
      ++n;
    } else if (star != kNone) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](const PatternChar& c) { return c.wildcard && c.c == '*'; });
}

size_t LayerSettings::Specificity(const Item& item, const WeightRef& weight) {
  constexpr size_t kEveryRank = 1, kKindRank = 2, kLeastPatternRank = 3;
  if (item.key == weight.name && item.kind != KeyKind::kEvery) {
    return std::numeric_limits<size_t>::max();
  }
  switch (item.kind) {
    case KeyKind::kName:
      return 0;
    case KeyKind::kPattern:
      if (!Matches(item.pattern, weight.name)) return 0;
      return kLeastPatternRank +
             static_cast<size_t>(std::count_if(item.pattern.begin(), item.pattern.end(),
                                               [](const PatternChar& c) { return !c.wildcard; }));
    case KeyKind::kLayerKind:
      return item.key == KeyOf(weight.kind) ? kKindRank : 0;
    case KeyKind::kEvery:
      return kEveryRank;
  }
  return 0;
}

const LayerSettings::Item* LayerSettings::Find(const WeightRef& weight) const {
  const Item* best = nullptr;
  size_t best_rank = 0;
  for (const Item& item : items_) {
    const size_t rank = Specificity(item, weight);
    // A key in quotes means the name; a kind that a weight is called like only happens to be one.
    const bool tie = best && rank == best_rank && rank > 0 && item.kind == KeyKind::kName;
    if (rank <= best_rank && !tie) continue;
    best = &item;
    best_rank = rank;
  }
  return best;
}

std::string LayerSettings::Text(const WeightRef& weight, const std::string& otherwise) const {
  const Item* item = Find(weight);
  return item ? item->value : otherwise;
}

StatusOr<double> LayerSettings::Number(const WeightRef& weight, double otherwise) const {
  const std::string text = Text(weight, "");
  if (text.empty()) return otherwise;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) {
    return UsageError("'" + text + "' is not a number", "setting of weight " + Quoted(weight.name),
                      "give a number");
  }
  return value;
}

Status LayerSettings::CheckValues(
    const std::function<Status(const std::string& value)>& check) const {
  for (const Item& item : items_) {
    const Status status = check(item.value);
    if (!status.ok()) return status.At("setting " + TextOf(item));
  }
  return OkStatus();
}

}  // namespace dc
