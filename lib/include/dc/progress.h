// How long work tells the caller where it stands. The library reports, the caller shows.
#ifndef DC_PROGRESS_H_
#define DC_PROGRESS_H_

#include <cstdint>
#include <string>

namespace dc {

// A listener for one running job at a time. Every call comes from the thread that runs the job.
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
};

// Ignores everything: for callers that pass no listener.
Progress* SilentProgress();

// `progress`, or the silent one where it is null.
inline Progress* OrSilent(Progress* progress) { return progress ? progress : SilentProgress(); }

}  // namespace dc

#endif  // DC_PROGRESS_H_
