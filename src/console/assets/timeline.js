// All channels on one axis of time, and under it what happened, the latest first.

import { get } from "/console/api.js";
import { chart, drawing, scale } from "/console/charts.js";
import { chip, el, svg } from "/console/dom.js";
import { day, full, hour, isRtl, month, num, t, when, word } from "/console/i18n.js";

const DAY = 86_400_000;
const RANGES = { day: DAY, week: 7 * DAY, month: 30 * DAY, year: 366 * DAY, all: Infinity };
const ORDER = ["web", "mobile", "store", "callcenter"];
const LANE = 30;
const LISTED = 14;

const at = (event) => Date.parse(event.time);
const rank = (channel) => (ORDER.includes(channel) ? ORDER.indexOf(channel) : channel === "yekta" ? 99 : 50);

/** The least range that shows most of it. */
function fitting(events) {
  const last = Math.max(...events.map(at));
  const enough = Math.min(events.length, Math.max(8, events.length / 2));
  return Object.entries(RANGES).find(([, size]) => events.filter((one) => last - at(one) <= size).length >= enough)?.[0] ?? "all";
}

export function timeline(events, more) {
  if (events.length === 0) return el("section", { class: "card" }, el("h2", {}, t("timeline.title")), el("p", { class: "hint" }, t("timeline.none")));
  let range = fitting(events);
  let chosen = null;
  let open = LISTED;
  let next = more.next;
  let hidden = new Set();
  const figure = el("div", {});
  const list = el("ol", { class: "story" });
  const rest = el("button", { type: "button", class: "plain", onclick: async () => {
    open += 40;
    if (open > events.length && next) {
      const page = await get(`${more.path}&cursor=${encodeURIComponent(next)}`);
      events = [...events, ...page.events];
      next = page.next;
    }
    draw();
  } }, t("more"));
  const ranges = Object.keys(RANGES).map((name) => el("button", {
    type: "button", class: "pick", "data-range": name, onclick: () => { range = name; draw(); },
  }, t(`range.${name}`)));
  const channels = [...new Set(events.map((one) => one.channel))].sort((a, b) => rank(a) - rank(b));
  const picks = channels.map((name) => el("button", { type: "button", class: "pick", "data-channel": name, "aria-pressed": "true", onclick: ({ currentTarget }) => {
    if (hidden.has(name)) hidden.delete(name); else hidden.add(name);
    currentTarget.setAttribute("aria-pressed", String(!hidden.has(name)));
    draw();
  } }, word("channel", name)));

  function choose(event) {
    chosen = event.id;
    open = Math.max(open, events.indexOf(event) + 1);
    draw();
    list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  function draw() {
    for (const one of ranges) one.setAttribute("aria-pressed", String(one.dataset.range === range));
    const shown = events.filter((one) => !hidden.has(one.channel));
    figure.replaceChildren(lanes(shown, channels.filter((one) => !hidden.has(one)), range, chosen, choose));
    list.replaceChildren(...shown.slice(0, open).map((one) => row(one, one.id === chosen)));
    rest.hidden = shown.length <= open && !next;
  }
  draw();
  return el("section", { class: "card timeline" },
    el("div", { class: "bar" }, el("h2", {}, t("timeline.title")), el("div", { class: "picks", role: "group", "aria-label": t("timeline.range") }, ranges)),
    el("div", { class: "picks", role: "group", "aria-label": t("timeline.channels") }, picks),
    figure, list, rest);
}

function lanes(events, channels, range, chosen, choose) {
  const times = events.map(at);
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - RANGES[range]);
  const shown = events.filter((one) => at(one) >= first);
  const label = t("timeline.label", { count: shown.length, channels: channels.length });
  return chart(label, (width) => {
    const side = width < 520 ? 12 : 96;
    const top = width < 520 ? 0 : 8;
    const x = scale(first, last, side, width - 14, width);
    const height = channels.length * LANE + top + 24;
    const y = (channel) => top + channels.indexOf(channel) * LANE + LANE / 2;
    const dots = shown.map((one) => {
      const mark = tone(one);
      return svg("circle", {
        class: "dot", "data-channel": one.channel, "data-mark": mark, cx: x(at(one)), cy: y(one.channel), r: one.id === chosen ? 7.5 : mark ? 6 : 4.5,
        "aria-current": one.id === chosen ? "true" : undefined, onclick: () => choose(one),
      }, svg("title", {}, `${one.type} · ${full(one.time)}`));
    });
    return drawing(width, height, label,
      channels.map((name) => [
        svg("line", { class: "lane", "data-channel": name, x1: isRtl ? 14 : side, x2: isRtl ? width - side : width - 14, y1: y(name), y2: y(name) }),
        side > 12 ? svg("text", { class: "lane-name", "data-channel": name, x: isRtl ? width : 0, y: y(name) + 4 }, word("channel", name)) : null,
      ]),
      ticks(first, last, Math.max(2, Math.min(7, Math.floor((width - side) / 110)))).map((time, index, all) => {
        const end = index === 0 ? (side > 12 ? "middle" : "start") : index === all.length - 1 ? "end" : "middle";
        return svg("text", { class: "tick", x: x(time), y: height - 4, "text-anchor": end }, named(time, last - first));
      }),
      dots);
  });
}

const ticks = (first, last, count) => Array.from({ length: count }, (_, at) => first + ((last - first) * at) / (count - 1));
const named = (time, size) => (size < 1.5 * DAY ? hour(time) : size < 200 * DAY ? day(time) : month(time));

const BAD = /failed|delayed|abandoned|denied|complaint|declined|out of stock|cancel/i;
const GOOD = /order completed|delivered|signed in|redeemed|ticket closed/i;

/** Whether something was good or bad for whom it happened to. */
function tone({ type, properties = {} }) {
  if (type === "Contact Decided") return properties.decision === "allow" ? null : "held";
  if (properties.complaint === true || properties.sentiment === "angry" || BAD.test(type)) return "bad";
  return GOOD.test(type) ? "good" : null;
}

function row(event, isChosen) {
  const mark = tone(event);
  return el("li", { "aria-current": isChosen ? "true" : undefined, "data-mark": mark },
    el("time", { class: "time", datetime: event.time, title: full(event.time) }, when(event.time)),
    chip(event.channel, word("channel", event.channel)),
    el("span", { class: "what" }, el("strong", { dir: "auto" }, event.type), " ", about(event)));
}

/** What an event is about, in a few words. */
function about({ type, properties: told = {} }) {
  if (type === "Contact Decided") {
    return el("span", { class: "soft" }, word("decision", told.decision), ": ", el("bdi", {}, told.template ?? word("purpose", told.purpose)), ` · ${word("reason", told.reason)}`);
  }
  if (told.survey && told.score !== undefined) {
    return el("span", { class: "soft" }, `${String(told.survey).toUpperCase()} ${num(Number(told.score))}`, told.comment ? [" ", el("q", { dir: "auto" }, told.comment)] : null);
  }
  const words = told.name ?? told.subject ?? told.query ?? told.order_id ?? told.path ?? told.sentiment;
  return words ? el("bdi", { class: "soft" }, String(words)) : null;
}
