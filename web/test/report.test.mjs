// The page that dc-report --html writes, in Chromium: what it draws is what report.json says.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { assertFits, launch, onPage, takePicture } from "./browser.mjs";
import { tool } from "./built.mjs";

const SIDE = 8;
const CLASSES = 4;

// Images that are bright in the quarter of their class, as an idx file, and their labels.
function idx(count) {
  const images = Buffer.alloc(16 + count * SIDE * SIDE);
  const labels = Buffer.alloc(8 + count);
  [0x803, count, SIDE, SIDE].forEach((number, i) => images.writeUInt32BE(number, 4 * i));
  [0x801, count].forEach((number, i) => labels.writeUInt32BE(number, 4 * i));
  for (let n = 0; n < count; ++n) {
    labels[8 + n] = n % CLASSES;
    for (let i = 0; i < SIDE * SIDE; ++i) {
      const quarter = 2 * Math.floor(i / SIDE / (SIDE / 2)) + Math.floor((i % SIDE) / (SIDE / 2));
      images[16 + n * SIDE * SIDE + i] = (quarter === n % CLASSES ? 150 : 0) + ((n * 37 + i * 11) % 100);
    }
  }
  return [images, labels];
}

// The documentation's own network.
const MODEL = fileURLToPath(new URL("../../tests/docs/own.onnxtxt", import.meta.url));
const RECIPE = `name: "report"
model: "own.onnxtxt"
seed: 1
train { epochs: 6 learning_rate: 0.05 batch_size: 16 }
prune { criterion: "density" amounts: "fc1_w=0.2" retrain { epochs: 3 learning_rate: 0.05 batch_size: 16 } }
quantize { bits: "3" }
encode { coder: "context" }
published { name: "someone's <b>network</b>" bytes: 4000 error_percent: 3 counted: "coded bits" source: "a paper" }
`;

let folder;
let browser;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "dc-report-"));
  for (const [part, count] of [["train", 128], ["t10k", 64]]) {
    const [images, labels] = idx(count);
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), labels);
  }
  copyFileSync(MODEL, join(folder, "own.onnxtxt"));
  writeFileSync(join(folder, "recipe.textproto"), RECIPE);
  const run = (name, ...args) => execFileSync(tool(name), args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  run("dc-compress", "recipe.textproto", "--data", "idx:.", "-o", "out", "--quiet");
  run("dc-compress", "recipe.textproto", "--data", "idx:.", "--set", "quantize.bits=5", "-o", "other", "--quiet");
  run("dc-report", "out/model.dcz", "--against", "other/model.dcz", "--html", "against.html", "--quiet");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const report = () => JSON.parse(readFileSync(join(folder, "out/report.json")));
const onReport = (file, options, work) => {
  const url = pathToFileURL(join(folder, file)).href;
  return onPage(browser, url, url, options, work);
};
const number = (text) => Number(text.replace(/[^\d.]/g, ""));
const column = (page, table, i) =>
  page.locator(`${table} tbody tr`).evaluateAll((rows, at) => rows.map((row) => row.cells[at].textContent), i);
const titles = (page) => page.locator("h2").allTextContents();

for (const width of [360, 1200]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`a report, ${colorScheme}, ${width} pixels wide`, () =>
      onReport("out/report.html", { viewport: { width, height: 800 }, colorScheme }, async (page) => {
        assert.deepEqual(await titles(page), [
          "Where the bytes went", "Layers", "Weights", "The same model in other forms", "Stages", "Size and error",
          "Training", "Left as it is", "Settings",
        ]);
        await assertFits(page);
        // Text of drawings is as large as it was meant to be.
        const shrunk = await page.locator("section svg").evaluateAll((drawings) =>
          drawings.map((svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
        assert.ok(shrunk.length > 4 && Math.min(...shrunk) > 0.8, `${shrunk}`);
        const lightness = await page.evaluate(() =>
          getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((sum, part) => sum + Number(part), 0));
        assert.ok(colorScheme === "light" ? lightness > 600 : lightness < 200, `${lightness}`);
        await takePicture(page, `report-${colorScheme}-${width}`);
      }));
  }
}

test("every byte of the file has its place on the map", () =>
  onReport("out/report.html", {}, async (page) => {
    const { file_bytes: bytes } = report();
    const [whole, parts] = await page.evaluate(() => {
      const area = (element) => element.getBoundingClientRect().width * element.getBoundingClientRect().height;
      const map = document.querySelector(".treemap");
      return [area(map), [...map.querySelectorAll("div[title]")].map((part) => [part.title, area(part)])];
    });
    assert.ok(parts.length > 6, `${parts.length}`);
    let sum = 0;
    for (const [title, area] of parts) {
      const size = number(title.match(/ ([\d,]+) bytes$/)[1]);
      sum += size;
      // Bytes without fractions.
      const off = Math.abs(area / whole - size / Number(bytes));
      assert.ok(off < 0.6 / Number(bytes) + 0.0005, `${title}: ${area} of ${whole}`);
    }
    assert.ok(Math.abs(sum - Number(bytes)) <= parts.length, `${sum}, not ${bytes}`);
  }));

test("a click on a column sorts by it", () =>
  onReport("out/report.html", {}, async (page) => {
    const layers = "section:has(h2:text-is('Layers'))";
    const weights = async () => (await column(page, layers, 4)).map(number);
    const sorted = (await weights()).sort((a, b) => a - b);
    assert.deepEqual(sorted, [36, 320, 4608]);
    await page.click(`${layers} th button:text-is('weights')`);
    assert.deepEqual(await weights(), [...sorted].reverse());
    await page.click(`${layers} th button:text-is('weights')`);
    assert.deepEqual(await weights(), sorted);
    assert.equal(await page.getAttribute(`${layers} th[aria-sort]`, "aria-sort"), "ascending");
    await page.click(`${layers} th button:text-is('layer')`);
    assert.deepEqual(await column(page, layers, 0), ["conv1", "fc1", "fc2"]);
  }));

test("histograms and masks show the survivors", () =>
  onReport("out/report.html", {}, async (page) => {
    const layer = report().layers.find(({ name }) => name === "fc1");
    const details = page.locator("details:has(summary:has-text('fc1:'))");
    const bars = await details.locator("rect title").allTextContents();
    const counts = bars.map((text) => number(text.split(":")[1]));
    assert.equal(counts.reduce((a, b) => a + b), Number(layer.survivors));
    assert.ok(bars.length <= 7, `${bars.length} entries of 3 bits, one of them zero`);
    // 32 x 144 fit in a picture of one pixel per weight.
    const opaque = await details.locator("canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.width * canvas.height, data.filter((byte, i) => i % 4 === 3 && byte > 0).length];
    });
    assert.ok(opaque[1] > 0 && opaque[1] <= Math.min(opaque[0], Number(layer.survivors)), `${opaque}`);
  }));

test("names are text, whatever is in them", () =>
  onReport("out/report.html", {}, async (page) => {
    const published = "section:has(h2:text-is('Size and error')) table";
    assert.deepEqual(await column(page, published, 0), ["someone's <b>network</b>"]);
    assert.equal(await page.locator("table b").count(), 0);
  }));

test("another file beside it", () =>
  onReport("against.html", { viewport: { width: 360, height: 800 } }, async (page) => {
    const compared = "section:has(h2:text-is('Compared with another file'))";
    const whole = (await page.locator(`${compared} tbody tr`).evaluateAll((rows) =>
      rows.map((row) => [...row.cells].map((cell) => cell.textContent)))).find(([what]) => what === "whole file");
    const there = number(whole[2]);
    const here = number(whole[3]);
    assert.equal(here, Number(report().file_bytes));
    assert.ok(there > here, `5 bits take ${there}, 3 bits ${here}`);
    assert.equal(number(whole[4]), there - here);
    await assertFits(page);
    await takePicture(page, "against-360");
  }));
