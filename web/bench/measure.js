// Measures one engine with one model: ?engine=dcz or ort, &model=URL, &budget=milliseconds of runs.
// Leaves what it found in window.result.
const query = new URLSearchParams(location.search);
const MIN_GROUP_MILLISECONDS = 5; // clocks tick every 100 microseconds

// Both give {run}, which answers one sample, the same for both.
const engines = {
  async dcz(url) {
    const file = fetch(url);
    const { load } = await import("./dcz/index.js");
    const model = await load(file);
    const inputs = Object.fromEntries(
      model.inputs.map(({ name, sampleFloats }) => [name, sample(sampleFloats)]),
    );
    return { run: () => model.run(inputs)[model.outputs[0].name] };
  },
  async ort(url) {
    const [ort, bytes] = await Promise.all([
      import("./ort/ort.wasm.min.mjs"),
      fetch(url).then((response) => response.arrayBuffer()),
    ]);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("./ort/", location.href).href;
    const session = await ort.InferenceSession.create(bytes);
    const feeds = Object.fromEntries(
      session.inputMetadata.map(({ name, shape }) => {
        const dims = shape.map((size) => (typeof size === "number" && size > 0 ? size : 1));
        const floats = dims.reduce((a, b) => a * b, 1);
        return [name, new ort.Tensor("float32", sample(floats), dims)];
      }),
    );
    const output = session.outputNames[0];
    return { run: async () => (await session.run(feeds))[output].data };
  },
};

const sample = (floats) => Float32Array.from({ length: floats }, (_, i) => (Math.sin(0.1 * i) + 1) / 2);

async function group(run, count) {
  const begin = performance.now();
  for (let i = 0; i < count; ++i) await run();
  return performance.now() - begin;
}

async function measure() {
  const { run } = await engines[query.get("engine")](query.get("model"));
  const output = await run();
  const firstAnswer = performance.now();
  const entries = [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ];
  const bytes = entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
  let count = 1;
  while ((await group(run, count)) < MIN_GROUP_MILLISECONDS) count *= 2;
  const times = [];
  const end = performance.now() + Number(query.get("budget"));
  do {
    times.push((await group(run, count)) / count);
  } while (performance.now() < end);
  times.sort((a, b) => a - b);
  const top = [...output].indexOf(Math.max(...output));
  return { bytes, firstAnswer, microseconds: 1000 * times[times.length >> 1], top };
}

measure().then(
  (result) => (window.result = result),
  (error) => (window.result = { error: String(error.message ?? error) }),
);
