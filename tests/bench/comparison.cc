#include "bench/comparison.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "bench/layer_models.h"
#include "bench/peer/eigen_sparse_peer.h"
#include "bench/peer/onednn_peer.h"
#include "bench/peer/onnxruntime_peer.h"
#include "bench/peer/session_peer.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/runtime.h"

namespace dc {
namespace {

constexpr int kRounds = 9;
constexpr double kSeconds = 0.04;  // of a round, for each competitor
constexpr int kLoads = 4;
// Of the largest output: float sums in another order, and 8-bit activations and weights.
constexpr double kTolerance = 1e-4, kInt8Tolerance = 0.03;

// Keeps this thread on one core while it lives.
class OnOneCore {
 public:
  OnOneCore() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core : Cores(1)) CPU_SET(core, &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  ~OnOneCore() { sched_setaffinity(0, sizeof(before_), &before_); }

  // The last `count` cores that this process may use.
  static std::vector<int> Cores(int count) {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof(allowed), &allowed);
    std::vector<int> cores;
    for (int core = CPU_SETSIZE - 1; core >= 0; --core) {
      if (static_cast<int>(cores.size()) < count && CPU_ISSET(core, &allowed)) {
        cores.push_back(core);
      }
    }
    return cores;
  }

 private:
  cpu_set_t before_;
};

// Values as a network has them behind a ReLU, 35 % of them not zero; or like pixels.
std::vector<float> InputValues(size_t count, bool pixels) {
  Rng rng(2);
  std::vector<float> values(count);
  for (float& value : values) {
    const double drawn = rng.Normal();
    const bool kept = pixels || rng.Uniform() < 0.35;
    value = kept ? static_cast<float>(pixels ? drawn : std::fabs(drawn)) : 0.0f;
  }
  return values;
}

// The models as files, and the input.
struct Material {
  Graph dense;
  std::vector<float> input;
  PeerTask ours, own_dense, fp32, int8, empty;
};

Status WriteDcz(const Graph& graph, const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, EncodeModel(graph, {}, nullptr, nullptr));
  return WriteFileAtomic(path, file);
}

StatusOr<Material> Prepare(const ComparisonCase& comparison, const std::string& folder) {
  Material material;
  DC_ASSIGN_OR_RETURN(material.dense, comparison.build());
  PeerTask& ours = material.ours;
  ours.shape = material.dense.inputs[0].shape;
  ours.shape[0] = comparison.batch;
  ours.model = folder + "/ours.dcz";
  ours.input = folder + "/input.f32";
  ours.scratch = folder + "/output.f32";
  ours.cores = OnOneCore::Cores(1);
  material.own_dense = material.fp32 = material.int8 = material.empty = ours;
  material.own_dense.model = folder + "/own_dense.dcz";
  material.fp32.model = folder + "/fp32.onnx";
  material.int8.model = folder + "/int8.onnx";
  material.empty.model = folder + "/empty.onnx";

  DC_RETURN_IF_ERROR(WriteDcz(material.dense, ours.model));
  DC_RETURN_IF_ERROR(DequantizeAll(&material.dense));
  DC_RETURN_IF_ERROR(SaveModel(material.dense, material.fp32.model));
  if (comparison.own_dense) {
    DC_RETURN_IF_ERROR(WriteDcz(material.dense, material.own_dense.model));
  }
  if (comparison.fully_connected) {
    DC_RETURN_IF_ERROR(SaveModel(DynamicInt8Model(material.dense), material.int8.model));
  }
  if (comparison.small) {
    DC_RETURN_IF_ERROR(SaveModel(EmptyModel(material.dense), material.empty.model));
  }
  const bool pixels = ours.shape.size() == 4 && ours.shape[1] <= 3;
  material.input = InputValues(static_cast<size_t>(ElementCount(ours.shape)), pixels);
  DC_RETURN_IF_ERROR(
      WriteFileAtomic(ours.input, {reinterpret_cast<const uint8_t*>(material.input.data()),
                                   material.input.size() * sizeof(float)}));
  return material;
}

struct Entrant {
  std::string name;
  Competitor* competitor;
  Times times = {};
};

Status CheckSame(const std::vector<float>& expected, const std::vector<float>& actual,
                 double tolerance, const std::string& who) {
  if (expected.size() != actual.size()) return Internal("outputs of different size", who);
  double largest = 0, difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max<double>(largest, std::fabs(expected[i]));
    difference = std::max<double>(difference, std::fabs(expected[i] - actual[i]));
  }
  // So written, NaN differs from everything.
  if (difference <= tolerance * largest && largest > 0) return OkStatus();
  return Internal("outputs differ by " + std::to_string(difference) + ", the largest being " +
                      std::to_string(largest),
                  who);
}

// Times everybody in turns.
Status Race(std::vector<Entrant>* entrants) {
  std::vector<std::vector<double>> medians(entrants->size());
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < entrants->size(); ++i) {
      Entrant& entrant = (*entrants)[i];
      DC_ASSIGN_OR_RETURN(const Times times, entrant.competitor->Time(kSeconds));
      medians[i].push_back(times.median_us);
      if (round == 0 || times.min_us < entrant.times.min_us) entrant.times = times;
    }
  }
  for (size_t i = 0; i < entrants->size(); ++i) {
    (*entrants)[i].times.median_us = Median(medians[i]);
  }
  return OkStatus();
}

// Adds what opening and loading takes, and the memory that it leaves taken.
Status CompareLoading(const ComparisonCase& comparison, const Material& material, PeerProcess* ours,
                      PeerProcess* peer, ResultTable* table) {
  double ours_ms = ours->load_ms(), peer_ms = peer->load_ms();
  for (int i = 1; i < kLoads; ++i) {
    DC_ASSIGN_OR_RETURN(const double again, ours->Load());
    DC_ASSIGN_OR_RETURN(const double peer_again, peer->Load());
    ours_ms = std::min(ours_ms, again);
    peer_ms = std::min(peer_ms, peer_again);
  }
  table->Add(QuantityRow{.name = comparison.name + ": open and load",
                         .unit = "ms",
                         .ours_name = "ours",
                         .other_name = "ONNX Runtime",
                         .ours = ours_ms,
                         .other = peer_ms,
                         .target = 10});
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(material.ours.model));
  DC_ASSIGN_OR_RETURN(const Session session, Session::Load(file, {}));
  int64_t weights = 0;
  for (const LayerPlan& layer : session.plan()) weights += layer.resident_bytes;
  const auto megabytes = [](int64_t bytes) { return static_cast<double>(bytes) / 1e6; };
  table->Add(QuantityRow{.name = comparison.name + ": weights in memory",
                         .unit = "MB",
                         .ours_name = "ours",
                         .other_name = "float32",
                         .ours = megabytes(weights),
                         .other = megabytes(material.dense.Float32Bytes()),
                         .target = 10});
  table->Add(QuantityRow{.name = comparison.name + ": growth by loading",
                         .unit = "MB resident",
                         .ours_name = "ours",
                         .other_name = "ONNX Runtime",
                         .ours = megabytes(ours->grown_bytes()),
                         .other = megabytes(peer->grown_bytes()),
                         .target = 10});
  return OkStatus();
}

}  // namespace

Status Compare(const ComparisonCase& comparison, const std::string& folder, ResultTable* table) {
  DC_ASSIGN_OR_RETURN(const Material material, Prepare(comparison, folder));
  std::vector<std::unique_ptr<Competitor>> competitors;
  std::vector<Entrant> entrants;
  std::vector<float> expected;
  const auto enter = [&](const std::string& name, std::unique_ptr<Competitor> competitor,
                         double tolerance) -> Status {
    DC_ASSIGN_OR_RETURN(const std::vector<float> output, competitor->Output());
    if (expected.empty()) expected = output;
    DC_RETURN_IF_ERROR(CheckSame(expected, output, tolerance, name));
    entrants.push_back({name, competitor.get()});
    competitors.push_back(std::move(competitor));
    return OkStatus();
  };
  const auto times_of = [&](const std::string& name) -> std::optional<Times> {
    for (const Entrant& entrant : entrants) {
      if (entrant.name == name) return entrant.times;
    }
    return std::nullopt;
  };
  std::vector<std::pair<std::string, std::string>> kernels;
  const auto enter_session = [&](const std::string& name, const PeerTask& task,
                                 InstructionSet set) -> StatusOr<PeerProcess*> {
    DC_ASSIGN_OR_RETURN(std::unique_ptr<PeerProcess> process, StartSession(task, set));
    PeerProcess* const result = process.get();
    kernels.emplace_back(name, result->note());
    DC_RETURN_IF_ERROR(enter(name, std::move(process), kTolerance));
    return result;
  };

  DC_ASSIGN_OR_RETURN(auto fp32, StartOnnxRuntime(material.fp32));
  PeerProcess* const peer = fp32.get();
  DC_RETURN_IF_ERROR(enter("fp32", std::move(fp32), 0));
  DC_ASSIGN_OR_RETURN(PeerProcess* const ours,
                      enter_session("ours", material.ours, InstructionSet::kBest));
  if (comparison.instruction_sets) {
    for (const auto& [name, set] : {std::pair("AVX2", InstructionSet::kAvx2),
                                    std::pair("portable", InstructionSet::kPortable)}) {
      DC_RETURN_IF_ERROR(enter_session(name, material.ours, set).status());
    }
  }
  if (comparison.two_threads) {
    PeerTask two = material.ours;
    two.threads = 2;
    two.cores = OnOneCore::Cores(2);
    DC_RETURN_IF_ERROR(enter_session("two threads", two, InstructionSet::kBest).status());
  }
  if (comparison.own_dense) {
    DC_RETURN_IF_ERROR(
        enter_session("own dense", material.own_dense, InstructionSet::kBest).status());
  }
  if (comparison.small) {
    DC_ASSIGN_OR_RETURN(auto empty, StartOnnxRuntime(material.empty));
    entrants.push_back({"empty", empty.get()});
    competitors.push_back(std::move(empty));
  }
  const OnOneCore here;  // the others compute in this process
  if (comparison.fully_connected) {
    DC_ASSIGN_OR_RETURN(auto int8, StartOnnxRuntime(material.int8));
    DC_RETURN_IF_ERROR(enter("int8", std::move(int8), kInt8Tolerance));
    const Tensor& weight = material.dense.initializers.at(kLayerWeight);
    const FullyConnectedTask task{.outputs = weight.shape[0],
                                  .inputs = weight.shape[1],
                                  .batch = comparison.batch,
                                  .weight = weight.f32(),
                                  .bias = material.dense.initializers.at(kLayerBias).f32(),
                                  .input = material.input};
    DC_RETURN_IF_ERROR(enter("Eigen", MakeEigenSparsePeer(task), kTolerance));
    DC_ASSIGN_OR_RETURN(auto onednn, MakeOneDnnPeer(task));
    DC_RETURN_IF_ERROR(enter("oneDNN", std::move(onednn), kTolerance));
  }
  DC_RETURN_IF_ERROR(Race(&entrants));

  for (const auto& [name, kernel] : kernels) {
    if (name == "two threads" || name == "own dense") continue;
    const bool best = name == "ours";
    SpeedRow row{.name = best ? comparison.name : comparison.name + ", " + name,
                 .kernel = kernel,
                 .ours = *times_of(name),
                 .fp32 = times_of("fp32"),
                 .int8 = times_of("int8"),
                 .fp32_target = best && !comparison.small ? comparison.fp32_target : 0,
                 .int8_target = best ? comparison.int8_target : 0};
    if (best) {
      row.eigen = times_of("Eigen");
      row.onednn = times_of("oneDNN");
    }
    if (name == "AVX2") row.fp32_target = comparison.avx2_target;
    table->Add(row);
  }
  if (comparison.small) {
    table->Add(QuantityRow{.name = comparison.name + ": less an empty call",
                           .unit = "us",
                           .ours_name = "ours",
                           .other_name = "ONNX Runtime",
                           .ours = times_of("ours")->min_us,
                           .other = times_of("fp32")->min_us - times_of("empty")->min_us,
                           .target = comparison.fp32_target});
  }
  if (comparison.two_threads) {
    table->Add(QuantityRow{.name = comparison.name + ": two threads",
                           .unit = "us",
                           .ours_name = "two",
                           .other_name = "one",
                           .ours = times_of("two threads")->min_us,
                           .other = times_of("ours")->min_us,
                           .target = 1.8});
  }
  if (comparison.own_dense) {
    table->Add(QuantityRow{.name = comparison.name + ": our kernels",
                           .unit = "us",
                           .ours_name = "sparse",
                           .other_name = "dense",
                           .ours = times_of("ours")->min_us,
                           .other = times_of("own dense")->min_us,
                           .target = 1.4});
  }
  if (comparison.loading) return CompareLoading(comparison, material, ours, peer, table);
  return OkStatus();
}

}  // namespace dc
