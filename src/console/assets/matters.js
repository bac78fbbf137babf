// What is open with a person, and what they were worth.

import { el } from "/console/dom.js";
import { ago, money, num, t, when, word } from "/console/i18n.js";

const row = (what, about, mark) => el("li", { "data-mark": mark }, el("span", {}, what), el("span", {}, about));
const called = (one) => el("bdi", {}, one.name ?? one.subject ?? one.id ?? one.product_id);

const PARTS = {
  tickets: (one) => row([called(one), one.complaint ? el("span", { class: "tag bad" }, t("matters.complaint")) : null],
    [one.assignee ?? one.team, one.due ? t("matters.due", { time: when(one.due) }) : ago(one.since)].filter(Boolean).join(" · "), one.complaint ? "bad" : undefined),
  promises: (one) => row(el("bdi", {}, one.about ?? word("promise", one.kind ?? "promise")), one.until ? t("matters.due", { time: when(one.until) }) : ago(one.since)),
  orders: (one) => row([called(one), " ", el("strong", {}, word("order", one.state))], el("bdi", {}, money(one.worth, one.currency))),
  cart: (one) => row([called(one), one.quantity && one.quantity !== "1" ? ` × ${num(Number(one.quantity))}` : ""], el("bdi", {}, money(one.price, one.currency))),
  wishlist: (one) => row(called(one), el("bdi", {}, money(one.price, one.currency))),
  offers: (one) => row(called(one), one.expires ? t("live.until", { time: when(one.expires) }) : t("matters.shown", { time: ago(one.shown) })),
  calls: (one) => row(el("bdi", {}, one.id ?? t("matters.call")), one.since ? ago(one.since) : ""),
};

/** `consent` is the part about what they agreed to. */
export function matters({ open, totals, counters }, consent) {
  const parts = Object.entries(PARTS).flatMap(([name, line]) => {
    const list = open[name] ?? [];
    return list.length > 0 ? [el("h3", {}, t(`matters.${name}`)), el("ul", { class: "facts", "data-part": name }, list.slice(0, 20).map(line))] : [];
  });
  const sums = Object.entries(totals.revenue ?? {}).map(([currency, amount]) => money(amount, currency)).join(" · ");
  return [
    el("section", { class: "card" }, el("h2", {}, t("matters.title")), parts.length > 0 ? parts : el("p", { class: "hint" }, t("matters.none"))),
    consent,
    totals.orders ? el("section", { class: "card" }, el("h2", {}, t("matters.worth")), el("ul", { class: "facts plainly" },
      row(t("matters.orders"), num(totals.orders)), row(t("matters.revenue"), el("bdi", {}, sums)))) : null,
    el("section", { class: "card" }, el("h2", {}, t("matters.counted")), el("ul", { class: "facts plainly" },
      Object.entries(counters.by_type).sort((a, b) => b[1] - a[1]).slice(0, 8).map(([type, count]) => row(el("bdi", {}, type), num(count))))),
  ].filter(Boolean);
}
