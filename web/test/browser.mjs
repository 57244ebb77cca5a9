// Pages in Chromium.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { build } from "./built.mjs";

const { chromium } = createRequire(join(build, "node/"))("playwright-core");

const screenshots = join(build, "screenshots");
mkdirSync(screenshots, { recursive: true });

export const launch = () =>
  chromium.launch({
    executablePath: process.env.DC_CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });

// Opens the page `url`, hands it to `work`, and fails where it asked others for anything than what is below
// `home` or had an error.
export async function onPage(browser, url, home, options, work) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(home)) wrong.push(request.url());
  });
  await page.goto(url);
  await work(page);
  assert.deepEqual(wrong, []);
  await context.close();
}

export async function assertFits(page) {
  const [wide, room] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= room, `the page is ${wide} pixels wide in a window of ${room}`);
}

// A picture of the whole page, for people to look at.
export const takePicture = (page, name) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
