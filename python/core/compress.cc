// The whole line, and the search for the smallest file, as dc-compress runs them.
#include "dc/compress.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "common/deployable.h"
#include "common/evaluate_dcz.h"
#include "common/search_start.h"
#include "core/bindings.h"
#include "core/data.h"
#include "core/work.h"
#include "dc/recipe.h"
#include "dc/smallest.h"

namespace dc::python {
namespace {

namespace py = pybind11;

// A report's texts, and the goal that was missed, as an exception, or None.
py::tuple Outcome(const Report& report, const Status& goal) {
  py::object missed = py::none();
  if (!goal.ok()) missed = ExceptionOf(goal);
  return py::make_tuple(ReportTexts(report), missed);
}

py::tuple RunRecipe(const std::string& recipe_path, const std::vector<std::string>& overrides,
                    const std::string& calibrate, const Data* data, const std::string& directory,
                    int threads, const py::object& listener) {
  const Recipe recipe = ValueOrRaise(LoadRecipe(recipe_path, overrides, calibrate));
  Status goal;
  const Report report = RunWork(listener, [&](Progress* progress) {
    return Compress(recipe, DatasetOf(data), directory, threads, CheckDeployable,
                    RuntimeEvaluator(threads), &goal, progress);
  });
  return Outcome(report, goal);
}

py::tuple RunSearch(const std::string& path, const std::vector<std::string>& overrides,
                    const Data& data, const std::string& directory, std::optional<double> max_error,
                    std::optional<double> max_error_increase, std::optional<int64_t> target_bytes,
                    int64_t held_out, int bisections, uint64_t seed, int threads,
                    const py::object& listener) {
  SmallestOptions options;
  options.budget.max_error_percent = max_error;
  options.budget.max_error_increase = max_error_increase;
  options.budget.target_bytes = target_bytes;
  options.held_out = held_out;
  options.bisections = bisections;
  options.threads = threads;
  RaiseIfError(CheckBudget(options.budget));
  Status goal;
  const Report report = RunWork(listener, [&](Progress* progress) -> StatusOr<Report> {
    DC_ASSIGN_OR_RETURN(const SearchStart start,
                        BeginSearch(path, data.dataset, directory, seed, threads, progress));
    return FindSmallest(start.recipe, overrides, data.dataset, options, directory, CheckDeployable,
                        RuntimeEvaluator(threads), &goal, progress);
  });
  return Outcome(report, goal);
}

}  // namespace

void BindCompress(py::module_* module) {
  module->def("compress", &RunRecipe, py::arg("recipe"), py::arg("overrides"), py::arg("calibrate"),
              py::arg("data").none(true), py::arg("directory"), py::arg("threads"),
              py::arg("listener"));
  module->def("find_smallest", &RunSearch, py::arg("path"), py::arg("overrides"), py::arg("data"),
              py::arg("directory"), py::arg("max_error"), py::arg("max_error_increase"),
              py::arg("target_bytes"), py::arg("held_out"), py::arg("bisections"), py::arg("seed"),
              py::arg("threads"), py::arg("listener"));
}

}  // namespace dc::python
