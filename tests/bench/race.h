// Competitors that compute the same, timed in turns.
#ifndef DC_TESTS_BENCH_RACE_H_
#define DC_TESTS_BENCH_RACE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/peer/competitor.h"
#include "dc/status.h"

namespace dc {

class Race {
 public:
  // Takes a competitor whose output differs from the first one's by at most `tolerance` of the
  // largest value of that; an error where it differs by more.
  Status Enter(const std::string& name, std::unique_ptr<Competitor> competitor, double tolerance);
  // Takes one that computes something else.
  void EnterOther(const std::string& name, std::unique_ptr<Competitor> competitor);

  // Times everybody in rounds.
  Status Run();

  // After Run: the fastest call of all rounds and the median of the rounds' medians. Nothing where
  // nobody has this name.
  std::optional<Times> TimesOf(const std::string& name) const;

 private:
  struct Entrant {
    std::string name;
    std::unique_ptr<Competitor> competitor;
    Times times = {};
  };
  std::vector<Entrant> entrants_;
  std::vector<float> expected_;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_RACE_H_
