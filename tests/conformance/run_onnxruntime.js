// Runs ONNX models once each with ONNX Runtime and writes every output.
// node run_onnxruntime.js FOLDER JOBS.json, where FOLDER holds node_modules and JOBS.json is
// [{"model": FILE, "inputs": {NAME: {"file": RAW, "type": ..., "dims": [...]}}, "folder": DIR}, ...]. Writes DIR/N.f32 for output
// N of each and prints [{"outputs": [{"name": ..., "type": ..., "dims": [...]}, ...]}, ...] in order, with
// {"error": ...} for a job that failed.
'use strict';
const fs = require('fs');
const path = require('path');

const ARRAYS = {float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array};

async function run(ort, job) {
  const session = await ort.InferenceSession.create(job.model, {intraOpNumThreads: 1, logSeverityLevel: 4});
  const feeds = {};
  for (const [name, {file, type, dims}] of Object.entries(job.inputs)) {
    const bytes = fs.readFileSync(file);
    const data = new ARRAYS[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    feeds[name] = new ort.Tensor(type, data, dims);
  }
  const results = await session.run(feeds);
  return session.outputNames.map((name, i) => {
    const {data, type, dims} = results[name];
    fs.writeFileSync(path.join(job.folder, `${i}.f32`), Buffer.from(Float32Array.from(data, Number).buffer));
    return {name, type, dims};
  });
}

async function main() {
  const [folder, jobsFile] = process.argv.slice(2);
  const ort = require(path.resolve(folder, 'node_modules/onnxruntime-node'));
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(jobsFile, 'utf8'))) {
    try {
      results.push({outputs: await run(ort, job)});
    } catch (error) {
      results.push({error: String(error.message).split('\n')[0]});
    }
  }
  console.log(JSON.stringify(results));
}

main();
