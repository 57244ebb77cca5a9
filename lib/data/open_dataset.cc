#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "data/sources.h"

namespace dc {
namespace {

constexpr char kFashionDirectory[] = "/usr/share/datasets/fashion-mnist";
constexpr char kFashionMnist[] = "fashion-mnist";
constexpr int kMnistClasses = 10;

// "KIND:PATH", or a name.
struct Spec {
  std::string kind, path;
  bool known = false;
};

Spec Parse(const std::string& text) {
  const size_t colon = text.find(':');
  Spec spec;
  spec.kind = text.substr(0, colon);
  if (colon != std::string::npos) spec.path = text.substr(colon + 1);
  const bool with_path =
      spec.kind == "mnist" || spec.kind == "idx" || spec.kind == "cifar10" || spec.kind == "npz";
  spec.known = text == kFashionMnist || (with_path && !spec.path.empty());
  return spec;
}

Status NeedDirectory(const std::string& directory, const std::string& advice) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return OkStatus();
  return IoError("no such directory", directory, advice);
}

StatusOr<Dataset> OpenFashionMnist() {
  const std::string advice = "install it: apt-get install dataset-fashion-mnist";
  DC_RETURN_IF_ERROR(NeedDirectory(kFashionDirectory, advice));
  return OpenIdx(kFashionDirectory, kMnistClasses);
}

StatusOr<Dataset> OpenIn(const std::string& kind, const std::string& path) {
  if (kind == "npz") return OpenNpz(path);
  DC_RETURN_IF_ERROR(NeedDirectory(path, "give the directory that holds the data"));
  if (kind == "cifar10") return OpenCifar10(path);
  return OpenIdx(path, kind == "mnist" ? kMnistClasses : 0);
}

}  // namespace

int64_t Dataset::target_size() const {
  int64_t size = has_targets() ? 1 : 0;
  for (const int64_t extent : target_shape) size *= extent;
  return size;
}

int32_t Dataset::LargestLabel() const {
  int32_t largest = -1;
  for (const Split* split : {&train, &test}) {
    for (int32_t label : split->labels) largest = std::max(largest, label);
  }
  return largest;
}

Status CheckLabels(const std::string& where, Dataset* data) {
  for (const Split* split : {&data->train, &data->test}) {
    if (split->labels.empty()) return BadInput("a split without samples", where, "add samples");
  }
  if (data->classes == 0) {
    data->classes = data->LargestLabel() + 1;
  }
  for (const Split* split : {&data->train, &data->test}) {
    const auto bad = std::find_if(split->labels.begin(), split->labels.end(), [&](int32_t label) {
      return label < 0 || label >= data->classes;
    });
    if (bad == split->labels.end()) continue;
    return BadInput(
        "label " + std::to_string(*bad) + " is not in 0.." + std::to_string(data->classes - 1),
        where + (split == &data->train ? ", training" : ", test") + " label " +
            std::to_string(bad - split->labels.begin()),
        "the data does not belong to this dataset, or is damaged");
  }
  return OkStatus();
}

StatusOr<Dataset> OpenDataset(const std::string& spec) {
  const Spec parts = Parse(spec);
  if (!parts.known) {
    return UsageError("unknown data '" + spec + "'", "",
                      "use fashion-mnist, mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE");
  }
  DC_ASSIGN_OR_RETURN(Dataset data,
                      spec == kFashionMnist ? OpenFashionMnist() : OpenIn(parts.kind, parts.path));
  data.name = spec;
  return data;
}

StatusOr<Dataset> OpenSamples(const std::string& spec) {
  const size_t colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  const std::string path = colon == std::string::npos ? "" : spec.substr(colon + 1);
  Dataset data;
  if ((kind == "npz" || kind == "npy") && !path.empty()) {
    DC_ASSIGN_OR_RETURN(data, kind == "npz" ? OpenNpzSamples(path) : OpenNpySamples(path));
  } else {
    DC_ASSIGN_OR_RETURN(data, OpenDataset(spec));
    data.train.labels.clear();
    data.train.targets.clear();
    data.test = Split();
    data.classes = 0;
    data.target_shape.clear();
  }
  data.name = spec;
  return data;
}

std::vector<std::string> DatasetFiles(const std::string& spec) {
  const Spec parts = Parse(spec);
  if (!parts.known) return {};
  if (spec == kFashionMnist) return IdxFiles(kFashionDirectory);
  if (parts.kind == "npz") return {parts.path};
  return parts.kind == "cifar10" ? Cifar10Files(parts.path) : IdxFiles(parts.path);
}

}  // namespace dc
