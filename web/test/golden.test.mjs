// The golden files give the same as the programs of this machine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { goldenBytes, goldenFiles, goldenPath, nativeOutputs, runtime } from "./built.mjs";

const sound = goldenFiles.filter((name) => !name.startsWith("bad_"));
const bad = goldenFiles.filter((name) => name.startsWith("bad_"));

// Numbers from -1 to 1 that repeat late, a third of them 0 as after a ReLU.
const samples = (count) =>
  Float32Array.from({ length: count }, (_, i) => (i % 3 === 1 ? 0 : Math.sin(1 + 12.9898 * i)));

function assertClose(actual, expected, where) {
  assert.equal(actual.length, expected.length, where);
  // Kernels sum in different orders: a few roundings of the largest output.
  const bound = 1e-5 * Math.max(1, ...expected.map(Math.abs));
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= bound, `${where}[${i}]: ${actual[i]}, expected ${value}`);
  });
}

test("there are files of both kinds", () => {
  assert.ok(sound.length >= 30, `${sound.length}`);
  assert.ok(bad.length >= 30, `${bad.length}`);
});

for (const name of sound) {
  test(`${name} computes what dc-run computes`, async () => {
    const model = await runtime.load(goldenBytes(name));
    for (const batch of [1, 3, 20]) {
      const dimension = (d) => (d < 0 ? -d * batch : d);
      const isFixed = model.inputs.every(({ shape }) => shape.every((d) => d >= 0));
      if (isFixed && batch > 1) continue;
      const inputs = model.inputs.map((input) => {
        const shape = input.shape.map(dimension);
        return { name: input.name, shape, values: samples(shape.reduce((a, b) => a * b, 1)) };
      });
      const expected = nativeOutputs(goldenPath(name), inputs);
      const actual = model.run(Object.fromEntries(inputs.map(({ name, values }) => [name, values])));
      assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
      for (const output of Object.keys(expected)) {
        assertClose(actual[output], expected[output], `batch ${batch}, ${output}`);
      }
    }
    model.close();
  });
}

for (const name of bad) {
  test(`${name} is refused`, async () => {
    const what = readFileSync(goldenPath(name.replace(".dcz", ".txt")), "utf8").trim();
    await assert.rejects(runtime.load(goldenBytes(name)), (error) => {
      assert.equal(error.name, "DczError");
      assert.match(error.code, /^(bad input|unsupported)$/);
      assert.ok(error.message.startsWith(what), `"${error.message}" does not begin with "${what}"`);
      return true;
    });
  });
}
