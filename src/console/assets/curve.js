// A curve of how it was: highs and lows along the way of one person, or of all who were on a journey.

import { chart, drawing, path, scale } from "/console/charts.js";
import { el, svg } from "/console/dom.js";
import { day, full, num, t, word } from "/console/i18n.js";

const TALL = 204;
const TOP = 26;
const FRICTION = -0.5;
const clamp = (value) => Math.max(-1, Math.min(1, value));

/** From -1 to 1, as the reports count it. */
const effect = ({ style, score }) =>
  clamp(({ nps: score * 10, csat: ((score - 1) / 4) * 100, ces: ((score - 1) / 6) * 100 }[style] - 50) / 50);

/** What somebody answered, felt and met, as points in time. */
function points({ feedback }) {
  const { scores = [], feelings = [], frictions = [] } = feedback ?? {};
  return [
    ...scores.map((one) => ({ ...one, value: effect(one), what: `${one.style.toUpperCase()} ${num(one.score)}`, said: one.comment })),
    ...feelings.map((one) => ({ ...one, value: clamp(one.feeling), what: one.word ? word("feeling", one.word) : t("curve.feeling") })),
    ...frictions.map((one) => ({ ...one, value: FRICTION, what: word("friction", one.kind) })),
  ].sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).slice(-40);
}

export function feelingCurve(profile) {
  const found = points(profile);
  if (found.length === 0) return null;
  const most = Math.max(...found.map((one) => one.value));
  const least = Math.min(...found.map((one) => one.value));
  const marked = found.map((one) => ({
    ...one, label: one.what, under: day(one.time),
    kind: one.value === most && most > 0 ? "high" : one.value === least && least < 0 ? "low" : null,
  }));
  const list = el("ol", { class: "story small" }, [...found].reverse().slice(0, 8).map((one) => el("li", { "data-mark": one.value < 0 ? "bad" : "good" },
    el("time", { class: "time", datetime: one.time, title: full(one.time) }, day(one.time)),
    el("span", { class: "what" }, el("strong", {}, one.what), one.touchpoint ? el("span", { class: "soft" }, ` ${word("touchpoint", one.touchpoint)}`) : null,
      one.said ? [" ", el("q", { dir: "auto" }, one.said)] : null))));
  return el("section", { class: "card" }, el("h2", {}, t("curve.own")), curve(marked, t("curve.own_label", { count: found.length })), list);
}

/** A curve through `points`: `{value, label, under, kind}` each, in their order; `value` null where nothing is known. */
export function curve(places, label, groups = []) {
  return chart(label, (width) => {
    const side = Math.min(58, width / 8);
    const x = scale(0, Math.max(places.length - 1, 1), side, width - side, width);
    const y = (value) => TOP + ((1 - value) / 2) * (TALL - TOP - 58);
    const known = places.map((one, at) => ({ ...one, x: x(places.length === 1 ? 0.5 : at), y: one.value === null ? null : y(one.value) }));
    const line = known.filter((one) => one.y !== null);
    const isTight = width / places.length < 74;
    return drawing(width, TALL, label,
      svg("rect", { class: "above", x: 0, y: TOP - 6, width, height: y(0) - TOP + 6 }),
      svg("rect", { class: "below", x: 0, y: y(0), width, height: y(-1) - y(0) + 6 }),
      svg("line", { class: "zero", x1: 0, x2: width, y1: y(0), y2: y(0) }),
      groups.map((one) => svg("line", { class: "stage-line", x1: x(one - 0.5), x2: x(one - 0.5), y1: TOP - 6, y2: TALL - 40 })),
      svg("path", { class: "curve", d: smooth(line) }),
      known.map((one, at) => [
        one.y === null ? svg("circle", { class: "unknown", cx: one.x, cy: y(0), r: 3 })
          : svg("circle", { class: "point", "data-mark": one.kind, cx: one.x, cy: one.y, r: one.kind ? 6.5 : 4 }, svg("title", {}, `${one.label} ${num(one.value, 2)}`)),
        one.kind ? svg("text", { class: "mark-name", "data-mark": one.kind, x: within(one.x, width), y: one.kind === "high" ? one.y - 12 : one.y + 21, "text-anchor": "middle" }, t(`curve.${one.kind}`)) : null,
        !isTight || one.kind || at === 0 || at === known.length - 1 ? under(one, width, isTight && at % 2 === 1) : null,
      ]));
  });
}

const within = (x, width) => Math.max(30, Math.min(width - 30, x));
const under = (one, width, isLow) => svg("text", { class: "tick", x: within(one.x, width), y: TALL - (isLow ? 2 : 16), "text-anchor": "middle" }, one.under);

/** A calm line that overshoots nothing: level at each of its points. */
function smooth(line) {
  if (line.length < 3) return line.length < 2 ? "" : path(line.map((one) => [one.x, one.y]));
  return line.slice(1).reduce((text, to, at) => {
    const from = line[at];
    const middle = (from.x + to.x) / 2;
    return `${text}C${middle.toFixed(1)} ${from.y.toFixed(1)} ${middle.toFixed(1)} ${to.y.toFixed(1)} ${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
  }, `M${line[0].x.toFixed(1)} ${line[0].y.toFixed(1)}`);
}
