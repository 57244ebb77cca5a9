#include "format/ops.h"

namespace dc::format {
namespace {

// Where an attribute starts in the node's ints or floats, and how many values it has there.
struct Place {
  const AttributeSpec* spec = nullptr;
  size_t start = 0, length = 0;
};

bool IsList(AttributeType type) {
  return type == AttributeType::kInts || type == AttributeType::kFloats;
}

bool IsFloating(AttributeType type) {
  return type == AttributeType::kFloat || type == AttributeType::kFloats;
}

// Walks the node's lists along its spec until `visit` returns false. Returns false where a list is
// too short.
template <typename Visit>
bool Walk(const Node& node, const OpSpec& spec, size_t* int_end, size_t* float_end, Visit visit) {
  size_t ints = 0, floats = 0;
  for (const AttributeSpec& attribute : spec.attributes) {
    uint64_t length = 1;
    if (IsList(attribute.type)) {
      if (ints >= node.ints.size() || node.ints[ints] < 0) return false;
      length = static_cast<uint64_t>(node.ints[ints++]);
    }
    size_t& next = IsFloating(attribute.type) ? floats : ints;
    const size_t size = IsFloating(attribute.type) ? node.floats.size() : node.ints.size();
    if (length > size - next) return false;
    const Place place{&attribute, next, static_cast<size_t>(length)};
    next += place.length;
    if (!visit(place)) break;
  }
  *int_end = ints;
  *float_end = floats;
  return true;
}

Place Find(const Node& node, const OpSpec& spec, std::string_view name, AttributeType type) {
  Place found;
  size_t int_end, float_end;
  Walk(node, spec, &int_end, &float_end, [&](const Place& place) {
    if (place.spec->name == name && place.spec->type == type) found = place;
    return found.spec == nullptr;
  });
  return found;
}

}  // namespace

Attributes::Attributes(const Node& node) : node_(node), spec_(FindOp(node.op)) {
  size_t int_end = 0, float_end = 0;
  ok_ = spec_ && Walk(node, *spec_, &int_end, &float_end, [](const Place&) { return true; }) &&
        int_end == node.ints.size() && float_end == node.floats.size();
}

int64_t Attributes::Int(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kInt) : Place{};
  return place.spec ? node_.ints[place.start] : 0;
}

float Attributes::Float(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kFloat) : Place{};
  return place.spec ? node_.floats[place.start] : 0.0f;
}

std::span<const int64_t> Attributes::Ints(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kInts) : Place{};
  if (!place.spec) return {};
  return std::span(node_.ints).subspan(place.start, place.length);
}

std::span<const float> Attributes::Floats(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kFloats) : Place{};
  if (!place.spec) return {};
  return std::span(node_.floats).subspan(place.start, place.length);
}

}  // namespace dc::format
