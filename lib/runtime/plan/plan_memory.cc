#include "runtime/plan/plan_memory.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/shift.h"
#include "runtime/plan/arena.h"

namespace dc::runtime {
namespace {

// Bytes of activations per sample as if nothing was shared: far below what wraps around.
constexpr uint64_t kMaxBytes = uint64_t{1} << 32;

// The times between which a buffer is in use. Step s of the plan is time s + 1; the input is there
// at time 0, outputs to the end.
struct Life {
  uint32_t first = UINT32_MAX, last = 0;

  void Include(size_t time) {
    first = std::min(first, static_cast<uint32_t>(time));
    last = std::max(last, static_cast<uint32_t>(time));
  }
};

// A buffer that holds others, and where in it a buffer begins, in values of a sample.
struct Place {
  uint32_t buffer = 0;
  uint64_t offset = 0;
};

Place Outermost(const Plan& plan, uint32_t buffer) {
  Place place{buffer, 0};
  while (plan.parts[place.buffer].whole != place.buffer) {
    const BufferPart& part = plan.parts[place.buffer];
    place = {part.whole, place.offset + part.offset};
  }
  return place;
}

}  // namespace

void RemoveJoins(Plan* plan) {
  const size_t buffers = plan->buffer_sizes.size();
  std::vector<uint32_t> reads(buffers, 0), writes(buffers, 0);
  for (const Step& step : plan->steps) {
    for (uint32_t input : step.inputs) ++reads[input];
    ++writes[step.output];
  }
  for (const PlanValue& output : plan->outputs) ++reads[output.buffer];
  std::erase_if(plan->steps, [&](const Step& step) {
    const bool removable =
        step.joins && std::all_of(step.inputs.begin(), step.inputs.end(), [&](uint32_t input) {
          return reads[input] == 1 && writes[input] == 1;
        });
    if (!removable) return false;
    uint64_t offset = 0;
    for (uint32_t input : step.inputs) {
      plan->parts[input] = {step.output, offset};
      offset += plan->buffer_sizes[input];
    }
    return true;
  });
}

Status PlanMemories(uint64_t max_bytes, Plan* plan) {
  const size_t buffers = plan->buffer_sizes.size();
  std::vector<Place> places;
  for (uint32_t b = 0; b < buffers; ++b) places.push_back(Outermost(*plan, b));
  std::vector<Life> lives(buffers);
  for (const PlanValue& input : plan->inputs) lives[places[input.buffer].buffer].Include(0);
  for (size_t s = 0; s < plan->steps.size(); ++s) {
    lives[places[plan->steps[s].output].buffer].Include(s + 1);
    for (uint32_t input : plan->steps[s].inputs) lives[places[input].buffer].Include(s + 1);
  }
  for (const PlanValue& output : plan->outputs) {
    lives[places[output.buffer].buffer].Include(plan->steps.size() + 1);
  }

  for (size_t i = 0; i < kLaneChoices.size(); ++i) {
    const size_t lanes = kLaneChoices[i];
    PlanMemory& memory = plan->memory[i];
    std::vector<ArenaBuffer> wanted;
    uint64_t bytes = 0;  // as if nothing was shared
    const auto want = [&](uint64_t floats, uint32_t first, uint32_t last) {
      wanted.push_back({floats + kReadSlack, first, last});
      bytes += (floats + kReadSlack) * sizeof(float);
    };
    for (uint32_t b = 0; b < buffers; ++b) {
      const bool is_part = places[b].buffer != b;
      const Life life = is_part ? Life{0, 0} : lives[b];
      want(is_part ? 0 : plan->buffer_sizes[b] * lanes, std::min(life.first, life.last), life.last);
    }
    for (size_t s = 0; s < plan->steps.size(); ++s) {
      const uint32_t time = static_cast<uint32_t>(s) + 1;
      want(plan->steps[s].kernel->ScratchFloats(lanes), time, time);
    }
    // Sizes are below 2^31 floats and there are few buffers: the sum cannot wrap around.
    const ArenaLayout layout = PlanArena(wanted);
    if (lanes == 1 && (bytes > kMaxBytes || layout.floats * sizeof(float) > max_bytes)) {
      return Unsupported(
          DC_ERROR_TEXT("large activations", "activations of ", bytes, " bytes per sample"),
          "manifest", "it is more than a file of this size may ask for");
    }
    memory.buffers.clear();
    for (const Place& place : places) {
      memory.buffers.push_back(layout.offsets[place.buffer] + place.offset * lanes);
    }
    memory.scratch.assign(layout.offsets.begin() + static_cast<std::ptrdiff_t>(buffers),
                          layout.offsets.end());
    memory.floats = layout.floats;
    memory.reread = 0;
    for (const Step& step : plan->steps) {
      if (!kHasLanes || !step.kernel->Rereads()) continue;
      uint64_t floats = step.kernel->ScratchFloats(lanes) + plan->buffer_sizes[step.output] * lanes;
      for (uint32_t input : step.inputs) floats += plan->buffer_sizes[input] * lanes;
      memory.reread = std::max(memory.reread, floats);
    }
  }
  return OkStatus();
}

}  // namespace dc::runtime
