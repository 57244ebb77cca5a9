// The page in Chromium: digits are drawn and recognized, files are dropped and shown.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { serve } from "../serve.mjs";
import { assertFits, launch, onPage, takePicture } from "./browser.mjs";
import { build, goldenBytes, goldenPath, runtime } from "./built.mjs";

let server;
let browser;
before(async () => {
  server = await serve({ "/": join(build, "page") });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

// The page, once its runtime and its network are there.
const whenLoaded = (options, work) =>
  onPage(browser, server.url, server.url, options, async (page) => {
    await page.waitForFunction(() => document.getElementById("loaded-bytes").textContent.includes("bytes"));
    await work(page);
  });

// Strokes of digits as people write them, in parts of the drawing area.
const circle = (x, y, rx, ry) =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = -Math.PI / 2 - (i / 24) * 2 * Math.PI;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
const DIGITS = {
  0: [circle(0.5, 0.5, 0.2, 0.3)],
  1: [[[0.52, 0.2], [0.5, 0.5], [0.48, 0.8]]],
  3: [[
    [0.35, 0.25], [0.45, 0.2], [0.58, 0.22], [0.63, 0.32], [0.57, 0.43], [0.45, 0.48], [0.58, 0.52],
    [0.66, 0.63], [0.6, 0.76], [0.47, 0.81], [0.33, 0.75],
  ]],
  7: [[[0.3, 0.25], [0.5, 0.25], [0.68, 0.24], [0.6, 0.42], [0.52, 0.6], [0.46, 0.8]]],
};

async function drawWithMouse(page, strokes) {
  const box = await page.locator("#pad").boundingBox();
  const place = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...place(first));
    await page.mouse.down();
    for (const next of rest) await page.mouse.move(...place(next), { steps: 4 });
    await page.mouse.up();
  }
}

async function drawWithFinger(page, strokes) {
  const box = await page.locator("#pad").boundingBox();
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, points) =>
    devtools.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height })),
    });
  for (const [first, ...rest] of strokes) {
    await touch("touchStart", [first]);
    for (const next of rest) await touch("touchMove", [next]);
    await touch("touchEnd", []);
  }
}

const answer = (page, digit) =>
  page.waitForFunction(
    (wanted) =>
      document.getElementById("digit").textContent === wanted &&
      /^[\d.]+ (µs|ms)$/.test(document.getElementById("answer-time").textContent),
    digit,
    { timeout: 20000 },
  );

for (const width of [360, 1200]) {
  for (const colorScheme of ["light", "dark"]) {
    const options = { viewport: { width, height: 800 }, colorScheme, hasTouch: width === 360 };
    test(`digits, ${colorScheme}, ${width} pixels wide`, () =>
      whenLoaded(options, async (page) => {
        const draw = options.hasTouch ? drawWithFinger : drawWithMouse;
        for (const [digit, strokes] of Object.entries(DIGITS)) {
          await page.click("#clear");
          await page.waitForFunction(() => document.getElementById("digit").textContent === "–");
          await draw(page, strokes);
          await answer(page, digit);
        }
        await assertFits(page);
        await takePicture(page, `digits-${colorScheme}-${width}`);
      }));
  }
}

test("what is loaded is said", () =>
  whenLoaded({}, async (page) => {
    const bytes = (file) => statSync(join(build, "page", file)).size;
    const number = async (id) => Number((await page.textContent(id)).replace(/\D/g, ""));
    const [network, loaded] = [await number("#model-bytes"), await number("#loaded-bytes")];
    assert.equal(network, bytes("digits.dcz"));
    assert.ok(network < 20000, `${network}`);
    // The runtime and the network at least, and nothing that the folder does not hold.
    const least = network + bytes("runtime/dc_runtime.wasm");
    const all = readdirSync(join(build, "page"), { recursive: true })
      .filter((file) => statSync(join(build, "page", file)).isFile())
      .reduce((sum, file) => sum + bytes(file), 0);
    assert.ok(loaded >= least && loaded <= all, `${loaded}, not ${least} to ${all}`);
  }));

test("a chosen file shows its layers and its time", () =>
  whenLoaded({ viewport: { width: 360, height: 800 } }, async (page) => {
    const model = await runtime.load(goldenBytes("conv_names.dcz"));
    const { layers, inputs, outputs } = model;
    model.close();
    await page.setInputFiles("#file", goldenPath("conv_names.dcz"));
    await page.waitForFunction(() => /runs/.test(document.getElementById("run-time").textContent));
    assert.match(await page.textContent("#run-time"), /^[\d.]+ (µs|ms) \(median, [\d,]+ runs\)$/);
    const cells = await page.locator("#layers tbody tr").evaluateAll((rows) =>
      rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
    );
    assert.deepEqual(cells.map(([name, op]) => [name, op]), layers.map(({ name, op }) => [name, op]));
    const values = await page.locator("#values tbody td:first-child").allTextContents();
    assert.deepEqual(values, [...inputs, ...outputs].map(({ name }) => name));
    await assertFits(page);
    await takePicture(page, "file-360");
  }));

test("a dropped file that is damaged is refused by its message", () =>
  whenLoaded({ viewport: { width: 1200, height: 800 } }, async (page) => {
    const transfer = await page.evaluateHandle((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "broken.dcz"));
      return data;
    }, [...goldenBytes("bad_flipped_bit.dcz")]);
    await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
    await page.waitForFunction(() => document.getElementById("message").classList.contains("bad"));
    const error = await runtime.load(goldenBytes("bad_flipped_bit.dcz")).catch((e) => e);
    assert.equal(await page.textContent("#message"), `broken.dcz: ${error.message}`);
    assert.ok(await page.isHidden("#report"));
    await page.setInputFiles("#file", goldenPath("conv_table.dcz"));
    await page.waitForFunction(() => /runs/.test(document.getElementById("run-time").textContent));
    assert.equal(await page.textContent("#message"), "conv_table.dcz");
    await takePicture(page, "file-1200");
  }));
