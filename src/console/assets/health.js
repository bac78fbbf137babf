// How the service fares: read from /metrics, /readyz and /version like any monitoring would.

import { get, text } from "/console/api.js";
import { spark } from "/console/charts.js";
import { el } from "/console/dom.js";
import { bytes, num, span, t, when, word } from "/console/i18n.js";
import { tile } from "/console/live.js";
import { Samples } from "/console/metrics.js";
import { counts } from "/console/rcx.js";

const LOOK_MS = 2000;
const KEPT = 60;

export async function healthPage(root) {
  const body = el("div", {});
  root.append(el("div", { class: "head" }, el("h1", {}, t("page.health")), el("p", { class: "soft" }, t("health.about"))), body);
  const version = await get("/version");
  const history = [];
  let timer = null;
  let isOver = false;
  async function look() {
    try {
      const [samples, ready, refused] = await Promise.all([
        text("/metrics").then((told) => new Samples(told)),
        get("/readyz").catch((error) => ({ status: error.message })),
        get("/v1/rejections?limit=8").catch(() => ({ rejections: [] })),
      ]);
      history.push({ at: performance.now() / 1000, samples });
      if (history.length > KEPT) history.shift();
      if (!isOver) draw(body, { version, ready, refused, history });
    } finally {
      if (!isOver) timer = setTimeout(() => look().catch(() => {}), LOOK_MS);
    }
  }
  await look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** How much `name` grew per second, between each two looks. */
const rates = (history, name, labels) => history.slice(1).map((one, at) => {
  const before = history[at];
  return Math.max(0, ((one.samples.sum(name, labels) ?? 0) - (before.samples.sum(name, labels) ?? 0)) / (one.at - before.at));
});

function draw(body, { version, ready, refused, history }) {
  const { samples } = history.at(-1);
  const before = history.length > 1 ? history[Math.max(0, history.length - 16)].samples : null;
  const isReady = ready.status === "ready";
  const took = rates(history, "yekta_engine_events_total", { outcome: "accepted" });
  const queue = history.map(({ samples: one }) => Math.max(0, (one.sum("yekta_engine_queue_pushed_total") ?? 0) - (one.sum("yekta_engine_queue_popped_total") ?? 0)));
  const commit = (part) => samples.quantile("yekta_engine_commit_seconds", part, before);
  const fresh = (part) => samples.quantile("yekta_engine_freshness_seconds", part, before);
  // Not every service has each of these.
  const gauge = (title, name, words) => {
    const value = samples.sum(name);
    return value === null ? null : tile(title, words(value));
  };
  const tiles = [
    tile(t("health.state"), t(isReady ? "health.ready" : "health.not_ready"), null, isReady ? "good" : "bad"),
    tile(t("health.rate"), t("per_second", { value: num(took.at(-1) ?? 0) }), spark(took.length > 1 ? took : [0, 0])),
    tile(t("health.queue"), num(queue.at(-1)), spark(queue.length > 1 ? queue : [0, 0])),
    tile(t("health.commit"), span(commit(0.5)), el("span", { class: "soft" }, t("health.p99", { value: span(commit(0.99)) }))),
    tile(t("health.fresh"), span(fresh(0.5)), el("span", { class: "soft" }, t("health.p99", { value: span(fresh(0.99)) }))),
    gauge(t("health.lag"), "yekta_nats_input_lag_messages", num),
    tile(t("health.position"), num(samples.sum("yekta_engine_applied_position") ?? 0)),
    gauge(t("health.people"), "yekta_engine_profiles", num),
    gauge(t("health.store"), "yekta_store_bytes", bytes),
    gauge(t("health.journal"), "yekta_journal_bytes", bytes),
    tile(t("health.written"), bytes(samples.sum("yekta_engine_commit_bytes_sum") ?? 0)),
    tile(t("health.free"), bytes(samples.sum("yekta_engine_disk_free_bytes") ?? 0), null, samples.sum("yekta_engine_disk_full") ? "bad" : undefined),
    tile(t("health.version"), el("bdi", {}, `${version.name} ${version.version}`)),
  ];
  const by = (name, label, kind) => samples.of(name).filter((one) => one.value > 0).sort((a, b) => b.value - a.value).map((one) => [word(kind, one.labels[label]), one.value]);
  body.replaceChildren(
    el("dl", { class: "tiles" }, tiles.filter(Boolean)),
    el("div", { class: "cards" },
      counts(t("health.events"), by("yekta_engine_events_total", "outcome", "outcome")),
      counts(t("health.resolutions"), by("yekta_engine_resolutions_total", "resolution", "resolution")),
      counts(t("health.refusals"), by("yekta_engine_rejections_total", "code", "refusal"))),
    el("section", { class: "card" }, el("h2", {}, t("health.latest")), refused.rejections.length > 0
      ? el("ul", { class: "facts" }, refused.rejections.map((one) => el("li", {},
        el("span", {}, el("strong", {}, word("refusal", one.code)), " ", el("bdi", { class: "soft" }, one.message)), el("time", { datetime: one.time }, when(one.time)))))
      : el("p", { class: "hint" }, t("none"))));
}
