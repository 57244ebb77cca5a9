// From a drawing to what the network reads.
import assert from "node:assert/strict";
import { test } from "node:test";

import { digitImage } from "../page/digit_image.js";

// A drawing of `width` x `height` with a filled rectangle.
function rectangle(width, height, left, top, right, bottom) {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
  });
}

test("an empty drawing is no digit", () => {
  assert.equal(digitImage(new Float32Array(100), 10, 10), null);
});

test("the longer side becomes 20 pixels, in the middle of 28", () => {
  // 100 x 40 pixels become 20 x 8, wherever they are.
  for (const [left, top] of [[0, 0], [50, 30], [180, 240]]) {
    const image = digitImage(rectangle(280, 280, left, top, left + 100, top + 40), 280, 280);
    for (let y = 0; y < 28; ++y) {
      for (let x = 0; x < 28; ++x) {
        const inside = x >= 4 && x < 24 && y >= 10 && y < 18;
        assert.equal(image[28 * y + x], inside ? 1 : 0, `at ${x}, ${y}`);
      }
    }
  }
});

test("the centre of mass counts, not that of the sides", () => {
  // A heavy foot below a thin post: more of the height is above the middle than below.
  const post = rectangle(280, 280, 130, 40, 150, 240);
  const foot = rectangle(280, 280, 90, 200, 190, 240);
  const image = digitImage(post.map((ink, i) => Math.max(ink, foot[i])), 280, 280);
  let [mass, massY] = [0, 0];
  image.forEach((ink, i) => {
    mass += ink;
    massY += ink * (Math.floor(i / 28) + 0.5);
  });
  assert.ok(Math.abs(massY / mass - 14) < 0.1, `${massY / mass}`);
  const rows = [...Array(28).keys()].filter((y) => image.subarray(28 * y, 28 * y + 28).some((ink) => ink > 0));
  assert.ok(14 - rows[0] > rows.at(-1) + 1 - 14, `${rows}`);
});
