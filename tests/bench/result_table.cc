#include "bench/result_table.h"

#include <cmath>
#include <cstdio>

#include "bench/ratio_chart.h"

namespace dc {
namespace {

// With as many digits as mean something.
std::string Fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}
std::string Number(double value) { return Fixed(value, value < 100 ? 1 : 0); }
std::string RatioText(double ratio) { return Fixed(ratio, ratio < 10 ? 2 : 1); }

std::string Minimum(const std::optional<Times>& times) {
  return times ? Number(times->min_us) : "";
}
std::string MedianText(const std::optional<Times>& times) {
  return times ? Number(times->median_us) : "";
}
double RatioOf(const SpeedRow& row, const std::optional<Times>& other) {
  return other->min_us / row.ours.min_us;
}
std::string RatioText(const SpeedRow& row, const std::optional<Times>& other) {
  return other ? RatioText(RatioOf(row, other)) : "";
}
std::string Verdict(double ratio, double target) {
  if (target <= 0) return "";
  const int digits = target == std::floor(target) ? 0 : 1;
  return Fixed(target, digits) + (ratio >= target ? ": met" : ": missed");
}
std::string Verdict(const SpeedRow& row, const std::optional<Times>& other, double target) {
  return other ? Verdict(RatioOf(row, other), target) : "";
}

struct Column {
  const char* title;
  int width;  // in print
};
constexpr Column kColumns[] = {
    {"microseconds", -42}, {"ours", 8},    {"median", 8},   {"ORT fp32", 9}, {"median", 8},
    {"ratio", 6},          {"target", 11}, {"ORT int8", 9}, {"ratio", 6},    {"target", 11},
    {"Eigen CSR", 9},      {"oneDNN", 8},  {"kernel", -1}};

std::vector<std::string> Cells(const SpeedRow& row) {
  return {row.name,
          Number(row.ours.min_us),
          Number(row.ours.median_us),
          Minimum(row.fp32),
          MedianText(row.fp32),
          RatioText(row, row.fp32),
          Verdict(row, row.fp32, row.fp32_target),
          Minimum(row.int8),
          RatioText(row, row.int8),
          Verdict(row, row.int8, row.int8_target),
          Minimum(row.eigen),
          Minimum(row.onednn),
          row.kernel};
}

void PrintCells(const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    std::printf("%*s ", kColumns[i].width, cells[i].c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

std::string MarkdownLine(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

}  // namespace

void ResultTable::CountTarget(double ratio, double target) {
  if (target <= 0) return;
  ++targets_;
  met_ += ratio >= target;
}

void ResultTable::Add(const SpeedRow& row) {
  if (speeds_.empty()) {
    std::vector<std::string> titles;
    for (const Column& column : kColumns) titles.push_back(column.title);
    PrintCells(titles);
  }
  PrintCells(Cells(row));
  if (row.fp32) CountTarget(RatioOf(row, row.fp32), row.fp32_target);
  if (row.int8) CountTarget(RatioOf(row, row.int8), row.int8_target);
  speeds_.push_back(row);
}

void ResultTable::Add(const QuantityRow& row) {
  const double ratio = row.other / row.ours;
  std::printf("  %s: %s %s %s, %s %s: ratio %s", row.name.c_str(), row.ours_name.c_str(),
              Number(row.ours).c_str(), row.unit.c_str(), row.other_name.c_str(),
              Number(row.other).c_str(), RatioText(ratio).c_str());
  if (row.target > 0) std::printf(", target %s", Verdict(ratio, row.target).c_str());
  std::printf("\n");
  std::fflush(stdout);
  CountTarget(ratio, row.target);
  quantities_.push_back(row);
}

void ResultTable::AddFailure(const std::string& name, const Status& status) {
  failures_.push_back(name + ": " + status.ToString());
  std::printf("%s\n", failures_.back().c_str());
  std::fflush(stdout);
}

std::string ResultTable::Markdown(const std::string& title, const std::string& remarks) const {
  std::string text = "# " + title + "\n\n" + remarks + "\n";
  if (!speeds_.empty()) {
    std::vector<std::string> titles, rules;
    for (const Column& column : kColumns) {
      titles.push_back(column.title);
      rules.push_back(column.width < 0 ? "---" : "---:");
    }
    text += "\n" + MarkdownLine(titles) + MarkdownLine(rules);
    for (const SpeedRow& row : speeds_) text += MarkdownLine(Cells(row));
  }
  if (!quantities_.empty()) {
    text += "\n| | | | | ratio | target |\n|---|---|---:|---:|---:|---|\n";
    for (const QuantityRow& row : quantities_) {
      const double ratio = row.other / row.ours;
      text += MarkdownLine({row.name, row.unit, row.ours_name + " " + Number(row.ours),
                            row.other_name + " " + Number(row.other), RatioText(ratio),
                            Verdict(ratio, row.target)});
    }
  }
  for (const std::string& failure : failures_) text += "\n- failed: " + failure;
  return text + "\n" + std::to_string(met_) + " of " + std::to_string(targets_) + " targets met.\n";
}

std::string ResultTable::Chart(const std::string& title, const std::string& remarks) const {
  std::vector<ChartBar> bars;
  for (const SpeedRow& row : speeds_) {
    if (row.fp32) {
      bars.push_back({row.name, ChartSeries::kFp32, RatioOf(row, row.fp32), row.fp32_target});
    }
    if (row.int8) {
      bars.push_back({row.name, ChartSeries::kInt8, RatioOf(row, row.int8), row.int8_target});
    }
  }
  for (const QuantityRow& row : quantities_) {
    bars.push_back({row.name, ChartSeries::kOther, row.other / row.ours, row.target});
  }
  return RatioChart(title, remarks, bars);
}

}  // namespace dc
