// Finds QR codes in pictures, away from the page. Each picture gets one message back: {codes: [text, …]}, or
// {failed: true} when the decoder broke and should be replaced. A first empty message says that it is loaded.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader/index.js";

const OPTIONS = { formats: ["QRCode"], textMode: "Plain", maxNumberOfSymbols: 4 };
const LIBRARY = new URL("../vendor/zxing-wasm/reader/", import.meta.url);

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

addEventListener("message", ({ data }) => answer(() => decode(data)));
answer(load);

async function answer(work) {
  try {
    postMessage({ codes: await work() });
  } catch {
    postMessage({ failed: true });
  }
}

async function load() {
  const overrides = { locateFile: (name) => new URL(name, LIBRARY).href };
  await prepareZXingModule({ overrides, fireImmediately: true });
  return [];
}

async function decode(picture) {
  const { width, height } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(picture, 0, 0);
  picture.close();
  const found = await readBarcodes(context.getImageData(0, 0, width, height), OPTIONS);
  return found.map(({ text }) => text);
}
