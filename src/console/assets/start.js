// The first steps: three lines to copy, each of which turns green when the first event came by its way.

import { base } from "/console/api.js";
import { el } from "/console/dom.js";
import { feed } from "/console/feed.js";
import { clock, t } from "/console/i18n.js";
import { person } from "/console/live.js";

const host = location.origin + base;
const shop = JSON.stringify({
  source: "hello-curl", channel: "web", type: "Product Added to Wishlist",
  identifiers: [{ kind: "anonymous_id", value: "a-1" }],
  traits: { first_name: "Sara" },
  properties: { product_id: "p-7", name: "Walnut chair" },
});
const call = JSON.stringify({
  source: "hello-nats", channel: "callcenter", type: "Call Started",
  identifiers: [{ kind: "phone", value: "+989121112233", trust: "observed" }],
});

const node = (key) => `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ host: "${location.origin}"${base && `, path: "${base}/v1/batch"`}, writeKey: "${key}" });
analytics.identify({ userId: "u-1", traits: { firstName: "Sara" } });
analytics.track({ userId: "u-1", event: "Product Viewed", properties: { product_id: "p-7" } });
await analytics.closeAndFlush();`;

const PATHS = [
  { name: "curl", text: (key) => `curl ${host}/v1/events${key === "dev" ? "" : ` -H "Authorization: Bearer ${key}"`} \\\n  -H "Content-Type: application/json" \\\n  -d '${shop}'`, is: (event) => event.source === "hello-curl" },
  { name: "sdk", text: node, is: (event) => Boolean(event.context?.library) },
  { name: "nats", text: () => `nats pub yekta.v1.${base.slice(3) || "default"}.event.callcenter.call_started \\\n  '${call}'`, is: (event) => event.source === "hello-nats" },
];

export function startPage(root) {
  const input = el("input", { id: "write-key", dir: "ltr", value: "dev", autocomplete: "off", spellcheck: "false" });
  const boxes = PATHS.map((path) => box(path));
  input.addEventListener("input", () => boxes.forEach((one) => one.fill(input.value || "dev")));
  const other = el("p", { class: "hint", "aria-live": "polite" });
  root.append(
    el("div", { class: "head" }, el("h1", {}, t("start.title")), el("p", { class: "soft" }, t("start.about"))),
    el("p", { class: "bar keyed" }, el("label", { for: "write-key" }, t("start.key")), input, el("span", { class: "hint" }, t("start.key_hint"))),
    ...boxes.map((one) => one.element),
    other,
    el("p", { class: "hint" }, t("start.more"), " ", el("a", { href: `${base}/openapi.json` }, "openapi.json"), " · ", el("a", { href: `${base}/asyncapi.yaml` }, "asyncapi.yaml"),
      " · ", el("a", { href: `${base}/agent` }, t("page.agent")), " · ", el("a", { href: `${base}/pos` }, t("page.pos"))),
  );
  return feed.listen(({ rows }) => {
    const good = rows.filter((row) => row.kind === "good");
    boxes.forEach((one) => one.look(good));
    other.textContent = good.length > 0 ? t("start.seen", { count: good.length }) : "";
  });
}

function box({ name, text, is }) {
  const code = el("code", {}, text("dev"));
  const state = el("p", { class: "waits", "data-state": "waiting", role: "status" }, t("start.waiting"));
  const copy = el("button", { type: "button", class: "plain", onclick: async () => {
    await navigator.clipboard?.writeText(code.textContent).then(() => { copy.textContent = t("start.copied"); }, () => {});
    setTimeout(() => { copy.textContent = t("start.copy"); }, 1500);
  } }, t("start.copy"));
  const element = el("section", { class: "card path", "data-path": name, "aria-label": t(`start.${name}`) },
    el("div", { class: "bar" }, el("h2", {}, t(`start.${name}`)), copy),
    el("p", { class: "soft" }, t(`start.${name}_about`)),
    el("pre", { dir: "ltr", tabindex: "0" }, code),
    state);
  const look = (good) => {
    const row = good.find((one) => is(one.event));
    if (!row || state.dataset.state === "good") return;
    state.dataset.state = "good";
    element.dataset.state = "good";
    state.replaceChildren(el("strong", {}, t("start.received")), " ", el("bdi", {}, row.event.type), ` · ${clock(row.time)} `,
      ...(row.profile ? [person(row.profile, row.name)] : []));
  };
  return { element, look, fill: (key) => { code.textContent = text(key); } };
}
