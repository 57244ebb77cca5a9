// Assignment of what is expensive to assign.
#ifndef DC_BASE_REPLACE_H_
#define DC_BASE_REPLACE_H_

#include <memory>
#include <type_traits>
#include <utility>

namespace dc {

// Puts `from` in the place of `*to`, allocator included. Assigning vectors with a memory resource
// has code for moving element by element, in case that the resources differ.
template <typename T>
requires std::is_nothrow_move_constructible_v<T>
void Replace(T* to, T from) {
  std::destroy_at(to);
  std::construct_at(to, std::move(from));
}

}  // namespace dc

#endif  // DC_BASE_REPLACE_H_
