// Who may be one person by their facts: to be looked at, and decided by somebody.

import { get, post } from "/console/api.js";
import { bar } from "/console/charts.js";
import { el, nameOf, shortId } from "/console/dom.js";
import { num, t, word } from "/console/i18n.js";
import { sure } from "/console/merges.js";
import { masked } from "/console/words.js";

const PAGE = 12;
const COMPARED = ["birth_date", "city", "postcode", "address"];

export async function matchesPage(root) {
  const list = el("div", {});
  root.append(el("div", { class: "head" }, el("h1", {}, t("page.matches")), el("p", { class: "soft" }, t("matches.about"))), list);
  async function add(cursor) {
    const { matches, next } = await get(`/v1/identity/matches?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    if (!cursor && matches.length === 0) return void list.append(el("p", { class: "card hint" }, t("matches.none")));
    const shown = await pairs(matches, { again: async () => {} });
    const more = next ? el("button", { type: "button", class: "plain", onclick: () => {
      more.remove();
      add(next);
    } }, t("more")) : null;
    list.append(shown, ...(more ? [more] : []));
  }
  await add(null);
}

/** Pairs to decide; `own` is who is looked at already, and need not be told again. */
export async function pairs(matches, { again, own = null }) {
  const ids = [...new Set(matches.flatMap((one) => one.profiles))];
  const people = new Map(await Promise.all(ids.map(async (id) => [id, await get(`/v1/profiles/${id}`).catch(() => null)])));
  return el("ul", { class: "pairs" }, matches.map((one) => pair(one, people, own, again)));
}

function pair({ profiles, likeness }, people, own, again) {
  const [a, b] = profiles;
  const say = (path) => async () => {
    await post(`/v1/identity/${path}`, { a, b, by: "console", why: "reviewed in the console" });
    await again();
  };
  const needed = Number(likeness.needed) || 1;
  const bits = Number(likeness.bits);
  const others = own ? profiles.filter((one) => one !== own) : profiles;
  return el("li", { class: own ? "" : "card" },
    el("div", { class: "faces" }, others.map((id) => face(id, people.get(id)))),
    el("div", { class: "likeness" },
      el("p", {}, el("strong", {}, t(bits >= needed ? "matches.strong" : "matches.weak")),
        el("span", { class: "soft" }, ` ${t("matches.bits", { bits, needed })}`)),
      bar(bits / (needed * 1.6), bits >= needed ? "good" : "warn"),
      el("ul", { class: "fields" }, likeness.fields.map((field) => el("li", { "data-mark": Number(field.bits) < 0 ? "bad" : undefined },
        el("span", {}, word("field", field.field)), " ", el("span", { class: "soft" }, word("level", field.level)))))),
    el("div", { class: "bar" },
      sure(t("matches.merge"), t("matches.merge_sure"), say("merge")),
      sure(t("matches.separate"), t("matches.separate_sure"), say("separate"))));
}

function face(id, profile) {
  const traits = profile?.traits ?? {};
  const facts = COMPARED.filter((name) => traits[name]).map((name) => el("li", {}, el("span", { class: "soft" }, word("trait", name)), masked(String(traits[name]))));
  const known = (profile?.identifiers ?? []).slice(0, 3).map((one) => el("li", {}, el("span", { class: "soft" }, word("kind", one.kind)), masked(one.value, "ltr")));
  return el("div", { class: "face" },
    el("a", { href: `#/profile/${id}`, class: "person" }, nameOf(traits) ? masked(nameOf(traits)) : el("span", { class: "mono" }, shortId(id))),
    profile ? el("span", { class: "soft" }, ` ${t("graph.member", { count: num(profile.counters.events) })}`) : null,
    el("ul", { class: "facts plainly" }, facts, known));
}
