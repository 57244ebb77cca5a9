// Loads a model, says what it is, and runs it on one sample.
// usage: embed_c MODEL.dcz [VALUE]   every input value is VALUE, 0.5 by default
#include <dc/runtime_c.h>
#include <stdio.h>
#include <stdlib.h>

static int Fail(const char* text) {
  fprintf(stderr, "embed_c: error: %s\n", text);
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 2) return Fail("usage: embed_c MODEL.dcz [VALUE]");
  const float value = argc > 2 ? strtof(argv[2], NULL) : 0.5f;

  dc_model* model = NULL;
  dc_error error;
  if (dc_model_load_mapped(argv[1], NULL, &model, &error) != DC_OK) return Fail(error.text);

  for (size_t i = 0; i < dc_model_layer_count(model); ++i) {
    dc_layer_info layer;
    dc_model_layer(model, i, &layer);
    fprintf(stderr, "%s %s: %s, %s, %lld bytes\n", layer.op, layer.name, layer.form, layer.kernel,
            (long long)layer.resident_bytes);
  }

  dc_tensor_info in, out;
  dc_model_input(model, 0, &in);
  dc_model_output(model, 0, &out);
  float* input = malloc(in.sample_floats * sizeof(float));
  float* output = malloc(out.sample_floats * sizeof(float));
  if (input == NULL || output == NULL) return Fail("no memory");
  for (size_t i = 0; i < in.sample_floats; ++i) input[i] = value;
  if (dc_model_run(model, 1, input, in.sample_floats, output, out.sample_floats, &error) != DC_OK) {
    return Fail(error.text);
  }
  for (size_t i = 0; i < out.sample_floats; ++i) printf("%.6g\n", output[i]);

  free(output);
  free(input);
  dc_model_free(model);
  return 0;
}
