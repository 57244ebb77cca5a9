#include "common/run_array.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

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

// "0: tench 0.912, cat 0.051": the largest outputs of one sample.
void PrintTop(int64_t sample, std::span<const float> outputs, int topk,
              const std::vector<std::string>& labels) {
  std::vector<size_t> order(outputs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t k = std::min(static_cast<size_t>(topk), order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](size_t a, size_t b) {
                      return outputs[a] != outputs[b] ? outputs[a] > outputs[b] : a < b;
                    });
  std::printf("%lld:", static_cast<long long>(sample));
  for (size_t i = 0; i < k; ++i) {
    const size_t c = order[i];
    const std::string name = c < labels.size() ? labels[c] : "class " + std::to_string(c);
    std::printf("%s %s %.6g", i ? "," : "", name.c_str(), static_cast<double>(outputs[c]));
  }
  std::printf("\n");
}

// Which of several outputs it is.
std::string OutputsText(const std::vector<SessionOutput>& outputs) {
  std::string others;
  for (size_t i = 1; i < outputs.size(); ++i) {
    const SessionOutput& output = outputs[i];
    others += i > 1 ? ", " : "";
    others += output.name.empty() ? "number " + std::to_string(i) : "\"" + output.name + "\"";
  }
  const std::string name = outputs[0].name.empty() ? "" : "\"" + outputs[0].name + "\", ";
  return "this is output " + name + "the first of " + std::to_string(outputs.size()) +
         " outputs; not computed: " + others;
}

}  // namespace

Status RunArray(const ArrayRun& run, int64_t batch, Session* session, Progress* progress) {
  DC_ASSIGN_OR_RETURN(const NpyArray input, LoadNpy(run.input));
  const std::vector<int64_t>& want = session->input().shape;
  const std::vector<int64_t> sample(want.begin() + 1, want.end());
  const int64_t size = ElementCount(sample);
  std::vector<int64_t> given = input.shape;
  if (given.size() == want.size()) given.erase(given.begin());
  const int64_t count = size ? static_cast<int64_t>(input.values.size()) / size : 0;
  if (given != sample) {
    return BadInput(
        "the array is " + ShapeText(input.shape) + ", the model reads Nx" + ShapeText(sample),
        run.input, "reshape the array");
  }
  std::vector<std::string> labels;
  if (!run.labels.empty()) {
    DC_ASSIGN_OR_RETURN(labels, ReadLines(run.labels));
  }
  NpyArray output;
  output.shape = session->output_shape();
  const int64_t classes =
      ElementCount(std::vector<int64_t>(output.shape.begin() + 1, output.shape.end()));
  output.shape[0] = count;
  output.values.resize(static_cast<size_t>(count * classes));
  for (int64_t begin = 0; begin < count; begin += batch) {
    const int64_t n = std::min(batch, count - begin);
    DC_RETURN_IF_ERROR(session->Run(
        n,
        std::span(input.values)
            .subspan(static_cast<size_t>(begin * size), static_cast<size_t>(n * size)),
        std::span(output.values)
            .subspan(static_cast<size_t>(begin * classes), static_cast<size_t>(n * classes))));
  }
  if (run.topk > 0) {
    for (int64_t i = 0; i < count; ++i) {
      PrintTop(i,
               std::span(output.values)
                   .subspan(static_cast<size_t>(i * classes), static_cast<size_t>(classes)),
               run.topk, labels);
    }
  }
  if (session->outputs().size() > 1) OrSilent(progress)->Note(OutputsText(session->outputs()));
  if (!run.output.empty()) return SaveNpy(output, run.output);
  return OkStatus();
}

}  // namespace dc
