#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "data/decompress.h"
#include "data/sources.h"
#include "dc/files.h"

namespace dc {
namespace {

constexpr size_t kMostBytes = size_t{1} << 32;  // of one file, decompressed
constexpr uint8_t kUnsignedByte = 0x08;         // idx's code of the only element type covered

struct IdxArray {
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;  // product of `shape`
};

// "train-images-idx3-ubyte" or its other spelling "train-images.idx3-ubyte", whichever is there.
StatusOr<std::string> FindIdx(const std::string& directory, const std::string& stem, int rank) {
  const std::string ending = "idx" + std::to_string(rank) + "-ubyte";
  for (const char* joint : {"-", "."}) {
    const std::string path = FindCompressible(directory, stem + joint + ending);
    if (!path.empty()) return path;
  }
  return IoError("there is no " + stem + "-" + ending + " (plain, .gz or .zst) here", directory,
                 "give the directory that holds the four idx files");
}

StatusOr<IdxArray> ReadIdx(const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(path));
  constexpr size_t kLongestHeader = 4 + 4 * 255;
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> head, Decompress(file, kLongestHeader, path));
  if (head.size() < 8 || head[0] != 0 || head[1] != 0 || head[3] == 0) {
    return BadInput("not an idx file: it does not begin with 00 00 TYPE RANK", path,
                    "fetch the file again");
  }
  if (head[2] != kUnsignedByte) {
    return Unsupported("an idx file of element type " + std::to_string(head[2]), path,
                       "unsigned bytes (type 8) are covered");
  }
  const size_t header_size = 4 + 4 * size_t{head[3]};
  if (head.size() < header_size) return BadInput("a truncated idx file", path, "fetch it again");
  IdxArray array;
  size_t expected = header_size;
  size_t count = 1;
  for (size_t at = 4; at < header_size; at += 4) {
    const size_t d = (size_t{head[at]} << 24) | (size_t{head[at + 1]} << 16) |
                     (size_t{head[at + 2]} << 8) | size_t{head[at + 3]};
    if (d == 0) return BadInput("an idx file without entries", path, "fetch the file again");
    if (d > kMostBytes / count) {
      return Unsupported("an idx file that announces more than 4 GB", path, "fetch the file again");
    }
    count *= d;
    array.shape.push_back(static_cast<int64_t>(d));
  }
  expected += count;
  DC_ASSIGN_OR_RETURN(array.values, Decompress(file, expected + 1, path));
  if (array.values.size() != expected) {
    return BadInput(array.values.size() < expected ? "the file ends before its last entry"
                                                   : "the file is longer than its header says",
                    path, "fetch the file again");
  }
  array.values.erase(array.values.begin(),
                     array.values.begin() + static_cast<std::ptrdiff_t>(header_size));
  return array;
}

// One split. The first to be read sets the image size of `data`, the second must match it.
Status ReadSplit(const std::string& directory, const std::string& part, Dataset* data,
                 Split* split) {
  DC_ASSIGN_OR_RETURN(const std::string labels_path, FindIdx(directory, part + "-labels", 1));
  DC_ASSIGN_OR_RETURN(const std::string images_path, FindIdx(directory, part + "-images", 3));
  DC_ASSIGN_OR_RETURN(const IdxArray labels, ReadIdx(labels_path));
  DC_ASSIGN_OR_RETURN(IdxArray images, ReadIdx(images_path));
  if (labels.shape.size() != 1) {
    return BadInput("labels of rank " + std::to_string(labels.shape.size()), labels_path,
                    "labels are a list, one byte each");
  }
  if (images.shape.size() != 3) {
    return BadInput("images of rank " + std::to_string(images.shape.size()), images_path,
                    "images are count x height x width");
  }
  if (images.shape[0] != labels.shape[0]) {
    return BadInput(std::to_string(images.shape[0]) + " images but " +
                        std::to_string(labels.shape[0]) + " labels",
                    labels_path, "the two files must belong together");
  }
  if (data->channels != 0 && (images.shape[1] != data->height || images.shape[2] != data->width)) {
    return BadInput("test images of another size than the training images", images_path,
                    "the four files must belong together");
  }
  data->channels = 1;
  data->height = images.shape[1];
  data->width = images.shape[2];
  split->count = images.shape[0];
  split->u8 = std::move(images.values);
  split->labels.assign(labels.values.begin(), labels.values.end());
  return OkStatus();
}

}  // namespace

std::vector<std::string> IdxFiles(const std::string& directory) {
  std::vector<std::string> files;
  for (const std::string part : {"train", "t10k"}) {
    for (const auto& [what, rank] : {std::pair{"-labels", 1}, {"-images", 3}}) {
      StatusOr<std::string> file = FindIdx(directory, part + what, rank);
      if (file.ok()) files.push_back(*std::move(file));
    }
  }
  return files;
}

StatusOr<Dataset> OpenIdx(const std::string& directory, int classes) {
  Dataset data;
  data.classes = classes;
  DC_RETURN_IF_ERROR(ReadSplit(directory, "train", &data, &data.train));
  DC_RETURN_IF_ERROR(ReadSplit(directory, "t10k", &data, &data.test));
  DC_RETURN_IF_ERROR(CheckLabels(directory, &data));
  return data;
}

}  // namespace dc
