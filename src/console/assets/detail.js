// One profile, whole: asked from the API, as any client would.

import { get } from "/console/api.js";
import { byId, chip, clock, el, nameOf, shortId } from "/console/dom.js";

const TIMELINE = 50;

/** Shows whoever is at `who`, a profile id or kind:value. Answers the profile's id, null where there is no one. */
export async function showProfile(who) {
  try {
    const path = `/v1/profiles/${encodeURIComponent(who)}`;
    const profile = await get(path);
    const timeline = await get(`/v1/profiles/${encodeURIComponent(profile.id)}/timeline?limit=${TIMELINE}`);
    byId("detail").replaceChildren(...whole(profile, timeline.events));
    return profile.id;
  } catch (refusal) {
    if (!refusal.message) throw refusal;
    const ids = (refusal.profiles ?? []).map((id) => el("li", {}, el("span", { class: "mono" }, id)));
    byId("detail").replaceChildren(el("p", { class: "error" }, refusal.message), el("ul", { class: "facts" }, ...ids));
    return null;
  }
}

function whole(profile, events) {
  const { counters, totals, open } = profile;
  const revenue = Object.entries(totals.revenue ?? {}).map(([currency, amount]) => `${amount} ${currency}`).join(", ");
  return [
    el("p", { class: "who", dir: "auto" }, nameOf(profile.traits) ?? "Somebody"),
    el("p", { class: "soft" }, el("span", { class: "mono" }, profile.id), ` version ${profile.version}`),
    el("p", {}, ...Object.entries(counters.by_channel).map(([name, count]) => el("span", {}, chip(name), `${count} `))),
    section("Identifiers", profile.identifiers, (one) => [`${one.kind}: ${one.value}`, one.trust]),
    section("Traits", Object.entries(profile.traits), ([name, value]) => [name, text(value)]),
    section("Cart", open.cart, line),
    section("Wish list", open.wishlist, line),
    section("Orders that are open", open.orders, (one) => [one.id, [one.state, one.worth, one.currency].filter(Boolean).join(" ")]),
    section("Open tickets", open.tickets, (one) => [one.subject ?? one.id, clock(one.since)]),
    section("Offers", open.offers, (one) => [one.name ?? one.id, one.expires ? `until ${clock(one.expires)}` : ""]),
    section("Orders in all", totals.orders ? [totals] : [], () => [`${totals.orders} orders`, revenue]),
    section("Consent", consents(profile.consent), (pair) => pair),
    section("Was also", profile.absorbed, (id) => [el("span", { class: "mono" }, shortId(id)), "absorbed"]),
    section("Timeline", events, (one) => [el("span", {}, chip(one.channel), one.type), clock(one.time)]),
  ].filter(Boolean);
}

function section(title, items, pair) {
  if (!items || items.length === 0) return null;
  const lines = items.map((item) => {
    const [what, about] = pair(item);
    return el("li", {}, el("span", { dir: "auto" }, what), el("span", { dir: "auto" }, about ?? ""));
  });
  return el("section", {}, el("h3", {}, title), el("ul", { class: "facts" }, ...lines));
}

const line = (one) => {
  const price = [one.price, one.currency].filter(Boolean).join(" ");
  return [one.name ?? one.product_id, [one.quantity && `× ${one.quantity}`, price].filter(Boolean).join("  ")];
};

const consents = (consent) =>
  Object.entries(consent).flatMap(([channel, purposes]) => Object.entries(purposes).map(([purpose, decision]) => [`${channel}, ${purpose}`, decision]));

const text = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
