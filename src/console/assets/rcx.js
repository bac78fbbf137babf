// How it was for customers: scores with their intervals, feelings, frictions, and how they were served.

import { bar, chart, drawing, interval, path, scale, table } from "/console/charts.js";
import { chip, el, svg } from "/console/dom.js";
import { day, num, share, span, t, word } from "/console/i18n.js";

export const cxAsks = ["channel", "stage", "segment", "team", "day"];

/** From, until, and where good begins, of each style. */
export const STYLES = { nps: [-100, 100, 0], csat: [0, 100, 60], ces: [1, 7, 4] };
const unit = (style, value) => (style === "csat" ? `${num(value)}%` : num(value));
const mark = (one) => (one.value >= STYLES[one.style][2] ? "good" : "bad");

export function scoreLine(one) {
  const [from, until] = STYLES[one.style];
  return interval({ ...one, from, until, mark: mark(one), label: t("score.label", { style: one.style.toUpperCase(), value: one.value, low: one.low, high: one.high }) });
}

export function cx(told) {
  if (told.scores.length === 0 && told.feelings.n === 0 && told.operations.total.contacts === 0) {
    return el("p", { class: "card hint" }, t("reports.empty"));
  }
  return [
    el("div", { class: "cards" }, told.scores.map((one) => scoreCard(one, told.days))),
    told.groups.length > 0 ? el("section", { class: "card" }, el("h2", {}, t("cx.groups", { by: t(`by.${told.by}`) })), groups(told)) : null,
    el("div", { class: "cards" }, feelings(told.feelings), counts(t("cx.frictions"), told.frictions.map((one) => [word("friction", one.kind), one.count])), followUps(told)),
    operations(told.operations),
    told.employees.length + told.training.length + told.trials.length > 0 ? more(told) : null,
  ];
}

function scoreCard(one, days) {
  const { style, n, value, low, high, enough } = one;
  const parts = style === "nps"
    ? [["promoters", one.promoters], ["passives", one.passives], ["detractors", one.detractors]]
    : style === "csat" ? [["satisfied", one.satisfied]] : [["easy", one.easy]];
  const series = days.map((two) => two.scores.find((three) => three.style === style)?.value ?? null);
  return el("section", { class: "card score", "data-style": style },
    el("h2", {}, style.toUpperCase(), " ", el("span", { class: "soft thin" }, t(`score.${style}`))),
    el("p", { class: "figure big", "data-mark": mark(one) }, unit(style, value)),
    scoreLine(one),
    el("p", { class: "soft" }, t("score.interval", { low: Number(num1(low)), high: Number(num1(high)) }), " · ", t("score.answers", { count: n }),
      enough ? "" : [" · ", el("strong", { class: "warned" }, t("score.few"))]),
    trend(series, STYLES[style]),
    el("ul", { class: "facts plainly" }, parts.map(([name, count]) => el("li", {}, el("span", {}, t(`score.${name}`)), el("span", {}, `${num(count)} · ${share(count / n)}`)))));
}

const num1 = (value) => Math.round(value * 10) / 10;

/** Day by day; days without answers are skipped. */
function trend(series, [low, high]) {
  const known = series.map((value, at) => [at, value]).filter(([, value]) => value !== null);
  if (known.length < 3) return null;
  return chart(null, (width) => {
    const x = scale(0, series.length - 1, 2, width - 2, width);
    const y = (value) => 42 - ((value - low) / (high - low)) * 40;
    return drawing(width, 44, null, svg("line", { class: "zero", x1: 0, x2: width, y1: y((low + high) / 2), y2: y((low + high) / 2) }),
      svg("path", { class: "line", d: path(known.map(([at, value]) => [x(at), y(value)])) }));
  });
}

function groups({ groups: list, by }) {
  const name = (one) => (by === "channel" ? chip(one.name, word("channel", one.name)) : by === "day" ? day(one.name) : el("bdi", {}, one.name.split("/").map((part) => word("stage", part)).join(" › ")));
  return el("ul", { class: "groups" }, list.slice(0, 40).map((one) => el("li", {},
    el("span", { class: "group" }, name(one)),
    el("div", { class: "lines" }, one.scores.map((two) => el("div", { class: "line-row" },
      el("span", { class: "soft" }, two.style.toUpperCase()), scoreLine(two),
      el("span", { class: "value" }, unit(two.style, two.value), el("span", { class: "soft" }, ` ${t("score.n", { count: two.n })}${two.enough ? "" : " ·"}`), two.enough ? null : el("span", { class: "warned" }, ` ${t("score.few_short")}`))))))));
}

/** Names and how often, as bars. */
export function counts(title, pairs) {
  const most = Math.max(1, ...pairs.map(([, count]) => count));
  return el("section", { class: "card" }, el("h2", {}, title), pairs.length > 0
    ? el("ul", { class: "bars" }, pairs.map(([name, count, mark]) => el("li", {}, el("span", {}, name), bar(count / most, mark), el("span", { class: "value" }, num(count)))))
    : el("p", { class: "hint" }, t("none")));
}

function feelings({ n, mean, low, high, emotions }) {
  return el("section", { class: "card" }, el("h2", {}, t("cx.feelings")),
    n > 0 ? [interval({ value: mean, low, high, from: -1, until: 1, mark: mean >= 0 ? "good" : "bad", label: t("score.label", { style: t("cx.feelings"), value: mean, low, high }) }),
      el("p", { class: "soft ends" }, el("span", {}, t("cx.discontent")), el("span", {}, t("score.answers", { count: n })), el("span", {}, t("cx.content"))),
      el("ul", { class: "bars" }, emotions.slice(0, 6).map((one) => el("li", {}, el("span", {}, word("feeling", one.name)), bar(one.count / Math.max(...emotions.map((two) => two.count))), el("span", { class: "value" }, num(one.count)))))]
      : el("p", { class: "hint" }, t("none")));
}

function followUps({ follow_ups: told, silent }) {
  return el("section", { class: "card" }, el("h2", {}, t("cx.follow_ups")),
    el("ul", { class: "facts plainly" },
      [["opened", num(told.opened)], ["closed", num(told.closed)], ["open", num(told.open)], ["close_mean", span(told.close_mean_s)]].map(([name, value]) => el("li", {}, el("span", {}, t(`cx.${name}`)), el("span", {}, value)))),
    silent.length > 0 ? [el("h3", {}, t("cx.silent")), el("ul", { class: "facts plainly" }, silent.map((one) => el("li", {}, el("span", {}, word("segment", one.segment)), el("span", {}, num(one.members)))))] : null);
}

function operations({ total, teams, channels }) {
  if (total.contacts === 0) return null;
  const heads = ["name", "contacts", "queue", "handling", "abandoned", "repeated", "first"].map((one) => t(`op.${one}`));
  const row = (name, one) => [name, num(one.contacts), span(one.queue_mean_s), span(one.handling_mean_s), share(one.abandonment_rate), share(one.repeat_rate), share(one.first_contact_resolution)];
  return el("section", { class: "card" }, el("h2", {}, t("op.title")),
    table(heads, [row(t("op.all"), total), ...teams.map((one) => row(one.name ? el("bdi", {}, one.name) : t("op.no_team"), one)), ...channels.map((one) => row(word("channel", one.name), one))], t("op.title")));
}

function more({ employees, training, trials }) {
  return el("div", { class: "cards" },
    employees.length > 0 ? el("section", { class: "card" }, el("h2", {}, t("cx.employees")), el("ul", { class: "facts plainly" },
      employees.map((one) => el("li", {}, el("bdi", {}, one.team), el("span", {}, `${num(one.mean)} · ${t("score.n", { count: one.n })}`))))) : null,
    training.length > 0 ? el("section", { class: "card" }, el("h2", {}, t("cx.training")), el("ul", { class: "facts plainly" },
      training.map((one) => el("li", {}, el("bdi", {}, [one.team, one.cause].filter(Boolean).join(" · ")), el("span", {}, t("cx.repeated", { count: one.repeated, all: one.contacts })))))) : null,
    trials.length > 0 ? el("section", { class: "card" }, el("h2", {}, t("cx.trials")), el("ul", { class: "facts plainly" },
      trials.map((one) => el("li", {}, el("bdi", {}, one.flow), el("span", {}, t("cx.trial", { value: num(one.orders_per_person_difference, 3), low: num(one.difference_low, 3), high: num(one.difference_high, 3) })))))) : null);
}
