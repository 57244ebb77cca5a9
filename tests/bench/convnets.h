// Whole networks with made-up weights, for benchmarks.
#ifndef DC_TESTS_BENCH_CONVNETS_H_
#define DC_TESTS_BENCH_CONVNETS_H_

#include <map>
#include <string>

#include "bench/synthetic_weight.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// The densities of Deep Compression, layer by layer; 8-bit codes in convolutions and 5-bit codes in
// fully connected layers; survivors lie anywhere alike.
//
// The grouped network of Caffe, on 227x227 pixels: 61 M weights, 11 % of them kept.
StatusOr<Graph> AlexNet();
// On 224x224 pixels: 138 M weights, 7.5 % of them kept.
StatusOr<Graph> Vgg16();

// SqueezeNet 1.0 on 224x224 pixels, each layer at the density of the whole release, 33 %.
StatusOr<Graph> SqueezeNet();

// With plain float32 weights where nothing else is said, all of them kept: SqueezeNet 1.0;
// ResNet-20 on 32x32 pixels; and MobileNetV2 on 224x224, whose 1x1 convolutions have `density`, in
// 8-bit codes below 1.
StatusOr<Graph> UnprunedSqueezeNet();
StatusOr<Graph> ResNet20();
StatusOr<Graph> MobileNetV2(double density);

// A network of models/ whose parameters are only declared. `statistics` names every weight; the
// rest become biases.
StatusOr<Graph> WithSyntheticWeights(Graph declared,
                                     const std::map<std::string, WeightStatistics>& statistics);

}  // namespace dc

#endif  // DC_TESTS_BENCH_CONVNETS_H_
