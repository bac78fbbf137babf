// What is expected of touchpoints, and what is observed there; beside other days, where they are asked for.

import { interval, table } from "/console/charts.js";
import { el } from "/console/dom.js";
import { date, num, t, word } from "/console/i18n.js";

const MARKS = { unacceptable: "bad", below_plan: "warn", over_served: "warn", as_planned: "good", unmeasured: undefined };
const QUADRANTS = ["both", "customer", "company", "neither"];
const FIRST = "1970-01-01";

/** The other days, from the first to the last; empty where they are not said. */
let beside = ["", ""];

/** What asks for them. */
export const besideDays = () => (beside[0] ? { beside_from: beside[0], beside_until: beside[1] } : {});

/** Two fields for them; calls `changed` when they are others. */
export function besideAsks(changed) {
  const today = new Date().toISOString().slice(0, 10);
  const note = el("span", { class: "error", role: "status" });
  const [from, until] = ["beside_from", "beside_until"].map((name, at) => el("input", { type: "date", name, min: FIRST, max: today, value: beside[at], onchange: look }));
  function look() {
    from.max = until.value || today;
    until.min = from.value || FIRST;
    const isValid = from.validity.valid && until.validity.valid;
    note.textContent = isValid ? "" : t("gap.no_days");
    const before = beside.join();
    beside = isValid && from.value && until.value ? [from.value, until.value] : ["", ""];
    if (beside.join() !== before) changed();
  }
  const label = (words, field) => el("label", { class: "choice" }, el("span", { class: "soft" }, words), field);
  return el("div", { class: "asks", role: "group", "aria-label": t("gap.beside") }, label(t("gap.beside_from"), from), label(t("gap.beside_until"), until), note);
}

export function gap({ from, until, journeys }) {
  if (journeys.length === 0) return el("p", { class: "card hint" }, t("journey.none"));
  const days = besideDays();
  const isBeside = "beside_from" in days;
  return [
    el("p", { class: "legend" },
      el("span", { class: "key acceptable" }, t("gap.acceptable")), el("span", { class: "key expected" }, t("gap.expected")), el("span", { class: "key observed" }, t("gap.observed")),
      isBeside ? [el("span", { class: "key then" }, t("gap.beside")),
        el("span", { class: "days" }, t("gap.days", { from: date(from), until: date(until), then_from: date(days.beside_from), then_until: date(days.beside_until) }))] : null),
    ...journeys.map(({ name, touchpoints }) => el("section", { class: "card" }, el("h2", {}, word("journey_name", name)),
      el("ul", { class: "gaps" }, touchpoints.map(place)),
      matrix(touchpoints),
      el("details", { open: isBeside }, el("summary", {}, t("journey.places")), numbers(touchpoints, isBeside, word("journey_name", name))))),
  ];
}

const signed = (value) => (value > 0 ? `+${num(value)}` : num(value));

/** What was observed on the other days, in words; empty where none are asked for. */
const then = ({ beside: other }) => (other ? t("gap.then", { value: num(other.observed), change: signed(other.change), count: other.n }) : "");

function place(one) {
  const mark = MARKS[one.verdict];
  const label = t("gap.label", { touchpoint: word("touchpoint", one.touchpoint), observed: one.observed ?? "–", expected: one.expected, acceptable: one.acceptable });
  const marks = [[one.acceptable, "acceptable"], [one.expected, "expected"], [one.beside?.observed ?? null, "then"]];
  return el("li", {},
    el("div", {}, el("strong", {}, word("touchpoint", one.touchpoint)), el("span", { class: "soft" }, ` ${word("stage", one.stage)}`)),
    one.observed === null ? el("span", { class: "hint" }, t("gap.nothing"))
      : interval({ value: one.observed, low: one.low, high: one.high, from: 0, until: 100, mark, label, marks: marks.filter(([value]) => value !== null) }),
    el("div", { class: "verdicts" }, el("span", { class: `tag ${mark ?? ""}` }, word("gap", one.verdict)),
      el("span", { class: "soft" }, ` ${one.observed === null ? "" : num(one.observed)} ${t("score.n", { count: one.n })} · ${word("quadrant", one.importance.quadrant)}`),
      one.beside ? el("div", { class: "then" }, then(one)) : null));
}

/** To whom touchpoints matter, and what is observed there. */
function matrix(touchpoints) {
  return el("div", { class: "cards matrix" }, QUADRANTS.map((name) => {
    const those = touchpoints.filter((one) => one.importance.quadrant === name);
    return those.length === 0 ? null : el("div", {}, el("h3", {}, word("quadrant", name)),
      el("ul", { class: "facts plainly" }, those.map((one) => el("li", {}, el("span", {}, word("touchpoint", one.touchpoint)),
        el("span", {}, num(one.observed), el("span", { class: "soft" }, one.beside ? ` ${then(one)}` : ""))))));
  }));
}

function numbers(touchpoints, isBeside, name) {
  const heads = [t("journey.touchpoint"), t("gap.now"), ...(isBeside ? [t("gap.beside"), t("gap.change")] : []), t("gap.expected"), t("gap.acceptable"), t("journey.n")];
  return table(heads, touchpoints.map((one) => [
    word("touchpoint", one.touchpoint), num(one.observed), ...(isBeside ? [num(one.beside?.observed), signed(one.beside?.change)] : []), num(one.expected), num(one.acceptable),
    num(one.n),
  ]), `${t("journey.places")}: ${name}`);
}
