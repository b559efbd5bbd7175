// The door's page. A code comes from the camera or from the typed field, goes to the server as a scan,
// and its verdict fills the screen for a moment; then the door is ready again by itself.
//
// The page gives: <main id="scanner" data-scan-url data-decoder data-words>, in it <video>, <form id="typed">
// with the input "code", #verdict with .word .name .sentence, and, where wanted, <form id="key"> with the
// input "token", the buttons #camera #torch #again and the line of text #line.
// data-words is JSON: {"admitted": {"word": "…", "sentence": "…"}, …} for each verdict, each reason of a
// refusal and each problem; and plain texts for the line: "ready", "checking", "no_camera", "no_decoder".

import { ask } from "./ask.js";
import { Camera } from "./camera.js";
import { InView } from "./in_view.js";
import { Scans } from "./scans.js";
import { unlock } from "./sounds.js";
import { forgetToken, keepToken, takeToken } from "./token.js";
import { clear, show } from "./verdict.js";

const VERDICT_MS = 2500;

const main = document.querySelector("#scanner");
const field = main.querySelector("#typed [name=code]");
const key = document.querySelector("#key");
const start = document.querySelector("#camera");
const again = document.querySelector("#again");
const torch = document.querySelector("#torch");
const line = document.querySelector("#line");
const words = readWords();
const inView = new InView();
const scans = new Scans();
const waiting = []; // Typed codes that came while a verdict was shown: none is lost.
let token;
let busy = false;

const camera = new Camera(main.querySelector("video"), main.dataset.decoder, { onCodes: seen, onState: say });

main.querySelector("#typed").addEventListener("submit", typed);
key?.addEventListener("submit", enterKey);
again?.addEventListener("click", retry);
start?.addEventListener("click", () => camera.start());
torch?.addEventListener("click", switchTorch);
addEventListener("pointerdown", unlock);
addEventListener("keydown", unlock);
addEventListener("hashchange", () => useToken(takeToken()));
useToken(takeToken());
say("ready");
focusField();

function readWords() {
  try {
    return JSON.parse(main.dataset.words);
  } catch {
    return {};
  }
}

function seen(codes) {
  const fresh = inView.fresh(codes, performance.now());
  if (busy || fresh === undefined) return;
  inView.took(fresh, performance.now());
  handle(fresh);
}

function typed(event) {
  event.preventDefault();
  const code = field.value.trim();
  field.value = "";
  field.focus();
  if (!code) return;
  waiting.push(code);
  if (!busy) handle(waiting.shift());
}

function retry() {
  const code = scans.lastUnanswered();
  if (code !== undefined && !busy) handle(code);
}

// One code at a time. Whatever goes wrong with one is shown, and the next is taken.
async function handle(code) {
  busy = true;
  try {
    await scanAndShow(code);
  } catch {
    show({ verdict: "problem", reason: "unreadable" }, words);
  }
  await new Promise((resolve) => setTimeout(resolve, VERDICT_MS));
  clear();
  busy = false;
  if (again) again.hidden = scans.lastUnanswered() === undefined;
  say("ready");
  focusField();
  if (waiting.length) handle(waiting.shift());
}

async function scanAndShow(code) {
  say("checking");
  const scan = scans.of(code);
  const answer = await ask(main.dataset.scanUrl, token, scan);
  if (!answer.unanswered) scans.answered(scan);
  if (answer.reason === "no_answer") inView.forget(code);
  if (answer.reason === "unauthorised") useToken(forgetToken());
  show(answer, words);
}

function useToken(current) {
  token = current;
  if (key) key.hidden = Boolean(token);
}

function enterKey(event) {
  event.preventDefault();
  const input = key.elements.token;
  useToken(keepToken(input.value.trim()));
  input.value = "";
  focusField();
}

async function switchTorch() {
  const on = await camera.switchTorch();
  torch.setAttribute("aria-pressed", String(on));
}

function say(state) {
  main.dataset.state = state;
  if (line) line.textContent = words[state] ?? "";
  if (start) start.hidden = camera.isOn;
  if (torch) torch.hidden = !camera.hasTorch;
}

// A reader that types needs the field; on a phone the focus would only raise the keyboard over the picture.
function focusField() {
  const typing = document.activeElement === field || matchMedia("(pointer: fine)").matches;
  if (typing && (!key || key.hidden)) field.focus();
}
