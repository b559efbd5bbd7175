// The camera's picture, ten times a second, handed to the decoder as it is. A frame is skipped while the decoder
// is busy, and a decoder that fails or hangs is replaced, so that no picture can stop the door.

const FRAME_MS = 100;
const HUNG_MS = 4000;
const RESTART_MS = 1000;
const WANTED = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };

export class Camera {
  #video;
  #address;
  #tell;
  #decoder;
  #track;
  #askedAt; // When the decoder got the frame that it is at; undefined while it is free, Infinity while it loads.
  #torch = false;

  // onCodes gets a list of texts for each frame; onState gets "ready", "no_camera" or "no_decoder".
  constructor(video, decoderAddress, { onCodes, onState }) {
    this.#video = video;
    this.#address = decoderAddress;
    this.#tell = { onCodes, onState };
  }

  get isOn() {
    return this.#track?.readyState === "live";
  }

  get hasTorch() {
    return this.isOn && Boolean(this.#track.getCapabilities?.().torch);
  }

  async start() {
    if (this.isOn) return;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: WANTED });
      [this.#track] = stream.getVideoTracks();
      this.#track.addEventListener("ended", () => this.#tell.onState("no_camera"));
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch {
      this.#tell.onState("no_camera");
      return;
    }
    this.#keepAwake();
    this.#begin();
    this.#tell.onState("ready");
  }

  // Gives whether the light is on afterwards.
  async switchTorch() {
    try {
      await this.#track.applyConstraints({ advanced: [{ torch: !this.#torch }] });
      this.#torch = !this.#torch;
    } catch {
      // A light that does not answer stays as it is.
    }
    return this.#torch;
  }

  #begin() {
    if (this.#decoder !== undefined) return;
    this.#startDecoder();
    setInterval(() => this.#frame(), FRAME_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.#keepAwake();
      this.start();
    });
  }

  // Loading may take as long as the network does; only a decoder that has loaded can hang.
  #startDecoder() {
    this.#askedAt = Infinity;
    const decoder = new Worker(this.#address, { type: "module" });
    decoder.addEventListener("message", ({ data }) => this.#decoded(decoder, data));
    decoder.addEventListener("error", () => this.#replace(decoder));
    this.#decoder = decoder;
  }

  #decoded(decoder, { codes, failed }) {
    if (decoder !== this.#decoder) return;
    if (failed) return this.#replace(decoder);
    if (this.#askedAt === Infinity) this.#tell.onState("ready");
    this.#askedAt = undefined;
    this.#tell.onCodes(codes);
  }

  #replace(decoder) {
    if (decoder !== this.#decoder) return;
    decoder.terminate();
    this.#decoder = null;
    this.#tell.onState("no_decoder");
    setTimeout(() => this.#startDecoder(), RESTART_MS);
  }

  async #frame() {
    const decoder = this.#decoder;
    if (!decoder) return;
    if (performance.now() - this.#askedAt > HUNG_MS) return this.#replace(decoder);
    if (this.#askedAt !== undefined || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#askedAt = performance.now();
    try {
      const picture = await createImageBitmap(this.#video);
      decoder.postMessage(picture, [picture]);
    } catch {
      this.#askedAt = undefined;
    }
  }

  async #keepAwake() {
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // A phone that is low on power may refuse; the camera goes on.
    }
  }
}
