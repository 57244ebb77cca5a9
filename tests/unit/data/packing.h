// Compressed files, zip archives and .npy arrays for tests to read.
#ifndef DC_TESTS_UNIT_DATA_PACKING_H_
#define DC_TESTS_UNIT_DATA_PACKING_H_

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace dc {

using Bytes = std::vector<uint8_t>;

// `bytes` deflated; `wrapping` is zlib's window size: 31 makes a gzip file, -15 a raw stream.
inline Bytes Deflated(const Bytes& bytes, int wrapping) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, wrapping, 9, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline Bytes Gzipped(const Bytes& bytes) { return Deflated(bytes, 31); }

inline Bytes Zstandard(const Bytes& bytes) {
  Bytes out(ZSTD_compressBound(bytes.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

inline void Put(uint64_t value, int count, Bytes* out) {
  for (int i = 0; i < count; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// Writes a zip archive entry by entry.
class ZipWriter {
 public:
  void Add(const std::string& name, const Bytes& bytes, bool deflate) {
    const Bytes coded = deflate ? Deflated(bytes, -15) : bytes;
    const auto crc = crc32_z(0, bytes.data(), bytes.size());
    Bytes common;  // what local header and central directory share
    Put(20, 2, &common);
    Put(0, 2, &common);
    Put(deflate ? 8 : 0, 2, &common);
    Put(0, 4, &common);
    Put(crc, 4, &common);
    Put(coded.size(), 4, &common);
    Put(bytes.size(), 4, &common);
    Put(name.size(), 2, &common);
    Put(0, 2, &common);
    const size_t offset = file_.size();
    Put(0x04034B50, 4, &file_);
    file_.insert(file_.end(), common.begin(), common.end());
    file_.insert(file_.end(), name.begin(), name.end());
    file_.insert(file_.end(), coded.begin(), coded.end());
    Put(0x02014B50, 4, &directory_);
    Put(20, 2, &directory_);
    directory_.insert(directory_.end(), common.begin(), common.end());
    directory_.insert(directory_.end(), 10, 0);  // comment, disk, attributes
    Put(offset, 4, &directory_);
    directory_.insert(directory_.end(), name.begin(), name.end());
    ++count_;
  }

  Bytes Finish() {
    const size_t offset = file_.size();
    file_.insert(file_.end(), directory_.begin(), directory_.end());
    Put(0x06054B50, 4, &file_);
    Put(0, 4, &file_);
    Put(count_, 2, &file_);
    Put(count_, 2, &file_);
    Put(directory_.size(), 4, &file_);
    Put(offset, 4, &file_);
    Put(0, 2, &file_);
    return file_;
  }

 private:
  Bytes file_, directory_;
  uint64_t count_ = 0;
};

// A .npy file of format version 1 (or `version`) with this header text and these element bytes.
inline Bytes NpyFile(const std::string& header, const Bytes& elements, int version = 1) {
  Bytes file = {0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<uint8_t>(version), 0};
  Put(header.size(), version == 1 ? 2 : 4, &file);
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), elements.begin(), elements.end());
  return file;
}

// The header numpy writes for C order.
inline std::string NpyHeader(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }          \n";
}

template <typename T>
Bytes BytesOf(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_DATA_PACKING_H_
