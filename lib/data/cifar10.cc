#include <string>
#include <vector>

#include "data/decompress.h"
#include "data/sources.h"
#include "dc/files.h"

namespace dc {
namespace {

constexpr size_t kChannels = 3, kSide = 32;
constexpr size_t kImageBytes = kChannels * kSide * kSide;
constexpr size_t kRecordBytes = 1 + kImageBytes;
constexpr size_t kMostRecords =
    60000;  // of one batch: all of CIFAR-10; the published ones hold 10,000
constexpr int kClasses = 10;
constexpr int kTrainingBatches = 5;

// Appends the records of the batch file `path` to `split`.
Status AppendBatch(const std::string& path, Split* split) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(path));
  constexpr size_t kMostBytes = kMostRecords * kRecordBytes;
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, Decompress(file, kMostBytes + 1, path));
  if (bytes.size() > kMostBytes) {
    return Unsupported("a batch of more than " + std::to_string(kMostRecords) + " images", path,
                       "split it into data_batch_1.bin to data_batch_5.bin");
  }
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) {
    return BadInput(std::to_string(bytes.size()) + " bytes are no whole number of records of 3073",
                    path, "give CIFAR-10's binary version; the file may be truncated");
  }
  const size_t records = bytes.size() / kRecordBytes;
  split->u8.reserve(split->u8.size() + records * kImageBytes);
  for (size_t i = 0; i < records; ++i) {
    const uint8_t* record = bytes.data() + i * kRecordBytes;
    if (record[0] >= kClasses) {
      return BadInput("label " + std::to_string(record[0]) + " is not in 0..9",
                      path + ", record " + std::to_string(i),
                      "give CIFAR-10's binary version (not CIFAR-100, not the Python one)");
    }
    split->labels.push_back(record[0]);
    split->u8.insert(split->u8.end(), record + 1, record + kRecordBytes);
  }
  split->count += static_cast<int64_t>(records);
  return OkStatus();
}

std::string TrainingBatch(int i) { return "data_batch_" + std::to_string(i) + ".bin"; }

constexpr char kTestBatch[] = "test_batch.bin";

}  // namespace

std::vector<std::string> Cifar10Files(const std::string& directory) {
  std::vector<std::string> files = {FindCompressible(directory, kTestBatch)};
  for (int i = 1; i <= kTrainingBatches; ++i) {
    files.push_back(FindCompressible(directory, TrainingBatch(i)));
  }
  std::erase(files, "");
  return files;
}

StatusOr<Dataset> OpenCifar10(const std::string& directory) {
  Dataset data;
  data.classes = kClasses;
  data.channels = kChannels;
  data.height = data.width = kSide;
  for (int i = 1; i <= kTrainingBatches; ++i) {
    const std::string path = FindCompressible(directory, TrainingBatch(i));
    if (!path.empty()) DC_RETURN_IF_ERROR(AppendBatch(path, &data.train));
  }
  const std::string test = FindCompressible(directory, kTestBatch);
  if (data.train.count == 0 || test.empty()) {
    const std::string missing = data.train.count == 0 ? "data_batch_1.bin" : "test_batch.bin";
    return IoError("there is no " + missing + " (plain, .gz or .zst) here", directory,
                   "give the directory of CIFAR-10's binary version (cifar-10-batches-bin)");
  }
  DC_RETURN_IF_ERROR(AppendBatch(test, &data.test));
  return data;
}

}  // namespace dc
