// The stages, as the tools run them: settings are flags, networks go in and come out.
#include "dc/stages.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/deployable.h"
#include "core/bindings.h"
#include "core/data.h"
#include "core/network.h"
#include "core/work.h"
#include "dc/encode.h"
#include "dc/recipe.h"

namespace dc::python {
namespace {

namespace py = pybind11;

// What every stage is told besides its own settings.
struct Run {
  uint64_t seed = 1;
  int threads = 0;
  std::string log;  // a CSV file; "" for none
  py::object listener = py::none();
};

void Prepare(const Run& run, TrainOptions* training) {
  training->threads = run.threads;
  training->log_csv = run.log;
}

py::tuple Finish(Graph graph, StageReport stage, const Data* data, const Run& run) {
  Report report;
  report.data = data ? data->dataset.name : "";
  report.seed = run.seed;
  report.error_percent = stage.error_percent;
  report.mean_squared_error = stage.mean_squared_error;
  report.uncompressed = stage.uncompressed;
  report.stages.push_back(std::move(stage));
  return py::make_tuple(NewNetwork(std::move(graph)), ReportTexts(report));
}

// Runs `stage` on a copy of the network's graph.
template <typename Stage>
py::tuple RunStage(const Network& network, const Data* data, const Run& run, const Stage& stage) {
  Graph graph = network.graph;
  StageReport report = RunWork(run.listener, [&](Progress* progress) -> StatusOr<StageReport> {
    DC_ASSIGN_OR_RETURN(const std::string reasons, NotDeployableText(graph));
    if (!reasons.empty()) progress->Note(reasons);
    return stage(&graph, progress);
  });
  return Finish(std::move(graph), std::move(report), data, run);
}

py::tuple Train(const Network& network, const FlagValues& settings, const MethodOptions& method,
                const Data& data, const Run& run) {
  QuantizeStep step;
  if (method.name.empty()) {
    step.fine_tune = ValueOrRaise(TrainOptionsOf(settings, run.seed));
  } else {
    step = ValueOrRaise(MethodTrainingOf(method, settings, run.seed));
  }
  Prepare(run, &step.fine_tune);
  step.options.threads = run.threads;
  return RunStage(
      network, &data, run, [&](Graph* graph, Progress* progress) -> StatusOr<StageReport> {
        if (!method.name.empty()) {
          return RunQuantize(step.options, step.fine_tune, &data.dataset, graph, progress);
        }
        DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
        return RunTrain(step.fine_tune, preprocess, data.dataset, graph, progress);
      });
}

py::tuple Prune(const Network& network, const FlagValues& settings, const Data* data,
                const Run& run) {
  PruneStep step = ValueOrRaise(PruneStepOf(settings, run.seed));
  Prepare(run, &step.retrain);
  return RunStage(network, data, run, [&](Graph* graph, Progress* progress) {
    return RunPrune(step.options, step.retrain, DatasetOf(data), graph, progress);
  });
}

py::tuple Quantize(const Network& network, const FlagValues& settings, const Data* data,
                   const Run& run) {
  QuantizeStep step = ValueOrRaise(QuantizeStepOf(settings, run.seed));
  Prepare(run, &step.fine_tune);
  step.options.threads = run.threads;
  return RunStage(network, data, run, [&](Graph* graph, Progress* progress) {
    return RunQuantize(step.options, step.fine_tune, DatasetOf(data), graph, progress);
  });
}

// Bytes of the .dcz, and its report.
py::tuple Encode(const Network& network, const FlagValues& settings, const Run& run) {
  EncodeOptions options = ValueOrRaise(EncodeOptionsOf(settings));
  options.threads = run.threads;
  Report report;
  const std::vector<uint8_t> file =
      RunWork(run.listener, [&](Progress* progress) -> StatusOr<std::vector<uint8_t>> {
        DC_RETURN_IF_ERROR(CheckDeployable(network.graph));
        DC_ASSIGN_OR_RETURN(std::vector<uint8_t> bytes,
                            EncodeModel(network.graph, options, nullptr, progress));
        DC_ASSIGN_OR_RETURN(report, ReportFile(bytes));
        report.uncompressed = NotQuantized(network.graph);
        return bytes;
      });
  return py::make_tuple(py::bytes(reinterpret_cast<const char*>(file.data()), file.size()),
                        ReportTexts(report));
}

// Samples, mean loss, error in percent, top-5 error of labels and mean squared error of targets, of
// the test set.
py::tuple Evaluate(const Network& network, const Data& data, const Run& run) {
  const EvalResult result = RunWork(run.listener, [&](Progress* progress) {
    return EvaluateGraph(network.graph, data.dataset, run.threads, progress);
  });
  return py::make_tuple(result.count, result.loss, result.error_percent, result.known_top5(),
                        result.mean_squared_error());
}

// Name, value name, default, help and whether it is a switch, of every setting of `stage`.
py::list SettingsOf(const std::string& stage) {
  StageKind kind = StageKind::kEncode;
  if (stage == "train") kind = StageKind::kTrain;
  if (stage == "prune") kind = StageKind::kPrune;
  if (stage == "quantize") kind = StageKind::kQuantize;
  py::list result;
  for (const SettingFlag& flag : FlagsOf(kind)) {
    result.append(
        py::make_tuple(flag.name, flag.value_name, flag.initial, flag.help, flag.is_switch));
  }
  return result;
}

// Name, paper, summary and bits of every method.
py::list Methods() {
  py::list result;
  for (const MethodInfo& method : ListMethods()) {
    result.append(py::make_tuple(method.name, method.paper, method.summary, method.bits));
  }
  return result;
}

}  // namespace

void BindStages(py::module_* module) {
  py::class_<Run>(*module, "Run")
      .def(py::init([](uint64_t seed, int threads, const std::string& log, py::object listener) {
             return Run{seed, threads, log, std::move(listener)};
           }),
           py::arg("seed"), py::arg("threads"), py::arg("log"), py::arg("listener"));
  py::class_<MethodOptions>(*module, "Method")
      .def(py::init([](const std::string& name, const std::string& bits, const std::string& skip,
                       const std::string& settings) {
             MethodOptions method;
             method.name = name;
             method.bits = bits;
             method.skip = skip;
             method.settings = settings;
             return method;
           }),
           py::arg("name"), py::arg("bits"), py::arg("skip"), py::arg("settings"));
  module->def("train", &Train, py::arg("network"), py::arg("settings"), py::arg("method"),
              py::arg("data"), py::arg("run"));
  module->def("prune", &Prune, py::arg("network"), py::arg("settings"), py::arg("data").none(true),
              py::arg("run"));
  module->def("quantize", &Quantize, py::arg("network"), py::arg("settings"),
              py::arg("data").none(true), py::arg("run"));
  module->def("encode", &Encode, py::arg("network"), py::arg("settings"), py::arg("run"));
  module->def("evaluate", &Evaluate, py::arg("network"), py::arg("data"), py::arg("run"));
  module->def("settings", &SettingsOf, py::arg("stage"));
  module->def("methods", &Methods);
}

}  // namespace dc::python
