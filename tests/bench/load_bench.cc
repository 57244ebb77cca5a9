// Time to load an AlexNet-sized file on one core, whole and in its parts: the checksums, opening
// (checksums and manifest), decoding the streams of every weight, and laying the weights out.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/crc32.h"
#include "bench/convnets.h"
#include "dc/encode.h"
#include "dc/runtime.h"
#include "entropy/dec/coding_header.h"
#include "entropy/dec/symbol_decoder.h"
#include "entropy/dec/weight_decoder.h"
#include "runtime/forms/layer_weight.h"
#include "runtime/load/constant_file.h"

namespace dc {
namespace {

// The file, encoded once a coder; empty on an error.
const std::vector<uint8_t>& AlexNetFile(const std::string& coder) {
  static std::map<std::string, std::vector<uint8_t>> files;
  static const StatusOr<Graph> graph = AlexNet();
  if (files.count(coder) == 0) {
    std::vector<uint8_t>& bytes = files[coder];
    EncodeOptions options;
    options.coder = coder;
    if (graph.ok()) {
      auto encoded = EncodeModel(*graph, options, nullptr, nullptr);
      if (encoded.ok()) bytes = std::move(*encoded);
    }
  }
  return files[coder];
}

// Runs body(file bytes, opened file) as the timed part of every iteration.
template <typename Body>
void RunOnFile(benchmark::State& state, const std::string& coder, Body body) {
  const std::vector<uint8_t>& bytes = AlexNetFile(coder);
  const auto file = runtime::OpenFile(bytes);
  if (!file.ok()) return state.SkipWithError(file.status().ToString().c_str());
  for (auto unused : state) {
    const Status status = body(bytes, *file);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  state.counters["file_bytes"] = static_cast<double>(bytes.size());
}

void LoadWhole(benchmark::State& state, const std::string& coder) {
  RunOnFile(state, coder, [](const std::vector<uint8_t>& bytes, const format::File&) {
    return Session::Load(bytes, {.threads = 1}).status();
  });
}

void Checksums(benchmark::State& state, const std::string& coder) {
  RunOnFile(state, coder, [](const std::vector<uint8_t>& bytes, const format::File&) {
    benchmark::DoNotOptimize(Crc32c(bytes));
    return OkStatus();
  });
}

void Open(benchmark::State& state, const std::string& coder) {
  RunOnFile(state, coder, [](const std::vector<uint8_t>& bytes, const format::File&) {
    return runtime::OpenFile(bytes).status();
  });
}

void Decode(benchmark::State& state, const std::string& coder) {
  RunOnFile(state, coder, [](const std::vector<uint8_t>&, const format::File& file) {
    for (size_t t = 0; t < file.manifest().tensors.size(); ++t) {
      DC_RETURN_IF_ERROR(runtime::LoadConstant(file, t).status());
    }
    return OkStatus();
  });
}

// The codes alone, where they are a stream of symbols.
void DecodeCodes(benchmark::State& state, const std::string& coder) {
  RunOnFile(state, coder, [](const std::vector<uint8_t>&, const format::File& file) {
    std::vector<uint16_t> codes;
    for (size_t t = 0; t < file.manifest().tensors.size(); ++t) {
      const format::TensorEntry& entry = file.manifest().tensors[t];
      if (!entry.has_codes()) continue;
      size_t header_bytes = 0;
      DC_ASSIGN_OR_RETURN(const WeightCoding coding,
                          ReadWeightCoding(file.Streams(t).codes, &header_bytes));
      codes.resize(coding.entries);
      DC_RETURN_IF_ERROR(DecodeSymbols(coding.code_coder, coding.code_bits,
                                       static_cast<uint32_t>(entry.codebook_entries),
                                       file.Streams(t).codes.subspan(header_bytes), codes));
    }
    return OkStatus();
  });
}

void LayOut(benchmark::State& state, const std::string& coder) {
  const std::vector<uint8_t>& bytes = AlexNetFile(coder);
  const auto file = runtime::OpenFile(bytes);
  if (!file.ok()) return state.SkipWithError(file.status().ToString().c_str());
  std::vector<runtime::Constant> weights;
  for (size_t t = 0; t < file->manifest().tensors.size(); ++t) {
    auto constant = runtime::LoadConstant(*file, t);
    if (!constant.ok()) return state.SkipWithError(constant.status().ToString().c_str());
    if (constant->shape.size() > 1) weights.push_back(std::move(*constant));
  }
  for (auto unused : state) {
    double seconds = 0;
    for (const runtime::Constant& weight : weights) {
      runtime::Constant copy = weight;
      runtime::WeightShape shape{.rows = static_cast<uint32_t>(weight.shape[0]), .columns = 1};
      for (size_t d = 1; d < weight.shape.size(); ++d) {
        shape.columns *= static_cast<uint32_t>(weight.shape[d]);
      }
      if (weight.shape.size() > 2) shape.product = runtime::Product::kShift;
      LayerPlan plan;
      const auto start = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(runtime::MakeLayerWeight(std::move(copy), shape, 1.0f, {},
                                                        runtime::SimdKernels(),
                                                        std::pmr::get_default_resource(), &plan));
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    state.SetIterationTime(seconds);
  }
}

#define DC_LOAD_ROW(name, coder) \
  BENCHMARK_CAPTURE(name, coder, #coder)->Unit(benchmark::kMillisecond)->Iterations(20)
DC_LOAD_ROW(LoadWhole, huffman);
DC_LOAD_ROW(Checksums, huffman);
DC_LOAD_ROW(Open, huffman);
DC_LOAD_ROW(Decode, huffman);
DC_LOAD_ROW(DecodeCodes, huffman);
DC_LOAD_ROW(LayOut, huffman)->UseManualTime();
BENCHMARK_CAPTURE(LoadWhole, context, "context")->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace dc
