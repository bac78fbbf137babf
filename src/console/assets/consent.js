// What a person agreed to, by way of contact and purpose; whoever asked them writes down here what they decided.

import { put, requestId } from "/console/api.js";
import { el } from "/console/dom.js";
import { t, word } from "/console/i18n.js";
import { sure } from "/console/merges.js";

const NAMES = { way: ["sms", "email", "push", "call"], purpose: ["marketing", "service"] };

/**
 * A part that stays when the page is drawn anew, so that what came of a change can be read. Decisions are put at `path`;
 * `again(position)` has the page drawn as it is since, and gives what holds. `show` tells that.
 */
export function consents(path, again) {
  const list = el("ul", { class: "facts" });
  const none = el("p", { class: "hint" }, t("consent.none"));
  const note = el("p", { class: "soft", role: "status", tabindex: "-1" });
  const acts = el("div", { class: "asks" });
  const [way, purpose] = Object.entries(NAMES).map(([kind, names]) =>
    el("select", { name: kind, "aria-label": t(`consent.${kind}`), onchange: offer }, names.map((one) => el("option", { value: one }, word(kind, one)))));
  const more = el("details", {}, el("summary", {}, t("consent.more")), el("div", { class: "asks" }, way, purpose), acts);
  const part = el("section", { class: "card consent" }, el("h2", {}, t("consent.title")), list, none, more, note);
  let isRefused = false;

  /** A button to write one decision down, which asks before it does. Tried again, it is the same decision. */
  function change(way, purpose, decision, act) {
    const what = { way: word("way", way), purpose: word("purpose", purpose), decision: word("consent", decision) };
    const request = requestId();
    return sure([t(`consent.${act}`), el("span", { class: "unseen" }, ` ${what.way} · ${what.purpose}`)], t("consent.sure", what), async () => {
      note.textContent = "";
      try {
        const { position } = await put(`${path}?request_id=${request}`, { [way]: { [purpose]: decision } });
        const holds = await again(position).catch(() => null);
        // A refusal weighs more than a grant that nothing vouches for.
        note.textContent = t(holds && holds[way]?.[purpose] !== decision ? "consent.outweighed" : "consent.said", what);
      } catch (error) {
        if (error.status !== 403) throw error.message ? new Error(t("consent.failed", { why: error.message })) : error;
        isRefused = true;
        show(held, false);
        note.textContent = t("not_allowed");
      }
      note.focus();
    });
  }

  function offer() {
    acts.replaceChildren(change(way.value, purpose.value, "granted", "grant"), change(way.value, purpose.value, "denied", "deny"));
  }

  let held;
  function show(consent, mayChange) {
    held = consent;
    more.hidden = isRefused || !mayChange;
    list.replaceChildren(...Object.entries(consent).flatMap(([way, purposes]) => Object.entries(purposes).map(([purpose, decision]) => {
      const isGranted = decision === "granted";
      return el("li", {},
        el("span", {}, word("way", way), " · ", word("purpose", purpose), " ",
          el("span", { class: `tag ${isGranted ? "good" : "bad"}` }, `${isGranted ? "✓" : "✕"} ${word("consent", decision)}`)),
        more.hidden ? null : isGranted ? change(way, purpose, "denied", "withdraw") : change(way, purpose, "granted", "grant"));
    })));
    none.hidden = list.childElementCount > 0;
    offer();
  }
  return { part, show };
}
