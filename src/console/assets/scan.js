// The camera as a scanner, where the browser can read codes itself.

import { t } from "/console/i18n.js";

const FORMATS = ["qr_code", "data_matrix", "ean_13", "ean_8", "upc_a", "code_128"];
/** Between two looks: a hand holds still longer, and a tablet's battery lasts longer. */
const LOOK_MS = 200;

/** Why the camera is no scanner here; null where it is one. */
export async function hindrance() {
  const no = (why) => t("till.no_camera", { why });
  if (!isSecureContext) return no(t("till.camera_https"));
  if (!("BarcodeDetector" in globalThis)) return no(t("till.camera_old"));
  if (!navigator.mediaDevices?.getUserMedia) return no(t("till.camera_none"));
  const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return known.includes("qr_code") ? null : no(t("till.camera_qr"));
}

/** Looks through the camera, shown in `video`, until a code is in view. */
export class Camera {
  #video;
  #track = null;

  constructor(video) {
    this.#video = video;
  }

  get isOn() {
    return this.#track !== null;
  }

  /** The first code that is seen; null where it was stopped before. Refused by the user or the device, it throws. */
  async look() {
    const known = await BarcodeDetector.getSupportedFormats();
    const detector = new BarcodeDetector({ formats: FORMATS.filter((one) => known.includes(one)) });
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    [this.#track] = stream.getVideoTracks();
    this.#video.srcObject = stream;
    this.#video.hidden = false;
    try {
      await this.#video.play();
      while (this.#track?.readyState === "live") {
        // It throws as long as there is no picture.
        const [code] = await detector.detect(this.#video).catch(() => []);
        if (code?.rawValue) return code.rawValue;
        await new Promise((next) => setTimeout(next, LOOK_MS));
      }
      return null;
    } finally {
      this.stop();
    }
  }

  stop() {
    this.#track?.stop();
    this.#track = null;
    this.#video.srcObject = null;
    this.#video.hidden = true;
  }
}
