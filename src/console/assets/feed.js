// What the service publishes, as this page has seen it: followed once for all pages, bounded, the latest first.

import { KeyNeeded, updates } from "/console/api.js";

/** Positions of the past that the page begins with. */
const BACKLOG = 2000;
const ROWS_MAX = 400;
const NAMES_MAX = 2000;
const SECONDS = 60;
const RETRY_MS = 1000;
/** For how long the first event of the past is waited for. */
const PATIENCE_MS = 250;

class Feed {
  rows = [];
  totals = { good: 0, refused: 0, merged: 0, held: 0 };
  /** Events in each of the last seconds, the latest last. */
  rate = Array(SECONDS).fill(0);
  state = "connecting";
  /** Names by profile id. */
  names = new Map();
  /** Where a profile changed last, by its id. */
  changes = new Map();
  /** How many messages were decided about, by profile id. */
  #decided = new Map();
  #listeners = new Set();
  #drawing = false;
  #cursor = null;
  #since = Infinity;
  #said;
  ready = new Promise((said) => { this.#said = said; });

  /** Whether nothing ever came. */
  get isEmpty() {
    return this.rows.length === 0 && this.#since < BACKLOG;
  }

  /** Calls `heard` now and whenever something came, once per frame; gives how to end that. */
  listen(heard) {
    this.#listeners.add(heard);
    heard(this);
    return () => this.#listeners.delete(heard);
  }

  #tell() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      for (const heard of [...this.#listeners]) heard(this);
    });
  }

  #set(state) {
    this.state = state;
    this.#tell();
  }

  async run(keyGiven) {
    setInterval(() => {
      this.rate = [...this.rate.slice(1), 0];
      this.#tell();
    }, 1000);
    for (;;) {
      try {
        await this.#follow();
        this.#set("lost");
      } catch (error) {
        this.#set(error instanceof KeyNeeded ? "locked" : "lost");
        if (error instanceof KeyNeeded) {
          await keyGiven();
          continue;
        }
        this.#said();
      }
      await new Promise((again) => setTimeout(again, RETRY_MS));
    }
  }

  async #follow() {
    if (this.#cursor === null) await this.#begin();
    const stop = new AbortController();
    // A page that is left may be kept by the browser, and would keep one of its few connections.
    addEventListener("pagehide", () => stop.abort(), { once: true });
    for await (const { id, event, data } of updates(this.#cursor, stop.signal)) {
      this.state = "live";
      if (id !== null) this.#cursor = id;
      if (event && event !== "reset") this.#take(id, event, JSON.parse(data));
      this.#tell();
      if (this.rows.length > 0) this.#said();
      else setTimeout(this.#said, PATIENCE_MS);
    }
  }

  /** The first message says where the present is: what is shown begins a little before it. */
  async #begin() {
    const stop = new AbortController();
    for await (const { id } of updates(null, stop.signal)) {
      this.#since = Number(id);
      this.#cursor = String(Math.max(0, this.#since - BACKLOG));
      break;
    }
    stop.abort();
  }

  #take(key, stream, body) {
    if (stream === "context") this.#good(key, body);
    else if (stream === "dlq") this.#row({ key, kind: "refused", time: body.at, code: body.code, message: body.message, body: body.body, source: body.source });
    else if (stream === "insight") this.#row({ key, kind: "insight", time: body.at, about: body.about, what: body.kind });
    else if (stream === "action") this.#row({ key, kind: "action", time: body.time ?? body.at, profile: body.profile, action: body });
    else if (body.kind === "updated") this.#updated(key, body);
    else if (["merged", "split", "moved", "erased"].includes(body.kind)) this.#changed(key, body);
  }

  #good(key, { event, context, profile }) {
    const who = context?.profile ?? profile ?? null;
    const name = context?.person?.display_name ?? this.names.get(who) ?? null;
    if (Number(key) > this.#since) this.rate[SECONDS - 1] += 1;
    this.#row({ key, kind: "good", time: event.received ?? event.time, event, profile: who, name });
  }

  /** A document tells names, and decisions about messages that were written down with the person. */
  #updated(key, { profile, document, cause }) {
    this.changes.delete(profile);
    this.changes.set(profile, key);
    if (this.#decided.size > NAMES_MAX) this.#decided.clear();
    if (this.changes.size > NAMES_MAX) this.changes.delete(this.changes.keys().next().value);
    const name = [document.traits?.first_name, document.traits?.last_name].filter(Boolean).join(" ");
    if (name) this.names.set(profile, name);
    if (this.names.size > NAMES_MAX) this.names.delete(this.names.keys().next().value);
    const { by_type: types = {}, last_seen: time } = document.counters ?? {};
    // Commands have no event: whether it was this one, only the count tells.
    const [place, before] = [types["Contact Decided"] ?? 0, this.#decided.get(profile)];
    this.#decided.set(profile, place);
    if (place > (before ?? (cause?.count === 0 ? 0 : place))) this.#row({ key, kind: "decided", time, profile, name, place });
  }

  /** Each profile that a merge or split concerns is told of it; it is shown once. */
  #changed(key, { kind, profile, from = [], into = [], cause, time }) {
    const told = JSON.stringify([kind, from, into]);
    if (this.rows.slice(0, 50).some((row) => row.told === told)) return;
    this.#row({ key, kind, profile: into[0] ?? profile, from, into, told, cause, time: time ?? null });
  }

  #row(row) {
    row.isNew = Number(row.key) > this.#since;
    if (row.kind in this.totals) this.totals[row.kind] += 1;
    if (row.kind === "decided") this.totals.held += 1;
    this.rows.unshift(row);
    this.rows.length = Math.min(this.rows.length, ROWS_MAX);
  }
}

export const feed = new Feed();
