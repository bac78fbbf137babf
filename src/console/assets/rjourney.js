// How far customers come on their journeys, and the curve of how it is on the way.

import { bar, table } from "/console/charts.js";
import { curve } from "/console/curve.js";
import { el } from "/console/dom.js";
import { num, span, t, word } from "/console/i18n.js";

export function journey({ journeys }) {
  if (journeys.length === 0) return el("p", { class: "card hint" }, t("journey.none"));
  return journeys.map(one);
}

function one({ name, segment, stages, curve: places, peak_end: peak, lost_most: lost }) {
  const groups = places.flatMap((place, at) => (at > 0 && place.stage !== places[at - 1].stage ? [at] : []));
  const points = places.map((place) => ({
    value: place.effect, kind: place.kind, label: word("touchpoint", place.touchpoint), under: word("touchpoint", place.touchpoint),
  }));
  return el("section", { class: "card journey" },
    el("h2", {}, word("journey_name", name), segment ? el("span", { class: "soft thin" }, ` ${t("journey.of", { segment: word("segment", segment) })}`) : null),
    curve(points, t("journey.label", { name: word("journey_name", name), count: places.length }), groups),
    peak ? el("p", { class: "soft" }, [
      peak.peak_touchpoint ? t("journey.peak", { touchpoint: word("touchpoint", peak.peak_touchpoint), value: Math.round(peak.peak * 100) / 100 }) : null,
      peak.end_touchpoint ? t("journey.end", { touchpoint: word("touchpoint", peak.end_touchpoint), value: Math.round(peak.end * 100) / 100 }) : null,
      lost ? t("journey.lost_most", { stage: word("stage", lost.stage), count: lost.lost }) : null,
    ].filter(Boolean).join(" · ")) : null,
    funnel(stages),
    el("details", {}, el("summary", {}, t("journey.places")), details(places)));
}

function funnel(stages) {
  const most = Math.max(1, ...stages.map((stage) => stage.entered));
  return el("ol", { class: "funnel" }, stages.map((stage) => el("li", {},
    el("div", {}, el("strong", {}, word("stage", stage.name)), stage.needs.length > 0 ? el("span", { class: "soft" }, " ", el("q", { dir: "auto" }, stage.needs[0])) : null),
    bar(stage.entered / most),
    el("div", { class: "soft" }, t("journey.entered", { count: stage.entered }),
      stage.moved_on > 0 ? ` · ${t("journey.moved_on", { count: stage.moved_on })}` : "",
      stage.lost > 0 ? [" · ", el("strong", { class: "warned" }, t("journey.lost", { count: stage.lost }))] : "",
      stage.waiting > 0 ? ` · ${t("journey.waiting", { count: stage.waiting })}` : "",
      stage.time_median_s === null ? "" : ` · ${t("journey.time", { time: span(stage.time_median_s) })}`))));
}

function details(places) {
  const heads = ["touchpoint", "touches", "n", "effect", "frictions"].map((head) => t(`journey.${head}`));
  return table(heads, places.map((place) => [
    `${word("stage", place.stage)} › ${word("touchpoint", place.touchpoint)}`, num(place.touches), num(place.n), num(place.effect, 2),
    place.frictions.map((two) => `${word("friction", two.kind)} ${num(two.count)}`).join(isComma) || "–",
  ]), t("journey.places"));
}

const isComma = t("comma");
