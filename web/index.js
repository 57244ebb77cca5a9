// Loads and runs .dcz files: the runtime's C API (lib/include/dc/runtime_c.h) in WebAssembly. The types
// and what each function does are in index.d.ts; offsets into structs in struct_layouts.cc.
const CODES = {
  2: "usage",
  3: "bad input",
  4: "unsupported",
  5: "io",
  6: "internal",
  7: "no memory",
  8: "cancelled",
};
const STATUS_USAGE = 2;
const STATUS_NO_MEMORY = 7;
const ERROR_BYTES = 512;
const BUFFER_BYTES = 12; // dc_input_buffer and dc_output_buffer
const FLOAT_BYTES = 4;

export class DczError extends Error {
  constructor(status, text) {
    super(text);
    this.name = "DczError";
    this.code = CODES[status] ?? "internal";
  }
}

const usage = (what, where, advice) => new DczError(STATUS_USAGE, `${what} (${where}): ${advice}`);

async function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) return WebAssembly.compile(wasm);
  const url = wasm ?? new URL("./dc_runtime.wasm", import.meta.url);
  if (typeof process === "object" && String(url).startsWith("file:")) {
    const { readFile } = await import("node:fs/promises");
    return WebAssembly.compile(await readFile(new URL(url)));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: ${response.status}`);
  // A server that does not know application/wasm cannot have its answer compiled as it arrives.
  if (response.headers.get("content-type") !== "application/wasm") {
    return WebAssembly.compile(await response.arrayBuffer());
  }
  return WebAssembly.compileStreaming(response);
}

// What dc_abandon throws and dc_try catches (lib/runtime/load/attempt.cc).
const ABANDONED = new Error("abandoned");

async function start(wasm) {
  let functions;
  const env = {
    dc_try(body, status) {
      const stack = functions.stackSave();
      try {
        functions.dc_run(body, status);
        return 1;
      } catch (error) {
        if (error !== ABANDONED) throw error;
        functions.stackRestore(stack);
        return 0;
      }
    },
    dc_abandon() {
      throw ABANDONED;
    },
    emscripten_notify_memory_growth() {},
  };
  const proc_exit = (code) => {
    throw new Error(`the runtime ended with ${code}`);
  };
  const imports = { env, wasi_snapshot_preview1: { proc_exit } };
  ({ exports: functions } = await WebAssembly.instantiate(await compile(wasm), imports));
  functions._initialize();
  return new Runtime(functions);
}

// The module's memory and calls. It moves when it grows: no view outlives a call.
class Runtime {
  constructor(functions) {
    this.functions = functions;
    this.error = this.allocate(ERROR_BYTES);
    // Large enough for every struct that a function fills.
    this.info = this.allocate(64);
  }

  allocate(bytes) {
    const at = this.functions.malloc(Math.max(bytes, 1));
    if (at === 0) {
      throw new DczError(STATUS_NO_MEMORY, `no memory for ${bytes} bytes (WebAssembly): close models`);
    }
    return at;
  }

  free(at) {
    this.functions.free(at);
  }

  get view() {
    return new DataView(this.functions.memory.buffer);
  }

  get bytes() {
    return new Uint8Array(this.functions.memory.buffer);
  }

  u32(at) {
    return this.view.getUint32(at, true);
  }

  i64(at) {
    return Number(this.view.getBigInt64(at, true));
  }

  text(at) {
    const { bytes } = this;
    return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
  }

  floats(at, count) {
    return new Float32Array(this.functions.memory.buffer, at, count).slice();
  }

  check(status) {
    if (status !== 0) throw new DczError(status, this.text(this.error));
  }

  load(bytes, { memoryLimit = 0 }) {
    const file = this.allocate(bytes.length);
    const options = this.allocate(40);
    const model = this.allocate(4);
    try {
      this.bytes.set(bytes, file);
      this.bytes.fill(0, options, options + 40);
      const view = this.view;
      view.setInt32(options, 1, true); // threads
      view.setBigUint64(options + 24, BigInt(memoryLimit), true);
      this.check(this.functions.dc_model_load(file, bytes.length, options, model, this.error));
      return this.u32(model);
    } finally {
      for (const at of [file, options, model]) this.free(at);
    }
  }

  // What `describe` makes of each struct that `fill` has of the model.
  list(model, count, fill, describe) {
    return Array.from({ length: count(model) }, (_, i) => {
      fill(model, i, this.info);
      return describe(this.info, i);
    });
  }

  tensor(at, fallback) {
    const rank = this.u32(at + 4);
    const shape = this.u32(at + 8);
    return {
      name: this.text(this.u32(at)) || fallback,
      shape: Array.from({ length: rank }, (_, i) => this.i64(shape + 8 * i)),
      sampleFloats: this.u32(at + 12),
    };
  }

  scaling(model, input) {
    const at = this.info;
    this.functions.dc_model_scaling(model, input, at);
    return {
      scale: this.view.getFloat32(at, true),
      mean: [...this.floats(this.u32(at + 12), this.u32(at + 4))],
      deviation: [...this.floats(this.u32(at + 16), this.u32(at + 8))],
      channelsLast: this.u32(at + 20) !== 0,
      reverseChannels: this.u32(at + 24) !== 0,
    };
  }

  layer(at) {
    const [name, op, form, kernel, reason] = [0, 4, 8, 12, 16].map((o) => this.text(this.u32(at + o)));
    const [weights, survivors, residentBytes] = [24, 32, 40].map((o) => this.i64(at + o));
    return { name, op, form, kernel, reason, weights, survivors, residentBytes };
  }
}

// Whether a value has one part per sample.
const isBatched = (tensor) => tensor.shape.some((dimension) => dimension < 0);
const floatsOf = (tensor, batch) => tensor.sampleFloats * (isBatched(tensor) ? batch : 1);

class Model {
  #runtime;
  #model;
  #structs; // a buffer struct for each input, then each output
  #buffers = []; // what they point to, each with its room in floats

  constructor(runtime, model) {
    const { functions } = runtime;
    this.#runtime = runtime;
    this.#model = model;
    this.inputs = runtime.list(model, functions.dc_model_input_count, functions.dc_model_input, (at, i) =>
      runtime.tensor(at, `input_${i}`),
    );
    this.inputs.forEach((input, i) => (input.scaling = runtime.scaling(model, i)));
    this.outputs = runtime.list(model, functions.dc_model_output_count, functions.dc_model_output, (at, i) =>
      runtime.tensor(at, `output_${i}`),
    );
    this.layers = runtime.list(model, functions.dc_model_layer_count, functions.dc_model_layer, (at) =>
      runtime.layer(at),
    );
    const tensors = [...this.inputs, ...this.outputs];
    this.#structs = runtime.allocate(BUFFER_BYTES * tensors.length);
    this.#buffers = tensors.map(() => ({ at: 0, room: -1 }));
  }

  run(inputs) {
    if (this.#model === 0) throw usage("the model is closed", "run", "load it again");
    const given = this.#inOrder(inputs);
    const batch = this.#batch(given);
    this.#makeRoom(batch, given);
    const { functions, error } = this.#runtime;
    const structs = this.#structs;
    const outputStructs = structs + BUFFER_BYTES * given.length;
    const { buffer } = functions.memory;
    given.forEach((values, i) => new Float32Array(buffer, this.#buffers[i].at, values.length).set(values));
    this.#runtime.check(
      functions.dc_model_run_all(
        this.#model, batch, structs, given.length, outputStructs, this.outputs.length, error,
      ),
    );
    return Object.fromEntries(
      this.outputs.map((output, i) => [
        output.name,
        this.#runtime.floats(this.#buffers[given.length + i].at, floatsOf(output, batch)),
      ]),
    );
  }

  close() {
    if (this.#model === 0) return;
    this.#runtime.functions.dc_model_free(this.#model);
    this.#model = 0;
    for (const { at } of this.#buffers) this.#runtime.free(at);
    this.#runtime.free(this.#structs);
  }

  // The inputs' values in the model's order.
  #inOrder(inputs) {
    const names = this.inputs.map((input) => input.name);
    const expected = `this model reads ${names.join(", ")}`;
    if (inputs instanceof Float32Array && names.length === 1) return [inputs];
    for (const name of Object.keys(inputs)) {
      if (!names.includes(name)) throw usage("an unknown input", name, expected);
    }
    return names.map((name) => {
      if (!(inputs[name] instanceof Float32Array)) {
        throw usage("an input that is no Float32Array", name, expected);
      }
      return inputs[name];
    });
  }

  // Samples that the inputs hold. Whether their lengths agree is for the runtime to say.
  #batch(given) {
    const first = this.inputs.findIndex(isBatched);
    if (first < 0) return 1;
    const { name, sampleFloats } = this.inputs[first];
    const batch = given[first].length / sampleFloats;
    if (batch < 1 || !Number.isInteger(batch)) {
      throw usage(`${given[first].length} floats`, name, `give a multiple of ${sampleFloats}`);
    }
    return batch;
  }

  #makeRoom(batch, given) {
    const counts = [
      ...given.map((values) => values.length),
      ...this.outputs.map((output) => floatsOf(output, batch)),
    ];
    counts.forEach((floats, i) => {
      const buffer = this.#buffers[i];
      if (floats > buffer.room) {
        this.#runtime.free(buffer.at);
        Object.assign(buffer, { at: 0, room: -1 });
        buffer.at = this.#runtime.allocate(floats * FLOAT_BYTES);
        buffer.room = floats;
      }
    });
    const view = this.#runtime.view;
    counts.forEach((floats, i) => {
      const struct = this.#structs + BUFFER_BYTES * i;
      view.setUint32(struct, 0, true); // no name: the one in this place
      view.setUint32(struct + 4, this.#buffers[i].at, true);
      view.setUint32(struct + 8, floats, true);
    });
  }
}

let runtime = null;

function startOnce(wasm) {
  runtime ??= start(wasm).catch((error) => {
    runtime = null; // the next call tries again
    throw error;
  });
  return runtime;
}

async function bytesOf(source) {
  let bytes = await source;
  if (typeof Response === "function" && bytes instanceof Response) {
    if (!bytes.ok) throw new Error(`cannot load ${bytes.url}: ${bytes.status}`);
    bytes = await bytes.arrayBuffer();
  }
  if (bytes instanceof ArrayBuffer) bytes = new Uint8Array(bytes);
  if (!(bytes instanceof Uint8Array)) {
    throw usage("no Uint8Array or ArrayBuffer", "load", "pass the bytes of a .dcz");
  }
  return bytes;
}

export async function load(source, options = {}) {
  // What is still on its way arrives beside the runtime.
  const [bytes, started] = await Promise.all([bytesOf(source), startOnce(options.wasm)]);
  return new Model(started, started.load(bytes, options));
}

export async function version() {
  const started = await startOnce();
  return started.text(started.functions.dc_version());
}
