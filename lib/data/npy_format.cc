#include "data/npy_format.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/half.h"

namespace dc {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";

Status BadHeader(const std::string& what, const std::string& where) {
  return BadInput(what, where, "write the array with numpy.save or numpy.savez");
}

// The text after `'key':` in the header's dict, leading blanks skipped; empty where it is absent.
std::string_view ValueOf(std::string_view header, const std::string& key) {
  size_t at = header.find("'" + key + "'");
  if (at == std::string_view::npos) return {};
  at = header.find(':', at);
  if (at == std::string_view::npos) return {};
  at = header.find_first_not_of(' ', at + 1);
  return at == std::string_view::npos ? std::string_view() : header.substr(at);
}

// Parses "'<f4'" and the like.
Status ParseType(std::string_view text, const std::string& where, NpyView* view) {
  if (text.size() < 5 || text[0] != '\'') return BadHeader("no element type in the header", where);
  const std::string_view name = text.substr(1, text.find('\'', 1) - 1);
  const bool truth = name == "|b1";
  const bool native = name[0] == '<' || name[0] == '|' || name[0] == '=';
  const bool real = name == "<f2" || name == "<f4" || name == "<f8";
  const bool whole = name.size() == 3 && native && (name[1] == 'u' || name[1] == 'i') &&
                     (name[2] == '1' || name[2] == '2' || name[2] == '4' || name[2] == '8');
  if (!real && !whole && !truth) {
    return Unsupported("element type '" + std::string(name.substr(0, 20)) + "'", where,
                       "convert with .astype('float32'), or 'uint8' for images, and save again");
  }
  view->kind = truth ? 'u' : name[1];
  view->width = name[2] - '0';
  return OkStatus();
}

// Parses "(3, 4), ..." and computes the number of elements.
Status ParseShape(std::string_view text, const std::string& where, NpyView* view) {
  const size_t close = text.find(')');
  if (text.empty() || text[0] != '(' || close == std::string_view::npos) {
    return BadHeader("no shape in the header", where);
  }
  view->count = 1;
  const char* at = text.data() + 1;
  const char* const end = text.data() + close;
  while (at < end) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t d = 0;
    const auto parsed = std::from_chars(at, end, d);
    if (parsed.ec != std::errc() || d < 0 || __builtin_mul_overflow(view->count, d, &view->count)) {
      return BadHeader("a shape that is no list of sizes", where);
    }
    view->shape.push_back(d);
    at = parsed.ptr;
  }
  return OkStatus();
}

// A float16 as it is stored.
struct Half {
  uint16_t bits;
  explicit operator float() const { return HalfToFloat(bits); }
};

// Calls `use` with a value of the view's element type.
template <typename Use>
auto WithType(const NpyView& view, Use use) {
  switch (view.kind == 'f' ? view.width * 16 : view.width * (view.kind == 'i' ? -1 : 1)) {
    case 1:
      return use(uint8_t{});
    case 2:
      return use(uint16_t{});
    case 4:
      return use(uint32_t{});
    case 8:
      return use(uint64_t{});
    case -1:
      return use(int8_t{});
    case -2:
      return use(int16_t{});
    case -4:
      return use(int32_t{});
    case -8:
      return use(int64_t{});
    case 32:
      return use(Half{});
    case 64:
      return use(float{});
    default:
      return use(double{});
  }
}

// Converts all elements to `To`; memcpy because a file's elements need not be aligned.
template <typename From, typename To>
std::vector<To> Converted(const NpyView& view) {
  std::vector<To> values(static_cast<size_t>(view.count));
  for (size_t i = 0; i < values.size(); ++i) {
    From value;
    std::memcpy(&value, view.elements.data() + i * sizeof(From), sizeof(From));
    values[i] = static_cast<To>(value);
  }
  return values;
}

}  // namespace

StatusOr<NpyView> ParseNpy(std::span<const uint8_t> file, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic) || file.size() < 10) return BadHeader("not a .npy array", where);
  const int version = file[6];
  if (version < 1 || version > 3) {
    return Unsupported(".npy format version " + std::to_string(version), where,
                       "versions 1 to 3 are covered");
  }
  size_t begin = 10;
  size_t length = file[8] + size_t{256} * file[9];
  if (version > 1) {
    begin = 12;
    if (file.size() < begin) return BadHeader("a truncated .npy header", where);
    length += (size_t{file[10]} << 16) + (size_t{file[11]} << 24);
  }
  if (length > file.size() - begin) return BadHeader("a truncated .npy header", where);
  const std::string_view header = text.substr(begin, length);
  NpyView view;
  DC_RETURN_IF_ERROR(ParseType(ValueOf(header, "descr"), where, &view));
  DC_RETURN_IF_ERROR(ParseShape(ValueOf(header, "shape"), where, &view));
  if (!ValueOf(header, "fortran_order").starts_with("False")) {
    return Unsupported("an array in Fortran order", where,
                       "save numpy.ascontiguousarray(array) instead");
  }
  view.elements = file.subspan(begin + length);
  const auto present = static_cast<int64_t>(view.elements.size());
  if (view.count > present || view.count * view.width != present) {
    return BadInput("the header announces " + std::to_string(view.count) + " elements of " +
                        std::to_string(view.width) + " bytes, the array has " +
                        std::to_string(present) + " bytes",
                    where, "the file is damaged; write it again");
  }
  return view;
}

std::vector<float> NpyToFloats(const NpyView& view) {
  return WithType(view, [&](auto type) { return Converted<decltype(type), float>(view); });
}

StatusOr<std::vector<int64_t>> NpyToIntegers(const NpyView& view, const std::string& where) {
  return WithType(view, [&](auto type) -> StatusOr<std::vector<int64_t>> {
    using From = decltype(type);
    if constexpr (std::is_floating_point_v<From> || std::is_same_v<From, Half>) {
      return Internal("integers asked of a float array", where);
    } else {
      std::vector<int64_t> values = Converted<From, int64_t>(view);
      if (std::is_same_v<From, uint64_t> &&
          std::any_of(values.begin(), values.end(), [](int64_t v) { return v < 0; })) {
        return BadInput("a number above the range of int64", where, "write smaller numbers");
      }
      return values;
    }
  });
}

}  // namespace dc
