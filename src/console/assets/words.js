// Facts in plain words, the same on every page.

import { el } from "/console/dom.js";
import * as i18n from "/console/i18n.js";
import { isRtl, t } from "/console/i18n.js";

/** Digits of the page's language. */
const digits = (text) => (isRtl ? String(text).replace(/\d/g, (one) => "۰۱۲۳۴۵۶۷۸۹"[one]) : String(text));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CHANNELS = {
  web: t("place.web"), mobile: t("place.mobile"), store: t("place.store"), callcenter: t("place.callcenter"),
};

/** Where something happens. */
export const place = (channel) => CHANNELS[channel] ?? t("place.other", { channel });

/** A name of the API's, as a reader would write it. */
export const plain = (name) => String(name).replaceAll("_", " ");

/** A price as written, its thousands parted: a text, as a number would lose digits. */
export function money(price, currency) {
  if (price === null || price === undefined || price === "") return "";
  if (isRtl) return i18n.money(price, currency);
  const [whole, ...rest] = String(price).split(".");
  const parted = [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
  return currency ? `${parted} ${currency}` : parted;
}

/** The items of a list, however it is told. */
export const items = (list) => (Array.isArray(list) ? list : list?.items ?? []);

/** How many more there are than are told, in words. */
export function more(list) {
  const rest = (list?.count ?? 0) - items(list).length;
  return rest > 0 ? t("desk.and_more", { count: rest }) : null;
}

/** The time of day of an RFC 3339 text, with its day unless that is today. */
export function when(text) {
  if (isRtl) return i18n.when(text);
  const time = new Date(text ?? "");
  if (Number.isNaN(time.getTime())) return "";
  const clock = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (time.toDateString() === new Date().toDateString()) return clock;
  return `${time.toLocaleDateString([], { day: "numeric", month: "short" })}, ${clock}`;
}

/** How long ago `text` was at `now`. */
export function ago(text, now) {
  const passed = now - Date.parse(text ?? "");
  if (Number.isNaN(passed)) return "";
  return passed < MINUTE ? t("desk.just_now") : t("desk.ago", { span: span(passed) });
}

/** For how long `text` is still to come at `now`; empty where it is over. */
export function left(text, now) {
  const rest = Date.parse(text ?? "") - now;
  if (!(rest > 0)) return "";
  return rest < MINUTE ? t("desk.minute_less") : span(rest);
}

/** The same for whoever watches it: to the second in the last hour. */
export function ticking(text, now) {
  const rest = Date.parse(text ?? "") - now;
  if (!(rest > 0) || rest >= HOUR) return left(text, now);
  const seconds = Math.ceil(rest / 1000);
  return t("desk.min_s", { min: digits(Math.floor(seconds / 60)), s: digits(String(seconds % 60).padStart(2, "0")) });
}

function span(millis) {
  if (millis < HOUR) return t("desk.min", { count: Math.floor(millis / MINUTE) });
  if (millis >= 2 * DAY) return t("desk.days", { count: Math.floor(millis / DAY) });
  const minutes = Math.floor((millis % HOUR) / MINUTE);
  return [t("desk.h", { count: Math.floor(millis / HOUR) }), minutes && t("desk.min", { count: minutes })].filter(Boolean).join(t("desk.and"));
}

/** Data inside a sentence: its direction is its own, whatever stands around it. */
export const said = (text) => el("bdi", {}, text);

/** A product as `[what, about]`; the price is that of one. */
export function product({ product_id: id, name, quantity, price, currency }) {
  const times = quantity && String(quantity) !== "1" ? String(quantity) : "";
  return [name ?? id, [times, money(price, currency)].filter(Boolean).join(" × ") + (times && !price ? " ×" : "")];
}

/** A heading and lines of `[what, about]` under it; nothing where there are none. */
export function section(title, lines, { name, rest } = {}) {
  if (lines.length === 0) return null;
  const rows = lines.map(([what, about, mark]) => el("li", { class: mark },
    el("span", { class: "what", dir: "auto" }, what),
    el("span", { class: "about", dir: "auto" }, about ?? "")));
  const tail = rest ? el("li", { class: "soft" }, rest) : null;
  return el("section", { "data-name": name }, el("h2", {}, title), el("ul", { class: "facts" }, ...rows, tail));
}

const MASK = /\*{2,}|•{2,}/;

/** A value, isolated from the direction around it; where the service masks what this reader may not see, said to be. */
export function masked(value, dir) {
  const text = String(value);
  if (!MASK.test(text)) return el("bdi", { dir }, text);
  return el("bdi", { class: "masked", dir, title: t("masked") }, text, el("span", { class: "unseen" }, ` (${t("masked")})`));
}
