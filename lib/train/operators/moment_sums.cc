#include "train/operators/moment_sums.h"

#include <dnnl.hpp>

#include "train/build/train_memory.h"

namespace dc::train {

void AddProducts(const std::vector<float>& left, const std::vector<float>& right, size_t rows,
                 size_t inputs, std::span<double> sums) {
  if (rows == 0 || inputs == 0) return;
  const OneThreadScope one_thread;
  const auto n = static_cast<dnnl_dim_t>(inputs);
  std::vector<float> product(inputs * inputs);
  dnnl_sgemm('T', 'N', n, n, static_cast<dnnl_dim_t>(rows), 1.0f, left.data(), n, right.data(), n,
             0.0f, product.data(), n);
  for (size_t i = 0; i < product.size(); ++i) sums[i] += product[i];
}

}  // namespace dc::train
