// Who was told of this person. Asked for when it is opened, and each time anew: that is noted too.

import { get } from "/console/api.js";
import { el } from "/console/dom.js";
import { full, t, when, word } from "/console/i18n.js";

const PAGE = 25;

/** A closed part of the page; `path` is where the readings are. */
export function readers(path) {
  const list = el("ol", { class: "story", tabindex: "-1" });
  const note = el("p", { class: "hint", role: "status", dir: "auto" });
  const rest = el("button", { type: "button", class: "plain", hidden: true, onclick: () => ask(next) }, t("more"));
  let next = null;
  let isAsking = false;

  async function ask(cursor) {
    if (isAsking) return;
    isAsking = true;
    try {
      const told = await get(`${path}?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      if (!cursor) list.replaceChildren();
      list.append(...told.readers.map(row));
      next = told.next;
      if (!next && rest === document.activeElement) list.focus();
      rest.hidden = !next;
      note.textContent = !told.kept ? t("readers.unkept") : told.readers.length > 0 ? "" : next ? t("readers.further") : t("readers.none");
    } catch (error) {
      note.textContent = error.status === 403 ? t("not_allowed") : error.message || t("key.needed");
    } finally {
      isAsking = false;
    }
  }
  return el("details", { class: "card readers", ontoggle: ({ currentTarget }) => {
    if (currentTarget.open) ask(null);
  } }, el("summary", {}, el("h2", {}, t("readers.title"))), list, note, rest);
}

function row({ at, who, role, action, purpose, view, shown }) {
  const told = [
    word("told", action), purpose ? t("readers.purpose", { purpose }) : null,
    view ? t("readers.view", { view: word("channel", view) }) : null, word("shown", shown),
  ];
  return el("li", {},
    el("time", { class: "time", datetime: at, title: full(at) }, when(at)),
    el("span", { class: "what" }, el("bdi", {}, el("strong", {}, who)), " ", el("span", { class: "tag" }, word("role", role)), " ",
      el("span", { class: "soft" }, told.filter(Boolean).join(" · "))));
}
