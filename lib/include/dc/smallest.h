// The smallest file within a budget: from a dense model, or a recipe, by measuring.
#ifndef DC_SMALLEST_H_
#define DC_SMALLEST_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dc/compress.h"
#include "dc/data.h"
#include "dc/progress.h"
#include "dc/report.h"
#include "dc/status.h"

namespace dc {

// Exactly one is given. Errors are those of EvalResult, in percent.
struct Budget {
  std::optional<double> max_error_percent;
  std::optional<double> max_error_increase;  // above the dense model, in percentage points
  std::optional<int64_t> target_bytes;       // of the whole file
};

// Where the search begins.
inline constexpr double kSearchDensity = 0.1;

struct SmallestOptions {
  Budget budget;
  // Training samples, drawn with the seed, that measure the points of the curve; 0: a tenth. The
  // search does not train on them, and never sees the test set.
  int64_t held_out = 0;
  int bisections = 3;  // of the density, in its logarithm, once a point fits and the next does not
  int threads = 0;
};

// UsageError where not exactly one is given, or one is impossible.
Status CheckBudget(const Budget& budget);

// Writes the recipe that a search begins with to `path`: for the trained `model`, global pruning by
// LAMP with retraining, codebooks trained for the coder, the context coder. Retraining takes the
// highest rate up to 0.2, in steps of two, at which 200 steps of SGD do not undo the training:
// survivors must be free to leave the dense solution. Errors: a model that cannot be read, trained
// or has no weight; `model` is not trained (it does not classify `data` better than at random).
Status WriteSearchRecipe(const std::string& model, const Dataset& data, uint64_t seed, int threads,
                         const std::string& path, Progress* progress);

// Walks the curve of size and error and leaves the last point that fits in `directory`, as Compress
// does, with the recipe that made it beside it (recipe.textproto) and the points in its report.
//
// Every point is the recipe at another global density, made in DIRECTORY/search/ from the training
// samples that are not held out, its lambda in inverse proportion; the densities are a tenth, then
// halves until the budget is missed (or doubles until it is met), then bisected. Errors are those
// of the held-out samples, in the .dcz. A dense model that was trained elsewhere may have seen
// them: its error to compare with is then that of the recipe without pruning (at density 1). The
// last point is made again from all training samples. A search that was interrupted goes on where
// it was.
//
// `recipe_path` and `overrides` as LoadRecipe takes them; the recipe must prune by the criterion
// global, and quantize. `goal` holds what was missed: no density fits, or the test error, of which
// nothing was chosen, is beyond the budget.
StatusOr<Report> FindSmallest(const std::string& recipe_path,
                              const std::vector<std::string>& overrides, const Dataset& data,
                              const SmallestOptions& options, const std::string& directory,
                              const DeployCheck& check, const DczEvaluator& evaluate, Status* goal,
                              Progress* progress);

}  // namespace dc

#endif  // DC_SMALLEST_H_
