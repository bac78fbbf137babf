// The card itself: what the desk is told of whoever calls, the most pressing first.

import { byId, chip, el } from "/console/dom.js";
import { desk, lang, t, word } from "/console/i18n.js";
import { avoidWords, promiseWords, stepWords, strangerWords } from "/console/steps.js";
import { ago, items, left, money, more, place, plain, product, said, section, when } from "/console/words.js";

const MOODS = { negative: t("desk.upset"), neutral: t("desk.calm"), positive: t("desk.glad") };

/** What was shown of each part, so that only what changed is marked as new. */
const shown = new Map();

/** Shows `card` as it is at `now`. */
export function drawCard(card, now) {
  const isFirst = shown.size === 0;
  byId("call").textContent = card.call?.running ? t("desk.on_line", { time: when(card.call.since) }) : "";
  byId("person").replaceChildren(...person(card));
  step(card.next_step);
  byId("first").replaceChildren(...first(card).filter(Boolean));
  byId("facts").replaceChildren(...facts(card, now).filter(Boolean));
  for (const part of document.querySelectorAll("[data-name]")) {
    const name = part.dataset.name;
    const told = JSON.stringify([card[name], name === "session" && card.cart]);
    part.classList.toggle("fresh", !isFirst && shown.get(name) !== told);
    shown.set(name, told);
  }
  shown.set("", "");
}

/** Read aloud when it changes, and only then. */
function step(advice) {
  const key = JSON.stringify(advice);
  if (shown.get("step") === key) return;
  shown.set("step", key);
  byId("step").replaceChildren(...stepWords(advice));
}

function person({ match, why, person: who = {}, mood, partial }) {
  const hint = partial ? el("p", { class: "hint" }, t("desk.partial")) : null;
  if (match !== "one") return [el("h1", {}, strangerWords(why, match)[0]), hint].filter(Boolean);
  const felt = mood?.now;
  return [
    el("h1", {}, said(who.display_name ?? t("profile.nameless"))),
    el("p", { class: "tags" },
      who.tier ? el("span", { class: "tag tier", dir: "auto" }, who.tier) : null,
      felt ? el("span", { class: "tag mood", "data-mood": felt }, t("desk.mood", { mood: MOODS[felt] ?? felt })) : null,
      who.language ? el("span", { class: "tag" }, t("desk.speaks", { language: language(who.language) })) : null),
    hint,
  ].filter(Boolean);
}

function language(tag) {
  try {
    return new Intl.DisplayNames([lang], { type: "language" }).of(tag.replace("_", "-")) ?? tag;
  } catch {
    return tag;
  }
}

/** What has to be seen before anything is said. */
function first(card) {
  if (card.match !== "one") return [stranger(card)];
  const leave = section(t("desk.do_not_offer"), items(card.avoid).map(avoidWords), { name: "avoid", rest: more(card.avoid) });
  leave?.classList.add("leave");
  return [leave];
}

function stranger({ why, match, candidates = [] }) {
  const rows = candidates.map((one) => el("li", {},
    el("span", { class: "what", dir: "auto" }, one.name ?? t("desk.no_name")),
    el("span", { class: "about" }, one.why)));
  return el("section", { class: "stranger" },
    el("p", {}, strangerWords(why, match)[1]),
    rows.length > 0 ? el("ul", { class: "facts" }, ...rows) : null);
}

function facts(card, now) {
  const part = (title, name, row, list = card[name]) => section(title, items(list).map(row), { name, rest: more(list) });
  return [
    part(t("desk.promises"), "promises", (one) => promiseWords(one, now)),
    part(t("desk.tickets"), "tickets", (one) => ticket(one, now)),
    session(card, now),
    orders(card.orders, now),
    part(t("matters.offers"), "offers", (one) => offer(one, now)),
    part(t("matters.wishlist"), "wishlist", product),
    part(t("desk.recent"), "recent", (one) => interaction(one, now)),
    part(t("desk.felt"), "mood", (one) => feeling(one, now)),
    card.match === "one" ? consent(card.consent) : null,
    totals(card),
  ];
}

function ticket({ id, subject, complaint, since }, now) {
  const age = ago(since, now);
  return complaint ? [subject ?? id, `${t("desk.complaint")} · ${age}`, "complaint"] : [subject ?? id, age];
}

const feeling = ({ mood, said: words, type, time }, now) =>
  [el("q", {}, words ?? plain(type)), `${MOODS[mood] ?? mood} · ${ago(time, now)}`];

/** The visit that is going on, and what is in the basket, whether it goes on or not. */
function session({ session: visit, cart }, now) {
  const basket = items(cart).map((one) => product(one));
  const rest = more(cart);
  if (!visit?.running) return section(t("desk.basket"), basket, { name: "session", rest });
  const viewed = items(visit.viewed).join(", ");
  const lines = [
    [t("desk.visit", { time: when(visit.since), place: place(visit.channel) }), t("desk.last_seen", { time: ago(visit.last_seen, now) })],
    ...(viewed ? [[t("desk.looked"), viewed]] : []),
    ...basket.map(([what, about]) => [el("span", {}, t("desk.basket_item"), said(what)), about]),
    ...(basket.length > 0 ? [] : [[t("desk.empty_basket"), ""]]),
  ];
  const made = section(t("desk.in_shop"), lines, { name: "session", rest });
  made.classList.add("running");
  return made;
}

function orders(told, now) {
  const row = (one) => [
    el("span", {}, t("desk.order"), said(one.id), " ", el("strong", {}, desk("order", one.state))),
    [money(one.worth, one.currency), ago(one.since, now)].filter(Boolean).join(" · "),
    one.state === "ready" ? "ready" : undefined,
  ];
  const open = items(told?.open);
  if (open.length > 0) return section(t("desk.orders"), open.map(row), { name: "orders", rest: more(told.open) });
  return told?.latest ? section(t("desk.latest_order"), [row(told.latest)], { name: "orders" }) : null;
}

function offer(one, now) {
  const rest = left(one.expires, now);
  const state = one.holds ? rest && t("desk.until_in", { time: when(one.expires), rest }) : one.ended ?? t("desk.expired");
  const about = [money(one.price, one.currency), state, one.reason].filter(Boolean).join(" · ");
  return [one.name ?? one.id, about, one.holds ? undefined : "over"];
}

const interaction = ({ channel, type, time, about }, now) => [
  el("span", {}, chip(channel, desk("channel", channel)), type, about ? el("span", { class: "soft" }, ": ", said(about)) : null),
  ago(time, now),
];

function consent(told = {}) {
  const line = (way, purpose, decision) =>
    [t("desk.purpose_way", { purpose: word("purpose", purpose), way: desk("way", way) }), ...(decision === "granted" ? [t("desk.yes")] : [t("desk.no"), "denied"])];
  const lines = Object.entries(told).flatMap(([way, purposes]) =>
    Object.entries(purposes).map(([purpose, decision]) => line(way, purpose, decision)));
  const none = [[t("desk.no_consent"), ""]];
  return section(t("desk.consent"), lines.length > 0 ? lines : none, { name: "consent" });
}

function totals({ match, totals: sums, counters, identifiers }) {
  if (match !== "one") return null;
  const revenue = Object.entries(sums?.revenue ?? {}).map(([currency, amount]) => money(amount, currency)).join(", ");
  const lines = [
    sums?.orders ? [t(sums.orders === 1 ? "desk.one_order" : "desk.count_orders", { count: sums.orders }), revenue] : null,
    counters?.first_seen ? [t("desk.since"), when(counters.first_seen)] : null,
    ...items(identifiers).map(({ kind, value }) => [desk("kind", kind), el("bdi", { class: "mono", dir: "ltr" }, value)]),
  ];
  return section(t("desk.about"), lines.filter(Boolean), { name: "identifiers" });
}
