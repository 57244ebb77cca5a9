// How long work tells the caller where it stands. The library reports, the caller shows, and says
// when to stop.
#ifndef DC_PROGRESS_H_
#define DC_PROGRESS_H_

#include <cstdint>
#include <string>

#include "dc/status.h"

namespace dc {

// A listener for one running job at a time. Every call but IsCancelled comes from the thread that
// runs the job.
class Progress {
 public:
  virtual ~Progress() = default;

  // A job of `total` steps called `name` begins ("train", "k-means fc1.weight").
  virtual void Begin(const std::string& name, int64_t total) = 0;
  // `done` steps of the job are finished; `note` is a short figure worth showing ("loss 0.031").
  virtual void Advance(int64_t done, const std::string& note) = 0;
  // The job ended; `summary` is its result in a few words.
  virtual void End(const std::string& summary) = 0;
  // A remark that belongs into the log, not into a result ("layer conv1 stays dense").
  virtual void Note(const std::string& text) = 0;

  // True from when the user wants no more of the job. It then returns a Cancelled error at its next
  // step, and leaves its checkpoint as the last one was.
  virtual bool IsCancelled() const { return false; }
};

// Ignores everything: for callers that pass no listener.
Progress* SilentProgress();

// `progress`, or the silent one where it is null.
inline Progress* OrSilent(Progress* progress) { return progress ? progress : SilentProgress(); }

// Shows nothing of a job that is a part of another, and stops it with that one.
class PartProgress : public Progress {
 public:
  // `whole` may be null.
  explicit PartProgress(const Progress* whole) : whole_(whole) {}
  void Begin(const std::string&, int64_t) override {}
  void Advance(int64_t, const std::string&) override {}
  void End(const std::string&) override {}
  void Note(const std::string&) override {}
  bool IsCancelled() const override { return whole_ != nullptr && whole_->IsCancelled(); }

 private:
  const Progress* whole_;
};

// A Cancelled error at `where` once `progress`, which may be null, says so.
Status StopIfCancelled(const Progress* progress, const std::string& where = "");

}  // namespace dc

#endif  // DC_PROGRESS_H_
