// What is expected of touchpoints, and what is observed there.

import { interval } from "/console/charts.js";
import { el } from "/console/dom.js";
import { num, t, word } from "/console/i18n.js";

const MARKS = { unacceptable: "bad", below_plan: "warn", over_served: "warn", as_planned: "good", unmeasured: undefined };

export function gap({ journeys }) {
  if (journeys.length === 0) return el("p", { class: "card hint" }, t("journey.none"));
  return [
    el("p", { class: "legend" },
      el("span", { class: "key acceptable" }, t("gap.acceptable")), el("span", { class: "key expected" }, t("gap.expected")), el("span", { class: "key observed" }, t("gap.observed"))),
    ...journeys.map(({ name, touchpoints }) => el("section", { class: "card" }, el("h2", {}, word("journey_name", name)),
      el("ul", { class: "gaps" }, touchpoints.map(place)))),
  ];
}

function place(one) {
  const mark = MARKS[one.verdict];
  const label = t("gap.label", { touchpoint: word("touchpoint", one.touchpoint), observed: one.observed ?? "–", expected: one.expected, acceptable: one.acceptable });
  return el("li", {},
    el("div", {}, el("strong", {}, word("touchpoint", one.touchpoint)), el("span", { class: "soft" }, ` ${word("stage", one.stage)}`)),
    one.observed === null ? el("span", { class: "hint" }, t("gap.nothing"))
      : interval({ value: one.observed, low: one.low, high: one.high, from: 0, until: 100, mark, label, marks: [[one.acceptable, "acceptable"], [one.expected, "expected"]] }),
    el("div", { class: "verdicts" }, el("span", { class: `tag ${mark ?? ""}` }, word("gap", one.verdict)),
      el("span", { class: "soft" }, ` ${one.observed === null ? "" : num(one.observed)} ${t("score.n", { count: one.n })} · ${word("quadrant", one.importance.quadrant)}`)));
}
