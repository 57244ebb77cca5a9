#include <cmath>
#include <cstdio>

#include "dc/printable.h"
#include "dc/report.h"
#include "pipeline/report_template.h"

namespace dc {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

std::string JsonString(const std::string& text) {
  std::string out = "\"";
  for (const char c : ValidUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", unsigned{byte});
      out += escape;
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

// JSON has no infinities and no NaN.
std::string Number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

// "[a,b,c]" of what `text` makes of each.
template <typename List, typename Text>
std::string Joined(const List& list, Text text) {
  std::string out = "[";
  for (const auto& entry : list) {
    if (out.size() > 1) out += ',';
    out += text(entry);
  }
  return out + ']';
}

std::string TextsJson(const Texts& texts) {
  return Joined(texts, [](const auto& entry) {
    return "[" + JsonString(entry.first) + "," + JsonString(entry.second) + "]";
  });
}

std::string LayerJson(const LayerPicture& layer) {
  std::string mask;  // a hexadecimal digit per cell
  for (const uint8_t share : layer.mask) {
    // Neither a few weights nor a few gaps are lost in rounding.
    const int digit = share == 0 ? 0 : share == 255 ? 15 : 1 + share * 14 / 255;
    mask += "0123456789abcdef"[digit];
  }
  return "{\"streams\":" +
         Joined(layer.streams,
                [](const auto& stream) {
                  return "[" + JsonString(stream.first) + "," + std::to_string(stream.second) + "]";
                }) +
         ",\"bars\":" +
         Joined(layer.bars,
                [](const HistogramBar& bar) {
                  return "[" + Number(bar.value) + "," + std::to_string(bar.count) + "]";
                }) +
         ",\"rows\":" + std::to_string(layer.mask_rows) +
         ",\"columns\":" + std::to_string(layer.mask_columns) + ",\"mask\":\"" + mask + "\"}";
}

// In JSON these occur within strings alone, and inside a script element they could end it.
std::string WithoutMarkup(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

StatusOr<std::string> ReportHtml(const Report& report, const ReportPictures& pictures) {
  DC_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
  std::string other = "null";
  if (pictures.other) {
    DC_ASSIGN_OR_RETURN(other, ReportJson(*pictures.other));
  }
  const std::string data = "{\"report\":" + json + ",\"other\":" + other +
                           ",\"pictures\":{\"layers\":" + Joined(pictures.layers, LayerJson) +
                           ",\"settings\":" + TextsJson(pictures.settings) +
                           ",\"logs\":" + TextsJson(pictures.logs) +
                           ",\"command\":" + JsonString(pictures.command) + "}}";
  static constexpr char kPlace[] = "@REPORT@";
  std::string page = kReportTemplate;
  const size_t place = page.find(kPlace);
  if (place == std::string::npos) return Internal("the page of reports has no place for one");
  return page.replace(place, sizeof(kPlace) - 1, WithoutMarkup(data));
}

}  // namespace dc
