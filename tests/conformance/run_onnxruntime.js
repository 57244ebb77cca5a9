// Runs an ONNX model once with ONNX Runtime and writes every output.
// node run_onnxruntime.js FOLDER MODEL.onnx JOB.json, where FOLDER holds node_modules and JOB.json is
// {"inputs": {NAME: {"file": RAW_FLOAT32, "dims": [...]}}, "folder": DIR}. Writes DIR/N.f32 for output N and prints
// [{"name": ..., "dims": [...]}, ...] in order.
'use strict';
const fs = require('fs');
const path = require('path');

async function main() {
  const [folder, model, jobFile] = process.argv.slice(2);
  const ort = require(path.resolve(folder, 'node_modules/onnxruntime-node'));
  const job = JSON.parse(fs.readFileSync(jobFile, 'utf8'));
  const session = await ort.InferenceSession.create(model, {intraOpNumThreads: 1, logSeverityLevel: 3});
  const feeds = {};
  for (const [name, {file, dims}] of Object.entries(job.inputs)) {
    const bytes = fs.readFileSync(file);
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    feeds[name] = new ort.Tensor('float32', data, dims);
  }
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name, i) => {
    fs.writeFileSync(path.join(job.folder, `${i}.f32`), Buffer.from(Float32Array.from(results[name].data, Number).buffer));
    return {name, dims: results[name].dims};
  });
  console.log(JSON.stringify(outputs));
}

main().catch((error) => {
  console.error(String(error.message).split('\n')[0]);
  process.exit(1);
});
