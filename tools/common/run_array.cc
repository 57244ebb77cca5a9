#include "common/run_array.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "common/output.h"
#include "common/run_samples.h"
#include "dc/files.h"
#include "dc/npy.h"
#include "dc/tensor.h"

namespace dc {
namespace {

StatusOr<std::vector<std::string>> ReadLines(const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  std::vector<std::string> lines(1);
  for (uint8_t byte : bytes) {
    if (byte == '\n') {
      lines.emplace_back();
    } else if (byte != '\r') {
      lines.back() += static_cast<char>(byte);
    }
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

// "0: tench 0.912, cat 0.051": the largest outputs of one sample; NaN comes last.
void PrintTop(int64_t sample, std::span<const float> outputs, int topk,
              const std::vector<std::string>& labels) {
  std::vector<size_t> order(outputs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t k = std::min(static_cast<size_t>(topk), order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](size_t a, size_t b) {
                      const bool a_is_nan = std::isnan(outputs[a]);
                      if (a_is_nan || std::isnan(outputs[b])) {
                        return a_is_nan == std::isnan(outputs[b]) ? a < b : !a_is_nan;
                      }
                      return outputs[a] != outputs[b] ? outputs[a] > outputs[b] : a < b;
                    });
  std::string line = std::to_string(sample) + ":";
  for (size_t i = 0; i < k; ++i) {
    const size_t c = order[i];
    const std::string name = c < labels.size() ? labels[c] : "class " + std::to_string(c);
    char value[32];
    std::snprintf(value, sizeof(value), "%.6g", static_cast<double>(outputs[c]));
    line += (i ? ", " : " ") + name + " " + value;
  }
  PrintLine("%s", line.c_str());
}

// How people call output `i`: by its name, else by its number.
std::string OutputText(const Session& session, size_t i) {
  const std::string& name = session.outputs()[i].name;
  return name.empty() ? "number " + std::to_string(i) : "\"" + name + "\"";
}

// Which of several outputs --output holds.
std::string FirstOutputText(const Session& session) {
  std::string others;
  for (size_t i = 1; i < session.outputs().size(); ++i) {
    others += (i > 1 ? ", " : "") + OutputText(session, i);
  }
  return "this is output " + OutputText(session, 0) + ", the first of " +
         std::to_string(session.outputs().size()) +
         " outputs; --output-dir writes the others: " + others;
}

// The file of NAME=X.npy where the only input's name is not kept in the file, and may be any.
std::string WithoutName(const std::string& given, const Session& session) {
  const size_t equals = given.find('=');
  const bool nameless = session.inputs().size() == 1 && session.inputs()[0].name.empty();
  std::error_code error;
  if (!nameless || equals == std::string::npos || std::filesystem::exists(given, error)) {
    return given;
  }
  return given.substr(equals + 1);
}

// The file that --input gives to each input of the model.
StatusOr<std::vector<std::string>> ChooseFiles(const ArrayRun& run, const Session& session) {
  const std::vector<SessionInput>& inputs = session.inputs();
  std::vector<std::string> files(inputs.size()), unnamed;
  std::string names;
  for (const SessionInput& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
  for (const std::string& given : run.inputs) {
    const auto named = std::find_if(inputs.begin(), inputs.end(), [&](const SessionInput& input) {
      return !input.name.empty() && given.starts_with(input.name + "=");
    });
    if (named == inputs.end()) {
      unnamed.push_back(WithoutName(given, session));
      continue;
    }
    std::string& file = files[static_cast<size_t>(named - inputs.begin())];
    if (!file.empty()) return UsageError("--input gives \"" + named->name + "\" twice");
    file = given.substr(named->name.size() + 1);
  }
  size_t next = 0;
  for (std::string& file : files) {
    if (file.empty() && next < unnamed.size()) file = unnamed[next++];
  }
  const bool missing =
      std::any_of(files.begin(), files.end(), [](const std::string& file) { return file.empty(); });
  if (missing || next < unnamed.size()) {
    return UsageError(std::to_string(run.inputs.size()) + " arrays for " +
                          std::to_string(inputs.size()) + " inputs" +
                          (names.empty() ? "" : ": " + names),
                      "--input", "give one for each: --input NAME=X.npy --input ...");
  }
  return files;
}

// One array for each input, and how many samples they hold.
struct Samples {
  std::vector<NpyArray> inputs;
  int64_t count = 1;
};

StatusOr<Samples> LoadSamples(const std::vector<std::string>& files, const Session& session) {
  Samples samples;
  std::vector<std::vector<int64_t>> shapes;
  for (const std::string& file : files) {
    DC_ASSIGN_OR_RETURN(NpyArray array, LoadNpy(file));
    shapes.push_back(array.shape);
    samples.inputs.push_back(std::move(array));
  }
  DC_ASSIGN_OR_RETURN(samples.count, CountSamples(session, files, &shapes));
  return samples;
}

StatusOr<std::vector<NpyArray>> RunArrays(const Samples& samples, int64_t batch,
                                          const Session& session, const Progress* progress) {
  std::vector<NpyArray> outputs;
  std::vector<std::span<const float>> in;
  for (const NpyArray& array : samples.inputs) in.emplace_back(array.values);
  std::vector<std::span<float>> out;
  for (const SessionOutput& output : session.outputs()) {
    NpyArray& array = outputs.emplace_back();
    array.shape = ShapeFor(output.shape, samples.count);
    array.values.resize(FloatsOf(output.shape, samples.count));
    out.emplace_back(array.values);
  }
  DC_RETURN_IF_ERROR(RunSamples(session, samples.count, batch, in, out, progress));
  return outputs;
}

// A file name for output `i`: its name without what folders and shells take for something else.
std::string FileNameOf(const Session& session, size_t i) {
  std::string name = session.outputs()[i].name;
  for (char& c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
    if (!plain) c = '_';
  }
  if (name.empty() || name[0] == '.') name = "output_" + std::to_string(i) + name;
  return name;
}

// The file for each output in `folder`.
std::vector<std::string> FilesIn(const std::string& folder, const Session& session) {
  std::vector<std::string> files;
  std::set<std::string> taken;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    std::string name = FileNameOf(session, i);
    if (!taken.insert(name).second) name += "_" + std::to_string(i);
    files.push_back(folder + "/" + name + ".npy");
  }
  return files;
}

// Where each output goes, --output first. The folder is created.
Status SaveAll(const ArrayRun& run, const std::vector<std::string>& files,
               const std::vector<NpyArray>& outputs) {
  if (!run.output.empty()) DC_RETURN_IF_ERROR(SaveNpy(outputs[0], run.output));
  if (run.output_folder.empty()) return OkStatus();
  DC_RETURN_IF_ERROR(MakeDirectories(run.output_folder));
  for (size_t i = 0; i < outputs.size(); ++i) DC_RETURN_IF_ERROR(SaveNpy(outputs[i], files[i]));
  return OkStatus();
}

}  // namespace

Status RunArray(const ArrayRun& run, int64_t batch, Session* session, Tool* tool) {
  DC_ASSIGN_OR_RETURN(const std::vector<std::string> files, ChooseFiles(run, *session));
  for (const std::string& file : files) DC_RETURN_IF_ERROR(tool->Reads("--input", file));
  std::vector<std::string> results;
  if (!run.output_folder.empty()) {
    results = FilesIn(run.output_folder, *session);
    std::error_code error;
    const bool exists = std::filesystem::exists(run.output_folder, error);
    for (const std::string& file : results) {
      if (exists) DC_RETURN_IF_ERROR(tool->Writes("--output-dir", file));
    }
  }
  DC_ASSIGN_OR_RETURN(const Samples samples, LoadSamples(files, *session));
  std::vector<std::string> labels;
  if (!run.labels.empty()) {
    DC_ASSIGN_OR_RETURN(labels, ReadLines(run.labels));
  }
  DC_ASSIGN_OR_RETURN(const std::vector<NpyArray> outputs,
                      RunArrays(samples, batch, *session, tool->progress()));
  const NpyArray& first = outputs[0];
  if (run.topk > 0) {
    const size_t classes = first.values.size() / static_cast<size_t>(samples.count);
    for (int64_t i = 0; i < samples.count; ++i) {
      PrintTop(i, std::span(first.values).subspan(static_cast<size_t>(i) * classes, classes),
               run.topk, labels);
    }
  }
  if (outputs.size() > 1 && run.output_folder.empty()) {
    tool->progress()->Note(FirstOutputText(*session));
  }
  return SaveAll(run, results, outputs);
}

}  // namespace dc
