// The verdict that fills the screen: colour and shape by data-verdict, three texts, a sound, a vibration.

import { sound } from "./sounds.js";

const VIBRATION = { admitted: [80], already_in: [80, 80, 80], refused: [400], problem: [60, 60, 60, 60, 60] };

const place = document.querySelector("#verdict");

export function show(answer, words) {
  const { word, sentence } = words[answer.reason] ?? words[answer.verdict] ?? {};
  write(".word", word);
  write(".name", answer.name);
  write(".sentence", [sentence, answer.first].filter(Boolean).join(" "));
  place.dataset.verdict = answer.verdict;
  try {
    sound(answer.verdict);
    navigator.vibrate?.(VIBRATION[answer.verdict]);
  } catch {
    // Colour and words say it all.
  }
}

export function clear() {
  delete place.dataset.verdict;
  for (const part of [".word", ".name", ".sentence"]) write(part, "");
}

function write(part, text) {
  place.querySelector(part).textContent = text ?? "";
}
