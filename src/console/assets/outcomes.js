// What a code is worth, in words that a cashier acts on.

import { t } from "/console/i18n.js";
import { plain, when } from "/console/words.js";

/** By outcome, or state, of a code: the words, what to do, and how grave it is. */
const OUTCOMES = {
  valid: [t("till.valid"), "", "good"],
  redeemed: [t("till.redeemed"), t("till.it_counts_the_code_is"), "good"],
  offline: [
    t("till.good_offline_settled_later"),
    t("till.the_service_is_away_the"),
    "good",
  ],
  taken: [t("till.redeemed_offline_settled_later"), t("till.give_it_the_service_is"), "good"],
  unsure: [
    t("till.no_answer_came"),
    t("till.nobody_knows_yet_whether_it"),
    "warn",
  ],
  used: [t("till.already_used"), "", "bad"],
  expired: [t("till.expired"), t("till.its_time_is_over_ask"), "warn"],
  revoked: [t("till.withdrawn"), t("till.the_code_was_taken_back"), "bad"],
  wrong_store: [t("till.not_for_this_store"), t("till.the_code_is_for_another"), "bad"],
  unknown: [t("till.unknown_code"), t("till.nobody_here_made_it_do"), "bad"],
  full: [t("till.too_much_waits_to_be"), t("till.this_till_takes_nothing_more"), "warn"],
  unkept: [t("till.not_redeemed"), t("till.this_browser_keeps_nothing_so"), "warn"],
};

/** Why a code cannot be judged without the service. */
const OFFLINE_WHY = {
  key: [
    t("till.cannot_be_verified_now"),
    t("till.its_key_is_not_known"),
    "warn",
  ],
  forged: [t("till.not_genuine"), t("till.the_signature_is_wrong_do"), "bad"],
  insecure: [
    t("till.cannot_be_verified_now"),
    t("till.this_page_is_not_secure"),
    "warn",
  ],
  old: [
    t("till.cannot_be_verified_now"),
    t("till.this_browser_verifies_no_such"),
    "warn",
  ],
};

/** `[title, what to do, how grave]` of a code. */
export const outcomeWords = (qr) =>
  (qr.why && OFFLINE_WHY[qr.why]) ||
  OUTCOMES[qr.state ?? qr.outcome] || [plain(qr.outcome), t("till.do_not_honour_it"), "warn"];

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
  if (expires && dateEnds(expires) <= Date.now()) return [t("till.this_products_date_is_over"), text, "bad"];
  if (!context) return [t("till.a_product_and_no_customer"), t("till.customer_first", { text }), "warn"];
  if (inCart) return [t("till.it_is_in_their_basket"), text, "good"];
  return wished
    ? [t("till.it_is_on_their_wish"), text, "good"]
    : [t("till.neither_in_their_basket_nor"), text, "plain"];
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
  (kind === "person" ? t("till.nobody_by", { kind: KINDS[by] ?? plain(by ?? "identifier") }) : t("till.nothing_is_known_by_this"));
