// Eigen's sparse matrices (CSR, float values and int32 columns), one thread.
#ifndef DC_TESTS_BENCH_PEER_EIGEN_SPARSE_PEER_H_
#define DC_TESTS_BENCH_PEER_EIGEN_SPARSE_PEER_H_

#include <memory>

#include "bench/peer/competitor.h"

namespace dc {

// Copies the weight's non-zeros, the bias and the input; a batch is kept as Eigen likes it best,
// samples beside each other.
std::unique_ptr<Competitor> MakeEigenSparsePeer(const FullyConnectedTask& task);

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_EIGEN_SPARSE_PEER_H_
