// Filters as codes or floats (kernels/code_panels.h): weights of convolutions by Winograd's method.
#ifndef DC_RUNTIME_FORMS_WINOGRAD_FORM_H_
#define DC_RUNTIME_FORMS_WINOGRAD_FORM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/forms/form.h"

namespace dc::runtime {

// Most columns (tiles of samples) of a strip, which goes through all steps of the method together.
size_t WinogradStripColumns(size_t channels);

// About how long one sample takes, over what the dense kernel takes for the convolution itself.
// Infinity where the method does not cover it.
double WinogradCost(const WinogradUse& use, uint32_t group_rows, uint32_t groups);

class WinogradForm : public Form {
 public:
  explicit WinogradForm(const WeightSource&) {}

  const char* Name(Product) const override { return "winograd"; }
  double Cost(WeightSource* source) override;
  std::string Note(double next) const override;
  void LayOut(WeightSource* source) override;
  int64_t ResidentBytes() const override;
  bool SkipsZeros() const override { return false; }
  std::span<const CodePanels> Filters() const override { return filters_; }

 private:
  double cost_ = 0;
  std::vector<CodePanels> filters_;  // one matrix per group
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_WINOGRAD_FORM_H_
