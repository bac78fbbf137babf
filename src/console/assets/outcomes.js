// What a code is worth, in words that a cashier acts on.

import { t } from "/console/i18n.js";
import { plain, when } from "/console/words.js";

/** By outcome, or state, of a code: the words, what to do, and how grave it is. */
const OUTCOMES = {
  valid: [t("till.valid"), "", "good"],
  redeemed: [t("till.redeemed"), t("till.it_counts"), "good"],
  offline: [
    t("till.good_offline"),
    t("till.service_away"),
    "good",
  ],
  taken: [t("till.redeemed_offline"), t("till.give_it"), "good"],
  unsure: [
    t("till.no_answer_came"),
    t("till.unsure"),
    "warn",
  ],
  used: [t("till.already_used"), "", "bad"],
  expired: [t("till.expired"), t("till.time_over"), "warn"],
  revoked: [t("till.withdrawn"), t("till.taken_back"), "bad"],
  wrong_store: [t("till.wrong_store"), t("till.another_store"), "bad"],
  unknown: [t("till.unknown_code"), t("till.made_by_nobody"), "bad"],
  full: [t("till.full"), t("till.till_full"), "warn"],
  unkept: [t("till.not_redeemed"), t("till.keeps_nothing"), "warn"],
};

/** Why a code cannot be judged without the service. */
const OFFLINE_WHY = {
  key: [
    t("till.unverified"),
    t("till.key_unknown"),
    "warn",
  ],
  forged: [t("till.not_genuine"), t("till.forged"), "bad"],
  insecure: [
    t("till.unverified"),
    t("till.insecure"),
    "warn",
  ],
  old: [
    t("till.unverified"),
    t("till.old_browser"),
    "warn",
  ],
};

/** `[title, what to do, how grave]` of a code. */
export const outcomeWords = (qr) =>
  (qr.why && OFFLINE_WHY[qr.why]) ||
  OUTCOMES[qr.state ?? qr.outcome] || [plain(qr.outcome), t("till.refuse"), "warn"];

/** Whether there is something to redeem. */
export const isOpen = (qr) => Boolean(qr) && ["valid", "offline", "unsure"].includes(qr.state ?? qr.outcome);

/** Where and when a code was used. */
export function usedWords({ at, store_id: store }) {
  return [when(at), store ? t("till.in_store", { store }) : t("till.in_a_store_that_is")].join(t("comma"));
}

/** When a product's date is over: `YYMMDD` of this century, where a day of 00 is the month's last. The day itself counts. */
function dateEnds(text) {
  const [year, month, day] = [0, 2, 4].map((at) => Number(text.slice(at, at + 2)));
  return day === 0 ? new Date(2000 + year, month, 1) : new Date(2000 + year, month - 1, day + 1);
}

/** `[title, text, how grave]` of a product, for the customer `context` where there is one. */
export function productWords({ gtin, lot, serial, expires, in_cart: inCart, on_wishlist: wished }, context) {
  const facts = [`GTIN ${gtin}`, lot && t("till.lot", { lot }), serial && t("till.serial", { serial }), expires && t("till.expires", { expires })];
  const text = facts.filter(Boolean).join(" · ");
  if (expires && dateEnds(expires) <= Date.now()) return [t("till.date_over"), text, "bad"];
  if (!context) return [t("till.product_alone"), t("till.customer_first", { text }), "warn"];
  if (inCart) return [t("till.in_basket"), text, "good"];
  return wished
    ? [t("till.on_wish_list"), text, "good"]
    : [t("till.in_neither"), text, "plain"];
}

const KINDS = {
  phone: t("till.telephone_number"),
  loyalty_id: t("till.loyalty_card"),
  email: t("till.email_address"),
  order_id: t("till.order_number"),
  qr_token: t("till.code"),
};

/** Why nobody is shown. */
export const nobody = (kind, by) =>
  (kind === "person" ? t("till.nobody_by", { kind: KINDS[by] ?? plain(by ?? "identifier") }) : t("till.nothing_known"));
