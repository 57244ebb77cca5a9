#include "dc/npy.h"

#include <cstring>

#include "data/npy_format.h"
#include "dc/files.h"

namespace dc {

StatusOr<NpyArray> LoadNpy(const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  DC_ASSIGN_OR_RETURN(const NpyView view, ParseNpy(bytes, path));
  NpyArray array;
  array.values = NpyToFloats(view);
  array.shape = view.shape;
  return array;
}

Status SaveNpy(const NpyArray& array, const std::string& path) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int64_t d : array.shape) header += std::to_string(d) + ", ";
  // A tuple of one keeps its comma, longer ones do without, as numpy.save writes them.
  if (array.shape.size() > 1) header.resize(header.size() - 2);
  if (array.shape.size() == 1) header.pop_back();
  header += "), }";
  constexpr size_t kPreamble = 10, kAlignment = 64;  // elements start at a multiple of 64 bytes
  header.append(kAlignment - (kPreamble + header.size() + 1) % kAlignment, ' ');
  header += '\n';

  std::vector<uint8_t> bytes(kPreamble + header.size() + array.values.size() * sizeof(float));
  std::memcpy(bytes.data(), "\x93NUMPY\x01\x00", 8);
  bytes[8] = static_cast<uint8_t>(header.size() & 0xFF);
  bytes[9] = static_cast<uint8_t>(header.size() >> 8);
  std::memcpy(bytes.data() + kPreamble, header.data(), header.size());
  if (!array.values.empty()) {
    std::memcpy(bytes.data() + kPreamble + header.size(), array.values.data(),
                array.values.size() * sizeof(float));
  }
  return WriteFileAtomic(path, bytes);
}

}  // namespace dc
