#include <algorithm>

#include "base/comma_list.h"
#include "quantize/policy.h"

namespace dc {
namespace {

// Function-local, so that it exists before the first registration record is constructed.
std::vector<const Policy*>& Registry() {
  static std::vector<const Policy*> policies;
  return policies;
}

bool ByName(const Policy* a, const Policy* b) { return a->info().name < b->info().name; }

}  // namespace

PolicyRegistration::PolicyRegistration(const Policy* policy) {
  std::vector<const Policy*>& policies = Registry();
  policies.insert(std::upper_bound(policies.begin(), policies.end(), policy, ByName), policy);
}

const std::vector<const Policy*>& AllPolicies() { return Registry(); }

StatusOr<const Policy*> FindPolicy(const std::string& name) {
  std::string names;
  for (const Policy* policy : AllPolicies()) {
    if (policy->info().name == name) return policy;
    if (!names.empty()) names += ", ";
    names += policy->info().name;
  }
  return UsageError("no quantization policy is called '" + name + "'", "",
                    "choose one of " + names);
}

PolicySettings SettingsFor(const Policy& policy, const PolicySettings& settings) {
  PolicySettings known;
  for (const PolicyOption& option : policy.info().options) {
    const auto given = settings.find(option.name);
    if (given != settings.end()) known.insert(*given);
  }
  return known;
}

StatusOr<PolicySettings> CompleteSettings(const Policy& policy, const PolicySettings& given) {
  const PolicyInfo info = policy.info();
  PolicySettings complete = SettingsFor(policy, given);
  for (const auto& [name, unused] : given) {
    if (complete.count(name)) continue;
    return UsageError("policy " + info.name + " has no option '" + name + "'", "",
                      "leave it out, or choose another policy");
  }
  for (const PolicyOption& option : info.options) {
    const std::string& value = complete.emplace(option.name, option.values[0]).first->second;
    if (std::find(option.values.begin(), option.values.end(), value) == option.values.end()) {
      return UsageError(
          "option '" + option.name + "' of policy " + info.name + " cannot be '" + value + "'", "",
          "use one of: " + CommaList(option.values));
    }
  }
  return complete;
}

std::vector<PolicyInfo> ListPolicies() {
  std::vector<PolicyInfo> infos;
  for (const Policy* policy : AllPolicies()) infos.push_back(policy->info());
  return infos;
}

}  // namespace dc
