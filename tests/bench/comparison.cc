#include "bench/comparison.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "bench/case_files.h"
#include "bench/layer_models.h"
#include "bench/one_core.h"
#include "bench/peer/eigen_sparse_peer.h"
#include "bench/peer/onednn_peer.h"
#include "bench/peer/onnxruntime_peer.h"
#include "bench/peer/session_peer.h"
#include "bench/race.h"
#include "dc/files.h"
#include "dc/runtime.h"

namespace dc {
namespace {

constexpr int kLoads = 4;
// Of the largest output: float sums in another order, and 8-bit activations and weights.
constexpr double kTolerance = 1e-4, kInt8Tolerance = 0.03;

// A form of our own runtime with a row of its own.
struct OwnRow {
  const char* name;
  InstructionSet set;
  std::string kernel = "";
  PeerProcess* process = nullptr;  // in the race
};

// Enters our runtime as `rows` has it, and then as it is compared with itself.
Status EnterOurs(const ComparisonCase& comparison, const CaseFiles& files, Race* race,
                 std::vector<OwnRow>* rows) {
  *rows = {{"ours", InstructionSet::kBest}};
  if (comparison.instruction_sets) {
    rows->push_back({"AVX2", InstructionSet::kAvx2});
    rows->push_back({"portable", InstructionSet::kPortable});
  }
  if (comparison.fully_connected && comparison.batch == 1) {
    rows->push_back({"8-bit inputs", InstructionSet::kInt8});
  }
  for (OwnRow& row : *rows) {
    DC_ASSIGN_OR_RETURN(std::unique_ptr<PeerProcess> process, StartSession(files.ours, row.set));
    row.kernel = process->note();
    row.process = process.get();
    DC_RETURN_IF_ERROR(race->Enter(row.name, std::move(process),
                                   row.set == InstructionSet::kInt8 ? kInt8Tolerance : kTolerance));
  }
  if (comparison.two_threads) {
    PeerTask two = files.ours;
    two.threads = 2;
    two.cores = LastCores(2);
    DC_ASSIGN_OR_RETURN(auto process, StartSession(two, InstructionSet::kBest));
    DC_RETURN_IF_ERROR(race->Enter("two threads", std::move(process), kTolerance));
  }
  if (comparison.own_dense) {
    DC_ASSIGN_OR_RETURN(auto process, StartSession(files.own_dense, InstructionSet::kBest));
    DC_RETURN_IF_ERROR(race->Enter("own dense", std::move(process), kTolerance));
  }
  return OkStatus();
}

// Enters those who have fully connected layers only.
Status EnterLayerPeers(const ComparisonCase& comparison, const CaseFiles& files, Race* race) {
  DC_ASSIGN_OR_RETURN(auto int8, StartOnnxRuntime(files.int8));
  DC_RETURN_IF_ERROR(race->Enter("int8", std::move(int8), kInt8Tolerance));
  const Tensor& weight = files.dense.initializers.at(kLayerWeight);
  const FullyConnectedTask task{.outputs = weight.shape[0],
                                .inputs = weight.shape[1],
                                .batch = comparison.batch,
                                .weight = weight.f32(),
                                .bias = files.dense.initializers.at(kLayerBias).f32(),
                                .input = files.input};
  DC_RETURN_IF_ERROR(race->Enter("Eigen", MakeEigenSparsePeer(task), kTolerance));
  DC_ASSIGN_OR_RETURN(auto onednn, MakeOneDnnPeer(task));
  return race->Enter("oneDNN", std::move(onednn), kTolerance);
}

void AddSpeedRows(const ComparisonCase& comparison, const std::vector<OwnRow>& own_rows,
                  const Race& race, ResultTable* table) {
  for (const OwnRow& own : own_rows) {
    SpeedRow row{.name = comparison.name + ", " + own.name,
                 .kernel = own.kernel,
                 .ours = *race.TimesOf(own.name),
                 .fp32 = race.TimesOf("fp32"),
                 .int8 = race.TimesOf("int8")};
    if (own.set == InstructionSet::kBest) {
      row.name = comparison.name;
      row.eigen = race.TimesOf("Eigen");
      row.onednn = race.TimesOf("oneDNN");
      row.fp32_target = comparison.small ? 0 : comparison.fp32_target;
      row.int8_target = comparison.int8_target;
    } else if (own.set == InstructionSet::kAvx2) {
      row.fp32_target = comparison.avx2_target;
    }
    table->Add(row);
  }
}

// Adds the comparisons of two times that are no speed rows.
void AddTimeRows(const ComparisonCase& comparison, const Race& race, ResultTable* table) {
  const double ours = race.TimesOf("ours")->min_us;
  if (comparison.small) {
    table->Add(QuantityRow{.name = comparison.name + ": less an empty call",
                           .unit = "us",
                           .ours_name = "ours",
                           .other_name = "ONNX Runtime",
                           .ours = ours,
                           .other = race.TimesOf("fp32")->min_us - race.TimesOf("empty")->min_us,
                           .target = comparison.fp32_target});
  }
  if (comparison.two_threads) {
    table->Add(QuantityRow{.name = comparison.name + ": two threads",
                           .unit = "us",
                           .ours_name = "two",
                           .other_name = "one",
                           .ours = race.TimesOf("two threads")->min_us,
                           .other = ours,
                           .target = 1.8});
  }
  if (comparison.own_dense) {
    table->Add(QuantityRow{.name = comparison.name + ": our kernels",
                           .unit = "us",
                           .ours_name = "sparse",
                           .other_name = "dense",
                           .ours = ours,
                           .other = race.TimesOf("own dense")->min_us,
                           .target = 1.4});
  }
}

// Adds what opening and loading takes, and the memory that it leaves taken.
Status CompareLoading(const ComparisonCase& comparison, const CaseFiles& files, PeerProcess* ours,
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
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(files.ours.model));
  DC_ASSIGN_OR_RETURN(const Session session, Session::Load(bytes, {}));
  int64_t weights = 0;
  for (const LayerPlan& layer : session.plan()) weights += layer.resident_bytes;
  const auto megabytes = [](int64_t count) { return static_cast<double>(count) / 1e6; };
  table->Add(QuantityRow{.name = comparison.name + ": weights in memory",
                         .unit = "MB",
                         .ours_name = "ours",
                         .other_name = "float32",
                         .ours = megabytes(weights),
                         .other = megabytes(files.dense.Float32Bytes()),
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
  DC_ASSIGN_OR_RETURN(const CaseFiles files, WriteCaseFiles(comparison, folder));
  Race race;
  DC_ASSIGN_OR_RETURN(auto fp32, StartOnnxRuntime(files.fp32));
  PeerProcess* const peer = fp32.get();
  DC_RETURN_IF_ERROR(race.Enter("fp32", std::move(fp32), 0));
  std::vector<OwnRow> own_rows;
  DC_RETURN_IF_ERROR(EnterOurs(comparison, files, &race, &own_rows));
  if (comparison.small) {
    DC_ASSIGN_OR_RETURN(auto empty, StartOnnxRuntime(files.empty));
    race.EnterOther("empty", std::move(empty));
  }
  const OnOneCore here;  // Eigen and oneDNN compute in this process
  if (comparison.fully_connected) DC_RETURN_IF_ERROR(EnterLayerPeers(comparison, files, &race));
  DC_RETURN_IF_ERROR(race.Run());

  AddSpeedRows(comparison, own_rows, race, table);
  AddTimeRows(comparison, race, table);
  if (!comparison.loading) return OkStatus();
  return CompareLoading(comparison, files, own_rows[0].process, peer, table);
}

}  // namespace dc
