// What the till shows: who stands there, what their code is worth, what they may like.

import { el } from "/console/dom.js";
import { isOpen, nobody, outcomeWords, productWords, usedWords } from "/console/outcomes.js";
import { items, money, more, plain, product, said, section, ticking } from "/console/words.js";

const SOON_MS = 2 * 60_000;
const SEVERAL = "Several customers may be meant";
const NAMELESS = "A customer without a name";

/** Kinds of matter that are open. What they are about is nothing for a counter that others look over. */
const MATTERS = {
  complaint: "A complaint is open",
  ticket: "A request is open",
  order_ready: "An order is ready to be fetched",
  callback_overdue: "A promised call-back is overdue",
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
    const hint = "Scan a customer’s code or loyalty card, or type their telephone or order number.";
    return [el("p", { class: "hint" }, hint)];
  }
  const { qr, product: item, context, candidates = [], problem } = shown;
  const isNobody = !qr && !item && !context && !problem && candidates.length === 0;
  const left = [
    problem ? panel([problem.title, problem.text, "warn"], button("Try again", again)) : null,
    item ? panel(productWords(item, context)) : null,
    qr ? code(qr, context, redeem) : null,
    candidates.length > 0 ? choice(candidates, choose) : null,
    isNobody ? panel([headline(shown), "Ask for another number or card.", "warn"]) : null,
    context ? person(context) : null,
    button("Next customer", done, "Esc"),
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
    ...pair("Offer", qr.offer && named(qr.offer, context)),
    ...pair("Basket", qr.basket && named(qr.basket)),
    ...pair("Used", qr.used && qr.state !== "redeemed" && usedWords(qr.used)),
    ...pair("Time", isOpen(qr) && qr.expires && until(qr.expires)));
  return panel(outcomeWords(qr),
    benefit ? el("p", { class: "benefit", dir: "auto" }, benefit) : null,
    facts,
    isOpen(qr) ? button(qr.state === "unsure" ? "Try again" : "Redeem", redeem, "F2") : null);
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
    const text = rest ? `${rest} left` : "expired";
    if (element.textContent !== text) element.textContent = text;
    element.toggleAttribute("data-soon", rest !== "" && Date.parse(time) - now < SOON_MS);
    if (rest || element.hasAttribute("data-over")) continue;
    element.setAttribute("data-over", "");
    const row = element.closest("li, .panel");
    row?.classList.add("over");
    ended.push(row?.querySelector(".name")?.textContent ?? "the code");
  }
  return ended;
}

function choice(candidates, choose) {
  const row = ({ id, name, why }) => el("button", { type: "button", class: "choice", onclick: () => choose(id) },
    el("bdi", {}, name ?? "without a name"),
    el("span", { class: "soft" }, why));
  return panel([SEVERAL, "Ask for the name, and choose the one they say. Do not read these names out.", "warn"],
    el("ul", { class: "choices" }, ...candidates.map((one) => el("li", {}, row(one)))));
}

function person({ person: who = {}, attention }) {
  const why = attention?.open ? attention.why : [];
  const matters = why.map((one) => el("li", {}, MATTERS[one] ?? plain(one)));
  return el("section", { class: "panel person" },
    el("h2", {},
      said(who.display_name ?? NAMELESS),
      who.tier ? el("span", { class: "tag tier", dir: "auto" }, who.tier) : null),
    matters.length > 0 ? el("ul", { class: "matters", "aria-label": "Please note" }, ...matters) : null);
}

function lists({ offers, cart, wishlist }) {
  const all = [
    section("Offers", items(offers).map(offer), { name: "offers", rest: more(offers) }),
    section("Basket", items(cart).map(product), { name: "cart", rest: more(cart) }),
    section("Wish list", items(wishlist).map(product), { name: "wishlist", rest: more(wishlist) }),
  ].filter(Boolean);
  const nothing = "No offers, nothing in the basket or on the wish list.";
  return all.length > 0 ? all : [el("p", { class: "hint" }, nothing)];
}

function offer({ id, name, price, currency, reason, holds, expires, ended }) {
  const why = reason ? el("span", { class: "reason" }, "because: ", said(reason)) : null;
  const time = holds ? expires && until(expires) : ended ?? "expired";
  return [
    el("span", {}, el("bdi", { class: "name" }, name ?? id), why),
    el("span", {}, money(price, currency), " ", time),
    holds ? undefined : "over",
  ];
}
