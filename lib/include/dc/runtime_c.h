// The runtime for C: loads a .dcz and executes its compressed weights.
//
//   dc_model* model = NULL;
//   dc_error error;
//   if (dc_model_load_file("model.dcz", NULL, &model, &error) != DC_OK) return fail(error.text);
//   if (dc_model_run(model, 1, input, input_floats, output, output_floats, &error) != DC_OK) ...
//   dc_model_free(model);
//
// No function prints, exits, throws or keeps state outside of the model. A loaded model may be used
// by many threads at once; dc_model_free comes last.
#ifndef DC_RUNTIME_C_H_
#define DC_RUNTIME_C_H_

#include <stddef.h>
#include <stdint.h>

#include "dc/api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dc_status {
  DC_OK = 0,
  DC_USAGE = 2,        // arguments that contradict each other or the model
  DC_BAD_INPUT = 3,    // a damaged file
  DC_UNSUPPORTED = 4,  // a sound file that this version does not cover
  DC_IO = 5,           // the operating system refused to read the file
  DC_INTERNAL = 6,     // a bug of this library
  DC_NO_MEMORY = 7,    // the system, the caller's allocator or the limit has none left
  DC_CANCELLED = 8     // dc_model_cancel
} dc_status;

// What went wrong, on one line: "WHAT (WHERE): what to do". Longer texts are cut.
typedef struct dc_error {
  char text[512];
} dc_error;

// Where a model takes its large buffers from. Both functions are called from whatever thread loads,
// runs or frees the model, also several at a time.
//
// From it come the weights as they are executed, the activations, large arrays that decoding needs
// while the model loads and, in dc_model_load_file, the file's bytes meanwhile. From the heap come
// names, shapes and the plan (a few hundred bytes an operator) and small arrays. Where the heap has
// none left either, the call reports DC_NO_MEMORY, and such small things may be lost.
typedef struct dc_allocator {
  // `bytes` (above 0) at a multiple of `alignment` (a power of two, 64 at most); NULL where there
  // are none, which loading and running report as DC_NO_MEMORY.
  void* (*allocate)(void* context, size_t bytes, size_t alignment);
  void (*release)(void* context, void* memory, size_t bytes);
  void* context;  // outlives the model
} dc_allocator;

// Zero-initialise it and set what differs: dc_options options = {0}; options.threads = 1;
typedef struct dc_options {
  int threads;             // of one run; 0: one per core
  int reference_kernels;   // not 0: plain loops only
  dc_allocator allocator;  // both functions NULL: the heap
  // Most bytes that the model may have of what comes from the allocator or in its place from the
  // heap at a time, the file's bytes apart; 0: any number. Beyond it loading and running report
  // DC_NO_MEMORY. The weight that exceeds it may do so while it is decoded and laid out.
  uint64_t memory_limit;
  // Above 0: sparse layers may round a single sample's numbers to 8 bits; below 0: they may not; 0:
  // as the file says. See SessionOptions::int8_activations in dc/runtime.h.
  int int8_activations;
} dc_options;

typedef struct dc_model dc_model;

// The version of this library: "0.1.0".
DC_API const char* dc_version(void);

// Load a model into `*model`, which dc_model_free frees. `options` may be NULL: one thread, the
// fastest kernels, memory from the heap. `error` may be NULL, too. On failure `*model` is NULL.
// `bytes` may be freed afterwards, and so may the file: _load_file reads it, _load_mapped maps it
// into memory while it loads (another program that cuts the file short meanwhile ends this one).
DC_API dc_status dc_model_load(const void* bytes, size_t size, const dc_options* options,
                               dc_model** model, dc_error* error);
DC_API dc_status dc_model_load_file(const char* path, const dc_options* options, dc_model** model,
                                    dc_error* error);
DC_API dc_status dc_model_load_mapped(const char* path, const dc_options* options, dc_model** model,
                                      dc_error* error);

// Frees the model; NULL is ignored. No other call of the model may be running.
DC_API void dc_model_free(dc_model* model);

// What follows fills structs whose pointers stay valid as long as the model.

// An input or output. In its shape -k is k times the batch: the first dimension is -1 in general.
// Where no dimension is negative, the value is one for all samples.
typedef struct dc_tensor_info {
  const char* name;  // "" where the file keeps no names
  size_t rank;
  const int64_t* shape;  // `rank` dimensions
  size_t sample_floats;  // of one sample: the product of the dimensions with the batch at 1
} dc_tensor_info;

// How stored pixels become an input: (pixel * scale - mean[c]) / deviation[c], c counting the
// channels as the network reads them. Each list has one number per channel, one for all, or none (0
// and 1).
typedef struct dc_scaling_info {
  float scale;
  size_t mean_count, deviation_count;
  const float* mean;
  const float* deviation;
  int channels_last;     // not 0: the network reads height x width x channels
  int reverse_channels;  // not 0: it reads blue, green, red
} dc_scaling_info;

// How one layer is executed.
typedef struct dc_layer_info {
  const char* name;
  const char* op;      // "Conv", "Gemm", ...
  const char* form;    // "sparse table", "dense float32", ...
  const char* kernel;  // the code that runs, and its instruction set
  const char* reason;  // why this form
  int64_t weights, survivors;
  int64_t resident_bytes;  // of the weight in memory, as executed
} dc_layer_info;

// How many there are; 0 where `model` is NULL.
DC_API size_t dc_model_input_count(const dc_model* model);
DC_API size_t dc_model_output_count(const dc_model* model);
DC_API size_t dc_model_layer_count(const dc_model* model);
// DC_USAGE where there is no such number or a pointer is NULL; `*info` stays as it is then.
DC_API dc_status dc_model_input(const dc_model* model, size_t index, dc_tensor_info* info);
DC_API dc_status dc_model_output(const dc_model* model, size_t index, dc_tensor_info* info);
DC_API dc_status dc_model_scaling(const dc_model* model, size_t input, dc_scaling_info* info);
DC_API dc_status dc_model_layer(const dc_model* model, size_t index, dc_layer_info* info);

// Runs `batch` samples of a model with one input: `input` holds batch * sample_floats floats of it,
// already scaled, and `output` receives batch * sample_floats floats of output 0; DC_USAGE where
// the counts are others. A call with a larger batch than before, or beside more other calls, takes
// memory; any other allocates nothing. `error` may be NULL.
DC_API dc_status dc_model_run(const dc_model* model, size_t batch, const float* input,
                              size_t input_floats, float* output, size_t output_floats,
                              dc_error* error);

// While `on` is not 0, runs of the model, those that are running among them, end with DC_CANCELLED
// before their next layer; their outputs are then written in part or not at all. From any thread,
// while the model is not being freed; NULL is ignored.
DC_API void dc_model_cancel(const dc_model* model, int on);

// What an input is read from, or an output written to: one that `name` calls, or, where `name` is
// NULL, the one in the same place of the model's list. `floats` are batch * sample_floats, or
// sample_floats where the value is one for all samples.
typedef struct dc_input_buffer {
  const char* name;
  const float* values;
  size_t floats;
} dc_input_buffer;
typedef struct dc_output_buffer {
  const char* name;
  float* values;
  size_t floats;
} dc_output_buffer;

// The same for any model: every input, and the outputs that are wanted. DC_USAGE where an input is
// missing, a name is unknown or given twice, or a count is another.
DC_API dc_status dc_model_run_all(const dc_model* model, size_t batch,
                                  const dc_input_buffer* inputs, size_t input_count,
                                  const dc_output_buffer* outputs, size_t output_count,
                                  dc_error* error);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // DC_RUNTIME_C_H_
