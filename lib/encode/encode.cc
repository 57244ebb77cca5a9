#include "dc/encode.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "base/thread_pool.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "encode/affine_run.h"
#include "encode/bias_codebook.h"
#include "encode/fold_thresholds.h"
#include "encode/forms.h"
#include "encode/hashed_weight.h"
#include "encode/lower.h"
#include "encode/merge_batch_norms.h"
#include "entropy/enc/weight_encoder.h"
#include "entropy/enc/zstd_compress.h"
#include "format/codebook.h"
#include "format/writer.h"
#include "model/quantizer_training.h"
#include "model/quoted.h"
#include "model/roles.h"

namespace dc {
namespace {

StatusOr<CoderChoice> ParseCoder(const std::string& name) {
  if (name == "raw") return CoderChoice::kRaw;
  if (name == "huffman") return CoderChoice::kHuffman;
  if (name == "context") return CoderChoice::kContext;
  if (name == "auto") return CoderChoice::kAuto;
  return UsageError("coder '" + name + "' does not exist", "", "use huffman, context, auto or raw");
}

// The options of one weight, from the settings that name it.
StatusOr<WeightEncodingOptions> OptionsFor(const WeightRef& weight, const EncodeOptions& options,
                                           CoderChoice coder) {
  WeightEncodingOptions result;
  result.coder = coder;
  const std::string order = options.order.Text(weight, "auto");
  if (order == "row") {
    result.order = ScanChoice::kRow;
  } else if (order == "column") {
    result.order = ScanChoice::kColumn;
  } else if (order != "auto") {
    return UsageError("order '" + order + "' does not exist", Quoted(weight.name),
                      "use auto, row or column");
  }
  if (options.gap_bits.Text(weight, "auto") == "auto") return result;
  DC_ASSIGN_OR_RETURN(const double bits, options.gap_bits.Number(weight, 0));
  if (bits < 1 || bits > 16 || bits != std::floor(bits)) {
    return UsageError("gap bits of " + options.gap_bits.Text(weight, ""), Quoted(weight.name),
                      "use auto or 1 to 16");
  }
  result.gap_bits = static_cast<int>(bits);
  if (coder == CoderChoice::kContext) {
    return UsageError("gap bits with the context coder, which stores no gaps", Quoted(weight.name),
                      "leave one of them out");
  }
  return result;
}

// One tensor being encoded: each is independent of the others.
struct Job {
  const LoweredTensor* tensor = nullptr;
  WeightEncodingOptions options;
  bool is_bias = false;  // or scale or statistic: one number per channel
  // Results.
  Status status;
  format::TensorEntry* entry = nullptr;
  format::TensorBytes bytes;
  LayerEncoding layer;
};

Status EncodeCodes(const QuantizedWeight& weight, const EncodeOptions& options, Job* job) {
  format::TensorEntry& entry = *job->entry;
  StoredCodebook codebook = StoreCodebook(weight.codebook, options.codebook_type == "f16");
  entry.form = codebook.form;
  entry.codebook_type = codebook.type;
  entry.codebook_entries = static_cast<uint32_t>(weight.codebook.size());
  entry.zero_first = codebook.zero_first;
  if (options.keep_names) entry.policy = weight.policy;
  if (codebook.sorted) entry.codebook_bytes = codebook.bytes.size();
  job->bytes.codebook = std::move(codebook.bytes);
  if (weight.codes.size() > 0xFFFFFFFFu) {
    return Unsupported("a weight of more than 2^32 - 1 elements", Quoted(job->tensor->value),
                       "split it");
  }
  WeightEncodingOptions how = job->options;
  how.sparse = entry.zero_first;
  EncodedWeight encoded = EncodeWeight(MatrixOf(entry.shape), codebook.values, weight.codes, how);
  const WeightCoding& coding = encoded.coding;
  LayerEncoding& layer = job->layer;
  const bool dense = coding.positions == PositionCoding::kDense;
  layer.positions = KeywordOf(coding.positions);
  layer.order = coding.column_major ? "column" : "row";
  layer.code_coder = KeywordOf(coding.code_coder);
  layer.position_coder = dense ? "" : KeywordOf(coding.position_coder);
  layer.survivors = std::count_if(weight.codes.begin(), weight.codes.end(),
                                  [&](uint16_t code) { return weight.codebook[code] != 0.0f; });
  layer.fillers = static_cast<int64_t>(encoded.fillers);
  layer.entries = static_cast<int64_t>(coding.entries);
  layer.code_bits = coding.code_bits;
  layer.gap_bits = coding.gap_bits;
  job->bytes.codes = std::move(encoded.codes);
  job->bytes.gaps = std::move(encoded.positions);
  return OkStatus();
}

// What the tensor takes in the file.
size_t BytesOf(const Job& job) {
  return job.bytes.codebook.size() + job.bytes.codes.size() + job.bytes.gaps.size();
}

// What the manifest says of a tensor with codes that it does not say of a plain one.
constexpr size_t kCodedEntryBytes = 6;

// How many bits tell the values apart, where they are few; 0 where they are not, or not numbers.
int BitsOfFewValues(std::span<const float> values) {
  constexpr size_t kFew = 16;
  std::set<float> different;
  for (const float value : values) {
    if (!std::isfinite(value)) return 0;
    if (different.insert(value).second && different.size() > kFew) return 0;
  }
  int bits = 1;
  while ((size_t{1} << bits) < different.size()) ++bits;
  return bits;
}

Status EncodeValues(const EncodeOptions& options, Job* job) {
  const auto values = job->tensor->plain->f32();
  DC_RETURN_IF_ERROR(CheckNumbers(values, job->is_bias, job->tensor->value));
  StoredValues stored = StoreValues(values, job->is_bias && options.codebook_type == "f16");
  int bits = job->is_bias ? options.bias_bits : 0;
  if (bits == 0) bits = BitsOfFewValues(values);
  if (bits > 0 && !values.empty()) {
    // As codes only where that is smaller.
    Job coded = *job;
    format::TensorEntry entry = *job->entry;
    coded.entry = &entry;
    DC_RETURN_IF_ERROR(EncodeCodes(QuantizeBias(*job->tensor->plain, bits), options, &coded));
    if (BytesOf(coded) + kCodedEntryBytes < stored.bytes.size()) {
      *job->entry = entry;
      job->bytes = std::move(coded.bytes);
      job->layer = std::move(coded.layer);
      return OkStatus();
    }
  }
  // Below, a table of code lengths for each plane costs what they save. Numbers per channel are
  // few, and stay easy to load.
  const size_t least_values = job->is_bias ? 1024 : 64;
  if (values.size() >= least_values) {
    DC_ASSIGN_OR_RETURN(
        stored, SmallerInPlanes(job->entry->shape, values, std::move(stored), job->options.coder));
  }
  job->entry->form = stored.form;
  if (stored.says_length) job->entry->value_bytes = stored.bytes.size();
  job->bytes.values = std::move(stored.bytes);
  LayerEncoding& layer = job->layer;
  layer.positions = "dense";
  layer.order = "row";
  layer.code_coder = job->entry->has_planes() ? "planes" : "raw";
  layer.survivors = std::count_if(values.begin(), values.end(), [](float v) { return v != 0.0f; });
  layer.entries = static_cast<int64_t>(values.size());
  layer.code_bits = job->entry->is_half() ? 16 : 32;
  return OkStatus();
}

// A table and the seed of a hash.
void EncodeHashed(const QuantizedWeight& weight, const HashedWeight& hashed,
                  const EncodeOptions& options, Job* job) {
  format::TensorEntry& entry = *job->entry;
  StoredCodebook codebook = StoreHashed(hashed.table, options.codebook_type == "f16");
  entry.form = codebook.form;
  entry.codebook_type = codebook.type;
  entry.codebook_entries = static_cast<uint32_t>(codebook.values.size());
  if (options.keep_names) entry.policy = weight.policy;
  job->bytes.codebook = std::move(codebook.bytes);
  for (int shift = 0; shift < 32; shift += 8) {
    job->bytes.codes.push_back(static_cast<uint8_t>(hashed.seed >> shift));
  }
  LayerEncoding& layer = job->layer;
  layer.positions = "dense";
  layer.order = "row";
  layer.code_coder = "hashed";
  const std::vector<float> values = weight.Values();
  layer.survivors = std::count_if(values.begin(), values.end(), [](float v) { return v != 0.0f; });
  layer.entries = static_cast<int64_t>(values.size());
  layer.code_bits = std::bit_width(codebook.values.size() - 1);
}

// `weight` with the codebook that it has, or with the whole run that its entries are of, whichever
// is smaller.
Status EncodeSmaller(const QuantizedWeight& weight, const EncodeOptions& options, Job* job) {
  if (const auto hashed = AsHashed(weight)) {
    EncodeHashed(weight, *hashed, options, job);
    return OkStatus();
  }
  DC_RETURN_IF_ERROR(EncodeCodes(weight, options, job));
  const auto run = AsAffineRun(weight);
  if (!run) return OkStatus();
  Job other = *job;
  format::TensorEntry entry = *job->entry;
  entry.codebook_bytes = 0;
  other.entry = &entry;
  DC_RETURN_IF_ERROR(EncodeCodes(*run, options, &other));
  if (BytesOf(other) >= BytesOf(*job)) return OkStatus();
  *job->entry = entry;
  job->bytes = std::move(other.bytes);
  job->layer = std::move(other.layer);
  return OkStatus();
}

void EncodeTensor(const Graph& graph, const EncodeOptions& options, Job* job) {
  if (job->tensor->unscaled != nullptr) {
    job->status = EncodeSmaller(*job->tensor->unscaled, options, job);
  } else if (job->tensor->quantized) {
    const auto weight = GetQuantizedWeight(graph, job->tensor->value);
    job->status = weight.ok() ? EncodeSmaller(*weight, options, job) : weight.status();
  } else {
    job->status = EncodeValues(options, job);
  }
  LayerEncoding& layer = job->layer;
  layer.name = job->tensor->value;
  layer.form = format::NameOf(job->entry->form);
  layer.weights = ElementCount(job->entry->shape);
  layer.codebook_bytes = static_cast<int64_t>(job->bytes.codebook.size());
  layer.code_bytes = static_cast<int64_t>(job->bytes.codes.size() + job->bytes.values.size());
  layer.gap_bytes = static_cast<int64_t>(job->bytes.gaps.size());
}

}  // namespace

Status CheckEncodeOptions(const EncodeOptions& options, const Graph& graph) {
  if (options.codebook_type != "f32" && options.codebook_type != "f16") {
    return UsageError("codebook type '" + options.codebook_type + "' does not exist", "",
                      "use f32 or f16");
  }
  if (options.bias_bits < 0 || options.bias_bits > 16) {
    return UsageError(std::to_string(options.bias_bits) + " bits for biases", "",
                      "use 1 to 16, or 0 for none");
  }
  DC_ASSIGN_OR_RETURN(const CoderChoice coder, ParseCoder(options.coder));
  DC_RETURN_IF_ERROR(options.gap_bits.CheckKeys(graph));
  DC_RETURN_IF_ERROR(options.order.CheckKeys(graph));
  for (const WeightRef& weight : ListWeights(graph)) {
    DC_RETURN_IF_ERROR(OptionsFor(weight, options, coder).status());
  }
  return OkStatus();
}

StatusOr<std::vector<uint8_t>> EncodeModel(const Graph& given, const EncodeOptions& options,
                                           std::vector<LayerEncoding>* layers, Progress* progress) {
  progress = OrSilent(progress);
  std::optional<Graph> folded;
  if (HasQuantizers(given)) {
    folded = given;
    FoldThresholds(&*folded);
  }
  // Where vectors may be rounded, those of batch normalization need not be the very numbers.
  if (options.codebook_type == "f16" || options.bias_bits > 0) {
    if (!folded) folded = given;
    MergeBatchNorms(&*folded);
  }
  const Graph& graph = folded ? *folded : given;
  DC_RETURN_IF_ERROR(CheckEncodeOptions(options, graph));
  DC_ASSIGN_OR_RETURN(const CoderChoice coder, ParseCoder(options.coder));
  const std::vector<WeightRef> weights = ListWeights(graph);
  DC_ASSIGN_OR_RETURN(LoweredGraph lowered, LowerGraph(graph, options.keep_names));
  lowered.manifest.int8_activations = options.int8_activations;

  std::vector<Job> jobs(lowered.tensors.size());
  std::map<std::string, Job*> by_name;
  for (size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].tensor = &lowered.tensors[i];
    jobs[i].entry = &lowered.manifest.tensors[i];
    jobs[i].options.coder = coder;
    jobs[i].is_bias = lowered.tensors[i].per_channel;
    by_name[jobs[i].tensor->value] = &jobs[i];
  }
  for (const WeightRef& weight : weights) {
    const auto job = by_name.find(weight.name);
    if (job == by_name.end()) continue;
    DC_ASSIGN_OR_RETURN(job->second->options, OptionsFor(weight, options, coder));
  }

  for (const auto& [name, role] : FindRoles(graph).of) {
    const auto job = by_name.find(name);
    if (job == by_name.end()) continue;
    job->second->is_bias =
        role == op::Role::kBias || role == op::Role::kScale || role == op::Role::kStatistic;
  }

  progress->Begin("encode", static_cast<int64_t>(jobs.size()));
  const std::thread::id reporter = std::this_thread::get_id();
  std::atomic<int64_t> done{0};
  ThreadPool pool(options.threads);
  pool.ParallelFor(jobs.size(), [&](size_t i) {
    if (progress->IsCancelled()) return;
    EncodeTensor(graph, options, &jobs[i]);
    const int64_t finished = done.fetch_add(1) + 1;
    if (std::this_thread::get_id() == reporter) progress->Advance(finished, jobs[i].tensor->value);
  });
  DC_RETURN_IF_ERROR(StopIfCancelled(progress));
  std::vector<format::TensorBytes> bytes;
  for (Job& job : jobs) {
    DC_RETURN_IF_ERROR(job.status);
    bytes.push_back(std::move(job.bytes));
  }
  DC_ASSIGN_OR_RETURN(std::vector<uint8_t> file,
                      format::WriteFile(std::move(lowered.manifest), bytes, &ZstdCompress));
  progress->End(std::to_string(file.size()) + " bytes");
  if (layers) {
    layers->clear();
    for (const WeightRef& weight : weights) {
      const auto job = by_name.find(weight.name);
      if (job != by_name.end()) layers->push_back(std::move(job->second->layer));
    }
  }
  return file;
}

}  // namespace dc
