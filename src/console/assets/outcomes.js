// What a code is worth, in words that a cashier acts on.

import { plain, when } from "/console/words.js";

/** By outcome, or state, of a code: the words, what to do, and how grave it is. */
const OUTCOMES = {
  valid: ["Valid", "", "good"],
  redeemed: ["Redeemed", "It counts. The code is used up now.", "good"],
  offline: [
    "Good offline, settled later",
    "The service is away; the code is genuine and was not used at this till.",
    "good",
  ],
  taken: ["Redeemed offline, settled later", "Give it. The service is told as soon as it is back.", "good"],
  unsure: [
    "No answer came",
    "Nobody knows yet whether it was redeemed. Try again: it counts once, however often it is tried.",
    "warn",
  ],
  used: ["Already used", "", "bad"],
  expired: ["Expired", "Its time is over. Ask the customer for a new code.", "warn"],
  revoked: ["Withdrawn", "The code was taken back. Do not honour it.", "bad"],
  wrong_store: ["Not for this store", "The code is for another store.", "bad"],
  unknown: ["Unknown code", "Nobody here made it. Do not honour it.", "bad"],
  full: ["Too much waits to be settled", "This till takes nothing more offline until the service is back.", "warn"],
  unkept: ["Not redeemed", "This browser keeps nothing, so nothing can be redeemed offline.", "warn"],
};

/** Why a code cannot be judged without the service. */
const OFFLINE_WHY = {
  key: [
    "Cannot be verified now",
    "Its key is not known at this till. Wait for the service; do not honour it before.",
    "warn",
  ],
  forged: ["Not genuine", "The signature is wrong. Do not honour it.", "bad"],
  insecure: [
    "Cannot be verified now",
    "This page is not secure (https), so that nothing can be verified offline: accept nothing.",
    "warn",
  ],
  old: [
    "Cannot be verified now",
    "This browser verifies no such signatures (Ed25519): accept nothing offline.",
    "warn",
  ],
};

/** `[title, what to do, how grave]` of a code. */
export const outcomeWords = (qr) =>
  (qr.why && OFFLINE_WHY[qr.why]) ||
  OUTCOMES[qr.state ?? qr.outcome] || [plain(qr.outcome), "Do not honour it.", "warn"];

/** Whether there is something to redeem. */
export const isOpen = (qr) => Boolean(qr) && ["valid", "offline", "unsure"].includes(qr.state ?? qr.outcome);

/** Where and when a code was used. */
export function usedWords({ at, store_id: store }) {
  return [when(at), store ? `in store ${store}` : "in a store that is not known"].join(", ");
}

/** When a product's date is over: `YYMMDD` of this century, where a day of 00 is the month's last. The day itself counts. */
function dateEnds(text) {
  const [year, month, day] = [0, 2, 4].map((at) => Number(text.slice(at, at + 2)));
  return day === 0 ? new Date(2000 + year, month, 1) : new Date(2000 + year, month - 1, day + 1);
}

/** `[title, text, how grave]` of a product, for the customer `context` where there is one. */
export function productWords({ gtin, lot, serial, expires, in_cart: inCart, on_wishlist: wished }, context) {
  const facts = [`GTIN ${gtin}`, lot && `lot ${lot}`, serial && `serial ${serial}`, expires && `expires ${expires}`];
  const text = facts.filter(Boolean).join(" · ");
  if (expires && dateEnds(expires) <= Date.now()) return ["This product’s date is over", text, "bad"];
  if (!context) return ["A product, and no customer", `Scan the customer first, then the product. ${text}`, "warn"];
  if (inCart) return ["It is in their basket", text, "good"];
  return wished
    ? ["It is on their wish list", text, "good"]
    : ["Neither in their basket nor on their wish list", text, "plain"];
}

const KINDS = {
  phone: "telephone number",
  loyalty_id: "loyalty card",
  email: "e-mail address",
  order_id: "order number",
  qr_token: "code",
};

/** Why nobody is shown. */
export const nobody = (kind, by) =>
  (kind === "person" ? `Nobody is known by this ${KINDS[by] ?? plain(by ?? "identifier")}` : "Nothing is known by this");
