/** How stored pixels become an input: (pixel * scale - mean[c]) / deviation[c], c counting channels. */
export interface Scaling {
  scale: number;
  /** One number per channel, one for all, or none (0). */
  mean: number[];
  /** One number per channel, one for all, or none (1). */
  deviation: number[];
  /** The network reads height x width x channels. */
  channelsLast: boolean;
  /** The network reads blue, green, red. */
  reverseChannels: boolean;
}

export interface Tensor {
  /** Where the file keeps no names: input_0, input_1, ..., output_0, ... */
  name: string;
  /** -k stands for k times the batch. Where no dimension is negative, there is one for all samples. */
  shape: number[];
  /** Floats of one sample. */
  sampleFloats: number;
}

export interface Input extends Tensor {
  scaling: Scaling;
}

/** How one layer with weights is executed. */
export interface Layer {
  name: string;
  /** "Conv", "Gemm", ... */
  op: string;
  /** "sparse table", "dense float32", ... */
  form: string;
  /** The code that runs, and its instruction set. */
  kernel: string;
  /** Why this form. */
  reason: string;
  weights: number;
  /** Weights that are not pruned. */
  survivors: number;
  /** Bytes of the weight in memory, as executed. */
  residentBytes: number;
}

/** A loaded model. Its memory is WebAssembly's: close() gives it back, nothing else does. */
export interface Model {
  readonly inputs: Input[];
  readonly outputs: Tensor[];
  readonly layers: Layer[];
  /**
   * Runs one sample, or as many as the inputs hold one after the other. Takes every input by name, or
   * the values alone where there is one input; returns every output by name, in arrays of their own.
   * Blocks until it is done. @throws DczError
   */
  run(inputs: Record<string, Float32Array> | Float32Array): Record<string, Float32Array>;
  /** Frees the model, which cannot run any more. */
  close(): void;
}

export interface LoadOptions {
  /**
   * Where dc_runtime.wasm is, or what is in it; only the first load asks for it. By default it is
   * beside index.js.
   */
  wasm?: string | URL | Uint8Array | ArrayBuffer | WebAssembly.Module;
  /** Most bytes of weights and activations; 0: any number. */
  memoryLimit?: number;
}

/** What went wrong, on one line: "WHAT (WHERE): what to do". */
export class DczError extends Error {
  code: "usage" | "bad input" | "unsupported" | "io" | "internal" | "no memory" | "cancelled";
}

/**
 * Loads the bytes of a .dcz, which may be dropped afterwards. With a promise of them, or of the answer
 * of a server that has them, file and runtime arrive at the same time. @throws DczError
 */
export function load(source: Source | Promise<Source>, options?: LoadOptions): Promise<Model>;
export type Source = Uint8Array | ArrayBuffer | Response;

/** The runtime's version: "0.1.0". */
export function version(): Promise<string>;
