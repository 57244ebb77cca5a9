#include "data/decompress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "dc/files.h"

namespace dc {
namespace {

constexpr size_t kChunk = size_t{1} << 20;
constexpr int kRawDeflate = -15;  // zlib's window sizes, with its codes for the wrapping
constexpr int kGzip = 15 + 16;

Status Damaged(const std::string& where) {
  return BadInput("a damaged or truncated compressed file", where, "fetch the file again");
}

// Makes room for the next piece of output after the `done` bytes that are there.
std::span<uint8_t> Room(size_t done, size_t limit, std::vector<uint8_t>* out) {
  if (out->size() == done) out->resize(std::min(limit, done + std::max(kChunk, done / 2)));
  return std::span(*out).subspan(done);
}

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// zlib counts input in 32 bits; larger inputs are handed over in pieces.
void Feed(std::span<const uint8_t>* rest, z_stream* stream) {
  if (stream->avail_in > 0 || rest->empty()) return;
  const size_t piece = std::min(rest->size(), size_t{1} << 30);
  stream->next_in = const_cast<Bytef*>(rest->data());  // zlib's interface; it only reads
  stream->avail_in = static_cast<uInt>(piece);
  *rest = rest->subspan(piece);
}

StatusOr<std::vector<uint8_t>> Inflate(std::span<const uint8_t> rest, int wrapping, size_t limit,
                                       const std::string& where) {
  z_stream stream = {};
  if (inflateInit2(&stream, wrapping) != Z_OK) return Internal("zlib cannot start", where);
  const std::unique_ptr<z_stream, InflateEnd> end(&stream);
  std::vector<uint8_t> out;
  size_t done = 0;
  while (done < limit) {
    Feed(&rest, &stream);
    const std::span<uint8_t> room = Room(done, limit, &out);
    const size_t space = std::min(room.size(), size_t{std::numeric_limits<uInt>::max()});
    stream.next_out = room.data();
    stream.avail_out = static_cast<uInt>(space);
    const int result = inflate(&stream, Z_NO_FLUSH);
    done += space - stream.avail_out;
    if (result == Z_STREAM_END) {
      Feed(&rest, &stream);
      // A gzip file may hold several members, one after another.
      if (wrapping != kGzip || stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return Internal("zlib cannot go on", where);
    } else if (result != Z_OK) {
      return Damaged(where);
    }
  }
  out.resize(done);
  return out;
}

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

StatusOr<std::vector<uint8_t>> DecodeZstd(std::span<const uint8_t> file, size_t limit,
                                          const std::string& where) {
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) return Internal("zstd cannot start", where);
  ZSTD_inBuffer in = {file.data(), file.size(), 0};
  std::vector<uint8_t> out;
  size_t done = 0;
  while (done < limit) {
    const std::span<uint8_t> room = Room(done, limit, &out);
    ZSTD_outBuffer piece = {room.data(), room.size(), 0};
    const size_t result = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(result)) return Damaged(where);
    done += piece.pos;
    if (in.pos < in.size) continue;
    if (result == 0) break;                             // a frame ended with the input
    if (piece.pos < piece.size) return Damaged(where);  // the frame goes on, the input does not
  }
  out.resize(done);
  return out;
}

bool StartsWith(std::span<const uint8_t> file, std::initializer_list<uint8_t> magic) {
  return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
}

}  // namespace

size_t MostDecoded(size_t coded_bytes) {
  constexpr size_t kGrowth = 100, kAlways = size_t{256} << 20;
  return std::max(kAlways, coded_bytes * kGrowth);
}

Status GrowsTooMuch(const std::string& where) {
  return Unsupported("compressed data that grows to more than a hundred times its size and 256 MB",
                     where, "decompress it yourself if it is what it should be");
}

StatusOr<std::vector<uint8_t>> Decompress(std::span<const uint8_t> file, size_t limit,
                                          const std::string& where) {
  const bool gzip = StartsWith(file, {0x1F, 0x8B});
  if (gzip || StartsWith(file, {0x28, 0xB5, 0x2F, 0xFD})) {
    // One byte more than is allowed, so that it shows.
    const size_t most = std::min(limit, MostDecoded(file.size()) + 1);
    auto bytes = gzip ? Inflate(file, kGzip, most, where) : DecodeZstd(file, most, where);
    if (bytes.ok() && bytes->size() > MostDecoded(file.size())) return GrowsTooMuch(where);
    return bytes;
  }
  const auto head = file.first(std::min(limit, file.size()));
  return std::vector<uint8_t>(head.begin(), head.end());
}

StatusOr<std::vector<uint8_t>> InflateRaw(std::span<const uint8_t> stream, size_t size,
                                          const std::string& where) {
  // One byte more than expected, so that a stream that is too long shows.
  DC_ASSIGN_OR_RETURN(std::vector<uint8_t> out, Inflate(stream, kRawDeflate, size + 1, where));
  if (out.size() != size) return Damaged(where);
  return out;
}

std::string FindCompressible(const std::string& directory, const std::string& name) {
  for (const char* suffix : {"", ".gz", ".zst"}) {
    const std::string path = directory + "/" + name + suffix;
    if (FileExists(path)) return path;
  }
  return "";
}

}  // namespace dc
