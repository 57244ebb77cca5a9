#include <algorithm>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {
namespace {

// One kind of reason and where it holds.
struct Group {
  std::string what;
  std::vector<std::string> where;
};

constexpr size_t kMostGroups = 8, kMostPlaces = 3;

std::string Text(const Group& group) {
  std::string text = group.what + " (";
  const size_t shown = std::min(group.where.size(), kMostPlaces);
  for (size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + group.where[i];
  if (group.where.size() > shown) {
    text += " and " + std::to_string(group.where.size() - shown) + " more";
  }
  return text + ")";
}

}  // namespace

Status JoinReasons(const std::vector<Status>& reasons) {
  if (reasons.size() == 1) return reasons[0];
  std::vector<Group> groups;
  for (const Status& reason : reasons) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& each) { return each.what == reason.what(); });
    if (group == groups.end()) group = groups.insert(group, {reason.what(), {}});
    if (!reason.where().empty()) group->where.push_back(reason.where());
  }
  std::string text;
  for (size_t i = 0; i < std::min(groups.size(), kMostGroups); ++i) {
    text += (i ? "; " : "") + (groups[i].where.empty() ? groups[i].what : Text(groups[i]));
  }
  if (groups.size() > kMostGroups) {
    text += "; and " + std::to_string(groups.size() - kMostGroups) + " other reasons";
  }
  const bool bad = std::any_of(reasons.begin(), reasons.end(), [](const Status& reason) {
    return reason.code() == StatusCode::kBadInput;
  });
  return Status(bad ? StatusCode::kBadInput : reasons[0].code(), text, "", reasons[0].advice());
}

}  // namespace dc
