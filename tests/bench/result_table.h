// What the comparison found: printed as it comes, then written as a Markdown table and a chart.
#ifndef DC_TESTS_BENCH_RESULT_TABLE_H_
#define DC_TESTS_BENCH_RESULT_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "bench/peer/competitor.h"
#include "dc/status.h"

namespace dc {

// One model: microseconds of everybody who ran it. Ratios are of minima; a target of 0 is none.
struct SpeedRow {
  std::string name, kernel;  // of our first layer
  Times ours;
  std::optional<Times> fp32, int8;     // ONNX Runtime
  std::optional<Times> eigen, onednn;  // sparse CSR, dense
  double fp32_target = 0, int8_target = 0;
};

// Anything else: two quantities of one unit, of which the second should be `target` times the
// first.
struct QuantityRow {
  std::string name, unit;
  std::string ours_name, other_name;
  double ours = 0, other = 0;
  double target = 0;
};

class ResultTable {
 public:
  void Add(const SpeedRow& row);
  void Add(const QuantityRow& row);
  void AddFailure(const std::string& name, const Status& status);

  // `title` and `remarks` (one line: machine, method) head both.
  std::string Markdown(const std::string& title, const std::string& remarks) const;
  std::string Chart(const std::string& title, const std::string& remarks) const;

  // How many targets there are, and how many of them were met.
  int targets() const { return targets_; }
  int met() const { return met_; }
  int failures() const { return static_cast<int>(failures_.size()); }

 private:
  void CountTarget(double ratio, double target);

  std::vector<SpeedRow> speeds_;
  std::vector<QuantityRow> quantities_;
  std::vector<std::string> failures_;
  int targets_ = 0, met_ = 0;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_RESULT_TABLE_H_
