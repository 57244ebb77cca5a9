#include "format/check.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "format/layout.h"
#include "unit/format/sample_manifest.h"

namespace dc::format {
namespace {

constexpr int64_t kHuge = int64_t{1} << 40;

// The status of the sample after `change`, as a file of 1,000 bytes.
Status After(const std::function<void(Manifest*)>& change) {
  Manifest manifest = MakeSample().manifest;
  change(&manifest);
  return CheckManifest(manifest, 1000);
}

TEST(CheckTest, AcceptsTheSample) {
  EXPECT_TRUE(After([](Manifest*) {}).ok());
}

TEST(CheckTest, RefusesImpossibleTensors) {
  const std::pair<const char*, std::function<void(TensorEntry*)>> kChanges[] = {
      {"zero dimension",
       [](TensorEntry* t) {
         t->shape = {4, 0};
       }},
      {"negative dimension",
       [](TensorEntry* t) {
         t->shape = {4, -1};
       }},
      {"product overflows",
       [](TensorEntry* t) {
         t->shape = {kHuge, kHuge, kHuge};
       }},
      {"more than 2^32 - 1",
       [](TensorEntry* t) {
         t->shape = {65536, 65536};
       }},
      {"more than the file justifies",
       [](TensorEntry* t) {
         t->shape = {6000, 1000};
       }},
      {"nine dimensions", [](TensorEntry* t) { t->shape.assign(9, 1); }},
      {"no codebook", [](TensorEntry* t) { t->codebook_entries = 0; }},
      {"large codebook", [](TensorEntry* t) { t->codebook_entries = 65537; }},
      {"gaps without zero", [](TensorEntry* t) { t->gap_bytes = 1, t->zero_first = false; }},
      {"ternary of 4", [](TensorEntry* t) { t->form = Form::kTernary; }},
      {"hashed with a zero", [](TensorEntry* t) { t->form = Form::kHashed, t->code_bytes = 4; }},
      {"hashed with codes",
       [](TensorEntry* t) {
         t->form = Form::kHashed, t->zero_first = false, t->gap_bytes = 0, t->code_bytes = 5;
       }},
      {"hashed with an odd codebook",
       [](TensorEntry* t) {
         t->form = Form::kHashed, t->zero_first = false, t->gap_bytes = 0;
         t->code_bytes = 4, t->codebook_entries = 3;
       }},
      {"plain with codes", [](TensorEntry* t) { t->form = Form::kFloat16; }},
  };
  for (const auto& [name, change] : kChanges) {
    const Status status = After([&, c = &change](Manifest* m) { (*c)(&m->tensors[0]); });
    EXPECT_EQ(status.code(), StatusCode::kBadInput) << name;
    EXPECT_EQ(status.where(), "tensor 0") << name;
  }
}

TEST(CheckTest, RefusesImpossibleNodes) {
  const std::pair<const char*, std::function<void(Node*)>> kChanges[] = {
      {"reads itself", [](Node* n) { n->inputs[0] = 5; }},
      {"reads a later value", [](Node* n) { n->inputs[0] = 8; }},
      {"reads out of range", [](Node* n) { n->inputs[0] = 1000; }},
      {"omits a needed input", [](Node* n) { n->inputs[1] = kNoValue; }},
      {"too few inputs", [](Node* n) { n->inputs.resize(1); }},
      {"too many inputs", [](Node* n) { n->inputs.resize(4); }},
      {"too few attributes", [](Node* n) { n->ints.pop_back(); }},
      {"too many attributes", [](Node* n) { n->floats.push_back(1); }},
  };
  for (const auto& [name, change] : kChanges) {
    const Status status = After([&, c = &change](Manifest* m) { (*c)(&m->nodes[0]); });
    EXPECT_EQ(status.code(), StatusCode::kBadInput) << name;
    EXPECT_EQ(status.where(), "node 0") << name;
  }
  EXPECT_TRUE(After([](Manifest* m) { m->nodes[0].inputs[2] = kNoValue; }).ok());
  // One of a list that is missing is no operand that may be.
  const auto join = [](uint32_t second) {
    return After([second](Manifest* m) {
      m->nodes[0].op = Op::kConcat;
      m->nodes[0].inputs = {0, second};
      m->nodes[0].ints = {1};
      m->nodes[0].floats.clear();
    });
  };
  EXPECT_TRUE(join(0).ok());
  EXPECT_EQ(join(kNoValue).code(), StatusCode::kBadInput);
  EXPECT_EQ(After([](Manifest* m) { m->nodes[1].op = static_cast<Op>(99); }).code(),
            StatusCode::kUnsupported);
}

TEST(CheckTest, RefusesImpossibleInputsAndOutputs) {
  const std::pair<const char*, std::function<void(Manifest*)>> kChanges[] = {
      {"no input", [](Manifest* m) { m->inputs.clear(); }},
      {"no output", [](Manifest* m) { m->outputs.clear(); }},
      {"input too large",
       [](Manifest* m) {
         m->inputs[0].shape = {-1, 1 << 20, 1 << 20};
       }},
      {"input of size 0",
       [](Manifest* m) {
         m->inputs[0].shape = {-1, 0};
       }},
      {"input of rank 9", [](Manifest* m) { m->inputs[0].shape.assign(9, 1); }},
      {"output out of range", [](Manifest* m) { m->outputs[0].value = 9; }},
      {"output of size 0", [](Manifest* m) { m->outputs[0].shape = {0}; }},
      {"deviation 0", [](Manifest* m) { m->scaling.deviation = {0.0f}; }},
      {"infinite mean",
       [](Manifest* m) { m->scaling.mean = {std::numeric_limits<float>::infinity()}; }},
  };
  for (const auto& [name, change] : kChanges) {
    EXPECT_EQ(After(change).code(), StatusCode::kBadInput) << name;
  }
}

}  // namespace
}  // namespace dc::format
