#include <algorithm>

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

std::vector<PolicyInfo> ListPolicies() {
  std::vector<PolicyInfo> infos;
  for (const Policy* policy : AllPolicies()) infos.push_back(policy->info());
  return infos;
}

}  // namespace dc
