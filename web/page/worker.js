// Loads, runs and times models beside the page, which goes on answering meanwhile.
import { load, version } from "./runtime/index.js";

// The runtime arrives while the page fetches its file. Where it does not, loading says why.
version().catch(() => {});

const models = new Map();

const milliseconds = (work) => {
  const begin = performance.now();
  work();
  return performance.now() - begin;
};

// Browsers' clocks tick every 5 to 100 microseconds: runs are timed in groups of at least this.
const GROUP_MILLISECONDS = 5;

// Median time of a run, measured for about `budget` milliseconds.
function measure(model, inputs, budget) {
  const group = (count) =>
    milliseconds(() => {
      for (let i = 0; i < count; ++i) model.run(inputs);
    });
  // The least of three: one of them may have been interrupted.
  let count = 1;
  while (Math.min(group(count), group(count), group(count)) < GROUP_MILLISECONDS) count *= 2;
  const times = [];
  const end = performance.now() + budget;
  do {
    times.push(group(count) / count);
  } while (performance.now() < end);
  times.sort((a, b) => a - b);
  return { microseconds: 1000 * times[times.length >> 1], runs: times.length * count };
}

const loadedBytes = () =>
  performance.getEntriesByType("resource").reduce((sum, entry) => sum + entry.encodedBodySize, 0);

const commands = {
  async load({ key, bytes }) {
    models.get(key)?.close();
    models.delete(key);
    const model = await load(bytes);
    models.set(key, model);
    const { inputs, outputs, layers } = model;
    return { inputs, outputs, layers, loadedBytes: loadedBytes() };
  },
  run({ key, inputs }) {
    return models.get(key).run(inputs);
  },
  measure({ key, inputs, budget }) {
    return measure(models.get(key), inputs, budget);
  },
};

self.onmessage = async ({ data: { id, command, ...rest } }) => {
  try {
    self.postMessage({ id, result: await commands[command](rest) });
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
};
