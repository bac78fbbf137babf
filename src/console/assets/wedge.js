// The field of the scanner, which types like a keyboard and ends with Enter. It has the focus whenever nothing else needs
// it, so that no scan is lost.

/** A scanner types faster than people do. */
const SCANNER_KEY_MS = 50;
const SCANNED_LEAST = 4;

const SIGNS = {
  Slash: "/?", Period: ".>", Comma: ",<", Minus: "-_", Equal: "=+", Semicolon: ";:", Quote: "'\"", Backquote: "`~",
  BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Space: "  ",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";

/** What the key at the place `code` types on the keyboard that scanners play, or null. */
function latin(code, shift) {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter) return shift ? letter : letter.toLowerCase();
  const [, digit] = /^(?:Digit|Numpad)(\d)$/.exec(code) ?? [];
  if (digit) return shift && code.startsWith("Digit") ? SHIFTED_DIGITS[digit] : digit;
  return SIGNS[code]?.[shift ? 1 : 0] ?? null;
}

/**
 * Which keys were pressed, beside what they typed: a scanner presses those of a Latin keyboard, and where the till is set
 * to Persian other letters come of it.
 */
export class Keys {
  #typed = [];
  #isWhole = true;

  /** Takes a `keydown` in. */
  press({ key, code, shiftKey, timeStamp }) {
    if (key === "Shift" || key === "Enter" || key === "CapsLock") return;
    const sign = latin(code ?? "", shiftKey);
    if (sign === null) this.#isWhole = false;
    else this.#typed.push({ sign, time: timeStamp });
  }

  /** Something else than a key changed the text. */
  spoil() {
    this.#isWhole = false;
  }

  /** What the scanner meant by `text`; begins anew. */
  meant(text) {
    const [typed, isWhole] = [this.#typed, this.#isWhole];
    this.#typed = [];
    this.#isWhole = true;
    const isForeign = /\p{L}/u.test(text.replace(/[A-Za-z]/g, ""));
    if (!isForeign || !isWhole || typed.length < SCANNED_LEAST) return text;
    const took = typed[typed.length - 1].time - typed[0].time;
    return took < SCANNER_KEY_MS * typed.length ? typed.map((one) => one.sign).join("") : text;
  }
}

const isEditable = (element) => element instanceof HTMLInputElement;

/**
 * Watches over `field`: calls `entered` with what was typed at each Enter, empty where nothing was. `homes` may be shown
 * instead and have the focus then.
 */
export function watch(field, homes, entered) {
  const keys = new Keys();
  const home = () => homes.find((one) => one.checkVisibility()) ?? field;
  const goHome = () => {
    const held = document.activeElement;
    if (!held || held === document.body || !held.checkVisibility()) home().focus({ preventScroll: true });
  };

  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = keys.meant(field.value).trim();
    field.value = "";
    entered(text);
  });
  field.addEventListener("keydown", (event) => keys.press(event));
  field.addEventListener("input", (event) => {
    if (event.inputType !== "insertText") keys.spoil();
    // Whoever deletes all of it begins anew.
    if (field.value === "") keys.meant("");
  });

  document.addEventListener("focusout", () => setTimeout(goHome));
  addEventListener("focus", () => setTimeout(goHome));
  document.addEventListener("click", (event) => {
    // A touched button keeps the focus, and the Enter of the next scan would press it again.
    if (event.target.closest("button")) setTimeout(() => home().focus({ preventScroll: true }));
  });
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const types = key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    const presses = key === " " && target.closest?.("button");
    if (!types || presses || isEditable(target) || home() !== field) return;
    // The letter follows the focus.
    field.focus({ preventScroll: true });
    keys.press(event);
  });
  goHome();
}
