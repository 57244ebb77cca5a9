// The readers that OpenDataset chooses from, one file each. Each returns images and labels as they
// are stored.
#ifndef DC_DATA_SOURCES_H_
#define DC_DATA_SOURCES_H_

#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/status.h"

namespace dc {

// The four idx files {train,t10k}-{images-idx3,labels-idx1}-ubyte of MNIST and its relatives, plain
// or compressed; the spelling "train-images.idx3-ubyte" is accepted too. `classes` 0 means: the
// largest label + 1.
StatusOr<Dataset> OpenIdx(const std::string& directory, int classes);
// Those of the four files that are there.
std::vector<std::string> IdxFiles(const std::string& directory);

// CIFAR-10's binary batches: 1 byte label, then 3 x 32 x 32 bytes, planes R, G, B.
StatusOr<Dataset> OpenCifar10(const std::string& directory);
// Those of the batches that are there.
std::vector<std::string> Cifar10Files(const std::string& directory);

// x_train, y_train, x_test and y_test of a NumPy archive (zip, stored or deflated).
StatusOr<Dataset> OpenNpz(const std::string& path);

// The samples x_train of a NumPy archive, or those of the .npy file `path`, without labels.
StatusOr<Dataset> OpenNpzSamples(const std::string& path);
StatusOr<Dataset> OpenNpySamples(const std::string& path);

// Sets `data`'s classes to the largest label + 1 where it is 0, then checks the labels of both
// splits against it. BadInput names `where`.
Status CheckLabels(const std::string& where, Dataset* data);

}  // namespace dc

#endif  // DC_DATA_SOURCES_H_
