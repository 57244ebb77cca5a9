// The whole line from one recipe, with every intermediate file kept.
#ifndef DC_COMPRESS_H_
#define DC_COMPRESS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/progress.h"
#include "dc/recipe.h"
#include "dc/report.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// Test error of a .dcz as the runtime computes it, at the output `logits` ("": the one that fits
// the labels). Handed in because the pipeline does not link the runtime.
using DczEvaluator =
    std::function<StatusOr<EvalResult>(std::span<const uint8_t> file, const Dataset& data,
                                       const std::string& logits, Progress* progress)>;

// Why a graph cannot be executed as a .dcz, or ok: asked before the first stage.
using DeployCheck = std::function<Status(const Graph& graph)>;

// What a run reads besides the data, and what it leaves in its folder.
struct CompressFiles {
  std::vector<std::string> read, written;
};
CompressFiles FilesOf(const Recipe& recipe, const std::string& directory);

// Runs all stages of `recipe` and leaves trained.onnx, pruned.onnx, quantized.onnx, model.dcz,
// report.json and a CSV log per training run in `directory`. A stage whose output is there, was
// made by the same recipe, model, data and seed, and is as it was written is not run again; an
// interrupted one goes on from its last checkpoint. `data` may be null where nothing is trained:
// then errors are not measured. The report is returned also when a goal of the recipe is missed:
// `goal` then holds what was missed. IoError where another run is at work in `directory`.
StatusOr<Report> Compress(const Recipe& recipe, const Dataset* data, const std::string& directory,
                          int threads, const DeployCheck& check, const DczEvaluator& evaluate,
                          Status* goal, Progress* progress);

}  // namespace dc

#endif  // DC_COMPRESS_H_
