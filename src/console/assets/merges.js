// Whom this person absorbed, by which evidence, and how to take it back.

import { post } from "/console/api.js";
import { el, shortId } from "/console/dom.js";
import { evidenceLine } from "/console/graph.js";
import { num, t } from "/console/i18n.js";

/** A button that asks before it does; `act` does it. */
export function sure(words, question, act) {
  const holder = el("span", { class: "sure" });
  const note = (text) => el("span", { class: "error", role: "alert" }, el("bdi", {}, text));
  const calm = (...more) => holder.replaceChildren(el("button", { type: "button", class: "plain", onclick: ask }, words), ...more);
  const back = (...more) => {
    calm(...more);
    holder.firstChild.focus();
  };
  function ask() {
    const yes = el("button", { type: "button", onclick: async () => {
      yes.disabled = true;
      try {
        await act();
        holder.replaceChildren(el("span", { class: "done", role: "status" }, t("done")));
      } catch (error) {
        back(note(error.status === 403 ? t("not_allowed") : error.message || t("key.needed")));
      }
    } }, t("yes"));
    holder.replaceChildren(el("span", { class: "soft" }, question), yes, el("button", { type: "button", class: "plain", onclick: () => back() }, t("no")));
    yes.focus();
  }
  calm();
  return holder;
}

export function merges({ joined, identity, again }) {
  // A word may tell of several claims.
  const said = [...new Map((identity?.evidence ?? []).filter((one) => one.word).map((one) => [one.word, one])).values()];
  const list = joined?.merges ?? [];
  if (list.length === 0 && said.length === 0) return null;
  const undo = async (body) => {
    await post("/v1/identity/undo", body);
    await again();
  };
  const rows = list.map((one) => el("li", {},
    el("div", {},
      el("strong", {}, t("merges.absorbed")), " ", el("span", { class: "mono", dir: "ltr" }, shortId(one.absorbed)),
      el("span", { class: "soft" }, ` · ${t("merges.claims", { count: one.members.length, events: num(one.members.reduce((sum, two) => sum + two.events, 0)) })}`),
      el("ul", { class: "why" }, one.evidence.length > 0
        ? one.evidence.map((two) => el("li", {}, evidenceLine(two)))
        : el("li", {}, t("why.log_in")))),
    sure(t("merges.undo"), t("merges.sure"), () => undo({ absorbed: one.absorbed, by: "console" }))));
  const words = said.filter((one) => !list.some((two) => two.evidence.some((three) => three.word === one.word))).map((one) => el("li", {},
    el("div", {}, el("strong", {}, t(one.united ? "why.said" : "why.said_apart")), " ", el("span", { class: "mono", dir: "ltr" }, shortId(one.word))),
    sure(t("merges.take_back"), t("merges.sure"), () => undo({ word: one.word }))));
  return el("section", { class: "card" }, el("h2", {}, t("merges.title")), el("ul", { class: "acts" }, rows, words));
}
