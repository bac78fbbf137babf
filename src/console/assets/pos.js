// The till: asks what is scanned, one after the other, and redeems codes, without the service too.

import { KeyNeeded, now, requestId, Unreachable } from "/console/api.js";
import { byId } from "/console/dom.js";
import { drawLine, keyGiven, offerCamera, offerKeyboard, openStorage, Store } from "/console/frame.js";
import { dress, t } from "/console/i18n.js";
import { Jobs } from "/console/jobs.js";
import { parse, tokenIn } from "/console/offline.js";
import { isOpen } from "/console/outcomes.js";
import { headline, tick, view } from "/console/posview.js";
import { Service } from "/console/service.js";
import { watch } from "/console/wedge.js";

/** A customer who left is in nobody's sight for longer than that. */
const CLEAR_MS = 5 * 60_000;
/** Some scanners end with two Enters: the second one redeems nothing that nobody has read yet. */
const READ_MS = 700;
const BUSY_MS = 250;

const storage = openStorage();
const store = new Store(storage);
const service = new Service(storage, {
  changed: () => drawLine(service),
  keyNeeded: () => keyGiven().then(() => service.watch()),
});
const jobs = new Jobs({ changed: drawBusy, failed });

let shown = null;
let shownAt = 0;
let busySince = null;

function show(next) {
  shown = next;
  shownAt = performance.now();
  const again = () => jobs.add(shown.problem.again);
  byId("answer").replaceChildren(...view(shown, { redeem, choose, again, done: () => show(null) }));
  tick(byId("answer"), now());
  byId("said").textContent = shown ? headline(shown) : "";
}

/** The customer who is shown stays while a product is looked at, or something goes wrong. */
const kept = () => (shown ? { context: shown.context, qr: shown.qr } : {});

const one = (context) => (context?.match === "one" ? context : null);

async function failed(error, job) {
  if (error instanceof KeyNeeded) {
    await keyGiven();
    return true;
  }
  const title = t(error instanceof Unreachable ? "till.unreachable" : "till.not_taken");
  show({ ...kept(), problem: { title, text: error.message, again: job } });
  return false;
}

/** Most answers are there before anybody could read that they are waited for. */
function drawBusy() {
  busySince = jobs.count > 0 ? busySince ?? performance.now() : null;
  const text = () => (jobs.count > 1 ? t("till.asking_more", { count: jobs.count - 1 }) : jobs.count === 1 ? t("till.asking") : "");
  if (busySince === null) byId("busy").textContent = "";
  else setTimeout(() => { byId("busy").textContent = text(); }, Math.max(0, BUSY_MS - (performance.now() - busySince)));
}

/** Enter in the field: with a text it is a scan; without one it redeems what is shown. */
function entered(text) {
  if (text && store.id) {
    if (!jobs.add(() => scan(text))) byId("said").textContent = t("till.too_many");
  } else if (!text && performance.now() - shownAt > READ_MS) redeem();
}

async function scan(text) {
  const profile = shown?.context?.profile ?? undefined;
  try {
    take(await service.post("/v1/scan", { scanned: text, store_id: store.id, profile }), text);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const qr = await service.judge(tokenIn(text), store.id);
    if (qr) return show({ qr: { ...qr, state: qr.outcome === "valid" ? "offline" : undefined } });
    const words = t("till.offline_none");
    show({ problem: { title: t("till.unreachable"), text: words, again: () => scan(text) } });
  }
}

function take({ kind, by, qr, product, context, candidates = [] }, text) {
  if (kind === "product") return show({ ...kept(), product });
  const token = tokenIn(text);
  const code = qr && { ...qr, token, benefit: parse(token)?.benefit };
  show({ kind, by, qr: code, context: one(context ?? qr?.context), candidates });
}

function choose(id) {
  jobs.add(async () => show({ context: await service.get(`/v1/context/pos/${encodeURIComponent(id)}`) }));
}

function redeem() {
  const qr = shown?.qr;
  if (isOpen(qr) && jobs.count === 0) jobs.add(() => redeemed(qr));
}

async function redeemed(qr) {
  const at = new Date(now()).toISOString();
  // A signed code does not wait for a service that is known to be away, unless it was asked before.
  const isLocal = service.isThere === false && !qr.request && parse(qr.token) !== null;
  if (isLocal) return show({ context: shown?.context, qr: await redeemedOffline(qr, at) });
  const isFirst = !qr.request;
  qr.request ??= requestId();
  const body = { store_id: store.id, request_id: qr.request };
  try {
    const answer = await service.post(`/v1/qr/${encodeURIComponent(qr.token)}/redeem`, body);
    const counts = answer.outcome === "valid";
    const signed = parse(qr.token);
    if (counts && signed) service.till.spend(signed, { at, store: store.id });
    // The attempt has its answer: the next one is another.
    const after = { ...qr, ...answer, why: undefined, request: undefined, state: counts ? "redeemed" : undefined };
    show({ qr: after, context: one(answer.context) ?? shown?.context });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    // Where nobody owns the tenant this attempt did nothing; one before it may have.
    if (isFirst && error.code === "no_owner") qr.request = undefined;
    show({ context: shown?.context, qr: await redeemedOffline(qr, at) });
  }
}

/** What becomes of `qr` without the service. An attempt that had no answer may have come through all the same. */
async function redeemedOffline(qr, at) {
  const judged = await service.judge(qr.token, store.id);
  const isKnown = judged && (!qr.request || ["used", "wrong_store"].includes(judged.outcome));
  if (judged?.outcome !== "valid") return isKnown ? judged : { ...qr, state: "unsure" };
  const taken = service.till.take(judged.parsed, { at, store: store.id, request: qr.request });
  drawLine(service);
  return taken === "used" ? { ...judged, outcome: taken } : { ...judged, state: taken };
}

byId("doubts-seen").addEventListener("click", () => {
  service.till.seen();
  drawLine(service);
});
const endCamera = offerCamera(entered);
document.addEventListener("keydown", (event) => {
  if (event.key === "F2") {
    event.preventDefault();
    redeem();
  } else if (event.key === "Escape") {
    endCamera();
    byId("scanned").value = "";
    show(null);
  }
});
for (const change of ["online", "offline"]) addEventListener(change, () => service.watch());
setInterval(() => {
  const ended = tick(byId("answer"), now());
  if (ended.length > 0) byId("said").textContent = t("till.expired_said", { what: ended.join(t("comma")) });
  if (shown && jobs.count === 0 && performance.now() - shownAt > CLEAR_MS) show(null);
}, 1000);

dress();
show(null);
drawLine(service);
offerKeyboard();
watch(byId("scanned"), [byId("store-name"), byId("key-value")], entered);
service.watch();
