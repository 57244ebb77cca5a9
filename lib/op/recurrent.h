// What recurrent operators share: RNN, GRU, LSTM.
#ifndef DC_OP_RECURRENT_H_
#define DC_OP_RECURRENT_H_

#include "op/operator.h"

namespace dc::op {

// The inputs of all of them; the last two are an LSTM's alone.
inline constexpr InputSpec kRecurrentInputs[] = {{"x"},
                                                 {"weight", Role::kWeight},
                                                 {"recurrence", Role::kWeight},
                                                 {"bias", Role::kBias},
                                                 {"sequence_lens"},
                                                 {"initial_h"},
                                                 {"initial_c"},
                                                 {"peephole", Role::kScale}};

// Their directions, in the order of the attribute's words.
enum class Direction : int64_t { kForward, kReverse, kBidirectional };
inline constexpr std::string_view kDirections[] = {"forward", "reverse", "bidirectional"};

// The sizes of a recurrent node.
struct RecurrentSizes {
  int64_t steps = 1, batch = 1, inputs = 1;
  int64_t directions = 1, hidden = 1;
  bool batch_first = false;  // attribute layout: samples before steps
};

// Checks the shapes of a node with `gates` gates and reads its sizes.
Status ReadRecurrent(const InferContext& context, int64_t gates, RecurrentSizes* sizes);

// The shape of Y: steps x directions x batch x hidden, or batch x steps x directions x hidden.
Shape RecurrentOutput(const RecurrentSizes& sizes);

// The inference of an operator with `gates` gates.
template <int64_t gates>
Status InferRecurrent(const InferContext& context, std::vector<Shape>* outputs) {
  RecurrentSizes sizes;
  DC_RETURN_IF_ERROR(ReadRecurrent(context, gates, &sizes));
  *outputs = {RecurrentOutput(sizes)};
  return OkStatus();
}

// Their weights count hidden units of all gates in dimension 1, after the directions.
inline size_t RecurrentOutputAxis(const Attributes&, size_t, size_t) { return 1; }

}  // namespace dc::op

#endif  // DC_OP_RECURRENT_H_
