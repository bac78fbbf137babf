// Search by any identifier. What is sought travels in a body, never in an address.

import { post } from "/console/api.js";
import { el } from "/console/dom.js";
import { t, word } from "/console/i18n.js";
import { person } from "/console/live.js";

let sought = "";

/** What the next search page seeks. */
export const seek = (text) => { sought = text; };

const ANY = ["user_id", "loyalty_id", "order_id", "anonymous_id", "device_id", "email", "phone"];

/** The identifiers that `text` may be. */
export function guesses(text) {
  const named = /^([a-z][a-z0-9_]*):\s*(.+)$/i.exec(text);
  if (named && !text.includes("://")) return [{ kind: named[1].toLowerCase(), value: named[2] }];
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return [{ kind: "email", value: text }];
  if (/^\+[\d\s()۰-۹٠-٩-]{6,}$/.test(text)) return [{ kind: "phone", value: text }];
  const isNumber = /^[\d\s۰-۹٠-٩()-]{6,}$/.test(text);
  return ANY.filter((kind) => kind !== "email" && (isNumber || kind !== "phone")).map((kind) => ({ kind, value: text }));
}

export async function searchPage(root) {
  root.append(el("div", { class: "head" }, el("h1", {}, t("page.search"))));
  if (!sought) return void root.append(el("p", { class: "card hint" }, t("search.help")));
  if (/^[0-9a-f]{32}$/.test(sought)) return void location.replace(`#/profile/${sought}`);
  const found = new Map();
  // One by one: of identifiers that are asked together, each has to be of the same person.
  const answers = await Promise.all(guesses(sought).map((identifier) =>
    post("/v1/lookup", { identifiers: [identifier] }).then((told) => [identifier.kind, told], (error) => {
      if (!error.status) throw error;
      return [identifier.kind, { match: "none", profiles: [], candidates: [] }];
    })));
  for (const [kind, { match, profiles, candidates }] of answers) {
    if (match === "one") for (const one of profiles) found.set(one.profile, { name: one.person?.display_name, why: word("kind", kind) });
    for (const one of candidates) found.set(one.id, { name: one.name, why: word("why", one.why) });
  }
  const [only] = found.keys();
  if (found.size === 1) return void location.replace(`#/profile/${only}`);
  if (found.size === 0) {
    return void root.append(el("div", { class: "card" },
      el("p", {}, t("search.none", { what: sought })), el("p", { class: "hint" }, t("search.help"))));
  }
  root.append(el("div", { class: "card" }, el("p", {}, t("search.many", { count: found.size })),
    el("ul", { class: "facts" }, [...found].map(([id, { name, why }]) =>
      el("li", {}, person(id, name), el("span", {}, why))))));
}
