#include "model/onnx_order.h"

#include <functional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

namespace dc {

void SortNodes(onnx::GraphProto* graph) {
  const int count = graph->node_size();
  std::unordered_map<std::string, int> producer;
  for (int i = 0; i < count; ++i) {
    for (const std::string& output : graph->node(i).output()) {
      if (!output.empty()) producer.emplace(output, i);
    }
  }
  std::vector<std::vector<int>> followers(static_cast<size_t>(count));
  std::vector<int> waiting_for(static_cast<size_t>(count), 0);
  bool sorted = true;
  for (int i = 0; i < count; ++i) {
    for (const std::string& input : graph->node(i).input()) {
      const auto before = producer.find(input);
      if (before == producer.end()) continue;
      followers[static_cast<size_t>(before->second)].push_back(i);
      ++waiting_for[static_cast<size_t>(i)];
      sorted = sorted && before->second < i;
    }
  }
  if (sorted) return;

  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  std::vector<int> order;
  std::vector<bool> placed(static_cast<size_t>(count), false);
  for (int i = 0; i < count; ++i) {
    if (waiting_for[static_cast<size_t>(i)] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const int i = ready.top();
    ready.pop();
    order.push_back(i);
    placed[static_cast<size_t>(i)] = true;
    for (int follower : followers[static_cast<size_t>(i)]) {
      if (--waiting_for[static_cast<size_t>(follower)] == 0) ready.push(follower);
    }
  }
  for (int i = 0; i < count; ++i) {
    if (!placed[static_cast<size_t>(i)]) order.push_back(i);
  }
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
  for (int i : order) nodes.Add()->Swap(graph->mutable_node(i));
  graph->mutable_node()->Swap(&nodes);
}

}  // namespace dc
