// Events as they come: each at once good, or refused with the reason; and what came of them.

import { get } from "/console/api.js";
import { spark } from "/console/charts.js";
import { chip, el, shortId } from "/console/dom.js";
import { feed } from "/console/feed.js";
import { clock, num, t, when, word } from "/console/i18n.js";

const SHOWN = 100;
const KINDS = {
  all: () => true,
  good: (row) => row.kind === "good",
  refused: (row) => row.kind === "refused",
  people: (row) => ["merged", "split", "moved", "erased"].includes(row.kind),
  decided: (row) => ["action", "decided", "insight"].includes(row.kind),
};

export function livePage(root) {
  let kind = "all";
  let paused = false;
  const list = el("ol", { class: "feed" });
  const empty = el("p", { class: "card hint" }, t("live.none"));
  const tiles = el("dl", { class: "tiles" });
  const buttons = Object.keys(KINDS).map((name) => el("button", {
    type: "button", class: "pick", "aria-pressed": String(name === kind), "data-kind": name,
    onclick: () => {
      kind = name;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
      draw(feed);
    },
  }, t(`live.${name}`)));
  const pause = el("button", { type: "button", class: "plain", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = t(paused ? "live.go" : "live.pause");
  } }, t("live.pause"));

  root.append(
    el("div", { class: "head" }, el("h1", {}, t("page.live")), el("p", { class: "soft" }, t("live.about"))),
    tiles,
    el("div", { class: "bar" }, el("div", { class: "picks", role: "group", "aria-label": t("live.which") }, buttons), pause),
    empty,
    list,
  );

  let drawnRate = "";
  function draw({ rows, totals, rate }) {
    const told = JSON.stringify([totals, rate]);
    if (told !== drawnRate) {
      drawnRate = told;
      tiles.replaceChildren(
        tile(t("live.last_minute"), num(rate.reduce((sum, one) => sum + one, 0)), spark(rate)),
        tile(t("live.good"), num(totals.good)),
        tile(t("live.refused"), num(totals.refused), null, totals.refused > 0 ? "bad" : undefined),
        tile(t("live.merged"), num(totals.merged)),
        tile(t("live.decisions"), num(totals.held)),
      );
    }
    if (paused) return;
    const wanted = rows.filter(KINDS[kind]).slice(0, SHOWN);
    empty.hidden = wanted.length > 0;
    keep(list, wanted);
  }
  return feed.listen(draw);
}

export const tile = (name, value, drawing = null, mark = undefined) =>
  el("div", { class: "tile", "data-mark": mark }, el("dt", {}, name), el("dd", {}, el("span", { class: "figure" }, value), drawing));

/** Rows that are there already stay, so that a reader's place and focus do too. */
function keep(list, rows) {
  const there = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const children = rows.map((row) => {
    const key = `${row.kind}${row.key}`;
    const known = there.get(key);
    if (known) return known;
    return el("li", { "data-key": key, "data-kind": row.kind, class: row.isNew && there.size > 0 ? "fresh" : undefined }, ...cells(row));
  });
  const same = children.length === list.children.length && children.every((child, at) => child === list.children[at]);
  if (!same) list.replaceChildren(...children);
}

const verdict = (kind, mark) => el("span", { class: "verdict", "data-mark": mark }, t(`verdict.${kind}`));

/** A link to a person. */
export const person = (id, name) => (id
  ? el("a", { href: `#/profile/${id}`, class: "person" }, name ? el("bdi", {}, name) : el("span", { class: "mono", dir: "ltr" }, shortId(id)))
  : null);

function cells(row) {
  const time = el("time", { class: "time", datetime: row.time }, row.time ? clock(row.time) : "");
  if (row.kind === "good") {
    const { event } = row;
    const told = event.properties?.name ?? event.properties?.order_id ?? event.properties?.subject ?? event.properties?.query;
    return [verdict("good", "good"), time,
      el("span", { class: "what" }, chip(event.channel, word("channel", event.channel)), el("strong", { dir: "auto" }, event.type),
        told ? [" ", el("bdi", { class: "soft" }, told)] : null),
      el("span", { class: "who" }, person(row.profile, row.name) ?? el("span", { class: "soft" }, t("live.nobody")))];
  }
  if (row.kind === "refused") {
    return [verdict("refused", "bad"), time,
      el("span", { class: "what" }, el("strong", {}, word("refusal", row.code)), " ", el("bdi", { class: "soft" }, row.message),
        el("details", {}, el("summary", {}, t("live.body")), el("pre", { dir: "ltr", tabindex: "0" }, row.body))),
      el("span", { class: "who soft" }, row.source ? el("bdi", {}, row.source) : null)];
  }
  if (row.kind === "insight") {
    return [verdict("insight", "warn"), time,
      el("span", { class: "what" }, el("strong", {}, word("insight", row.what)), " ", el("bdi", { class: "soft" }, row.about)),
      el("span", { class: "who" }, el("a", { href: "#/reports/insights" }, t("reports.insights")))];
  }
  if (row.kind === "action" || row.kind === "decided") return [...decision(row, time), el("span", { class: "who" }, person(row.profile, row.name ?? feed.names.get(row.profile)))];
  const { from = [], into = [] } = row;
  const count = Math.max(new Set([...from, ...into]).size, 2);
  return [verdict(row.kind, "join"), time,
    el("span", { class: "what" }, el("strong", {}, t(`live.${row.kind}_what`, { count })),
      row.cause ? el("span", { class: "soft" }, ` ${word("resolution", row.cause.resolution)}`) : null),
    el("span", { class: "who" }, person(row.profile, feed.names.get(row.profile)))];
}

function decision(row, time) {
  const what = el("span", { class: "what" }, el("strong", {}, t("live.message_decided")));
  const mark = verdict("decided", "warn");
  if (row.action) {
    const { kind, name, channel } = row.action;
    what.replaceChildren(el("strong", {}, word("action", kind ?? "send")), " ", el("bdi", { class: "soft" }, [name, channel].filter(Boolean).join(" · ")));
  } else {
    find(row).then((told) => {
      if (!told) return;
      mark.textContent = word("decision", told.decision);
      what.replaceChildren(el("strong", {}, word("rule", told.rule)),
        el("span", { class: "soft" }, " ", el("bdi", {}, told.template ?? word("purpose", told.purpose)), ` · ${word("reason", told.reason)}`,
          told.until ? ` · ${t("live.until", { time: when(told.until) })}` : ""));
    }).catch(() => {});
  }
  return [mark, time, what];
}

/** What was decided, of which only is told how many decisions there were by then. */
async function find({ profile, place }) {
  const { events } = await get(`/v1/profiles/${profile}/timeline?limit=50&channel=yekta`);
  const decisions = events.filter((one) => one.type === "Contact Decided").reverse();
  return (decisions[place - 1] ?? decisions.at(-1))?.properties;
}
