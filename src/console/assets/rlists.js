// The reports that are lists: coverage, segments, messages that were decided about, and insights.

import { get } from "/console/api.js";
import { bar, table } from "/console/charts.js";
import { el } from "/console/dom.js";
import { feed } from "/console/feed.js";
import { num, share, t, when, word } from "/console/i18n.js";
import { person } from "/console/live.js";
import { counts } from "/console/rcx.js";

const KINDS = ["attitude", "emotion", "situation", "service", "behaviour", "transaction"];

export function coverage({ journeys, segments: sizes, first_missing: first }) {
  const cell = (value) => el("span", { class: value > 0 ? "has" : "lacks" }, value > 0 ? num(value) : el("span", {}, "–", el("span", { class: "unseen" }, t("coverage.missing"))));
  const heads = (name) => [name, ...KINDS.map((kind) => word("data", kind))];
  const row = (name, one) => [name, ...KINDS.map((kind) => cell(one[kind]))];
  return [
    first ? el("p", { class: "card callout" }, el("strong", {}, t("coverage.first")), " ",
      t("coverage.first_what", { kind: word("data", first.kind), touchpoint: word("touchpoint", first.touchpoint), journey: word("journey_name", first.journey) })) : null,
    ...journeys.map((one) => el("section", { class: "card" }, el("h2", {}, word("journey_name", one.name)),
      table(heads(t("journey.touchpoint")), one.touchpoints.map((two) => row(word("touchpoint", two.touchpoint), two)), word("journey_name", one.name)))),
    sizes.length > 0 ? el("section", { class: "card" }, el("h2", {}, t("reports.segments")),
      table(heads(t("segments.name")), sizes.map((one) => row(word("segment", one.name), one)), t("reports.segments"))) : null,
  ];
}

export function segments({ profiles, segments: list }) {
  if (list.length === 0) return el("p", { class: "card hint" }, t("segments.none"));
  return el("section", { class: "card" }, el("h2", {}, t("segments.of", { count: profiles })),
    el("ul", { class: "bars segments" }, [...list].sort((a, b) => b.members - a.members).map((one) => {
      const holder = el("div", { class: "members" });
      const show = el("button", { type: "button", class: "plain", "aria-expanded": "false", disabled: one.members === 0, onclick: async () => {
        const isOpen = holder.childElementCount > 0;
        show.setAttribute("aria-expanded", String(!isOpen));
        if (isOpen) return holder.replaceChildren();
        const { profiles: members } = await get(`/v1/segments/${encodeURIComponent(one.name)}/members?limit=12`);
        holder.replaceChildren(el("ul", { class: "facts" }, members.map((id) => el("li", {}, person(id, feed.names.get(id))))));
      } }, t("segments.who"), el("span", { class: "unseen" }, ` ${word("segment", one.name)}`));
      return el("li", {}, el("span", {}, word("segment", one.name)), bar(one.share), el("span", { class: "value" }, `${num(one.members)} · ${share(one.share, 1)}`), show, holder);
    })));
}

const MARKS = { allow: "good", hold: "warn", suppress: "bad" };

export function contacts({ total, reasons, groups }) {
  if (total.decided === 0) return el("p", { class: "card hint" }, t("contacts.none"));
  const heads = ["decision", "rule", "reason", "count"].map((one) => t(`contacts.${one}`));
  return [
    el("div", { class: "cards" },
      counts(t("contacts.decided", { count: total.decided }), ["allow", "hold", "suppress"].map((name) => [word("decision", name), total[name], MARKS[name]])),
      counts(t("contacts.became"), ["sent", "failed", "unanswered"].map((name) => [t(`contacts.${name}`), total[name]]))),
    el("section", { class: "card" }, el("h2", {}, t("contacts.why")), table(heads, reasons.map((one) => [
      el("span", { class: `tag ${MARKS[one.decision]}` }, word("decision", one.decision)), word("rule", one.rule), word("reason", one.reason), `${num(one.count)} · ${share(one.share)}`,
    ]), t("contacts.why"))),
    el("section", { class: "card" }, el("h2", {}, t("contacts.by_way")), table(["way", "allow", "hold", "suppress"].map((one) => t(`contacts.${one}`)),
      groups.map((one) => [word("way", one.name || "–"), num(one.allow), num(one.hold), num(one.suppress)]), t("contacts.by_way"))),
  ];
}

export function insights({ insights: list }) {
  if (list.length === 0) return el("p", { class: "card hint" }, t("insights.none"));
  return el("section", { class: "card" }, el("ul", { class: "facts" }, list.map((one) => el("li", {},
    el("span", {}, el("span", { class: `tag ${one.state === "over" ? "good" : "warn"}` }, word("insight_state", one.state)), " ", el("strong", {}, word("insight", one.kind)), " ", el("bdi", {}, one.about)),
    el("span", {}, when(one.since))))));
}
