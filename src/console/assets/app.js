// The console's frame: which page is shown, the search, the key, language and light. The pages are modules of their own.

import { KeyNeeded, useKey } from "/console/api.js";
import { byId, el } from "/console/dom.js";
import { feed } from "/console/feed.js";
import { healthPage } from "/console/health.js";
import { dress, kept, lang, speak, t, THEME } from "/console/i18n.js";
import { livePage } from "/console/live.js";
import { matchesPage } from "/console/matches.js";
import { profilePage } from "/console/profile.js";
import { reportsPage } from "/console/reports.js";
import { searchPage, seek } from "/console/search.js";
import { startPage } from "/console/start.js";

const PAGES = {
  live: livePage,
  matches: matchesPage,
  reports: reportsPage,
  health: healthPage,
  start: startPage,
  profile: profilePage,
  search: searchPage,
};
const IN_NAV = ["live", "matches", "reports", "health", "start"];

let leave = null;
let turn = 0;

const parts = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);

/** Asks for the read key, once for all who need it. */
let asked = null;
export function keyGiven() {
  byId("key").hidden = false;
  byId("key-value").focus();
  asked ??= new Promise((given) => {
    byId("key").addEventListener("submit", (event) => {
      event.preventDefault();
      useKey(byId("key-value").value);
      byId("key-value").value = "";
      byId("key").hidden = true;
      asked = null;
      given();
    }, { once: true });
  });
  return asked;
}

/** Shows the page that the address names. A page gives what is to be done when it is left, if anything. */
async function show() {
  const mine = (turn += 1);
  const [name, ...rest] = parts();
  const page = PAGES[name] ?? null;
  if (!page) return location.replace(feed.isEmpty ? "#/start" : "#/live");
  leave?.();
  leave = null;
  for (const link of byId("nav").children) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${t(`page.${name}`)} · ${t("brand")}`;
  const root = el("div", { class: `page ${name}` });
  byId("view").replaceChildren(root);
  for (;;) {
    try {
      const left = await page(root, ...rest);
      if (mine === turn) leave = left ?? null;
      else left?.();
      return;
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof KeyNeeded)) {
        root.replaceChildren(el("p", { class: "card error", role: "alert" }, el("bdi", {}, error.message)));
        return;
      }
      await keyGiven();
      root.replaceChildren();
    }
  }
}

function theme(isTurned) {
  const isDark = (kept(THEME) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const now = isTurned ? (isDark ? "light" : "dark") : isDark ? "dark" : "light";
  if (isTurned) kept(THEME, now);
  if (isTurned) document.documentElement.dataset.theme = now;
  byId("theme").textContent = t(now === "dark" ? "theme.light" : "theme.dark");
}

function furnish() {
  dress();
  byId("brand-name").textContent = t("brand");
  byId("skip").textContent = t("skip");
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("view").focus();
  });
  byId("nav").setAttribute("aria-label", t("nav"));
  byId("nav").replaceChildren(...IN_NAV.map((name) => el("a", { href: `#/${name}`, "data-page": name }, t(`page.${name}`))));
  byId("who").placeholder = t("search.hint");
  byId("who").setAttribute("aria-label", t("search.label"));
  byId("find").textContent = t("search.find");
  byId("key-label").textContent = t("key.needed");
  byId("key-open").textContent = t("key.open");
  byId("language").textContent = lang === "fa" ? "English" : "فارسی";
  byId("language").lang = lang === "fa" ? "en" : "fa";
  byId("language").addEventListener("click", () => speak(lang === "fa" ? "en" : "fa"));
  theme(false);
  byId("theme").addEventListener("click", () => theme(true));
  byId("lookup").addEventListener("submit", (event) => {
    event.preventDefault();
    // The value is kept off the address: it may be a person's number.
    seek(byId("who").value.trim());
    byId("who").value = "";
    if (location.hash === "#/search") show();
    else location.hash = "#/search";
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    byId("who").focus();
  });
}

furnish();
feed.listen(({ state }) => {
  byId("state").dataset.state = state;
  const words = t(`state.${state}`);
  if (byId("state").textContent !== words) byId("state").textContent = words;
});
feed.run(keyGiven);
feed.ready.then(() => {
  addEventListener("hashchange", show);
  show();
});
