// Panels of 16 rows (kernels/panel_matrix.h): dense weights, as float values.
#ifndef DC_RUNTIME_FORMS_PANEL_FORM_H_
#define DC_RUNTIME_FORMS_PANEL_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "runtime/forms/form.h"
#include "runtime/kernels/panel_matrix.h"

namespace dc::runtime {

// Packs rows * columns values, stored row by row, or column by column when `transposed`.
PanelMatrix PackPanels(uint32_t rows, uint32_t columns, bool transposed,
                       std::span<const float> values,
                       std::pmr::memory_resource* memory = std::pmr::get_default_resource());

class PanelForm : public Form {
 public:
  explicit PanelForm(const WeightSource& source) : kernels_(source.kernels()) {}

  const char* Name(Product product) const override {
    return product == Product::kVector ? "dense panels" : "dense shift";
  }
  double Cost(WeightSource* source) override;
  void LayOut(WeightSource* source) override;
  int64_t ResidentBytes() const override;
  bool SkipsZeros() const override { return false; }
  size_t Parts() const override { return groups_.size() * groups_[0].panels(); }
  void MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                      float* y) const override {
    kernels_.panel_dot(groups_[0], begin, end, x, epilogue, y);
  }
  void MultiplyShift(size_t begin, size_t end, const Shift& shift,
                     const Epilogue& epilogue) const override;
  Rows RowsOf(size_t part) const override;
  size_t MostRows() const override { return kPanelRows; }

 private:
  const KernelSet& kernels_;
  std::vector<PanelMatrix> groups_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_PANEL_FORM_H_
