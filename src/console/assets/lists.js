// The two lists: events as they come, and profiles as they are.

import { byId, chip, clock, el, nameOf, shortId } from "/console/dom.js";

const NOTICES = { merged: "Became one person", split: "Parted again", moved: "Events of another person", erased: "Taken back" };

/** Shows `rows`; rows that are there already stay, so that a reader's place and focus do too. */
export function showEvents(rows, choose) {
  show(byId("events"), rows, (row) => row.key, (row) => (row.kind === "event" ? eventRow(row, choose) : noticeRow(row, choose)));
}

/** Shows the profiles, the latest changed first; one that changed moves to the top. */
export function showProfiles(profiles, chosen, choose) {
  const documents = [...profiles.values()].reverse();
  show(byId("profiles"), documents, (one) => `${one.id}/${one.version}`, (one) => profileRow(one, choose));
  for (const button of byId("profiles").querySelectorAll(".row")) {
    button.setAttribute("aria-current", String(button.dataset.profile === chosen));
  }
}

export function showTotals(world) {
  const { events, merges, splits } = world.totals;
  const entries = [["events", events], ["profiles", world.profiles.size], ["merges", merges], ["splits", splits]];
  byId("totals").replaceChildren(...entries.map(([name, count]) => el("div", {}, el("dt", {}, name), el("dd", {}, count.toLocaleString()))));
}

function show(list, items, keyOf, make) {
  const there = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const children = items.map((item) => {
    const key = keyOf(item);
    const known = there.get(key);
    if (known) return known;
    const child = el("li", { "data-key": key, class: there.size > 0 ? "fresh" : undefined }, make(item));
    return child;
  });
  const same = children.length === list.children.length && children.every((child, at) => child === list.children[at]);
  if (!same) list.replaceChildren(...children);
}

function eventRow({ event, profile }, choose) {
  return el("button", { class: "row", type: "button", onclick: () => choose(profile) },
    el("span", { class: "main", dir: "auto" }, event.type),
    el("span", { class: "side" }, clock(event.time)),
    el("span", {}, chip(event.channel)),
    el("span", { class: "side mono" }, shortId(profile)));
}

function noticeRow({ kind, from, into }, choose) {
  const ids = (list) => list.map(shortId).join(" + ");
  return el("button", { class: "row notice-row", type: "button", onclick: () => choose(into[0]) },
    el("span", { class: "main" }, NOTICES[kind] ?? kind),
    el("span", { class: "side" }, kind),
    el("span", { class: "mono" }, `${ids(from)} → ${ids(into)}`));
}

function profileRow(one, choose) {
  return el("button", { class: "row", type: "button", "data-profile": one.id, onclick: () => choose(one.id) },
    el("span", { class: "main", dir: "auto" }, nameOf(one.traits) ?? "Somebody"),
    el("span", { class: "side" }, `version ${one.version}`),
    el("span", {}, ...Object.keys(one.counters.by_channel).map(chip)),
    el("span", { class: "side" }, `${one.counters.events} events`),
    el("span", { class: "side mono" }, shortId(one.id)));
}
