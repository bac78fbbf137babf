// What the service advises, in sentences: what to do, what to leave, why a caller is not known.

import { el } from "/console/dom.js";
import { desk, t, word } from "/console/i18n.js";
import { ago, money, place, plain, said, when } from "/console/words.js";

/** By step: the words, with what it is about between them. */
const STEPS = {
  identify: () => [t("desk.identify")],
  resolve_complaint: (about) => [t("desk.complaint_first"), ...quoted(about), t("desk.then_sell_nothing")],
  call_back: (about) => [t("desk.call_back"), ...quoted(about)],
  follow_up_ticket: (about) => [t("desk.tell_ticket"), ...quoted(about)],
  tell_order_ready: (about) => [t("desk.order_ready"), said(about ?? "")],
  tell_order_state: (about) => [t("desk.order_stands"), said(about ?? "")],
  help_with_session: (about) => [t("desk.help_session"), ...quoted(about)],
  remind_of_offer: (about) => [t("desk.remind_offer"), ...quoted(about)],
  ask_about_wishlist: (about) => [t("desk.ask_wishlist"), ...quoted(about)],
  greet: () => [t("desk.greet")],
};

const quoted = (about) => (about ? [t("desk.quote_open"), said(about), t("desk.quote_close")] : []);

/** The parts of a sentence for a next step. */
export function stepWords({ step, about } = {}) {
  const words = STEPS[step] ?? ((what) => [plain(step ?? t("desk.no_advice")), ...quoted(what)]);
  return words(about);
}

const WHY_NOT = {
  open_complaint: t("desk.open_complaint"),
  denied: t("desk.denied"),
  declined: t("desk.declined"),
  used: t("desk.used"),
  withdrawn: t("desk.withdrawn"),
  bought: t("desk.bought"),
};

const LEFT_ALONE = { offer: t("desk.offer"), product: t("desk.product") };

/** `[what, why]` of something that is to be left alone. */
export function avoidWords({ what, id, name, why }) {
  const reason = WHY_NOT[why] ?? plain(why);
  if (what === "selling") return [t("desk.sell_nothing"), name ? `${reason}: ${name}` : reason];
  if (what === "contact") {
    const [way, purpose] = id.split(":");
    return [t("desk.no_contact", { purpose: word("purpose", purpose ?? "contact"), way: desk("way", way) }), reason];
  }
  return [el("span", {}, `${LEFT_ALONE[what] ?? plain(what)}: `, said(name ?? id)), reason];
}

/** Why nobody is shown, by `why`: a title, and what to do. */
const STRANGERS = {
  unknown: [
    t("desk.unknown"),
    t("desk.unknown_help"),
  ],
  withheld: [
    t("desk.withheld"),
    t("desk.withheld_help"),
  ],
  malformed: [
    t("desk.malformed"),
    t("desk.malformed_help"),
  ],
  shared: [
    t("desk.shared"),
    t("desk.shared_help"),
  ],
};

export const strangerWords = (why, match) => STRANGERS[why] ?? STRANGERS[match === "many" ? "shared" : "unknown"];

const PROMISES = { callback: t("desk.callback"), price: t("desk.price"), offer: t("desk.offer") };

/** `[what, about, mark]` of a promise at `now`. */
export function promiseWords({ kind, id, about, price, currency, until, channel, since, overdue }, now) {
  const due = until ? t(kind === "callback" ? "desk.by" : "desk.until", { time: when(until) }) : "";
  const from = channel && t("desk.promised", { place: place(channel) });
  const facts = [money(price, currency), overdue ? "" : due, from, ago(since, now)];
  return [
    el("span", {}, `${PROMISES[kind] ?? plain(kind)}: `, said(about ?? id)),
    el("span", {},
      overdue ? el("strong", {}, until ? t("desk.overdue_since", { time: when(until) }) : t("desk.overdue"), " · ") : null,
      facts.filter(Boolean).join(" · ")),
    overdue ? "overdue" : undefined,
  ];
}
