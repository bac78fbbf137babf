// The till's line to the service: whether it is there, the keys for when it is not, and what is to be settled after that.

import { get, KeyNeeded, now, post, Unreachable } from "/console/api.js";
import { hindrance, parse, Till, verify } from "/console/offline.js";

const KEYS = "yekta-qr-keys";
const PATIENCE_MS = 4000;
/** Where it did not answer the last time, nobody at the till waits long to learn it again. */
const PATIENCE_AWAY_MS = 1500;
const SETTLE_PATIENCE_MS = 20_000;
const SETTLE_MOST = 100;
const AGAIN_MS = 60_000;
const AGAIN_AWAY_MS = 5000;

export class Service {
  /** Null until it is known. */
  isThere = null;
  /** Whether signed codes can be verified without the service: known a moment later. */
  canVerify = true;
  till;
  #storage;
  #changed;
  #keyNeeded;
  #timer = null;
  #settling = false;

  /** `changed` is called when there is something else to say of the line, `keyNeeded` when nothing goes without a key. */
  constructor(storage, { changed, keyNeeded }) {
    this.#storage = storage;
    this.#changed = changed;
    this.#keyNeeded = keyNeeded;
    this.till = new Till(storage);
    hindrance().then((why) => {
      this.canVerify = why === null;
      changed();
    });
  }

  /** Asks for the keys now and again, which tells whether the service is there; settles what waits. */
  async watch() {
    clearTimeout(this.#timer);
    try {
      const { keys } = await this.#heard(get("/v1/qr/keys", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }));
      if (Array.isArray(keys)) this.#storage.setItem(KEYS, JSON.stringify(keys));
    } catch {
      // A service without such keys, or a storage that is closed: what is not there is not used.
    }
    await this.settle();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.watch(), this.isThere ? AGAIN_MS : AGAIN_AWAY_MS);
  }

  get #patience() {
    return this.isThere === false ? PATIENCE_AWAY_MS : PATIENCE_MS;
  }

  post(path, body, patience = this.#patience) {
    return this.#heard(post(path, body, patience));
  }

  get(path) {
    return this.#heard(get(path, { cache: "no-store", signal: AbortSignal.timeout(this.#patience) }));
  }

  /** Whatever it answers, a refusal too, says that it is there. */
  async #heard(asked) {
    try {
      const answer = await asked;
      this.#there(true);
      return answer;
    } catch (error) {
      this.#there(!(error instanceof Unreachable));
      throw error;
    }
  }

  #there(is) {
    if (this.isThere === is) return;
    const isBack = is && this.isThere === false;
    this.isThere = is;
    this.#changed();
    if (isBack || !is) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.watch(), is ? 0 : AGAIN_AWAY_MS);
    }
  }

  /** What a signed token is worth without the service at `store`; null where `token` is none. */
  async judge(token, store) {
    const parsed = parse(token);
    if (!parsed) return null;
    const { benefit, expires } = parsed;
    const facts = { token, parsed, offline: true, benefit, expires: new Date(expires).toISOString() };
    const why = await hindrance();
    if (why) return { ...facts, outcome: "unknown", why };
    const verdict = await verify(parsed, { keys: this.#keys(), store, now: now(), till: this.till });
    return { ...facts, ...verdict };
  }

  #keys() {
    try {
      return JSON.parse(this.#storage.getItem(KEYS) ?? "[]");
    } catch {
      return [];
    }
  }

  /** Tells the service what was redeemed without it. Repeated for as long as no answer comes: it counts once. */
  async settle() {
    if (this.#settling || !this.isThere || this.till.waiting === 0) return;
    this.#settling = true;
    let most = SETTLE_MOST;
    try {
      while (this.till.waiting > 0) {
        const entries = this.#batch(most);
        const results = await this.#settled(entries).catch((error) => {
          const isRefused = error.status >= 400 && error.status < 500 && error.status !== 429;
          if (error instanceof KeyNeeded || !isRefused) throw error;
          return null;
        });
        // One that is refused as such keeps no other from being settled.
        if (results) this.till.settle(entries, results, now());
        else if (most === 1) this.till.settle(entries, [{ outcome: "refused" }], now());
        else most = 1;
        this.#changed();
      }
    } catch (error) {
      if (error instanceof KeyNeeded) this.#keyNeeded();
    } finally {
      this.#settling = false;
    }
  }

  /** Those of one store; an attempt whose answer did not come is asked for alone. */
  #batch(most) {
    const next = this.till.next(most);
    const plain = next.filter((one) => !one.request);
    return next[0].request ? [next[0]] : plain;
  }

  async #settled(entries) {
    const [{ store, token, request }] = entries;
    if (request) {
      // Where the attempt came through, it was this till that redeemed it, and nobody else.
      const path = `/v1/qr/${encodeURIComponent(token)}/redeem`;
      const { outcome } = await this.post(path, { store_id: store, request_id: request }, SETTLE_PATIENCE_MS);
      if (outcome === "valid") return [{ outcome }];
    }
    const redemptions = entries.map((one) => ({ token: one.token, at: one.at }));
    const { settled } = await this.post("/v1/qr/settle", { store_id: store, redemptions }, SETTLE_PATIENCE_MS);
    if (settled?.length !== entries.length) throw new Unreachable("the service answered something else");
    return settled;
  }
}
