#include "train/epoch_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/number_text.h"
#include "dc/files.h"

namespace dc::train {
namespace {

constexpr double kPanelWidth = 360, kHeight = 260;
constexpr double kLeft = 52, kRight = 14, kTop = 34, kBottom = 42;

constexpr char kStyle[] =
    "<style>text{font:12px sans-serif;fill:#57606a}line{stroke:#d8dee4}"
    "polyline{fill:none;stroke-width:2}.train{stroke:#1f6fb2}.validation{stroke:#c0392b}"
    "text.train{stroke:none;fill:#1f6fb2}text.validation{stroke:none;fill:#c0392b}"
    "@media(prefers-color-scheme:dark){text{fill:#9da7b1}line{stroke:#30363d}"
    ".train{stroke:#6cb6ff}.validation{stroke:#ff8a75}"
    "text.train{fill:#6cb6ff}text.validation{fill:#ff8a75}}</style>\n";

std::string Text(double x, double y, const char* anchor, const char* style,
                 const std::string& text) {
  char tag[128];
  std::snprintf(tag, sizeof(tag), "<text x='%.1f' y='%.1f' text-anchor='%s' class='%s'>", x, y,
                anchor, style);
  return tag + text + "</text>\n";
}

std::string Line(double x1, double y1, double x2, double y2) {
  char tag[128];
  std::snprintf(tag, sizeof(tag), "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>\n", x1, y1, x2,
                y2);
  return tag;
}

// 1, 2 or 5 times a power of ten: the least such that at most five of them make `range`.
double TickStep(double range) {
  double step = std::pow(10, std::floor(std::log10(range / 5)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (range / (factor * step) <= 5 + 1e-9) return factor * step;
  }
  return 10 * step;
}

using RecordField = double EpochRecord::*;

// One pair of axes: epochs to the right, fields upwards from 0.
class Panel {
 public:
  Panel(double left, const std::vector<EpochRecord>& records, RecordField train,
        RecordField validation)
      : left_(left + kLeft), right_(left + kPanelWidth - kRight), records_(records) {
    for (const EpochRecord& record : records) {
      for (const RecordField field : {train, validation}) {
        if (std::isfinite(record.*field)) greatest_ = std::max(greatest_, record.*field);
      }
    }
    if (greatest_ <= 0) greatest_ = 1;
    if (!records.empty()) last_ = std::max(2, records.back().epoch);
  }

  std::string Axes(const std::string& title) const {
    std::string svg = Text(left_, 18, "start", "", title);
    const double step = TickStep(greatest_);
    for (int i = 0; i * step <= greatest_ * (1 + 1e-9); ++i) {
      svg += Line(left_, Y(i * step), right_, Y(i * step));
      svg += Text(left_ - 6, Y(i * step) + 4, "end", "", ShortNumber(i * step));
    }
    const int stride = static_cast<int>(std::max(1.0, TickStep(last_)));
    for (int epoch = stride; epoch <= last_; epoch += stride) {
      svg += Text(X(epoch), kHeight - kBottom + 18, "middle", "", std::to_string(epoch));
    }
    return svg + Text(right_, kHeight - 6, "end", "", "epoch");
  }

  // "" where no epoch has the field. `row` places the curve's name, from the right.
  std::string Curve(RecordField field, const char* name, int row) const {
    std::string points;
    for (const EpochRecord& record : records_) {
      if (!std::isfinite(record.*field)) continue;
      char point[64];
      std::snprintf(point, sizeof(point), "%s%.1f,%.1f", points.empty() ? "" : " ", X(record.epoch),
                    Y(record.*field));
      points += point;
    }
    if (points.empty()) return "";
    return "<polyline class='" + std::string(name) + "' points='" + points + "'/>\n" +
           Text(right_ - 70 * row, 18, "end", name, name);
  }

 private:
  double X(double epoch) const { return left_ + (epoch - 1) / (last_ - 1) * (right_ - left_); }
  double Y(double value) const {
    return kHeight - kBottom - value / greatest_ * (kHeight - kTop - kBottom);
  }

  const double left_, right_;
  const std::vector<EpochRecord>& records_;
  double greatest_ = 0;
  int last_ = 2;
};

}  // namespace

std::string EpochChartSvg(const std::vector<EpochRecord>& records, bool targets) {
  char head[160];
  std::snprintf(head, sizeof(head),
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' role='img'>\n",
                2 * kPanelWidth, kHeight);
  const Panel error(0, records, &EpochRecord::train_error_percent,
                    &EpochRecord::validation_error_percent);
  const Panel loss(kPanelWidth, records, &EpochRecord::train_loss, &EpochRecord::validation_loss);
  return head + std::string("<title>errors and losses by epoch</title>\n") + kStyle +
         error.Axes(targets ? "unexplained variance, %" : "error, %") +
         error.Curve(&EpochRecord::train_error_percent, "train", 0) +
         error.Curve(&EpochRecord::validation_error_percent, "validation", 1) +
         loss.Axes(targets ? "mean squared error" : "loss") +
         loss.Curve(&EpochRecord::train_loss, "train", 0) +
         loss.Curve(&EpochRecord::validation_loss, "validation", 1) + "</svg>\n";
}

Status WriteEpochChart(const std::string& path, const std::vector<EpochRecord>& records,
                       bool targets) {
  if (path.empty()) return OkStatus();
  return WriteFileAtomic(path, EpochChartSvg(records, targets));
}

}  // namespace dc::train
