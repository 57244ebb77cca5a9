#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/decompress.h"
#include "data/npy_format.h"
#include "data/sources.h"
#include "data/target_spread.h"
#include "data/zip.h"
#include "dc/files.h"

namespace dc {
namespace {

class Archive {
 public:
  static StatusOr<Archive> Open(const std::string& path) {
    Archive archive;
    archive.path_ = path;
    DC_ASSIGN_OR_RETURN(archive.bytes_, ReadFile(path));
    DC_ASSIGN_OR_RETURN(archive.entries_, ListZip(archive.bytes_, path));
    return archive;
  }

  // The decoded .npy file of the array `name`. All arrays that are read count towards what the
  // archive may become: they may be one and the same stream.
  StatusOr<std::vector<uint8_t>> Read(const std::string& name) {
    const auto entry = entries_.find(name + ".npy");
    if (entry == entries_.end()) {
      return BadInput("there is no array " + name, path_,
                      "the archive needs x_train, y_train, x_test and y_test");
    }
    decoded_ += entry->second.size;
    if (decoded_ > MostDecoded(bytes_.size())) return GrowsTooMuch(Where(name));
    return ReadZipEntry(bytes_, entry->second, Where(name));
  }

  std::string Where(const std::string& name) const { return path_ + ", array " + name; }

 private:
  std::string path_;
  std::vector<uint8_t> bytes_;
  std::map<std::string, ZipEntry> entries_;
  size_t decoded_ = 0;  // bytes of the arrays that were read
};

// Images: N x features, N x H x W, N x C x H x W or N x H x W x C; features count as channels of
// one pixel. The first split to be read sets the sample shape of `data`, the second must match it.
Status ReadSamples(std::span<const uint8_t> file, const std::string& where, Dataset* data,
                   Split* split) {
  DC_ASSIGN_OR_RETURN(const NpyView view, ParseNpy(file, where));
  const std::vector<int64_t>& shape = view.shape;
  if (shape.size() < 2 || shape.size() > 4 || view.count == 0) {
    return BadInput("samples of rank " + std::to_string(shape.size()) + " or none at all", where,
                    "give N x features, N x H x W, N x C x H x W or N x H x W x C");
  }
  const bool flat = shape.size() == 2;
  const int64_t channels = shape.size() == 3 ? 1 : shape[1];
  const int64_t height = flat ? 1 : shape[shape.size() - 2];
  const int64_t width = flat ? 1 : shape.back();
  const bool first = data->channels == 0;
  if (!first && (channels != data->channels || height != data->height || width != data->width)) {
    return BadInput("test samples of another shape than the training samples", where,
                    "give both the same shape");
  }
  data->channels = channels;
  data->height = height;
  data->width = width;
  data->layout_open = shape.size() == 4;
  split->count = shape[0];
  if (view.kind == 'u' && view.width == 1) {
    split->u8.assign(view.elements.begin(), view.elements.end());
    return OkStatus();
  }
  if (view.kind != 'f') {
    return Unsupported("samples of integers other than uint8", where,
                       "convert with .astype('uint8') or .astype('float32')");
  }
  split->f32 = NpyToFloats(view);
  const auto bad =
      std::find_if(split->f32.begin(), split->f32.end(), [](float v) { return !std::isfinite(v); });
  if (bad != split->f32.end()) {
    return BadInput("NaN or infinity",
                    where + ", element " + std::to_string(bad - split->f32.begin()),
                    "clean the data first");
  }
  const auto [least, greatest] = std::minmax_element(split->f32.begin(), split->f32.end());
  data->least = first ? *least : std::min(data->least, *least);
  data->greatest = first ? *greatest : std::max(data->greatest, *greatest);
  return OkStatus();
}

Status ReadSamples(const std::string& name, Archive* archive, Dataset* data, Split* split) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, archive->Read(name));
  return ReadSamples(file, archive->Where(name), data, split);
}

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t extent : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(extent);
  }
  return text;
}

// Labels: N or N x 1 integers.
Status TakeLabels(const NpyView& view, const std::string& where, Split* split) {
  if (view.shape.size() != 1 && !(view.shape.size() == 2 && view.shape[1] == 1)) {
    return BadInput("labels that are no list of integers", where,
                    "give class numbers from 0 on (numpy.argmax turns one-hot rows into them), or "
                    "floats where they are targets of a regression");
  }
  if (view.count != split->count) {
    return BadInput(
        std::to_string(view.count) + " labels for " + std::to_string(split->count) + " samples",
        where, "give every sample one label");
  }
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> labels, NpyToIntegers(view, where));
  constexpr int64_t kMostClasses = 100000;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= kMostClasses) {
      return BadInput("label " + std::to_string(labels[i]) + " is not in 0..99999",
                      where + ", element " + std::to_string(i), "number the classes from 0 on");
    }
  }
  split->labels.assign(labels.begin(), labels.end());
  return OkStatus();
}

// Targets: N or N x anything floats. Those of the training split set the shape of `data`'s.
Status TakeTargets(const NpyView& view, const std::string& where, bool first, Dataset* data,
                   Split* split) {
  const int64_t rows = view.shape.empty() ? 0 : view.shape[0];
  if (rows != split->count || view.count == 0) {
    return BadInput("targets of shape " + ShapeText(view.shape) + " for " +
                        std::to_string(split->count) + " samples",
                    where, "give every sample a row of one number or more");
  }
  std::vector<int64_t> shape(view.shape.begin() + 1, view.shape.end());
  if (shape.empty()) shape = {1};
  if (first) data->target_shape = shape;
  if (shape != data->target_shape) {
    return BadInput("test targets of shape " + ShapeText(shape) + " and training targets of " +
                        ShapeText(data->target_shape),
                    where, "give both the same shape");
  }
  split->targets = NpyToFloats(view);
  const auto bad = std::find_if(split->targets.begin(), split->targets.end(),
                                [](float v) { return !std::isfinite(v); });
  if (bad != split->targets.end()) {
    return BadInput("NaN, or a number that is infinite as float32",
                    where + ", element " + std::to_string(bad - split->targets.begin()),
                    "clean or scale the targets first");
  }
  return SpreadOfTargets(*data, *split).status().At(where);
}

// Integers are labels, floats are targets.
Status ReadAnswers(const std::string& name, Archive* archive, Dataset* data, Split* split) {
  const std::string where = archive->Where(name);
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, archive->Read(name));
  DC_ASSIGN_OR_RETURN(const NpyView view, ParseNpy(file, where));
  const bool first = split == &data->train;
  const bool targets = view.kind == 'f';
  if (!first && targets != data->has_targets()) {
    return BadInput(targets
                        ? "floats, which are targets, and y_train has integers, which are labels"
                        : "integers, which are labels, and y_train has floats, which are targets",
                    where, "give both the same type");
  }
  return targets ? TakeTargets(view, where, first, data, split) : TakeLabels(view, where, split);
}

}  // namespace

StatusOr<Dataset> OpenNpzSamples(const std::string& path) {
  DC_ASSIGN_OR_RETURN(Archive archive, Archive::Open(path));
  Dataset data;
  DC_RETURN_IF_ERROR(ReadSamples("x_train", &archive, &data, &data.train));
  return data;
}

StatusOr<Dataset> OpenNpySamples(const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(path));
  Dataset data;
  DC_RETURN_IF_ERROR(ReadSamples(file, path, &data, &data.train));
  return data;
}

StatusOr<Dataset> OpenNpz(const std::string& path) {
  DC_ASSIGN_OR_RETURN(Archive archive, Archive::Open(path));
  Dataset data;
  DC_RETURN_IF_ERROR(ReadSamples("x_train", &archive, &data, &data.train));
  DC_RETURN_IF_ERROR(ReadAnswers("y_train", &archive, &data, &data.train));
  DC_RETURN_IF_ERROR(ReadSamples("x_test", &archive, &data, &data.test));
  DC_RETURN_IF_ERROR(ReadAnswers("y_test", &archive, &data, &data.test));
  if (data.train.u8.empty() != data.test.u8.empty()) {
    return BadInput("x_train and x_test are of different types, bytes and floats", path,
                    "give both the same type");
  }
  if (!data.has_targets()) DC_RETURN_IF_ERROR(CheckLabels(path, &data));
  return data;
}

}  // namespace dc
