#include "bench/ratio_chart.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace dc {
namespace {

constexpr double kLeft = 330, kWidth = 620, kRight = 90;  // labels, axis, values; pixels
constexpr double kTop = 112, kBar = 13, kGap = 9;
constexpr double kLow = 0.18, kHigh = 100;  // ends of the axis

struct Series {
  const char* name;
  const char* color;
};
constexpr Series kSeries[] = {{"ONNX Runtime, fp32", "#2f6db3"},
                              {"ONNX Runtime, dynamic int8", "#e39a3b"},
                              {"as the label says", "#5b9a68"}};

double X(double ratio) {
  const double share = std::log(ratio / kLow) / std::log(kHigh / kLow);
  return kLeft + kWidth * std::clamp(share, 0.0, 1.0);
}

std::string Escape(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class Picture {
 public:
  void Text(double x, double y, const std::string& text, const std::string& more = "") {
    svg_ << "<text x='" << x << "' y='" << y << "' " << more << ">" << Escape(text) << "</text>\n";
  }
  void Box(double x, double y, double width, double height, const char* color) {
    svg_ << "<rect x='" << x << "' y='" << y << "' width='" << width << "' height='" << height
         << "' fill='" << color << "'/>\n";
  }
  void Upright(double x, double top, double bottom, const char* color, double width) {
    Box(x - width / 2, top, width, bottom - top, color);
  }
  std::string Finish(double height) {
    const double width = kLeft + kWidth + kRight;
    std::ostringstream whole;
    whole << "<svg xmlns='http://www.w3.org/2000/svg' width='" << width << "' height='" << height
          << "' viewBox='0 0 " << width << " " << height
          << "' font-family='sans-serif' font-size='12' fill='#222'>\n"
          << "<rect width='100%' height='100%' fill='white'/>\n"
          << svg_.str() << "</svg>\n";
    return whole.str();
  }

 private:
  std::ostringstream svg_;
};

std::string RatioLabel(double ratio) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(ratio < 10 ? 2 : 1) << ratio << "x";
  return text.str();
}

}  // namespace

std::string RatioChart(const std::string& title, const std::string& remarks,
                       const std::vector<ChartBar>& bars) {
  std::vector<double> tops;
  double y = kTop;
  for (size_t i = 0; i < bars.size(); ++i) {
    if (i > 0 && bars[i].label != bars[i - 1].label) y += kGap;
    tops.push_back(y);
    y += kBar;
  }
  const double bottom = y + 6;

  Picture picture;
  picture.Text(20, 30, title, "font-size='18' font-weight='bold'");
  picture.Text(20, 50, remarks, "fill='#555'");
  double x = 20;
  for (const Series& series : kSeries) {
    picture.Box(x, 64, 12, 12, series.color);
    picture.Text(x + 18, 74, series.name);
    x += 220;
  }
  picture.Upright(x + 4, 62, 78, "#c0392b", 3);
  picture.Text(x + 14, 74, "target");

  for (double tick : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0}) {
    picture.Upright(X(tick), kTop - 6, bottom, tick == 1 ? "#888" : "#e2e2e2", tick == 1 ? 1.5 : 1);
    std::ostringstream label;
    label << tick << "x";
    for (double edge : {kTop - 10, bottom + 14}) {
      picture.Text(X(tick), edge, label.str(), "text-anchor='middle' fill='#666'");
    }
  }
  for (size_t i = 0; i < bars.size(); ++i) {
    const ChartBar& bar = bars[i];
    const double from = X(std::min(bar.ratio, 1.0)), to = X(std::max(bar.ratio, 1.0));
    picture.Box(from, tops[i] + 1, to - from, kBar - 2,
                kSeries[static_cast<size_t>(bar.series)].color);
    if (bar.target > 0) {
      picture.Upright(X(bar.target), tops[i] - 1, tops[i] + kBar + 1, "#c0392b", 3);
    }
    picture.Text(std::max(to, bar.target > 0 ? X(bar.target) : 0) + 6, tops[i] + kBar - 3,
                 RatioLabel(bar.ratio), "font-size='11'");
    if (i == 0 || bar.label != bars[i - 1].label) {
      picture.Text(kLeft - 8, tops[i] + kBar - 3, bar.label, "text-anchor='end'");
    }
  }
  return picture.Finish(bottom + 30);
}

}  // namespace dc
