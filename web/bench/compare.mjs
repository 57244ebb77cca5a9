// This runtime beside onnxruntime-web in the same Chromium, on one thread: bytes and time to the first
// answer, each in a browser context without caches, and time per inference. Prints a table.
// usage: node compare.mjs BUILD NAME=MODEL.onnx,MODEL.dcz...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { serve } from "../serve.mjs";

const ROUNDS = 5;
const BUDGET_MILLISECONDS = 1000;

const [build, ...models] = process.argv.slice(2);
if (!models.length) {
  console.error("usage: node compare.mjs BUILD NAME=MODEL.onnx,MODEL.dcz...");
  process.exit(2);
}
const node = join(resolve(build), "node/");
const { chromium } = createRequire(node)("playwright-core");
const ortFolder = join(node, "node_modules/onnxruntime-web");
const ortVersion = JSON.parse(readFileSync(join(ortFolder, "package.json"))).version;

const browser = await chromium.launch({
  executablePath: process.env.DC_CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const mounts = {
  "/": dirname(fileURLToPath(import.meta.url)),
  "/dcz/": join(resolve(build), "package"),
  "/ort/": join(ortFolder, "dist"),
};
const files = models.map((text, i) => {
  const [name, paths] = text.split("=");
  const [onnx, dcz] = paths.split(",").map((path) => resolve(path));
  mounts[`/model/${i}.onnx`] = onnx;
  mounts[`/model/${i}.dcz`] = dcz;
  return { name, ort: `model/${i}.onnx`, dcz: `model/${i}.dcz`, bytes: readFileSync(dcz).length };
});
const server = await serve(mounts);

async function once(engine, model) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.url}?engine=${engine}&model=${model}&budget=${BUDGET_MILLISECONDS}`);
  await page.waitForFunction(() => window.result, undefined, { timeout: 300000 });
  const result = await page.evaluate(() => window.result);
  await context.close();
  if (result.error) throw new Error(`${engine}, ${model}: ${result.error}`);
  return result;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

console.log(`Chromium ${browser.version()}, onnxruntime-web ${ortVersion}, ${cpus()[0].model}`);
console.log("");
console.log("| network | engine | bytes to first answer | first answer, ms | one inference, us |");
console.log("|---|---|---|---|---|");
for (const file of files) {
  const rounds = { dcz: [], ort: [] };
  // In turns: both see the same moods of the machine.
  for (let round = 0; round < ROUNDS; ++round) {
    for (const engine of ["dcz", "ort"]) rounds[engine].push(await once(engine, file[engine]));
  }
  const row = {};
  for (const engine of ["dcz", "ort"]) {
    const of = (key) => median(rounds[engine].map((result) => result[key]));
    row[engine] = { bytes: of("bytes"), first: of("firstAnswer"), run: of("microseconds") };
    const name = engine === "dcz" ? `.dcz of ${count.format(file.bytes)} bytes` : "onnxruntime-web";
    console.log(
      `| ${file.name} | ${name} | ${count.format(row[engine].bytes)} | ` +
        `${row[engine].first.toFixed(0)} | ${row[engine].run.toPrecision(3)} |`,
    );
  }
  const ratio = (key) => (row.ort[key] / row.dcz[key]).toPrecision(3);
  console.log(`| ${file.name} | ratio | ${ratio("bytes")} | ${ratio("first")} | ${ratio("run")} |`);
}
await browser.close();
server.close();
