// Where the build is that the tests are for, and what is in it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

function folder(variable) {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: run ./dev web`);
  return path;
}

// The WebAssembly build, and the programs of this machine's.
export const build = folder("DC_WEB_BUILD");
const tools = folder("DC_TOOLS");
export const tool = (name) => join(tools, name);

export const runtime = await import(pathToFileURL(join(build, "package/index.js")));

const golden = fileURLToPath(new URL("../../tests/golden/v1/", import.meta.url));
export const goldenFiles = readdirSync(golden).filter((name) => name.endsWith(".dcz"));
export const goldenPath = (name) => join(golden, name);
export const goldenBytes = (name) => new Uint8Array(readFileSync(goldenPath(name)));

function npy(shape, values) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.map((d) => `${d},`).join("")}), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + "\n";
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(values.buffer, 0, values.byteLength)]);
}

function npyValues(path) {
  const bytes = readFileSync(path);
  const begin = 10 + bytes.readUInt16LE(8);
  if (!bytes.toString("latin1", 10, begin).includes("'<f4'")) throw new Error(`${path}: not float32`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + bytes.length));
}

// The .dcz that dc-encode makes of a network in ONNX's text format.
export function encoded(text) {
  const dir = mkdtempSync(join(tmpdir(), "dc-web-"));
  try {
    writeFileSync(join(dir, "model.onnxtxt"), text);
    execFileSync(tool("dc-encode"), [join(dir, "model.onnxtxt"), "-o", join(dir, "model.dcz"), "--quiet"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new Uint8Array(readFileSync(join(dir, "model.dcz")));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

// Outputs of dc-run for `inputs`, each {shape, values}, in the model's order: by the file's name.
export function nativeOutputs(path, inputs) {
  const dir = mkdtempSync(join(tmpdir(), "dc-web-"));
  try {
    const options = inputs.flatMap(({ shape, values }, i) => {
      const file = join(dir, `${i}.npy`);
      writeFileSync(file, npy(shape, values));
      return ["--input", file];
    });
    const outputs = join(dir, "outputs");
    execFileSync(tool("dc-run"), [path, ...options, "--output-dir", outputs, "--quiet"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return Object.fromEntries(
      readdirSync(outputs).map((name) => [name.slice(0, -".npy".length), npyValues(join(outputs, name))]),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}
