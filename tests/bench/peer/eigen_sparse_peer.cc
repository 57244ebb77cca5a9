#include "bench/peer/eigen_sparse_peer.h"

#include <Eigen/Core>
#include <Eigen/SparseCore>

namespace dc {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using SparseMatrix = Eigen::SparseMatrix<float, Eigen::RowMajor, int32_t>;

Eigen::Map<const Matrix> View(std::span<const float> values, int64_t rows, int64_t columns) {
  return {values.data(), rows, columns};
}

SparseMatrix Sparse(const FullyConnectedTask& task) {
  SparseMatrix matrix(task.outputs, task.inputs);
  for (int64_t row = 0; row < task.outputs; ++row) {
    matrix.startVec(row);
    const auto values = task.weight.subspan(static_cast<size_t>(row * task.inputs));
    for (int64_t column = 0; column < task.inputs; ++column) {
      const float value = values[static_cast<size_t>(column)];
      if (value != 0) matrix.insertBack(row, column) = value;
    }
  }
  matrix.finalize();
  return matrix;
}

class OneSample : public Competitor {
 public:
  explicit OneSample(const FullyConnectedTask& task)
      : weight_(Sparse(task)),
        bias_(View(task.bias, task.outputs, 1)),
        input_(View(task.input, task.inputs, 1)),
        output_(task.outputs) {}

  StatusOr<std::vector<float>> Output() override {
    Run();
    return std::vector<float>(output_.begin(), output_.end());
  }
  StatusOr<Times> Time(double seconds) override {
    return TimeCalls(seconds, [this] { Run(); });
  }

 private:
  void Run() {
    output_ = bias_;
    output_.noalias() += weight_ * input_;
  }

  SparseMatrix weight_;
  Eigen::VectorXf bias_, input_, output_;
};

class Batch : public Competitor {
 public:
  explicit Batch(const FullyConnectedTask& task)
      : weight_(Sparse(task)),
        bias_(View(task.bias, task.outputs, 1)),
        input_(View(task.input, task.batch, task.inputs).transpose()),
        output_(task.outputs, task.batch) {}

  StatusOr<std::vector<float>> Output() override {
    Run();
    const Matrix samples = output_.transpose();
    return std::vector<float>(samples.data(), samples.data() + samples.size());
  }
  StatusOr<Times> Time(double seconds) override {
    return TimeCalls(seconds, [this] { Run(); });
  }

 private:
  void Run() {
    output_.colwise() = bias_;
    output_.noalias() += weight_ * input_;
  }

  SparseMatrix weight_;
  Eigen::VectorXf bias_;
  Matrix input_, output_;  // [inputs or outputs][batch]
};

}  // namespace

std::unique_ptr<Competitor> MakeEigenSparsePeer(const FullyConnectedTask& task) {
  if (task.batch == 1) return std::make_unique<OneSample>(task);
  return std::make_unique<Batch>(task);
}

}  // namespace dc
