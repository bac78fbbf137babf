// The language of the page: its words, the direction of its lines, its calendar and digits.

import en from "/console/en.js";
import fa from "/console/fa.js";

const WORDS = { en, fa };
const KEPT = "yekta-language";
/** Where a choice of light or dark is kept. */
export const THEME = "yekta-theme";

/** What the browser keeps, if it keeps anything for this page. */
export function kept(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    // A page in the frame of another site may be refused its storage.
  }
  return null;
}

const asked = new URLSearchParams(globalThis.location?.search ?? "").get("lang");
const wished = asked ?? kept(KEPT) ?? globalThis.navigator?.language ?? "en";

/** `en` or `fa`. */
export const lang = wished.startsWith("fa") ? "fa" : "en";
export const isRtl = lang === "fa";
/** With the Persian calendar and digits where the language is Persian. */
const LOCALE = isRtl ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB";

/** Says of the document which language it is in. */
export function dress(root = document.documentElement) {
  root.lang = lang;
  root.dir = isRtl ? "rtl" : "ltr";
  const theme = kept(THEME);
  if (theme) root.dataset.theme = theme;
  for (const one of root.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of root.querySelectorAll("[data-label]")) one.setAttribute("aria-label", t(one.dataset.label));
}

/** Has the page in the other language from now on. */
export function speak(other) {
  kept(KEPT, other);
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  history.replaceState(null, "", url);
  location.reload();
}

/** A name of the API's, as a reader would write it. */
const plain = (name) => String(name).replaceAll("_", " ");

/** A value within a sentence; isolated where one of the two may run from right to left. */
const isolated = (value) => {
  if (typeof value === "number") return num(value);
  return isRtl || /[\u0590-\u08ff]/.test(value) ? `\u2068${value}\u2069` : String(value);
};

/** The words of `key`, with `{name}` replaced by what `values` tell, isolated from the direction around it. */
export function t(key, values = {}) {
  const words = WORDS[lang][key] ?? WORDS.en[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? isolated(values[name]) : whole));
}

/** The words for `name`, one of a kind of names; the name itself where there are none. */
export const word = (kind, name) => WORDS[lang][`${kind}.${name}`] ?? plain(name ?? "");

/** The same for the agent's card, which names things in English as the API does. */
export const desk = (kind, name) => (isRtl ? word(kind, name) : kind === "channel" ? name : plain(name));

const formats = new Map();
const format = (Kind, options) => {
  const key = Kind.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Kind(LOCALE, options));
  return formats.get(key);
};

/** A number, in the digits of the language. */
export const num = (value, digits = 1) =>
  (value === null || value === undefined ? "–" : format(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value));

/** A part of one, in percent. */
export const share = (value, digits = 0) =>
  (value === null || value === undefined ? "–" : format(Intl.NumberFormat, { style: "percent", maximumFractionDigits: digits }).format(value));

/** An amount of money, given as a text. */
export const money = (amount, currency) =>
  (amount === null || amount === undefined || amount === "" ? "" : [num(amount, 4), currency && word("currency", currency)].filter(Boolean).join(" "));

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
/** An amount of bytes. */
export function bytes(value) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(value, 1)) / Math.log(1000)));
  return format(Intl.NumberFormat, { style: "unit", unit: UNITS[step], maximumFractionDigits: 1 }).format(value / 1000 ** step);
}

const at = (text) => {
  const time = new Date(text ?? "");
  return Number.isNaN(time.getTime()) ? null : time;
};
const dated = (options) => (text) => (at(text) ? format(Intl.DateTimeFormat, options).format(at(text)) : "");

export const clock = dated({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const hour = dated({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const day = dated({ day: "numeric", month: "short" });
export const month = dated({ month: "short", year: "numeric" });
export const full = dated({ year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
/** A day of a report, which is counted by UTC: `2026-11-22`. */
export const date = dated({ year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
const late = dated({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The time of day, with its date unless that is today. */
export const when = (text) => (at(text)?.toDateString() === new Date().toDateString() ? hour(text) : late(text));

const STEPS = [["day", 86_400], ["hour", 3600], ["minute", 60]];
/** How long ago, or for how long still. */
export function ago(text, now = Date.now()) {
  const passed = ((at(text)?.getTime() ?? now) - now) / 1000;
  const [unit, size] = STEPS.find((one) => Math.abs(passed) >= one[1]) ?? ["second", 1];
  return format(Intl.RelativeTimeFormat, { numeric: "auto", style: "long" }).format(Math.trunc(passed / size), unit);
}

/** A span of so many seconds. */
export function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const [unit, size] = seconds < 1 ? ["millisecond", 0.001] : STEPS.find((one) => seconds >= one[1]) ?? ["second", 1];
  return format(Intl.NumberFormat, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(seconds / size);
}
