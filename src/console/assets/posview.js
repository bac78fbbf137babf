// What the till shows: who stands there, what their code is worth, what they may like.

import { el } from "/console/dom.js";
import { t } from "/console/i18n.js";
import { isOpen, nobody, outcomeWords, productWords, usedWords } from "/console/outcomes.js";
import { items, money, more, plain, product, said, section, ticking } from "/console/words.js";

const SOON_MS = 2 * 60_000;
const SEVERAL = t("till.several");
const NAMELESS = t("profile.nameless");

/** Kinds of matter that are open. What they are about is nothing for a counter that others look over. */
const MATTERS = {
  complaint: t("till.complaint"),
  ticket: t("till.request"),
  order_ready: t("till.order_ready"),
  callback_overdue: t("till.callback"),
};

/** The title of what is shown, as it is read aloud too. */
export function headline({ qr, product: item, context, candidates = [], problem, kind, by }) {
  if (problem) return problem.title;
  if (qr) return outcomeWords(qr)[0];
  if (item) return productWords(item, context)[0];
  if (context) return context.person?.display_name ?? NAMELESS;
  return candidates.length > 0 ? SEVERAL : nobody(kind, by);
}

/** Everything there is to show, in two columns: what is to be done, and what may be told. */
export function view(shown, { redeem, choose, again, done }) {
  if (!shown) {
    const hint = t("till.scan_first");
    return [el("p", { class: "hint" }, hint)];
  }
  const { qr, product: item, context, candidates = [], problem } = shown;
  const isNobody = !qr && !item && !context && !problem && candidates.length === 0;
  const left = [
    problem ? panel([problem.title, problem.text, "warn"], button(t("till.try_again"), again)) : null,
    item ? panel(productWords(item, context)) : null,
    qr ? code(qr, context, redeem) : null,
    candidates.length > 0 ? choice(candidates, choose) : null,
    isNobody ? panel([headline(shown), t("till.ask_another"), "warn"]) : null,
    context ? person(context) : null,
    button(t("till.next_customer"), done, "Esc"),
  ];
  return [el("div", { class: "column" }, ...left), el("div", { class: "column" }, ...(context ? lists(context) : []))];
}

function button(text, onclick, key) {
  return el("button", { type: "button", class: "big", onclick }, text, key ? el("kbd", {}, key) : null);
}

function panel([title, text, grave], ...rest) {
  return el("section", { class: "panel", "data-grave": grave },
    el("h2", {}, title),
    text ? el("p", { dir: "auto" }, text) : null,
    ...rest);
}

function code(qr, context, redeem) {
  // What an unknown code says of itself would only mislead.
  const benefit = qr.benefit && qr.outcome !== "unknown" ? qr.benefit : null;
  const facts = el("dl", {},
    ...pair(t("desk.offer"), qr.offer && named(qr.offer, context)),
    ...pair(t("matters.cart"), qr.basket && named(qr.basket)),
    ...pair(t("till.used"), qr.used && qr.state !== "redeemed" && usedWords(qr.used)),
    ...pair(t("till.time"), isOpen(qr) && qr.expires && until(qr.expires)));
  return panel(outcomeWords(qr),
    benefit ? el("p", { class: "benefit", dir: "auto" }, benefit) : null,
    facts,
    isOpen(qr) ? button(qr.state === "unsure" ? t("till.try_again") : t("till.redeem"), redeem, "F2") : null);
}

const pair = (name, value) => (value ? [el("dt", {}, name), el("dd", { dir: "auto" }, value)] : []);

/** What is called `told`, by its name where the customer's offers tell it. */
function named(told, context) {
  if (typeof told === "object") return told.name ?? told.id ?? items(told).map((one) => product(one)[0]).join(", ");
  return items(context?.offers).find((one) => one.id === told)?.name ?? told;
}

/** A time that `tick` counts down. */
const until = (time) => el("span", { "data-until": time });

/** Counts down what is shown; marks what ends, and answers what just did. */
export function tick(root, now) {
  const ended = [];
  for (const element of root.querySelectorAll("[data-until]")) {
    const time = element.dataset.until;
    const rest = ticking(time, now);
    const text = rest ? t("till.left", { rest }) : t("desk.expired");
    if (element.textContent !== text) element.textContent = text;
    element.toggleAttribute("data-soon", rest !== "" && Date.parse(time) - now < SOON_MS);
    if (rest || element.hasAttribute("data-over")) continue;
    element.setAttribute("data-over", "");
    const row = element.closest("li, .panel");
    row?.classList.add("over");
    ended.push(row?.querySelector(".name")?.textContent ?? t("till.the_code"));
  }
  return ended;
}

function choice(candidates, choose) {
  const row = ({ id, name, why }) => el("button", { type: "button", class: "choice", onclick: () => choose(id) },
    el("bdi", {}, name ?? t("desk.no_name")),
    el("span", { class: "soft" }, why));
  return panel([SEVERAL, t("till.ask_name"), "warn"],
    el("ul", { class: "choices" }, ...candidates.map((one) => el("li", {}, row(one)))));
}

function person({ person: who = {}, attention }) {
  const why = attention?.open ? attention.why : [];
  const matters = why.map((one) => el("li", {}, MATTERS[one] ?? plain(one)));
  return el("section", { class: "panel person" },
    el("h2", {},
      said(who.display_name ?? NAMELESS),
      who.tier ? el("span", { class: "tag tier", dir: "auto" }, who.tier) : null),
    matters.length > 0 ? el("ul", { class: "matters", "aria-label": t("till.please_note") }, ...matters) : null);
}

function lists({ offers, cart, wishlist }) {
  const all = [
    section(t("matters.offers"), items(offers).map(offer), { name: "offers", rest: more(offers) }),
    section(t("matters.cart"), items(cart).map(product), { name: "cart", rest: more(cart) }),
    section(t("matters.wishlist"), items(wishlist).map(product), { name: "wishlist", rest: more(wishlist) }),
  ].filter(Boolean);
  const nothing = t("till.nothing_there");
  return all.length > 0 ? all : [el("p", { class: "hint" }, nothing)];
}

function offer({ id, name, price, currency, reason, holds, expires, ended }) {
  const why = reason ? el("span", { class: "reason" }, t("till.because"), said(reason)) : null;
  const time = holds ? expires && until(expires) : ended ?? t("desk.expired");
  return [
    el("span", {}, el("bdi", { class: "name" }, name ?? id), why),
    el("span", {}, money(price, currency), " ", time),
    holds ? undefined : "over",
  ];
}
