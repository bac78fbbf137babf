// The reports, one at a time, over a span of days.

import { get } from "/console/api.js";
import { el } from "/console/dom.js";
import { t } from "/console/i18n.js";
import { contacts, coverage, insights, segments } from "/console/rlists.js";
import { cx, cxAsks } from "/console/rcx.js";
import { besideAsks, besideDays, gap } from "/console/rgap.js";
import { journey } from "/console/rjourney.js";

const PAGES = { cx, journey, gap, coverage, segments, contacts, insights };
const UNDATED = ["segments", "insights"];
const DAY = 86_400_000;
let days = 30;
let by = "channel";

export async function reportsPage(root, name = "cx") {
  const page = PAGES[name] ?? cx;
  const tabs = Object.keys(PAGES).map((one) => el("a", { href: `#/reports/${one}`, "aria-current": PAGES[one] === page ? "page" : undefined }, t(`reports.${one}`)));
  const body = el("div", { class: "report" });
  const choice = (label, values, now, words, change) => el("label", { class: "choice" }, el("span", { class: "soft" }, label),
    el("select", { onchange: ({ target }) => {
      change(target.value);
      redraw();
    } }, values.map((one) => el("option", { value: one, selected: String(one) === String(now) }, words(one)))));
  const asks = el("div", { class: "asks" },
    page === cx ? choice(t("reports.by"), cxAsks, by, (one) => t(`by.${one}`), (value) => { by = value; }) : null,
    UNDATED.includes(name) ? null : choice(t("reports.span"), [7, 30, 90, 365], days, (one) => t("reports.days", { count: one }), (value) => { days = Number(value); }),
    page === gap ? besideAsks(() => redraw()) : null);
  root.append(
    el("div", { class: "head" }, el("h1", {}, t("page.reports"))),
    el("div", { class: "bar" }, el("nav", { class: "tabs", "aria-label": t("page.reports") }, tabs), asks),
    body,
  );
  let turn = 0;
  async function draw() {
    const mine = (turn += 1);
    const from = new Date(Date.now() - (days - 1) * DAY).toISOString().slice(0, 10);
    const query = new URLSearchParams(UNDATED.includes(name) ? {} : { from, ...(page === cx ? { by } : page === gap ? besideDays() : {}) });
    const path = name === "insights" ? "/v1/insights" : `/v1/reports/${name}`;
    const told = await get(`${path}?${query}`);
    if (mine !== turn) return;
    body.replaceChildren(el("p", { class: "soft lead" }, t(`reports.${name}_about`)), ...[page(told)].flat().filter(Boolean));
  }
  const redraw = () => draw().catch((error) => body.replaceChildren(
    el("p", { class: "card error", role: "alert" }, el("bdi", {}, error.message || t("key.needed")))));
  await draw();
}
