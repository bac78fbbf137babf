// The identity graph: what was claimed of a person, and the evidence on every link between two claims.

import { chart, drawing } from "/console/charts.js";
import { el, svg } from "/console/dom.js";
import { settle } from "/console/force.js";
import { day, full, num, t, word } from "/console/i18n.js";
import { masked } from "/console/words.js";

const LINKS_MAX = 80;

/** Why two claims are one person's, or not, in words. */
export function reason(one) {
  if (one.word) return t(one.united ? "why.said" : "why.said_apart");
  if (one.likeness !== undefined) return t("why.alike", { bits: num(Number(one.likeness)) });
  const shared = one.shares ? word("kind", one.shares.kind) : "";
  return one.united ? t("why.shared", { kind: shared }) : word("refused", one.reason);
}

/** An edge's evidence as a line of text. */
export function evidenceLine(one) {
  return el("span", {}, reason(one), one.shares ? [" ", masked(one.shares.value, "ltr")] : null);
}

const ORDER = ["user_id", "loyalty_id", "email", "phone", "order_id", "anonymous_id", "device_id"];
const rank = ({ kind }) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** Of each claim the identifier that tells it best from the others: the rarest. */
function faces(members) {
  const count = (one) => members.filter((member) => holds(member, one)).length;
  return members.map(({ identifiers }) => [...identifiers].sort((a, b) => count(a) - count(b) || rank(a) - rank(b))[0] ?? null);
}

export function graphSection(identity) {
  // A role that is shown nobody's identifiers is told of claims without any.
  const members = identity.members.map((one) => ({ identifiers: [], ...one }));
  const links = identity.evidence.filter(({ between: [a, b] }) => a !== null && b !== null && a !== b).slice(0, LINKS_MAX);
  // A log-in makes what happened on a device before it its customer's: a link without shared evidence of its own.
  const linked = new Set(links.filter((one) => one.united).flatMap((one) => one.between));
  const owned = members.flatMap((one, at) => {
    if (!one.owner || linked.has(at)) return [];
    const to = members.findIndex((other, place) => place !== at && !other.owner && shares(one, other) && holds(other, one.owner));
    const other = to >= 0 ? to : members.findIndex((two, place) => place !== at && holds(two, one.owner));
    return other < 0 ? [] : [{ united: true, owned: one.owner, shares: one.identifiers[0] ?? null, between: [at, other] }];
  });
  // The customer's id is shared by way of the log-in where one of the two does not state it itself.
  const all = [...links.map((one) => {
    const lent = one.united && one.shares && one.between.map((at) => members[at]).find((member) => !holds(member, one.shares));
    return lent?.owner ? { ...one, owned: lent.owner } : one;
  }), ...owned];
  const named = faces(members);
  const label = t("graph.label", { members: members.length, links: all.length });
  const rows = all.map((one, at) => el("li", { "data-edge": at, "data-mark": one.united ? undefined : "bad", tabindex: "0" },
    el("span", { class: "pair" }, name(named[one.between[0]]), el("span", { class: "soft", "aria-hidden": "true" }, one.united ? " — " : " ≠ "), name(named[one.between[1]])),
    el("span", { class: "soft" }, one.owned ? [t("why.log_in"), " ", masked(one.owned.value, "ltr")] : evidenceLine(one))));
  const figure = chart(label, (width) => draw(members, named, all, width, label), { class: "chart graph" });
  const list = el("ul", { class: "evidence" }, rows);
  const light = (index) => {
    for (const one of figure.querySelectorAll("[data-edge]")) one.toggleAttribute("data-lit", one.dataset.edge === index);
    for (const one of rows) one.toggleAttribute("data-lit", one.dataset.edge === index);
  };
  const touched = ({ target }) => light(target.closest("[data-edge]")?.dataset.edge ?? null);
  for (const one of [figure, list]) {
    one.addEventListener("pointerover", touched);
    one.addEventListener("focusin", touched);
    one.addEventListener("pointerleave", () => light(null));
  }
  return el("section", { class: "card" },
    el("h2", {}, t("graph.title")),
    el("p", { class: "soft" }, t(members.length === 1 ? "graph.one" : "graph.about", { members: members.length })),
    members.length > 1 ? figure : el("ul", { class: "evidence" }, el("li", {}, name(named[0]))),
    members.length > 1 ? el("details", { open: rows.length <= 6 }, el("summary", {}, t("graph.evidence", { count: rows.length })), list) : null,
    noted("graph.shared", identity.shared), noted("graph.generic", identity.generic));
}

const holds = (member, owner) => member.identifiers.some((one) => one.kind === owner.kind && one.value === owner.value);
const shares = (one, other) => one.identifiers.some((mine) => holds(other, mine));

function noted(key, values) {
  if (!values?.length) return null;
  return el("p", { class: "soft small" }, t(key), " ", values.slice(0, 8).map((one) => [word("kind", one.kind), " ", masked(one.value, "ltr"), " "]));
}

function name(first) {
  return first ? el("span", {}, el("span", { class: "soft" }, word("kind", first.kind)), " ", masked(first.value, "ltr")) : el("span", {}, t("graph.facts"));
}

function draw(members, named, links, width, label) {
  const height = Math.min(420, Math.max(190, 130 + members.length * 22));
  const places = settle(members.length, links.map((one) => one.between), width, height);
  const most = Math.max(...members.map((one) => one.events), 1);
  return drawing(width, height, label,
    links.map((one, at) => {
      const [a, b] = one.between.map((place) => places[place]);
      const part = 0.44 + (at % 3) * 0.06;
      const middle = { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
      const kind = one.owned ? t("why.log_in_short") : one.word ? t("why.said_short") : one.shares ? word("kind", one.shares.kind) : t("why.alike_short");
      return svg("g", { class: "edge", "data-edge": at, "data-united": String(one.united) },
        svg("line", { class: "touch", x1: a.x, y1: a.y, x2: b.x, y2: b.y }),
        svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }),
        svg("text", { x: middle.x, y: middle.y - 4, "text-anchor": "middle" }, kind));
    }),
    members.map((one, at) => {
      const first = named[at];
      const { x, y } = places[at];
      const r = 8 + 8 * Math.sqrt(one.events / most);
      const words = first ? String(first.value) : t("graph.facts");
      return svg("g", { class: "node", "data-kind": first?.kind },
        svg("circle", { cx: x, cy: y, r }),
        svg("text", { class: "count", x, y: y + 4, "text-anchor": "middle" }, num(one.events)),
        svg("text", { class: "name", x, y: y + r + 14, "text-anchor": "middle", direction: "ltr" }, words.length > 18 ? `${words.slice(0, 17)}…` : words),
        svg("title", {}, [...one.identifiers.map((two) => `${word("kind", two.kind)}: ${two.value} (${word("trust", two.trust)})`), t("graph.member", { count: one.events }), t("profile.since", { time: full(one.since) }), day(one.since)].join("\n")));
    }));
}
