#include "train/train_checkpoint.h"

#include <unistd.h>

#include <cstring>
#include <span>

#include "base/crc32.h"
#include "dc/files.h"

namespace dc::train {
namespace {

// The file: magic, fields in the order below, CRC-32C of everything before it. Numbers as in
// memory: a checkpoint stays on the machine that wrote it.
constexpr char kMagic[8] = {'D', 'C', 'T', 'R', 'A', 'I', 'N', '1'};

class Writer {
 public:
  template <typename T>
  void Number(T value) {
    Bytes(&value, sizeof(value));
  }
  void Text(const std::string& text) {
    Number(uint64_t{text.size()});
    Bytes(text.data(), text.size());
  }
  void Arrays(const std::vector<std::vector<float>>& arrays) {
    Number(uint64_t{arrays.size()});
    for (const auto& array : arrays) {
      Number(uint64_t{array.size()});
      Bytes(array.data(), array.size() * sizeof(float));
    }
  }
  void Bytes(const void* from, size_t size) {
    const auto* bytes = static_cast<const uint8_t*>(from);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
  }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

// Every length is checked against the bytes that are left; after the first miss all reads give
// zeros and ok() is false.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && bytes_.empty(); }

  template <typename T>
  T Number() {
    T value{};
    if (Has(sizeof(T))) std::memcpy(&value, Take(sizeof(T)), sizeof(T));
    return value;
  }
  // A count of things that take at least `least` bytes each.
  size_t Count(size_t least) {
    const auto count = Number<uint64_t>();
    if (count > bytes_.size() / least) ok_ = false;
    return ok_ ? static_cast<size_t>(count) : 0;
  }
  std::string Text() {
    const size_t size = Count(1);
    return std::string(reinterpret_cast<const char*>(Take(size)), size);
  }
  std::vector<std::vector<float>> Arrays() {
    std::vector<std::vector<float>> arrays(Count(sizeof(uint64_t)));
    for (auto& array : arrays) {
      array.resize(Count(sizeof(float)));
      const uint8_t* from = Take(array.size() * sizeof(float));
      if (!array.empty()) std::memcpy(array.data(), from, array.size() * sizeof(float));
    }
    return arrays;
  }

 private:
  bool Has(size_t size) {
    if (size > bytes_.size()) ok_ = false;
    return ok_;
  }
  // Precondition: that many bytes are left.
  const uint8_t* Take(size_t size) {
    const uint8_t* at = bytes_.data();
    bytes_ = bytes_.subspan(size);
    return at;
  }

  std::span<const uint8_t> bytes_;
  bool ok_ = true;
};

}  // namespace

Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  Writer writer;
  writer.Bytes(kMagic, sizeof(kMagic));
  writer.Number(uint64_t{checkpoint.fingerprint.size()});
  for (const auto& [what, value] : checkpoint.fingerprint) {
    writer.Text(what);
    writer.Text(value);
  }
  writer.Number(uint64_t{checkpoint.records.size()});
  for (const EpochRecord& r : checkpoint.records) {
    writer.Number(int64_t{r.epoch});
    for (double v : {r.learning_rate, r.train_loss, r.train_error_percent, r.validation_loss,
                     r.validation_error_percent, r.seconds}) {
      writer.Number(v);
    }
  }
  writer.Number(uint64_t{checkpoint.dropout.size()});
  for (const auto& [output, scale] : checkpoint.dropout) {
    writer.Text(output);
    writer.Number(scale);
  }
  writer.Arrays(checkpoint.arrays);
  writer.Number(int64_t{checkpoint.best_epoch});
  writer.Arrays(checkpoint.best);
  writer.Number(Crc32c(writer.bytes()));
  return WriteFileAtomic(path, writer.bytes());
}

StatusOr<Checkpoint> LoadCheckpoint(const std::string& path, const Fingerprint& expected) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(path));
  const Status damaged = BadInput("the checkpoint is damaged or no checkpoint of dc-train", path,
                                  "remove the file or train without resuming");
  const size_t frame = sizeof(kMagic) + sizeof(uint32_t);
  if (file.size() < frame || std::memcmp(file.data(), kMagic, sizeof(kMagic)) != 0) return damaged;
  const std::span<const uint8_t> checked(file.data(), file.size() - sizeof(uint32_t));
  uint32_t crc = 0;
  std::memcpy(&crc, file.data() + checked.size(), sizeof(crc));
  if (crc != Crc32c(checked)) return damaged;

  Reader reader(checked.subspan(sizeof(kMagic)));
  Checkpoint checkpoint;
  checkpoint.fingerprint.resize(reader.Count(2 * sizeof(uint64_t)));
  for (auto& [what, value] : checkpoint.fingerprint) {
    what = reader.Text();
    value = reader.Text();
  }
  if (!reader.ok()) return damaged;
  for (size_t i = 0; i < expected.size(); ++i) {
    const bool present = i < checkpoint.fingerprint.size();
    if (present && checkpoint.fingerprint[i] == expected[i]) continue;
    std::string what = "the checkpoint belongs to another run: its " + expected[i].first;
    what += present ? " is " + checkpoint.fingerprint[i].second + " and not " + expected[i].second
                    : " is missing";
    return BadInput(what, path, "use the run's own options, or remove the file");
  }
  checkpoint.records.resize(reader.Count(7 * sizeof(double)));
  for (EpochRecord& r : checkpoint.records) {
    r.epoch = static_cast<int>(reader.Number<int64_t>());
    for (double* v : {&r.learning_rate, &r.train_loss, &r.train_error_percent, &r.validation_loss,
                      &r.validation_error_percent, &r.seconds}) {
      *v = reader.Number<double>();
    }
  }
  for (size_t left = reader.Count(2 * sizeof(uint64_t)); left > 0; --left) {
    const std::string output = reader.Text();
    checkpoint.dropout[output] = reader.Number<double>();
  }
  checkpoint.arrays = reader.Arrays();
  checkpoint.best_epoch = static_cast<int>(reader.Number<int64_t>());
  checkpoint.best = reader.Arrays();
  const bool best_exists = checkpoint.best_epoch >= 0 &&
                           checkpoint.best_epoch <= static_cast<int64_t>(checkpoint.records.size());
  if (!reader.AtEnd() || !best_exists) return damaged;
  return checkpoint;
}

}  // namespace dc::train

namespace dc {

std::string StageFile(const std::string& path, size_t number) {
  const size_t folder = path.find_last_of('/');
  size_t dot = path.find_last_of('.');
  const bool extended = dot != std::string::npos && (folder == std::string::npos || dot > folder);
  if (!extended) dot = path.size();
  return path.substr(0, dot) + "." + std::to_string(number) + path.substr(dot);
}

void RemoveCheckpoints(const std::string& path) {
  size_t last = 1;
  while (FileExists(StageFile(path, last + 1))) ++last;
  // The last first: a run that is killed on the way leaves no gap.
  for (; last > 1; --last) unlink(StageFile(path, last).c_str());
  unlink(path.c_str());
}

}  // namespace dc
