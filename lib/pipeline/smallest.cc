#include "dc/smallest.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <utility>

#include "base/crc32.h"
#include "base/number_text.h"
#include "base/text_table.h"
#include "data/held_out.h"
#include "dc/files.h"
#include "dc/recipe.h"
#include "pipeline/stage_stamps.h"

namespace dc {
namespace {

constexpr double kLeastDensity = 1e-4;

// The points that were measured, on disk as they come: a file of lines, the first says of what.
class Curve {
 public:
  Curve(std::string path, std::string of) : path_(std::move(path)), of_(std::move(of)) {}

  void Load() {
    const StatusOr<std::vector<uint8_t>> bytes = ReadFile(path_);
    if (!bytes.ok()) return;
    std::istringstream lines(std::string(bytes->begin(), bytes->end()));
    std::string line;
    if (!std::getline(lines, line) || line != "# " + of_) return;
    std::getline(lines, line);  // names of the columns
    while (std::getline(lines, line)) {
      CurvePoint point;
      double bytes_of_file = 0;
      if (std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf", &point.density, &point.lambda,
                      &bytes_of_file, &point.error_percent) != 4) {
        return;
      }
      point.bytes = static_cast<uint64_t>(bytes_of_file);
      points_.push_back(point);
    }
  }

  const CurvePoint* Find(double density) const {
    for (const CurvePoint& point : points_) {
      if (point.density == density) return &point;
    }
    return nullptr;
  }

  Status Add(const CurvePoint& point) {
    points_.push_back(point);
    std::string text = "# " + of_ + "\ndensity,lambda,bytes,held_out_error_percent\n";
    for (const CurvePoint& p : points_) {
      text += NumberText(p.density) + "," + NumberText(p.lambda) + "," + std::to_string(p.bytes) +
              "," + NumberText(p.error_percent) + "\n";
    }
    return WriteFileAtomic(path_, text);
  }

  const std::vector<CurvePoint>& points() const { return points_; }

 private:
  std::string path_, of_;
  std::vector<CurvePoint> points_;
};

class SmallestSearch {
 public:
  SmallestSearch(const std::string& recipe_path, const std::vector<std::string>& overrides,
                 const Dataset& data, const SmallestOptions& options, std::string directory,
                 const DeployCheck& check, const DczEvaluator& evaluate, Progress* progress)
      : recipe_path_(recipe_path),
        overrides_(overrides),
        data_(data),
        options_(options),
        directory_(std::move(directory)),
        check_(check),
        evaluate_(evaluate),
        progress_(OrSilent(progress)) {}

  StatusOr<Report> Run(Status* goal) {
    DC_RETURN_IF_ERROR(CheckBudget(options_.budget));
    DC_ASSIGN_OR_RETURN(recipe_, LoadRecipe(recipe_path_, overrides_));
    DC_RETURN_IF_ERROR(CheckSearchable());
    DC_RETURN_IF_ERROR(HoldOut());
    DC_RETURN_IF_ERROR(MakeDirectories(directory_ + "/search"));
    DC_ASSIGN_OR_RETURN(const std::string fingerprint, Fingerprint());
    curve_.emplace(directory_ + "/search/curve.csv", fingerprint);
    curve_->Load();
    DC_RETURN_IF_ERROR(FindAllowed());
    DC_ASSIGN_OR_RETURN(const std::optional<double> density, FindDensity());
    if (!density) {
      return GoalNotMet("no density meets the budget on held-out samples", recipe_path_,
                        "allow more, or train longer (--set prune.retrain.epochs=N)");
    }
    return Finish(*density, goal);
  }

 private:
  Status CheckSearchable() const {
    if (!recipe_.prune || recipe_.prune->options.criterion != PruneCriterion::kGlobalDensity ||
        !recipe_.quantize || !recipe_.quantize->options.method.name.empty()) {
      return UsageError("the search moves a global density and the codebooks that follow it",
                        recipe_path_,
                        "prune by the criterion global and quantize by policies in the recipe");
    }
    return OkStatus();
  }

  Status HoldOut() {
    const int64_t count =
        options_.held_out > 0 ? options_.held_out : std::max<int64_t>(data_.train.count / 10, 1);
    if (count >= data_.train.count) {
      return UsageError("holding out " + std::to_string(count) + " of " +
                            std::to_string(data_.train.count) + " training samples leaves none",
                        data_.name, "hold out fewer");
    }
    held_ = DrawHeldOut(data_, count, recipe_.seed);
    return OkStatus();
  }

  // Of everything that decides the points.
  StatusOr<std::string> Fingerprint() const {
    DC_ASSIGN_OR_RETURN(const std::string text, RecipeText(recipe_path_, overrides_));
    std::string all = text + DataStamp(data_) + " " + std::to_string(held_.test.count);
    if (!recipe_.model_path.empty()) {
      DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(recipe_.model_path));
      all += " " + std::to_string(Crc32c(bytes));
    }
    return std::to_string(
        Crc32c(std::span(reinterpret_cast<const uint8_t*>(all.data()), all.size())));
  }

  // What the recipe becomes at `density`: a bit may cost the more of the loss the smaller the file.
  std::vector<std::string> OverridesAt(double density) const {
    std::vector<std::string> overrides = overrides_;
    const double lambda =
        recipe_.quantize->options.lambda * recipe_.prune->options.global_density / density;
    overrides.push_back("prune.global_density=" + NumberText(density));
    overrides.push_back("quantize.lambda=" + NumberText(lambda));
    return overrides;
  }

  StatusOr<Report> Make(Recipe recipe, const Dataset& data, const std::string& directory) const {
    recipe.max_error_percent.reset();
    recipe.max_error_increase.reset();
    recipe.min_ratio.reset();
    Status met;
    return Compress(recipe, &data, directory, options_.threads, check_, evaluate_, &met, progress_);
  }

  StatusOr<CurvePoint> Measure(double density) {
    if (const CurvePoint* known = curve_->Find(density)) return *known;
    DC_ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(recipe_path_, OverridesAt(density)));
    DC_ASSIGN_OR_RETURN(const Report report, Make(recipe, held_, directory_ + "/search"));
    CurvePoint point;
    point.density = density;
    point.lambda = recipe.quantize->options.lambda;
    point.bytes = report.file_bytes;
    point.error_percent = report.error_percent.value_or(100);
    DC_RETURN_IF_ERROR(curve_->Add(point));
    Show();
    return point;
  }

  void Show() const {
    std::istringstream lines(CurveText(curve_->points()));
    for (std::string line; std::getline(lines, line);) progress_->Note(line);
  }

  bool Fits(const CurvePoint& point) const {
    if (options_.budget.target_bytes) {
      return point.bytes <= static_cast<uint64_t>(*options_.budget.target_bytes);
    }
    return point.error_percent <= allowed_ + 1e-9;
  }

  // The greatest held-out error.
  Status FindAllowed() {
    if (options_.budget.max_error_percent) allowed_ = *options_.budget.max_error_percent;
    if (!options_.budget.max_error_increase) return OkStatus();
    Recipe dense = recipe_;
    dense.quantize.reset();
    if (recipe_.train) {
      dense.prune.reset();
    } else {
      DC_ASSIGN_OR_RETURN(const Recipe whole, LoadRecipe(recipe_path_, OverridesAt(1.0)));
      dense.prune = whole.prune;
      dense.prune_text = whole.prune_text;
    }
    DC_ASSIGN_OR_RETURN(const Report report, Make(dense, held_, directory_ + "/search"));
    const double error = report.error_percent.value_or(100);
    allowed_ = error + *options_.budget.max_error_increase;
    progress_->Note("held-out error without compression " + Fixed(error, 2) + " %, allowed " +
                    Fixed(allowed_, 2) + " %");
    return OkStatus();
  }

  // Of an error the least density that fits, of bytes the greatest; nothing where none does.
  StatusOr<std::optional<double>> FindDensity() {
    const bool by_bytes = options_.budget.target_bytes.has_value();
    DC_ASSIGN_OR_RETURN(const CurvePoint first, Measure(kSearchDensity));
    // Halves or doubles until one density fits and its neighbour does not.
    const bool fits = Fits(first);
    const double factor = fits == by_bytes ? 2 : 0.5;
    double good = fits ? kSearchDensity : 0, bad = fits ? 0 : kSearchDensity;
    for (double density = kSearchDensity; good == 0 || bad == 0;) {
      density = std::min(1.0, density * factor);
      if (density < kLeastDensity) break;
      DC_ASSIGN_OR_RETURN(const CurvePoint point, Measure(density));
      (Fits(point) ? good : bad) = density;
      if (density == 1.0) break;
    }
    if (good == 0) return std::optional<double>();
    for (int i = 0; bad != 0 && i < options_.bisections; ++i) {
      const double middle = std::sqrt(good * bad);
      DC_ASSIGN_OR_RETURN(const CurvePoint point, Measure(middle));
      (Fits(point) ? good : bad) = middle;
    }
    return std::optional<double>(good);
  }

  // The point at `density` from all training samples, in the directory itself.
  StatusOr<Report> Finish(double density, Status* goal) {
    const std::vector<std::string> overrides = OverridesAt(density);
    DC_ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(recipe_path_, overrides));
    DC_ASSIGN_OR_RETURN(const std::string text, RecipeText(recipe_path_, overrides));
    DC_RETURN_IF_ERROR(WriteFileAtomic(directory_ + "/recipe.textproto", text));
    DC_ASSIGN_OR_RETURN(Report report, Make(recipe, data_, directory_));
    report.curve = curve_->points();
    DC_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
    DC_RETURN_IF_ERROR(WriteFileAtomic(directory_ + "/report.json", json));
    *goal = CheckFinal(report);
    return report;
  }

  Status CheckFinal(const Report& report) const {
    const Budget& budget = options_.budget;
    const double error = report.error_percent.value_or(100);
    const auto missed = [&](const std::string& what) {
      return GoalNotMet("the budget held on held-out samples and not in the end: " + what,
                        directory_, "all files are kept; allow a little less than is needed");
    };
    const std::string is = "test error " + Fixed(error, 2) + " %";
    if (budget.max_error_percent && error > *budget.max_error_percent + 1e-9) {
      return missed(is + " is above " + Fixed(*budget.max_error_percent, 2) + " %");
    }
    if (budget.max_error_increase && report.baseline_error_percent &&
        error > *report.baseline_error_percent + *budget.max_error_increase + 1e-9) {
      return missed(is + " is more than " + Fixed(*budget.max_error_increase, 2) +
                    " points above the dense model's " + Fixed(*report.baseline_error_percent, 2) +
                    " %");
    }
    if (budget.target_bytes && report.file_bytes > static_cast<uint64_t>(*budget.target_bytes)) {
      return missed(Thousands(report.file_bytes) + " bytes are more than " +
                    Thousands(static_cast<uint64_t>(*budget.target_bytes)));
    }
    return OkStatus();
  }

  const std::string& recipe_path_;
  const std::vector<std::string>& overrides_;
  const Dataset& data_;
  const SmallestOptions& options_;
  const std::string directory_;
  const DeployCheck& check_;
  const DczEvaluator& evaluate_;
  Progress* progress_;
  Recipe recipe_;
  Dataset held_;
  std::optional<Curve> curve_;
  double allowed_ = 100;
};

}  // namespace

Status CheckBudget(const Budget& budget) {
  const int given = budget.max_error_percent.has_value() + budget.max_error_increase.has_value() +
                    budget.target_bytes.has_value();
  if (given != 1) {
    return UsageError("the smallest file needs one budget", std::to_string(given) + " are given",
                      "give --max-error P, --max-error-increase P or --target-bytes N");
  }
  const double error = budget.max_error_percent.value_or(0);
  const double increase = budget.max_error_increase.value_or(0);
  if (!(error >= 0 && error <= 100) || !(increase >= 0 && increase <= 100)) {
    return UsageError("an error of " + NumberText(std::max(error, increase)) + " % is impossible",
                      "", "choose one from 0 to 100");
  }
  if (budget.target_bytes && *budget.target_bytes < 1) {
    return UsageError("a file has at least a byte", std::to_string(*budget.target_bytes),
                      "choose a size above 0");
  }
  return OkStatus();
}

StatusOr<Report> FindSmallest(const std::string& recipe_path,
                              const std::vector<std::string>& overrides, const Dataset& data,
                              const SmallestOptions& options, const std::string& directory,
                              const DeployCheck& check, const DczEvaluator& evaluate, Status* goal,
                              Progress* progress) {
  return SmallestSearch(recipe_path, overrides, data, options, directory, check, evaluate, progress)
      .Run(goal);
}

}  // namespace dc
