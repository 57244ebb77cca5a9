// ONNX Runtime in a child process of a benchmark or test; speaks the lines of peer_process.h.
// node onnxruntime_peer.js FOLDER MODEL.onnx INPUT.f32 SHAPE THREADS, where FOLDER holds
// node_modules and SHAPE is like 1x3x227x227.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const say = (error) => console.log(`error ${String(error.message).split('\n')[0]}`);

async function main() {
  const [folder, firstModel, firstInput, firstShape, threads] = process.argv.slice(2);
  const {binding} = require(path.resolve(folder, 'node_modules/onnxruntime-node/dist/binding.js'));
  const milliseconds = (start) => Number(process.hrtime.bigint() - start) / 1e6;
  // The package's native part itself: its public interface would put promises and a turn of the
  // event loop into every call.
  let model = firstModel;
  const load = () => {
    const session = new binding.InferenceSession();
    session.loadModel(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: Number(threads),
      interOpNumThreads: 1,
    });
    return session;
  };
  let session, feeds, output;
  // Loads the model and reads its input; says what that took.
  const open = (file, input, shape) => {
    model = file;
    if (session) session.dispose();
    session = null;
    const before = process.memoryUsage().rss;
    const start = process.hrtime.bigint();
    session = load();
    const loaded = milliseconds(start);
    const grown = process.memoryUsage().rss - before;
    const bytes = fs.readFileSync(input);
    const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    feeds = {[session.inputNames[0]]: {type: 'float32', data, dims: shape.split('x').map(Number)}};
    output = session.outputNames[0];
    console.log(`loaded ${loaded} ${grown} ONNX Runtime`);
  };
  const run = () => session.run(feeds, {[output]: null}, {})[output].data;

  const answer = (line) => {
    const [command, ...words] = line.split(' ');
    if (command === 'open') {
      open(...words);
    } else if (command === 'output') {
      const result = run();
      const bytes = Buffer.from(result.buffer, result.byteOffset, result.byteLength);
      fs.writeFileSync(words[0], bytes);
      console.log('ok');
    } else if (command === 'time') {
      const times = [];
      run();
      const end = process.hrtime.bigint() + BigInt(Math.round(Number(words[0]) * 1e9));
      while (times.length < 2 || process.hrtime.bigint() < end) {
        const begin = process.hrtime.bigint();
        run();
        times.push(milliseconds(begin) * 1e3);
      }
      times.sort((a, b) => a - b);
      console.log(`${times.length} ${times[0]} ${times[times.length >> 1]}`);
    } else if (command === 'load') {
      session.dispose();
      const begin = process.hrtime.bigint();
      session = load();
      console.log(milliseconds(begin));
    } else {
      console.log(`error unknown command ${command}`);
    }
  };
  open(firstModel, firstInput, firstShape);
  for await (const line of readline.createInterface({input: process.stdin})) {
    try {
      answer(line);
    } catch (error) {
      say(error);
    }
  }
}

main().catch(say);
