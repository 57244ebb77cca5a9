// ONNX Runtime as a child process of a benchmark: node onnxruntime_peer.js MODEL.onnx INPUT.f32
// BATCH THREADS Answers each line on stdin with one line on stdout:
//   time SECONDS   runs the model for so long: "RUNS MIN MEDIAN", microseconds
//   output FILE    runs it once and writes the first output as raw float32: "ok"
// The first line, without being asked: "loaded MILLISECONDS RESIDENT_BYTES". Errors: "error TEXT".
'use strict';
const fs = require('fs');
const readline = require('readline');
const ort = require('onnxruntime-node');

async function main() {
  const [model, input, batch, threads] = process.argv.slice(2);
  const start = process.hrtime.bigint();
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
  });
  const loaded = Number(process.hrtime.bigint() - start) / 1e6;
  console.log(`loaded ${loaded} ${process.memoryUsage().rss}`);

  const bytes = fs.readFileSync(input);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const shape = process.env.PEER_SHAPE.split('x').map(Number);
  shape[0] = Number(batch);
  const feeds = {[session.inputNames[0]]: new ort.Tensor('float32', values, shape)};

  for await (const line of readline.createInterface({input: process.stdin})) {
    const [command, argument] = line.split(' ');
    if (command === 'output') {
      const result = (await session.run(feeds))[session.outputNames[0]].data;
      fs.writeFileSync(argument, Buffer.from(result.buffer, result.byteOffset, result.byteLength));
      console.log('ok');
    } else if (command === 'time') {
      const times = [];
      const end = process.hrtime.bigint() + BigInt(Math.round(Number(argument) * 1e9));
      await session.run(feeds);
      while (times.length < 3 || process.hrtime.bigint() < end) {
        const before = process.hrtime.bigint();
        await session.run(feeds);
        times.push(Number(process.hrtime.bigint() - before) / 1e3);
      }
      times.sort((a, b) => a - b);
      console.log(`${times.length} ${times[0]} ${times[times.length >> 1]}`);
    } else {
      console.log(`error unknown command ${command}`);
    }
  }
}

main().catch((error) => console.log(`error ${String(error.message).split('\n')[0]}`));
