// A tune for each verdict, told apart with closed eyes: rising, twice the same, low and long, three short.

const TUNES = {
  admitted: [[660, 0.09], [990, 0.16]],
  already_in: [[520, 0.12], [0, 0.06], [520, 0.12]],
  refused: [[170, 0.5]],
  problem: [[330, 0.07], [0, 0.06], [330, 0.07], [0, 0.06], [330, 0.07]],
};
const LOUDNESS = 0.25;

let context;

// Browsers make no sound before the first tap or key.
export function unlock() {
  try {
    context ??= new AudioContext();
    context.resume().catch(() => {});
  } catch {
    // A device without sound has the colour and the words.
  }
}

export function sound(verdict) {
  if (context?.state !== "running") return;
  let at = context.currentTime;
  for (const [hertz, seconds] of TUNES[verdict]) {
    if (hertz) tone(hertz, at, at + seconds);
    at += seconds;
  }
}

function tone(hertz, from, until) {
  const oscillator = new OscillatorNode(context, { type: "square", frequency: hertz });
  const loudness = new GainNode(context, { gain: LOUDNESS });
  oscillator.connect(loudness).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(until);
}
