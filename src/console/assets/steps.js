// What the service advises, in sentences: what to do, what to leave, why a caller is not known.

import { el } from "/console/dom.js";
import { ago, money, place, plain, said, when } from "/console/words.js";

/** By step: the words, with what it is about between them. */
const STEPS = {
  identify: () => ["Ask who is calling"],
  resolve_complaint: (about) => ["See to the complaint first", ...quoted(about), ". Sell nothing."],
  call_back: (about) => ["A promised call-back is overdue: apologise, and deal with it now", ...quoted(about)],
  follow_up_ticket: (about) => ["Tell how the open ticket stands", ...quoted(about)],
  tell_order_ready: (about) => ["Tell them that order ", said(about ?? ""), " is ready"],
  tell_order_state: (about) => ["Tell them how order ", said(about ?? ""), " stands"],
  help_with_session: (about) => ["They are in the shop at this moment. Help with what is in the basket", ...quoted(about)],
  remind_of_offer: (about) => ["Remind them of their offer", ...quoted(about)],
  ask_about_wishlist: (about) => ["Ask about their wish list", ...quoted(about)],
  greet: () => ["Greet them: nothing presses"],
};

const quoted = (about) => (about ? [": “", said(about), "”"] : []);

/** The parts of a sentence for a next step. */
export function stepWords({ step, about } = {}) {
  const words = STEPS[step] ?? ((what) => [plain(step ?? "no advice"), ...quoted(what)]);
  return words(about);
}

const WHY_NOT = {
  open_complaint: "a complaint is open",
  denied: "they said no",
  declined: "they declined it",
  used: "they used it already",
  withdrawn: "it was taken back",
  bought: "they bought it already",
};

const LEFT_ALONE = { offer: "Offer", product: "Product" };

/** `[what, why]` of something that is to be left alone. */
export function avoidWords({ what, id, name, why }) {
  const reason = WHY_NOT[why] ?? plain(why);
  if (what === "selling") return ["Sell nothing", name ? `${reason}: ${name}` : reason];
  if (what === "contact") {
    const [way, purpose] = id.split(":");
    return [`No ${plain(purpose ?? "contact")} by ${plain(way)}`, reason];
  }
  return [el("span", {}, `${LEFT_ALONE[what] ?? plain(what)}: `, said(name ?? id)), reason];
}

/** Why nobody is shown, by `why`: a title, and what to do. */
const STRANGERS = {
  unknown: [
    "Unknown caller",
    "Nobody is known by this number. Ask for the name, and for an order number or e-mail address to look them up by.",
  ],
  withheld: [
    "The caller hides the number",
    "So nothing can be looked up by it. Ask who is calling, and look them up by what they say.",
  ],
  malformed: [
    "The number cannot be read",
    "The telephone system passed on something that is no number. Ask who is calling.",
  ],
  shared: [
    "Several customers use this number",
    "Ask for the name, and never guess: do not read these names out, let the caller say theirs.",
  ],
};

export const strangerWords = (why, match) => STRANGERS[why] ?? STRANGERS[match === "many" ? "shared" : "unknown"];

const PROMISES = { callback: "Call back", price: "Price", offer: "Offer" };

/** `[what, about, mark]` of a promise at `now`. */
export function promiseWords({ kind, id, about, price, currency, until, channel, since, overdue }, now) {
  const due = until ? `${kind === "callback" ? "by" : "until"} ${when(until)}` : "";
  const from = channel && `promised ${place(channel)}`;
  const facts = [money(price, currency), overdue ? "" : due, from, ago(since, now)];
  return [
    el("span", {}, `${PROMISES[kind] ?? plain(kind)}: `, said(about ?? id)),
    el("span", {},
      overdue ? el("strong", {}, until ? `OVERDUE since ${when(until)}` : "OVERDUE", " · ") : null,
      facts.filter(Boolean).join(" · ")),
    overdue ? "overdue" : undefined,
  ];
}
