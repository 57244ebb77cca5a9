// The C API against the C++ one.
#include "dc/runtime_c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "dc/files.h"
#include "unit/runtime/counting_allocator.h"
#include "unit/runtime/run_checks.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

struct FreeModel {
  void operator()(dc_model* model) const { dc_model_free(model); }
};
using Model = std::unique_ptr<dc_model, FreeModel>;

Model Load(const std::vector<uint8_t>& file, const dc_options* options = nullptr) {
  dc_model* model = nullptr;
  dc_error error{};
  EXPECT_EQ(dc_model_load(file.data(), file.size(), options, &model, &error), DC_OK) << error.text;
  return Model(model);
}

TEST(RuntimeCTest, RunsLikeTheCxxSession) {
  NetBuilder net = LeNet5();
  const std::vector<uint8_t> file = net.File();
  const std::vector<float> input = net.RandomInput(7);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 7, input);
  dc_options options{};
  for (int threads : {0, 1, 2}) {
    options.threads = threads;
    const Model model = Load(file, &options);
    std::vector<float> output(expected.size());
    dc_error error{};
    EXPECT_EQ(dc_model_run(model.get(), 7, input.data(), input.size(), output.data(), output.size(),
                           &error),
              DC_OK)
        << error.text;
    EXPECT_EQ(output, expected);
  }
  options.threads = 1;
  options.reference_kernels = 1;
  dc_layer_info layer{};
  const Model reference = Load(file, &options);
  EXPECT_EQ(dc_model_layer(reference.get(), 0, &layer), DC_OK);
  EXPECT_STREQ(layer.kernel, "reference");
}

TEST(RuntimeCTest, DescribesTheModel) {
  NetBuilder net = LeNet5();
  const std::vector<uint8_t> file = net.File();
  const Session session = LoadOrDie(net);
  const Model model = Load(file);
  dc_tensor_info tensor{};
  ASSERT_EQ(dc_model_input_count(model.get()), 1u);
  ASSERT_EQ(dc_model_input(model.get(), 0, &tensor), DC_OK);
  EXPECT_STREQ(tensor.name, "x");
  EXPECT_THAT(std::vector<int64_t>(tensor.shape, tensor.shape + tensor.rank),
              testing::ElementsAre(-1, 1, 28, 28));
  EXPECT_EQ(tensor.sample_floats, 784u);
  ASSERT_EQ(dc_model_output_count(model.get()), 1u);
  ASSERT_EQ(dc_model_output(model.get(), 0, &tensor), DC_OK);
  EXPECT_EQ(tensor.name, session.output().name);
  EXPECT_THAT(std::vector<int64_t>(tensor.shape, tensor.shape + tensor.rank),
              testing::ElementsAre(-1, 10));
  EXPECT_EQ(tensor.sample_floats, 10u);
  dc_scaling_info scaling{};
  ASSERT_EQ(dc_model_scaling(model.get(), 0, &scaling), DC_OK);
  EXPECT_EQ(scaling.scale, 1.0f / 255.0f);
  EXPECT_EQ(scaling.mean_count + scaling.deviation_count, 0u);
  EXPECT_EQ(scaling.channels_last + scaling.reverse_channels, 0);

  ASSERT_EQ(dc_model_layer_count(model.get()), session.plan().size());
  for (size_t i = 0; i < session.plan().size(); ++i) {
    dc_layer_info layer{};
    ASSERT_EQ(dc_model_layer(model.get(), i, &layer), DC_OK);
    const LayerPlan& expected = session.plan()[i];
    EXPECT_EQ(layer.name, expected.name);
    EXPECT_EQ(layer.op, expected.op);
    EXPECT_EQ(layer.form, expected.form);
    EXPECT_EQ(layer.kernel, expected.kernel);
    EXPECT_EQ(layer.reason, expected.reason);
    EXPECT_EQ(layer.weights, expected.weights);
    EXPECT_EQ(layer.survivors, expected.survivors);
    EXPECT_EQ(layer.resident_bytes, expected.resident_bytes);
  }
  dc_layer_info layer{};
  EXPECT_EQ(dc_model_input(model.get(), 1, &tensor), DC_USAGE);
  EXPECT_EQ(dc_model_output(model.get(), 1, &tensor), DC_USAGE);
  EXPECT_EQ(dc_model_scaling(model.get(), 1, &scaling), DC_USAGE);
  EXPECT_EQ(dc_model_layer(model.get(), session.plan().size(), &layer), DC_USAGE);
  EXPECT_EQ(dc_model_input(model.get(), 0, nullptr), DC_USAGE);
  EXPECT_EQ(dc_model_output(model.get(), 0, nullptr), DC_USAGE);
  EXPECT_EQ(dc_model_scaling(model.get(), 0, nullptr), DC_USAGE);
  EXPECT_EQ(dc_model_layer(model.get(), 0, nullptr), DC_USAGE);
}

TEST(RuntimeCTest, NoModelHasNothingToDescribe) {
  dc_tensor_info tensor{};
  dc_scaling_info scaling{};
  dc_layer_info layer{};
  EXPECT_EQ(dc_model_input_count(nullptr), 0u);
  EXPECT_EQ(dc_model_output_count(nullptr), 0u);
  EXPECT_EQ(dc_model_layer_count(nullptr), 0u);
  EXPECT_EQ(dc_model_input(nullptr, 0, &tensor), DC_USAGE);
  EXPECT_EQ(dc_model_output(nullptr, 0, &tensor), DC_USAGE);
  EXPECT_EQ(dc_model_scaling(nullptr, 0, &scaling), DC_USAGE);
  EXPECT_EQ(dc_model_layer(nullptr, 0, &layer), DC_USAGE);
}

TEST(RuntimeCTest, LoadsFilesReadAndMapped) {
  NetBuilder net = LeNet300();
  const std::string path = testing::TempDir() + "runtime_c_test.dcz";
  ASSERT_TRUE(WriteFileAtomic(path, net.File()).ok());
  const std::vector<float> input = net.RandomInput(1);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 1, input);
  for (auto* load : {dc_model_load_file, dc_model_load_mapped}) {
    dc_model* loaded = nullptr;
    dc_error error{};
    ASSERT_EQ(load(path.c_str(), nullptr, &loaded, &error), DC_OK) << error.text;
    const Model model(loaded);
    std::vector<float> output(10);
    EXPECT_EQ(dc_model_run(loaded, 1, input.data(), input.size(), output.data(), 10, nullptr),
              DC_OK);
    EXPECT_EQ(output, expected);
    EXPECT_EQ(load("/nonexistent/model.dcz", nullptr, &loaded, &error), DC_IO);
    EXPECT_EQ(loaded, nullptr);
    EXPECT_THAT(error.text, testing::HasSubstr("/nonexistent/model.dcz"));
    // Empty, and so no .dcz.
    ASSERT_TRUE(WriteFileAtomic(path + ".empty", std::string()).ok());
    EXPECT_EQ(load((path + ".empty").c_str(), nullptr, &loaded, &error), DC_BAD_INPUT);
    EXPECT_THAT(error.text, testing::HasSubstr(path));
    std::remove((path + ".empty").c_str());
  }
  std::remove(path.c_str());
}

TEST(RuntimeCTest, ErrorsAreOneLineAndCutToFit) {
  dc_model* model = reinterpret_cast<dc_model*>(1);
  dc_error error{};
  std::memset(error.text, 'x', sizeof(error.text));
  EXPECT_EQ(dc_model_load("garbage", 7, nullptr, &model, &error), DC_BAD_INPUT);
  EXPECT_EQ(model, nullptr);
  EXPECT_STREQ(error.text, "not a .dcz file (offset 0): give a file that dc-encode wrote");
  const std::string path(3000, 'p');
  EXPECT_EQ(dc_model_load_file(path.c_str(), nullptr, &model, &error), DC_IO);
  EXPECT_EQ(std::strlen(error.text), sizeof(error.text) - 1);
  EXPECT_EQ(dc_model_load("garbage", 7, nullptr, &model, nullptr), DC_BAD_INPUT);
}

TEST(RuntimeCTest, DamagedModelsAreRefused) {
  NetBuilder net = LeNet300();
  std::vector<uint8_t> file = net.File();
  dc_model* model = nullptr;
  dc_error error{};
  EXPECT_EQ(dc_model_load(file.data(), file.size() - 1, nullptr, &model, &error), DC_BAD_INPUT);
  EXPECT_STRNE(error.text, "");
  file[file.size() / 2] ^= 1;
  EXPECT_EQ(dc_model_load(file.data(), file.size(), nullptr, &model, &error), DC_BAD_INPUT);
  EXPECT_EQ(model, nullptr);
}

TEST(RuntimeCTest, TheCallersAllocatorIsUsedAndMayRefuse) {
  NetBuilder net = LeNet300();
  const std::vector<uint8_t> file = net.File();
  CountingAllocator counter;
  const Allocator callbacks = counter.Get();
  const dc_options options = {
      .allocator = {callbacks.allocate, callbacks.release, callbacks.context}};
  std::vector<float> input = net.RandomInput(1), output(10);
  {
    const Model model = Load(file, &options);
    EXPECT_EQ(dc_model_run(model.get(), 1, input.data(), 784, output.data(), 10, nullptr), DC_OK);
    EXPECT_GT(counter.total, 784 * sizeof(float));
  }
  EXPECT_TRUE(counter.out.empty());
  CountingAllocator none;
  none.allowed = 0;
  const dc_options refusing = {.allocator = {callbacks.allocate, callbacks.release, &none}};
  dc_model* model = nullptr;
  dc_error error{};
  dc_status status = dc_model_load(file.data(), file.size(), &refusing, &model, &error);
  const Model loaded(model);
  if (status == DC_OK) {
    status = dc_model_run(model, 1, input.data(), 784, output.data(), 10, &error);
  }
  EXPECT_EQ(status, DC_NO_MEMORY) << error.text;
  EXPECT_THAT(error.text, testing::HasSubstr("memory"));
  const dc_options half = {.allocator = {callbacks.allocate, nullptr, nullptr}};
  EXPECT_EQ(dc_model_load(file.data(), file.size(), &half, &model, &error), DC_USAGE);
}

TEST(RuntimeCTest, WrongArgumentsAreUsageErrors) {
  NetBuilder net = LeNet300();
  const std::vector<uint8_t> file = net.File();
  const Model model = Load(file);
  std::vector<float> input(784), output(10);
  dc_error error{};
  const auto run = [&](const dc_model* m, size_t batch, const float* in, size_t in_size, float* out,
                       size_t out_size) {
    return dc_model_run(m, batch, in, in_size, out, out_size, &error);
  };
  EXPECT_EQ(run(model.get(), 1, input.data(), 784, output.data(), 10), DC_OK);
  EXPECT_EQ(run(model.get(), 1, input.data(), 783, output.data(), 10), DC_USAGE);
  EXPECT_EQ(run(model.get(), 1, input.data(), 784, output.data(), 11), DC_USAGE);
  EXPECT_EQ(run(model.get(), 0, input.data(), 0, output.data(), 0), DC_USAGE);
  EXPECT_EQ(run(model.get(), SIZE_MAX, input.data(), 784, output.data(), 10), DC_USAGE);
  EXPECT_EQ(run(nullptr, 1, input.data(), 784, output.data(), 10), DC_USAGE);
  EXPECT_EQ(run(model.get(), 1, nullptr, 784, output.data(), 10), DC_USAGE);
  EXPECT_EQ(run(model.get(), 1, input.data(), 784, nullptr, 10), DC_USAGE);
  dc_model* other = nullptr;
  EXPECT_EQ(dc_model_load(nullptr, 5, nullptr, &other, &error), DC_USAGE);
  EXPECT_EQ(dc_model_load(file.data(), file.size(), nullptr, nullptr, &error), DC_USAGE);
  EXPECT_EQ(dc_model_load_file(nullptr, nullptr, &other, &error), DC_USAGE);
  EXPECT_EQ(dc_model_load_mapped(nullptr, nullptr, &other, &error), DC_USAGE);
  const dc_options too_many = {.threads = INT_MAX, .reference_kernels = 0, .allocator = {}};
  EXPECT_EQ(dc_model_load(file.data(), file.size(), &too_many, &other, &error), DC_USAGE);
  const dc_options negative = {.threads = -1, .reference_kernels = 0, .allocator = {}};
  EXPECT_EQ(dc_model_load(file.data(), file.size(), &negative, &other, &error), DC_USAGE);
  dc_model_free(nullptr);
  EXPECT_THAT(dc_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(RuntimeCTest, ARunIsCancelledFromAnotherThread) {
  NetBuilder net = LeNet5();
  for (const int threads : {1, 2}) {
    dc_options options{};
    options.threads = threads;
    const Model model = Load(net.File(), &options);
    const std::vector<float> input = net.RandomInput(64);
    std::vector<float> output(64 * 10);
    const auto run = [&] {
      return dc_model_run(model.get(), 64, input.data(), input.size(), output.data(), output.size(),
                          nullptr);
    };
    ASSERT_EQ(run(), DC_OK);
    const std::vector<float> whole = output;
    std::atomic<int> runs{0};
    std::thread caller([&] {
      while (run() == DC_OK) ++runs;
    });
    while (runs == 0) std::this_thread::yield();
    dc_model_cancel(model.get(), 1);
    caller.join();
    dc_error error{};
    EXPECT_EQ(dc_model_run(model.get(), 64, input.data(), input.size(), output.data(),
                           output.size(), &error),
              DC_CANCELLED);
    EXPECT_THAT(error.text, testing::HasSubstr("cancelled"));
    dc_model_cancel(model.get(), 0);
    EXPECT_EQ(run(), DC_OK);
    EXPECT_EQ(output, whole);
  }
  dc_model_cancel(nullptr, 1);
}

TEST(RuntimeCTest, StatusesAreThoseOfCxx) {
  EXPECT_EQ(DC_USAGE, static_cast<int>(StatusCode::kUsage));
  EXPECT_EQ(DC_BAD_INPUT, static_cast<int>(StatusCode::kBadInput));
  EXPECT_EQ(DC_UNSUPPORTED, static_cast<int>(StatusCode::kUnsupported));
  EXPECT_EQ(DC_IO, static_cast<int>(StatusCode::kIo));
  EXPECT_EQ(DC_INTERNAL, static_cast<int>(StatusCode::kInternal));
  EXPECT_EQ(DC_NO_MEMORY, static_cast<int>(StatusCode::kNoMemory));
  EXPECT_EQ(DC_CANCELLED, static_cast<int>(StatusCode::kCancelled));
}

TEST(RuntimeCTest, RunsInputsAndOutputsByName) {
  NetBuilder net({-1, 2});
  const auto other = net.AddInput({-1, 2});
  const auto difference = net.Node(format::Op::kSub, {net.input(), other});
  net.SetOutputs({net.Relu(difference), difference});
  const Model model = Load(net.File());
  ASSERT_EQ(dc_model_input_count(model.get()), 2u);
  ASSERT_EQ(dc_model_output_count(model.get()), 2u);
  const float x[] = {5, 1}, z[] = {2, 3};
  float y[2], y1[2];
  // The names of NetBuilder.
  const dc_input_buffer inputs[] = {{"x1", z, 2}, {"x", x, 2}};
  dc_output_buffer outputs[] = {{"y1", y1, 2}, {"y", y, 2}};
  dc_error error{};
  ASSERT_EQ(dc_model_run_all(model.get(), 1, inputs, 2, outputs, 2, &error), DC_OK) << error.text;
  EXPECT_THAT(y, testing::ElementsAre(3, 0));
  EXPECT_THAT(y1, testing::ElementsAre(3, -2));
  // By place, one output alone.
  const dc_input_buffer by_place[] = {{nullptr, x, 2}, {nullptr, z, 2}};
  EXPECT_EQ(dc_model_run_all(model.get(), 1, by_place, 2, outputs, 1, &error), DC_OK);

  const auto refused = [&](const dc_input_buffer& first, const dc_input_buffer& second) {
    const dc_input_buffer both[] = {first, second};
    return dc_model_run_all(model.get(), 1, both, 2, outputs, 2, &error);
  };
  EXPECT_EQ(refused({"x", x, 2}, {"x", z, 2}), DC_USAGE);   // twice
  EXPECT_EQ(refused({"x", x, 2}, {"w", z, 2}), DC_USAGE);   // unknown
  EXPECT_EQ(refused({"x", x, 2}, {"x1", z, 1}), DC_USAGE);  // too short
  EXPECT_EQ(refused({"x", x, 2}, {"x1", nullptr, 2}), DC_USAGE);
  EXPECT_EQ(dc_model_run_all(model.get(), 1, inputs, 1, outputs, 2, &error), DC_USAGE);  // missing
  EXPECT_EQ(dc_model_run_all(nullptr, 1, inputs, 2, outputs, 2, &error), DC_USAGE);
}

}  // namespace
}  // namespace dc::runtime
