// From a drawing to what networks for MNIST were trained on: 28 x 28, the digit's longer side 20 pixels,
// its centre of mass in the middle.
const SIDE = 28;
const DIGIT = 20;

// The mean of `pixels` (width x height) over the rectangle; what is outside counts as 0.
function mean(pixels, width, height, left, top, right, bottom) {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor(top); y < Math.ceil(bottom); ++y) {
    for (let x = Math.floor(left); x < Math.ceil(right); ++x) {
      ++count;
      if (x >= 0 && y >= 0 && x < width && y < height) sum += pixels[y * width + x];
    }
  }
  return sum / count;
}

// `pixels`: width x height coverages from 0 to 1. Returns 28 x 28 of them, or null for an empty drawing.
export function digitImage(pixels, width, height) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  let [mass, massX, massY] = [0, 0, 0];
  pixels.forEach((ink, i) => {
    if (ink === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    mass += ink;
    massX += ink * (x + 0.5);
    massY += ink * (y + 0.5);
  });
  if (mass === 0) return null;
  const scale = Math.max(right - left, bottom - top) / DIGIT;
  const [originX, originY] = [massX / mass - (scale * SIDE) / 2, massY / mass - (scale * SIDE) / 2];
  const image = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; ++y) {
    for (let x = 0; x < SIDE; ++x) {
      const [x0, y0] = [originX + scale * x, originY + scale * y];
      image[y * SIDE + x] = mean(pixels, width, height, x0, y0, x0 + scale, y0 + scale);
    }
  }
  return image;
}
