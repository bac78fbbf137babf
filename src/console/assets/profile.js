// One person: what is known, how it came together, and what is open. Asked from the API, as any client would.

import { get } from "/console/api.js";
import { consents } from "/console/consent.js";
import { el, nameOf } from "/console/dom.js";
import { feed } from "/console/feed.js";
import { feelingCurve } from "/console/curve.js";
import { graphSection } from "/console/graph.js";
import { ago, full, num, t, word } from "/console/i18n.js";
import { pairs } from "/console/matches.js";
import { matters } from "/console/matters.js";
import { merges } from "/console/merges.js";
import { readers } from "/console/readers.js";
import { timeline } from "/console/timeline.js";
import { masked } from "/console/words.js";

const EVENTS = 200;

/** What is at `path`; nothing where this key's role may not see it. */
const maybe = (path) => get(path).catch((error) => {
  if (error.status) return null;
  throw error;
});

export async function profilePage(root, who) {
  const place = (id) => `/v1/profiles/${encodeURIComponent(id)}`;
  let profile;
  try {
    profile = await get(place(who));
  } catch (refusal) {
    if (!refusal.status) throw refusal;
    return void root.replaceChildren(gone(refusal));
  }
  const { id } = profile;
  const consent = consents(`${place(id)}/consent`, async (position) => {
    await draw(true, position);
    return profile.consent;
  });
  const reads = readers(`${place(id)}/readers`);
  const again = () => draw(true);

  async function draw(isNew, position = 0, isAsked = true) {
    if (isNew) profile = await get(`${place(id)}?min_position=${position}`);
    const [events, identity, joined, similar] = await Promise.all([
      maybe(`${place(id)}/timeline?limit=${EVENTS}`), maybe(`${place(id)}/identity`),
      maybe(`${place(id)}/merges`), maybe(`${place(id)}/matches?limit=5`),
    ]);
    if (!isAsked && root.contains(document.activeElement)) return;
    // Who is shown nobody's identifiers may not say what they decided either.
    consent.show(profile.consent, Boolean(profile.identifiers));
    root.replaceChildren(...[
      head(profile, who),
      events ? timeline(events.events, { path: `${place(id)}/timeline?limit=${EVENTS}`, next: events.next }) : null,
      el("div", { class: "columns" },
        el("div", { class: "wide" },
          identity ? graphSection(identity) : null,
          feelingCurve(profile),
          merges({ id, joined, identity, again }),
          similar?.matches.length > 0 ? part(t("profile.matches"), await pairs(similar.matches, { again, own: id })) : null),
        el("div", {}, known(profile), ...matters(profile, consent.part))),
      reads,
    ].filter(Boolean));
  }
  await draw(false);

  // Drawn anew when the person changed, unless somebody is at work in it.
  let seen = feed.changes.get(id);
  let timer = null;
  const end = feed.listen(({ changes }) => {
    const latest = changes.get(id);
    if (latest === seen) return;
    seen = latest;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!root.contains(document.activeElement)) draw(true, 0, false).catch(() => {});
    }, 300);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}

/** A part of a page with its heading. */
export function part(title, ...children) {
  return el("section", { class: "card" }, el("h2", {}, title), ...children);
}

function gone(refusal) {
  const ids = refusal.profiles ?? [];
  return el("section", { class: "card" },
    el("h1", {}, t(ids.length > 0 ? "profile.several" : "profile.none")),
    el("p", { class: "soft" }, el("bdi", {}, refusal.message)),
    el("ul", { class: "facts" }, ids.map((id) => el("li", {}, el("a", { href: `#/profile/${id}`, class: "mono" }, id)))));
}

function head({ id, version, traits = {}, counters, absorbed = [], journey = [], segments = [] }, who) {
  const name = nameOf(traits);
  const since = counters.first_seen;
  return el("div", { class: "head person-head" },
    el("div", { class: "title" },
      el("h1", {}, name ? masked(name) : t("profile.nameless")),
      traits.tier ? el("span", { class: "tag strong" }, el("bdi", {}, String(traits.tier))) : null,
      segments.map((one) => el("span", { class: "tag" }, word("segment", one.name ?? one)))),
    el("p", { class: "soft" },
      t("profile.sum", { events: counters.events, channels: Object.keys(counters.by_channel).filter((one) => one !== "yekta").length }),
      since ? ` · ${t("profile.since", { time: full(since) })}` : "",
      counters.last_seen ? ` · ${t("profile.last", { time: ago(counters.last_seen) })}` : ""),
    journey.length > 0 ? el("ul", { class: "stands" }, journey.map((one) => el("li", {},
      el("span", { class: "soft" }, word("journey_name", one.name)), " ", el("strong", {}, word("stage", one.stage)),
      el("span", { class: "soft" }, ` ${t("profile.since", { time: ago(one.since) })}`)))) : null,
    el("p", { class: "soft small" }, t("profile.id"), " ", el("span", { class: "mono", dir: "ltr" }, id), ` · ${t("profile.version", { version })}`,
      absorbed.length > 0 ? ` · ${t("profile.absorbed", { count: absorbed.length })}` : "",
      /^[0-9a-f]{32}$/.test(who) && who !== id ? ` · ${t("profile.was", { id: who.slice(0, 8) })}` : ""));
}

function known({ identifiers = [], traits = {} }) {
  const line = ({ kind, value, trust }) => el("li", {},
    el("span", {}, el("span", { class: "soft kind" }, word("kind", kind)), " ", masked(value, "ltr")), el("span", {}, word("trust", trust)));
  const rows = Object.entries(traits).map(([name, value]) => el("li", {},
    el("span", { class: "soft" }, word("trait", name)),
    masked(typeof value === "object" ? JSON.stringify(value) : typeof value === "number" ? num(value) : String(value))));
  return el("section", { class: "card" }, el("h2", {}, t("profile.identifiers")), el("ul", { class: "facts" }, identifiers.map(line)),
    rows.length > 0 ? [el("h3", {}, t("profile.traits")), el("ul", { class: "facts plainly" }, rows)] : null);
}
