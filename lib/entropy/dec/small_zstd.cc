#include "entropy/dec/small_zstd.h"

#include <algorithm>
#include <array>

#include "base/damaged.h"
#include "entropy/dec/zstd_tables.h"

namespace dc {
namespace {

using zstd::BackwardBits;
using zstd::Bytes;
using zstd::Cursor;
using zstd::States;
using zstd::Words;

constexpr size_t kMostBlockBytes = 1 << 17;

// One of the three numbers of a sequence: each is a code for a range, and bits for the place in it.
struct Kind {
  int most_bits;
  size_t most_symbols;
  int default_bits;
  std::span<const int8_t> default_counts;
};
constexpr int8_t kLiteralCounts[] = {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,  1,  2,  2,
                                     2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};
constexpr int8_t kOffsetCounts[] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 1,  1,  1,  1,  1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1};
constexpr int8_t kMatchCounts[] = {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
enum { kLiterals, kOffset, kMatch, kKinds };
constexpr Kind kKindsOfNumbers[kKinds] = {
    {9, 36, 6, kLiteralCounts}, {8, 32, 5, kOffsetCounts}, {9, 53, 6, kMatchCounts}};

// Bits for the place in a range, from the code on from which ranges hold more than one number.
constexpr uint8_t kLiteralBits[] = {1, 1, 1, 1,  2,  2,  3,  3,  4,  6,
                                    7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr uint8_t kMatchBits[] = {1, 1, 1, 1,  2,  2,  3,  3,  4,  4, 5,
                                  7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// The number of a length's code. Ranges follow each other.
uint32_t Length(uint32_t code, uint32_t singles, std::span<const uint8_t> widths,
                BackwardBits* bits) {
  if (code < singles) return code;
  uint32_t begin = singles;
  for (uint32_t c = singles; c < code; ++c) begin += 1u << widths[c - singles];
  return begin + bits->Read(widths[code - singles]);
}

// A frame while it is decoded.
class Frame {
 public:
  Frame(std::vector<uint8_t>* out, uint64_t most) : out_(out), begin_(out->size()), most_(most) {}

  bool Decode(Cursor* in) {
    const uint64_t descriptor = in->Number(1);
    const bool single = descriptor & 32;
    if (descriptor & 8) return false;  // reserved
    if (!single) in->Number(1);        // the window, which all of the output is
    if (in->Number((size_t{1} << (descriptor & 3)) >> 1) != 0) return false;  // a dictionary
    const size_t size_bytes = size_t{1} << (descriptor >> 6);
    const bool has_size = single || size_bytes > 1;
    uint64_t size = has_size ? in->Number(size_bytes) : 0;
    if (size_bytes == 2) size += 256;
    for (bool last = false; !last;) {
      const uint64_t header = in->Number(3);
      last = header & 1;
      if (!in->ok || !Block((header >> 1) & 3, header >> 3, in)) return false;
    }
    if (descriptor & 4) in->Number(4);  // a checksum
    return in->ok && (!has_size || size == out_->size() - begin_);
  }

 private:
  bool Append(Bytes bytes) {
    if (bytes.size() > most_ - out_->size()) return false;
    out_->insert(out_->end(), bytes.begin(), bytes.end());
    return true;
  }
  bool Repeat(uint8_t byte, size_t count) {
    if (count > most_ - out_->size()) return false;
    out_->insert(out_->end(), count, byte);
    return true;
  }

  bool Block(uint64_t type, size_t size, Cursor* in) {
    if (size > kMostBlockBytes) return false;
    const Bytes bytes = in->Take(type == 1 ? 1 : size);
    if (!in->ok) return false;
    if (type == 0) return Append(bytes);
    if (type == 1) return Repeat(bytes[0], size);
    Cursor part{bytes};
    return type == 2 && ReadLiterals(&part) && RunSequences(&part);
  }

  bool ReadLiterals(Cursor* in) {
    const uint64_t first = in->bytes.empty() ? 0 : in->bytes[0];
    const uint64_t type = first & 3, form = (first >> 2) & 3;
    if (type < 2) {
      const size_t bytes = form == 1 ? 2 : form == 3 ? 3 : 1;
      const size_t size = in->Number(bytes) >> (bytes == 1 ? 3 : 4);
      if (size > kMostBlockBytes) return false;
      const Bytes from = in->Take(type == 0 ? size : 1);
      if (!in->ok) return false;
      literals_.assign(size, from.empty() ? uint8_t{0} : from[0]);
      if (type == 0) std::copy(from.begin(), from.end(), literals_.begin());
      return true;
    }
    const size_t header_bytes = form < 2 ? 3 : form + 2;
    const int width = form < 2 ? 10 : form == 2 ? 14 : 18;
    const uint64_t header = in->Number(header_bytes) >> 4, mask = (1u << width) - 1;
    const size_t size = header & mask;
    Cursor part{in->Take((header >> width) & mask)};
    if (!in->ok || size > kMostBlockBytes) return false;
    if (type == 2 ? !words_.Read(&part) : !words_.built()) return false;
    literals_.resize(size);
    const std::span<uint8_t> out(literals_);
    if (form == 0) return words_.Decode(part.bytes, out);
    const size_t quarter = (size + 3) / 4;
    std::array<size_t, 3> sizes;
    for (size_t& bytes : sizes) bytes = part.Number(2);
    for (size_t i = 0; i < 4; ++i) {
      const Bytes stream = part.Take(i < 3 ? sizes[i] : part.bytes.size());
      if (!part.ok || i * quarter > size) return false;
      const size_t count = std::min(quarter, size - i * quarter);
      if (!words_.Decode(stream, out.subspan(i * quarter, count))) return false;
    }
    return true;
  }

  bool ReadStates(uint64_t mode, size_t kind, Cursor* in) {
    States& states = states_[kind];
    const Kind& about = kKindsOfNumbers[kind];
    if (mode == 0) states.Build(about.default_counts, about.default_bits);
    if (mode == 1) {
      const uint64_t symbol = in->Number(1);
      if (symbol >= about.most_symbols) return false;
      states.BuildSingle(static_cast<uint8_t>(symbol));
    }
    if (mode == 2) return states.Read(in, about.most_bits, about.most_symbols);
    return states.built();
  }

  bool RunSequences(Cursor* in) {
    uint64_t count = in->Number(1);
    if (count == 255) {
      count = in->Number(2) + 0x7F00;
    } else if (count >= 128) {
      count = (count - 128) << 8 | in->Number(1);
    }
    if (count == 0) return in->ok && in->bytes.empty() && Append(literals_);
    const uint64_t modes = in->Number(1);
    if (modes & 3) return false;
    for (size_t kind = 0; kind < kKinds; ++kind) {
      if (!ReadStates((modes >> (6 - 2 * kind)) & 3, kind, in)) return false;
    }
    if (!in->ok) return false;
    BackwardBits bits(in->bytes);
    std::array<uint32_t, kKinds> at;
    for (size_t kind = 0; kind < kKinds; ++kind) at[kind] = states_[kind].Start(&bits);
    Bytes literals = literals_;
    for (;;) {
      const int offset_bits = states_[kOffset].Symbol(at[kOffset]);
      const uint64_t offset = (uint64_t{1} << offset_bits) + bits.Read(offset_bits);
      const uint32_t match = 3 + Length(states_[kMatch].Symbol(at[kMatch]), 32, kMatchBits, &bits);
      const uint32_t before =
          Length(states_[kLiterals].Symbol(at[kLiterals]), 16, kLiteralBits, &bits);
      if (bits.left < 0 || before > literals.size() || !Append(literals.first(before)))
        return false;
      literals = literals.subspan(before);
      if (!CopyMatch(Offset(offset, before == 0), match)) return false;
      if (--count == 0) break;
      for (const size_t kind : {kLiterals, kMatch, kOffset}) {
        at[kind] = states_[kind].Next(at[kind], &bits);
      }
    }
    return bits.left == 0 && Append(literals);
  }

  // How far back the bytes are that are copied: 1 to 3 stand for one of the last three distances.
  uint64_t Offset(uint64_t value, bool no_literals) {
    uint64_t result = value - 3;
    size_t last = 2;
    if (value <= 3) {
      last = value - 1 + (no_literals ? 1 : 0);
      result = last < 3 ? recent_[last] : recent_[0] - 1;
    }
    if (last > 1) recent_[2] = recent_[1];
    if (last > 0) recent_[1] = recent_[0];
    return recent_[0] = result;
  }

  bool CopyMatch(uint64_t offset, size_t count) {
    size_t to = out_->size();
    if (offset == 0 || offset > to - begin_ || count > most_ - to) return false;
    out_->resize(to + count);
    uint8_t* bytes = out_->data();
    for (; count > 0; --count, ++to) bytes[to] = bytes[to - offset];
    return true;
  }

  std::vector<uint8_t>* out_;
  size_t begin_;
  uint64_t most_;
  std::vector<uint8_t> literals_;
  Words words_;
  std::array<States, kKinds> states_;
  std::array<uint64_t, 3> recent_ = {1, 4, 8};
};

}  // namespace

StatusOr<std::vector<uint8_t>> SmallZstdDecompress(std::span<const uint8_t> stored, uint64_t size) {
  std::vector<uint8_t> raw;
  raw.reserve(size);
  Cursor in{stored};
  bool ok = true;
  while (ok && !in.bytes.empty()) {
    const uint64_t magic = in.Number(4);
    if (magic >> 4 == 0x184D2A5) {
      in.Take(in.Number(4));  // to be skipped
      ok = in.ok;
    } else {
      ok = magic == 0xFD2FB528 && Frame(&raw, size).Decode(&in);
    }
  }
  if (!ok || raw.size() != size) return Damaged("damaged zstd data");
  return raw;
}

}  // namespace dc
