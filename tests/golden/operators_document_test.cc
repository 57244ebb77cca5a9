// docs/operators.md against the operators' records.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "golden/document_blocks.h"
#include "inspect/operator_tables.h"
#include "train/build/kernel_registry.h"

namespace dc {
namespace {

TEST(OperatorsDocumentTest, HasTheTablesThatTheRecordsGenerate) {
  std::map<std::string, std::string> blocks = Blocks(Document("operators.md"), "generated");
  for (const SpecTable& table : OperatorTables(train::HasKernel)) {
    if (blocks[table.name] != table.text) {
      ADD_FAILURE() << "docs/operators.md, block " << table.name << " should be:\n" << table.text;
    }
    blocks.erase(table.name);
  }
  for (const auto& [name, text] : blocks) ADD_FAILURE() << "nothing generates block " << name;
}

}  // namespace
}  // namespace dc
