#include "bench/race.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dc {
namespace {

constexpr int kRounds = 9;
constexpr double kSeconds = 0.04;  // of a round, for each competitor

Status CheckSame(const std::vector<float>& expected, const std::vector<float>& actual,
                 double tolerance, const std::string& who) {
  if (expected.size() != actual.size()) return Internal("outputs of different size", who);
  double largest = 0, difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max<double>(largest, std::fabs(expected[i]));
    difference = std::max<double>(difference, std::fabs(expected[i] - actual[i]));
  }
  // So written, NaN differs from everything.
  if (difference <= tolerance * largest && largest > 0) return OkStatus();
  return Internal("outputs differ by " + std::to_string(difference) + ", the largest being " +
                      std::to_string(largest),
                  who);
}

}  // namespace

Status Race::Enter(const std::string& name, std::unique_ptr<Competitor> competitor,
                   double tolerance) {
  DC_ASSIGN_OR_RETURN(const std::vector<float> output, competitor->Output());
  if (expected_.empty()) expected_ = output;
  DC_RETURN_IF_ERROR(CheckSame(expected_, output, tolerance, name));
  EnterOther(name, std::move(competitor));
  return OkStatus();
}

void Race::EnterOther(const std::string& name, std::unique_ptr<Competitor> competitor) {
  entrants_.push_back({name, std::move(competitor)});
}

Status Race::Run() {
  std::vector<std::vector<double>> medians(entrants_.size());
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < entrants_.size(); ++i) {
      Entrant& entrant = entrants_[i];
      DC_ASSIGN_OR_RETURN(const Times times, entrant.competitor->Time(kSeconds));
      medians[i].push_back(times.median_us);
      if (round == 0 || times.min_us < entrant.times.min_us) entrant.times = times;
    }
  }
  for (size_t i = 0; i < entrants_.size(); ++i) entrants_[i].times.median_us = Median(medians[i]);
  return OkStatus();
}

std::optional<Times> Race::TimesOf(const std::string& name) const {
  for (const Entrant& entrant : entrants_) {
    if (entrant.name == name) return entrant.times;
  }
  return std::nullopt;
}

}  // namespace dc
