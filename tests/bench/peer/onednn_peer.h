// oneDNN's dense inner product in float32, one thread.
#ifndef DC_TESTS_BENCH_PEER_ONEDNN_PEER_H_
#define DC_TESTS_BENCH_PEER_ONEDNN_PEER_H_

#include <memory>

#include "bench/peer/competitor.h"
#include "dc/status.h"

namespace dc {

// Copies everything, the weight into the layout that oneDNN asks for.
StatusOr<std::unique_ptr<Competitor>> MakeOneDnnPeer(const FullyConnectedTask& task);

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_ONEDNN_PEER_H_
