import { digitImage } from "./digit_image.js";

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const bytesText = (bytes) => `${number.format(bytes)} bytes`;
const timeText = (microseconds) =>
  microseconds < 1000
    ? `${microseconds.toFixed(microseconds < 10 ? 1 : 0)} µs`
    : `${(microseconds / 1000).toFixed(microseconds < 1e5 ? 1 : 0)} ms`;

const worker = new Worker("worker.js", { type: "module" });
const waiting = new Map();
let calls = 0;
function call(command, rest) {
  return new Promise((resolve, reject) => {
    waiting.set(++calls, { resolve, reject });
    worker.postMessage({ id: calls, command, ...rest });
  });
}
worker.onmessage = ({ data: { id, result, error } }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) resolve(result);
  else reject(new Error(error));
};


const pad = $("pad");
const ink = pad.getContext("2d", { willReadFrequently: true });
ink.lineWidth = 22;
ink.lineCap = ink.lineJoin = "round";

for (let digit = 0; digit < 10; ++digit) {
  const row = document.createElement("li");
  row.innerHTML = `<span>${digit}</span><span class="bar"><i></i></span><span class="share"></span>`;
  $("bars").append(row);
}

function show(probabilities) {
  [...$("bars").children].forEach((row, digit) => {
    const share = probabilities ? 100 * probabilities[digit] : 0;
    row.querySelector("i").style.width = `${share}%`;
    row.querySelector(".share").textContent = probabilities ? `${share.toFixed(0)} %` : "";
  });
  $("digit").textContent = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : "–";
}

// Networks end in probabilities or in logits: these become them.
function probabilitiesOf(outputs) {
  const sum = outputs.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) < 1e-3 && Math.min(...outputs) >= 0) return [...outputs];
  const most = Math.max(...outputs);
  const powers = [...outputs].map((logit) => Math.exp(logit - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

let digits = null; // the model's input, once it is loaded
let busy = false;
let stale = false;

// Pixels count from 0 to 255 before the network's own scaling.
function scaled(image) {
  const { scale, mean, deviation } = digits.scaling;
  return image.map((ink) => (255 * ink * scale - (mean[0] ?? 0)) / (deviation[0] ?? 1));
}

async function answer() {
  stale = true;
  if (busy || !digits) return;
  busy = true;
  while (stale) {
    stale = false;
    const { data, width, height } = ink.getImageData(0, 0, pad.width, pad.height);
    const pixels = new Float32Array(width * height).map((_, i) => data[4 * i + 3] / 255);
    const image = digitImage(pixels, width, height);
    if (!image) {
      show(null);
      continue;
    }
    const inputs = { [digits.name]: scaled(image) };
    show(probabilitiesOf(Object.values(await call("run", { key: "digit", inputs }))[0]));
    const { microseconds } = await call("measure", { key: "digit", inputs, budget: 0 });
    $("answer-time").textContent = timeText(microseconds);
  }
  busy = false;
}

let last = null;
function place({ clientX, clientY }) {
  const box = pad.getBoundingClientRect();
  return [
    ((clientX - box.left) / box.width) * pad.width,
    ((clientY - box.top) / box.height) * pad.height,
  ];
}
function lineTo(event) {
  const next = place(event);
  ink.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--ink");
  ink.beginPath();
  ink.moveTo(...last);
  ink.lineTo(...next);
  ink.stroke();
  last = next;
}
pad.addEventListener("pointerdown", (event) => {
  pad.setPointerCapture(event.pointerId);
  last = place(event);
  lineTo(event);
  answer();
});
pad.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const step of event.getCoalescedEvents?.() ?? [event]) lineTo(step);
  answer();
});
for (const end of ["pointerup", "pointercancel"]) {
  pad.addEventListener(end, () => (last = null));
}
$("clear").addEventListener("click", () => {
  ink.clearRect(0, 0, pad.width, pad.height);
  answer();
});

async function loadDigits() {
  try {
    const bytes = new Uint8Array(await (await fetch("digits.dcz")).arrayBuffer());
    const { inputs, loadedBytes } = await call("load", { key: "digit", bytes });
    digits = inputs[0];
    const own = performance.getEntriesByType("resource");
    const page = own.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    $("model-bytes").textContent = bytesText(bytes.length);
    $("loaded-bytes").textContent = bytesText(page + loadedBytes);
    $("answer-time").textContent = "draw to see";
    answer();
  } catch (error) {
    $("model-bytes").textContent = error.message;
  }
}
loadDigits();


function say(text, bad = false) {
  $("message").textContent = text;
  $("message").classList.toggle("bad", bad);
}

function fill(table, rows) {
  const body = document.createElement("tbody");
  for (const cells of rows) {
    const row = body.insertRow();
    for (const cell of cells) {
      const place = row.insertCell();
      place.textContent = typeof cell === "number" ? number.format(cell) : cell;
      if (typeof cell === "number") place.className = "number";
    }
  }
  table.tBodies[0].replaceWith(body);
}

const shapeText = (shape) =>
  shape.map((size) => (size === -1 ? "batch" : size < 0 ? `${-size}·batch` : size)).join(" × ");

// Something like an image: neither zeros, which some kernels skip, nor noise.
const sample = (tensor) =>
  Float32Array.from({ length: tensor.sampleFloats }, (_, i) => (Math.sin(0.1 * i) + 1) / 2);

async function inspect(file) {
  $("report").hidden = true;
  say(`Loading ${file.name} …`);
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { inputs, outputs, layers } = await call("load", { key: "dropped", bytes });
    const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
    const survivors = layers.reduce((sum, layer) => sum + layer.survivors, 0);
    $("file-bytes").textContent = bytesText(bytes.length);
    $("kept").textContent = weights
      ? `${number.format(survivors)} of ${number.format(weights)} (${((100 * survivors) / weights).toFixed(1)} %)`
      : "no weights";
    fill($("values"), [...inputs, ...outputs].map(({ name, shape }) => [name, shapeText(shape)]));
    fill(
      $("layers"),
      layers.map((layer) => [
        layer.name, layer.op, layer.weights, layer.survivors, layer.residentBytes,
        `${layer.form}, ${layer.kernel}`,
      ]),
    );
    $("run-time").textContent = "measuring …";
    $("report").hidden = false;
    say(file.name);
    const given = Object.fromEntries(inputs.map((input) => [input.name, sample(input)]));
    const { microseconds, runs } = await call("measure", { key: "dropped", inputs: given, budget: 1000 });
    $("run-time").textContent = `${timeText(microseconds)} (median, ${number.format(runs)} runs)`;
  } catch (error) {
    $("run-time").textContent = "–";
    say(`${file.name}: ${error.message}`, true);
  }
}

$("file").addEventListener("change", ({ target }) => {
  if (target.files.length) inspect(target.files[0]);
});
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", type === "dragover");
    if (type === "drop" && event.dataTransfer.files.length) inspect(event.dataTransfer.files[0]);
  });
}
