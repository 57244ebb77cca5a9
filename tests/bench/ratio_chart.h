// A chart of ratios as an SVG picture.
#ifndef DC_TESTS_BENCH_RATIO_CHART_H_
#define DC_TESTS_BENCH_RATIO_CHART_H_

#include <string>
#include <vector>

namespace dc {

enum class ChartSeries { kFp32, kInt8, kOther };

struct ChartBar {
  std::string label;  // bars with the label of the one before share a row
  ChartSeries series = ChartSeries::kFp32;
  double ratio = 1;
  double target = 0;  // 0: none
};

// Horizontal bars on a logarithmic axis, from 1 (as fast) outwards; targets are upright marks.
std::string RatioChart(const std::string& title, const std::string& remarks,
                       const std::vector<ChartBar>& bars);

}  // namespace dc

#endif  // DC_TESTS_BENCH_RATIO_CHART_H_
