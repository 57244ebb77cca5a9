// What must hold of every record.
#include "op/operator.h"

#include <gtest/gtest.h>

#include <set>

namespace dc::op {
namespace {

TEST(OperatorTest, EveryRecordIsFoundByItsNameOnce) {
  std::set<std::string_view> names;
  for (const Operator* op : AllOperators()) {
    EXPECT_TRUE(names.insert(op->name).second) << op->name;
    EXPECT_EQ(FindOperator(op->name), op);
  }
  EXPECT_EQ(FindOperator("Einsum"), nullptr);
}

TEST(OperatorTest, NumbersOfTheFileRise) {
  uint8_t number = 0;
  for (const Operator* op : FileOperators()) {
    EXPECT_GT(static_cast<uint8_t>(op->id), number) << op->name;
    number = static_cast<uint8_t>(op->id);
    EXPECT_EQ(FindOperator(op->id), op);
    EXPECT_EQ(LeftOut(op->id), "");
  }
  EXPECT_EQ(FindOperator(Id{1}), &kConv);
  EXPECT_EQ(FindOperator(Id::kNone), nullptr);
  EXPECT_EQ(FindOperator(static_cast<Id>(number + 1)), nullptr);
  EXPECT_EQ(LeftOut(static_cast<Id>(number + 1)), "");
}

TEST(OperatorTest, RecordsAreConsistent) {
  for (const Operator* op : AllOperators()) {
    SCOPED_TRACE(op->name);
    ASSERT_FALSE(op->inputs.empty());
    EXPECT_GE(op->min_inputs, 1u);
    EXPECT_LE(op->min_inputs, op->max_inputs);
    EXPECT_NE(op->infer, nullptr);
    size_t weights = 0, settings = 0;
    bool after_setting = false;
    for (const InputSpec& input : op->inputs) {
      weights += input.role == Role::kWeight;
      if (input.role != Role::kSetting) {
        EXPECT_FALSE(after_setting) << "settings come last";
        continue;
      }
      after_setting = true;
      ++settings;
      EXPECT_NE(op->Attribute(input.name), nullptr) << input.name;
    }
    EXPECT_NE(op->inputs[0].role, Role::kSetting);
    EXPECT_LE(op->inputs.size() - settings, op->max_inputs);
    EXPECT_EQ(weights > 0, op->output_axis != nullptr);
    std::set<std::string_view> attributes;
    for (const AttributeSpec& attribute : op->attributes) {
      EXPECT_TRUE(attributes.insert(attribute.name).second) << attribute.name;
    }
    for (const OnnxOnly& attribute : op->onnx_only) {
      EXPECT_TRUE(attributes.insert(attribute.name).second) << attribute.name;
    }
    EXPECT_TRUE(!op->Has(kElementwise) || op->on_constant != nullptr);
  }
}

TEST(OperatorTest, ALastInputRepeats) {
  EXPECT_EQ(kConcat.Input(7).role, Role::kOperand);
  EXPECT_EQ(kConv.Input(1).role, Role::kWeight);
  EXPECT_EQ(kClip.Input(2).name, "max");
}

TEST(OperatorTest, InputsOfAListMayNotBeLeftOut) {
  EXPECT_TRUE(kConv.MayOmit(2));
  EXPECT_FALSE(kConv.MayOmit(1));
  EXPECT_FALSE(kConcat.MayOmit(1));
}

}  // namespace
}  // namespace dc::op
