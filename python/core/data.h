// A dataset that Python holds.
#ifndef DC_PYTHON_CORE_DATA_H_
#define DC_PYTHON_CORE_DATA_H_

#include "dc/data.h"

namespace dc::python {

struct Data {
  Dataset dataset;
};

// The dataset that a function takes, or null for None.
inline const Dataset* DatasetOf(const Data* data) { return data ? &data->dataset : nullptr; }

}  // namespace dc::python

#endif  // DC_PYTHON_CORE_DATA_H_
