// What the JavaScript layer itself does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Worker } from "node:worker_threads";

import { build, encoded, goldenBytes, runtime } from "./built.mjs";

const { load, DczError } = runtime;
const wasm = join(build, "package/dc_runtime.wasm");
const rejects = (work, code, text) =>
  assert.rejects(async () => work(), (error) => {
    assert.ok(error instanceof DczError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  });

test("the .wasm is small", () => {
  const bytes = readFileSync(wasm);
  const packed = gzipSync(bytes, { level: 9 }).length;
  assert.ok(bytes.length <= 200 * 1024, `${bytes.length} bytes`);
  assert.ok(packed <= 90 * 1024, `${packed} bytes by gzip`);
});

test("a model says what goes in and out", async () => {
  const model = await load(goldenBytes("conv_names.dcz"));
  for (const value of [...model.inputs, ...model.outputs]) {
    assert.ok(value.name.length > 0);
    assert.equal(value.shape[0], -1);
    assert.equal(value.sampleFloats, value.shape.slice(1).reduce((a, b) => a * b, 1));
  }
  assert.ok(model.layers.length > 0);
  for (const layer of model.layers) {
    assert.match(layer.op, /^(Conv|Gemm|MatMul)$/);
    assert.ok(layer.weights >= layer.survivors && layer.survivors > 0);
  }
  assert.ok(model.layers.some((layer) => layer.kernel.includes("WASM")));
  model.close();
});

test("names that the file does not keep are numbers", async () => {
  const model = await load(goldenBytes("conv_table.dcz"));
  assert.equal(model.inputs[0].name, "input_0");
  assert.deepEqual(Object.keys(model.run(new Float32Array(model.inputs[0].sampleFloats))), ["output_0"]);
  model.close();
});

test("every output is there", async () => {
  const model = await load(goldenBytes("two_outputs.dcz"));
  assert.deepEqual(model.outputs.map(({ name }) => name), ["y", "z"]);
  model.close();
});

test("one input needs no name, and an ArrayBuffer is as good", async () => {
  const bytes = goldenBytes("conv_table.dcz");
  const model = await load(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const [input] = model.inputs;
  const values = new Float32Array(input.sampleFloats).fill(0.5);
  assert.deepEqual(model.run(values), model.run({ [input.name]: values }));
  model.close();
});

test("each sample of a batch counts by itself, and results are the caller's", async () => {
  const model = await load(goldenBytes("conv_table.dcz"));
  const [output] = model.outputs;
  const size = model.inputs[0].sampleFloats;
  const both = Float32Array.from({ length: 2 * size }, (_, i) => Math.cos(i));
  const first = model.run(both.subarray(0, size))[output.name];
  const kept = [...first];
  const second = model.run(both.subarray(size))[output.name];
  assert.deepEqual([...first], kept);
  const together = model.run(both)[output.name];
  [...first, ...second].forEach((value, i) => assert.ok(Math.abs(together[i] - value) < 1e-5));
  model.close();
});

test("what the model does not read is refused", async () => {
  const model = await load(goldenBytes("conv_table.dcz"));
  const [{ name, sampleFloats }] = model.inputs;
  const good = new Float32Array(sampleFloats);
  await rejects(() => model.run({}), "usage", new RegExp(name));
  await rejects(() => model.run({ [name]: [...good] }), "usage", /Float32Array/);
  await rejects(() => model.run({ [name]: good, other: good }), "usage", /other/);
  await rejects(() => model.run({ [name]: good.subarray(1) }), "usage", /multiple of/);
  await rejects(() => model.run({ [name]: new Float32Array(0) }), "usage", /0 floats/);
  assert.ok(model.run({ [name]: good }));
  model.close();
  await rejects(() => model.run({ [name]: good }), "usage", /closed/);
  model.close();
});

test("what is no .dcz is refused", async () => {
  await rejects(() => load(new Uint8Array(0)), "bad input", /./);
  await rejects(() => load(new TextEncoder().encode("not a model")), "bad input", /./);
  await rejects(() => load("model.dcz"), "usage", /Uint8Array/);
});

test("bytes that changed on the way are refused or harmless", async () => {
  const original = goldenBytes("example.dcz");
  let refused = 0;
  for (let at = 0; at < original.length; ++at) {
    const bytes = original.slice();
    bytes[at] ^= 0x10;
    try {
      (await load(bytes)).close();
    } catch (error) {
      assert.ok(error instanceof DczError, `byte ${at}: ${error}`);
      ++refused;
    }
  }
  assert.ok(refused > original.length / 2, `${refused}`);
});

test("a limit on memory holds", async () => {
  await rejects(() => load(goldenBytes("conv_table.dcz"), { memoryLimit: 64 }), "no memory", /./);
});

test("activations may be larger than the memory that there is at first", async () => {
  const shape = "float[N, 1, 1500, 1000]";
  const model = await load(
    encoded(`<ir_version: 7, opset_import: ["" : 13]> large (${shape} x) => (${shape} y) { y = Relu (x) }`),
  );
  const x = Float32Array.from({ length: 1.5e6 }, (_, i) => i - 7e5);
  const [y] = Object.values(model.run(x));
  assert.ok(y.every((value, i) => value === Math.max(x[i], 0)));
  model.close();
});

// A Conv whose filters read one channel each, over images of `size`.
const convolution = (channels, size) =>
  encoded(`<ir_version: 7, opset_import: ["" : 13]>
conv (float[N, ${channels}, ${size}] x) => (float[N, ${channels}, ${size}] y)
<float[${channels}, 1, ${size.replaceAll("5", "1")}] w = {${Array(channels).fill("0.5").join(", ")}}>
{ y = Conv <group = ${channels}> (x, w) }`);

test("filters of one channel have a kernel of their own", async () => {
  const model = await load(convolution(4, "5, 5"));
  assert.match(model.layers[0].kernel, /^depthwise /);
  model.close();
});

test("operands that are left out are refused by name", () =>
  rejects(() => load(convolution(1, "5, 5, 5")), "unsupported", /RareOperands in DC_RUNTIME_OPERATORS/));

test("a file that is still arriving, or an answer of a server, is as good as its bytes", async () => {
  const bytes = goldenBytes("conv_names.dcz");
  for (const source of [Promise.resolve(bytes), Promise.resolve(new Response(bytes))]) {
    const model = await load(source);
    assert.ok(model.layers.length > 0);
    model.close();
  }
  await assert.rejects(load(Promise.resolve(new Response("", { status: 404 }))), /404/);
  await rejects(() => load(Promise.resolve("text")), "usage", /no Uint8Array or ArrayBuffer/);
});

test("closed models give their memory back", async () => {
  const bytes = goldenBytes("fc_dense.dcz");
  const run = async () => {
    const model = await load(bytes);
    model.run(new Float32Array(64 * model.inputs[0].sampleFloats));
    model.close();
  };
  await run();
  const { arrayBuffers, external } = process.memoryUsage();
  for (let i = 0; i < 2000; ++i) await run();
  global.gc?.();
  const grown = process.memoryUsage().external - external;
  assert.ok(grown < 8e6, `${grown} bytes more, ${arrayBuffers} before`);
});

test("models run in workers", async () => {
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    const { load } = await import(workerData.module);
    const model = await load(workerData.bytes);
    const output = model.run(new Float32Array(model.inputs[0].sampleFloats).fill(0.5));
    parentPort.postMessage(output);`;
  const module = new URL(`file://${build}/package/index.js`).href;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { module, bytes: goldenBytes("conv_table.dcz") },
  });
  const output = await new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  const model = await load(goldenBytes("conv_table.dcz"));
  assert.deepEqual(output, model.run(new Float32Array(model.inputs[0].sampleFloats).fill(0.5)));
  model.close();
  await worker.terminate();
});

