// index.js reads and writes the C API's structs by offsets. Those are these.
#include <cstddef>

#include "dc/runtime_c.h"

static_assert(sizeof(void*) == 4);
static_assert(sizeof(dc_error) == 512);
static_assert(sizeof(dc_options) == 40 && offsetof(dc_options, threads) == 0 &&
              offsetof(dc_options, reference_kernels) == 4 &&
              offsetof(dc_options, allocator) == 8 && offsetof(dc_options, memory_limit) == 24);
static_assert(sizeof(dc_tensor_info) == 16 && offsetof(dc_tensor_info, name) == 0 &&
              offsetof(dc_tensor_info, rank) == 4 && offsetof(dc_tensor_info, shape) == 8 &&
              offsetof(dc_tensor_info, sample_floats) == 12);
static_assert(sizeof(dc_scaling_info) == 28 && offsetof(dc_scaling_info, scale) == 0 &&
              offsetof(dc_scaling_info, mean_count) == 4 &&
              offsetof(dc_scaling_info, deviation_count) == 8 &&
              offsetof(dc_scaling_info, mean) == 12 && offsetof(dc_scaling_info, deviation) == 16 &&
              offsetof(dc_scaling_info, channels_last) == 20 &&
              offsetof(dc_scaling_info, reverse_channels) == 24);
static_assert(sizeof(dc_layer_info) == 48 && offsetof(dc_layer_info, name) == 0 &&
              offsetof(dc_layer_info, op) == 4 && offsetof(dc_layer_info, form) == 8 &&
              offsetof(dc_layer_info, kernel) == 12 && offsetof(dc_layer_info, reason) == 16 &&
              offsetof(dc_layer_info, weights) == 24 && offsetof(dc_layer_info, survivors) == 32 &&
              offsetof(dc_layer_info, resident_bytes) == 40);
static_assert(sizeof(dc_input_buffer) == 12 && offsetof(dc_input_buffer, name) == 0 &&
              offsetof(dc_input_buffer, values) == 4 && offsetof(dc_input_buffer, floats) == 8);
static_assert(sizeof(dc_output_buffer) == 12 && offsetof(dc_output_buffer, name) == 0 &&
              offsetof(dc_output_buffer, values) == 4 && offsetof(dc_output_buffer, floats) == 8);
