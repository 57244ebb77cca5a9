#include "dc/progress.h"

namespace dc {
namespace {

class Silent : public Progress {
 public:
  void Begin(const std::string&, int64_t) override {}
  void Advance(int64_t, const std::string&) override {}
  void End(const std::string&) override {}
  void Note(const std::string&) override {}
};

}  // namespace

Progress* SilentProgress() {
  static Silent silent;
  return &silent;
}

}  // namespace dc
