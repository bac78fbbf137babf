// Signed codes at a till that cannot reach the service: whether a code is genuine, and what was redeemed meanwhile.
//
// Uses WebCrypto and a storage that is handed in, and nothing of a page: runs under Node too.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VERSION = 1;
const HEAD = 14; // version, key id, expiry, store, length of the benefit
const RANDOM = 16;
const SIGNATURE = 64;
const BENEFIT_MAX = 20;
const CONTEXT = new TextEncoder().encode("yekta-offline-v1");
const ANY_STORE = "00000000";
/** Clocks of tills and of the service differ by so much. */
const SKEW_MS = 2 * 60_000;

/** What is remembered at most; a till that has so much to settle takes nothing more offline. */
const WAITING_MAX = 500;
const SPENT_MAX = 5000;
const DOUBTS_MAX = 100;

/** The bytes of a text in base32, upper case, without padding; null where it is none. */
export function decode32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [held, bits, at] = [0, 0, 0];
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  // Another text for the same bytes would be another code to whoever compares texts.
  const spare = held & ((1 << bits) - 1);
  return bits >= 5 || spare !== 0 ? null : bytes;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The token in what a scanner typed: alone, or behind /Q/ in an address. */
export function tokenIn(scanned) {
  const [path] = scanned.trim().split(/[?#]/);
  const parts = path.toUpperCase().split("/Q/");
  return parts[parts.length - 1].replace(/\/$/, "");
}

/** What a signed token says, whether it is genuine or not; null where `token` is none. */
export function parse(token) {
  const bytes = decode32(token);
  if (!bytes || bytes.length < HEAD || bytes[0] !== VERSION) return null;
  const length = bytes[HEAD - 1];
  const signed = HEAD + length + RANDOM;
  if (length > BENEFIT_MAX || bytes.length !== signed + SIGNATURE) return null;
  const benefit = bytes.subarray(HEAD, HEAD + length);
  if (benefit.some((byte) => byte < 0x20 || byte > 0x7e)) return null;
  return {
    token,
    // The random part names the code: it is the same however the rest is written.
    id: hex(bytes.subarray(HEAD + length, signed)),
    kid: hex(bytes.subarray(1, 5)),
    expires: new DataView(bytes.buffer).getUint32(5) * 1000,
    store: hex(bytes.subarray(9, 13)),
    benefit: String.fromCharCode(...benefit),
    signed: bytes.subarray(0, signed),
    signature: bytes.subarray(signed),
  };
}

/** Why signatures cannot be verified here: `insecure` page, `old` browser; null where they can. */
export async function hindrance(subtle = globalThis.crypto?.subtle) {
  if (!subtle) return "insecure";
  // A public key that is a point of the curve; nobody needs its other half.
  const key = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
  return subtle.importKey("jwk", key, "Ed25519", false, ["verify"]).then(() => null, () => "old");
}

async function isGenuine(parsed, key, subtle) {
  const { kty, crv, x } = key;
  const held = await subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
  const message = new Uint8Array(CONTEXT.length + parsed.signed.length);
  message.set(CONTEXT);
  message.set(parsed.signed, CONTEXT.length);
  return subtle.verify("Ed25519", held, parsed.signature, message);
}

/**
 * The outcome of a parsed token at the store `store` at `now`, as the service words it: `valid`, `expired`, `used`,
 * `wrong_store`, or `unknown` with its `why`: `key` where its key is not known here, `forged` where it is not genuine.
 * `till` knows what was redeemed here.
 */
export async function verify(parsed, { keys, store, now, till, subtle = globalThis.crypto.subtle }) {
  const key = keys.find((one) => one.kid === parsed.kid);
  if (!key) return { outcome: "unknown", why: "key" };
  const genuine = await isGenuine(parsed, key, subtle).catch(() => false);
  if (!genuine) return { outcome: "unknown", why: "forged" };
  const hash = await subtle.digest("SHA-256", new TextEncoder().encode(store));
  const here = hex(new Uint8Array(hash, 0, 4));
  if (parsed.store !== ANY_STORE && parsed.store !== here) return { outcome: "wrong_store" };
  // Also where its time is over by now, as that is the more useful answer.
  const used = till.redeemed(parsed.id);
  if (used) return { outcome: "used", used };
  if (now > parsed.expires + SKEW_MS) return { outcome: "expired" };
  return { outcome: "valid" };
}

/** What this till redeemed: what waits to be settled, and what was, for as long as its code could come again. */
export class Till {
  #storage;
  #name;

  constructor(storage, name = "yekta-till") {
    this.#storage = storage;
    this.#name = name;
  }

  /** Read anew each time: another page may have written in between. */
  #read() {
    const held = { waiting: [], spent: [], doubts: [] };
    try {
      return Object.assign(held, JSON.parse(this.#storage.getItem(this.#name) ?? "{}"));
    } catch {
      return held;
    }
  }

  /** Whether `held` is kept now: a storage may be full, or closed to the page. */
  #keeps(held) {
    try {
      this.#storage.setItem(this.#name, JSON.stringify(held));
      return true;
    } catch {
      return false;
    }
  }

  /** Where and when the code `id` was redeemed at this till, or null. */
  redeemed(id) {
    const { waiting, spent } = this.#read();
    const one = [...waiting, ...spent].find((entry) => entry.id === id);
    return one ? { at: one.at, store_id: one.store } : null;
  }

  /**
   * Redeems a code that was verified: `taken`, or why not: `used`, `full`, `unkept` where the storage keeps nothing.
   * `request` names an attempt at the service whose answer did not come.
   */
  take({ token, id, expires }, { at, store, request = null }) {
    const held = this.#read();
    if (this.redeemed(id)) return "used";
    if (held.waiting.length >= WAITING_MAX) return "full";
    held.waiting.push({ token, id, expires, at, store, request });
    return this.#keeps(held) ? "taken" : "unkept";
  }

  /** Remembers a code that was redeemed at the service. */
  spend({ id, expires }, { at, store }) {
    const held = this.#read();
    held.spent.push({ id, expires, at, store });
    return this.#keeps(held);
  }

  /** How many wait to be settled. */
  get waiting() {
    return this.#read().waiting.length;
  }

  /** The next to settle, at most `most`, all of one store. */
  next(most) {
    const { waiting } = this.#read();
    return waiting.filter((one) => one.store === waiting[0].store).slice(0, most);
  }

  /** Takes in what became of `entries`; `now` says which codes need not be remembered any more. */
  settle(entries, results, now) {
    const held = this.#read();
    const done = new Set(entries.map((one) => one.id));
    held.waiting = held.waiting.filter((one) => !done.has(one.id));
    const live = [...held.spent, ...entries].filter((one) => now <= one.expires + 2 * SKEW_MS);
    held.spent = live.map(({ id, expires, at, store }) => ({ id, expires, at, store })).slice(-SPENT_MAX);
    const doubts = entries.flatMap(({ at, token }, index) => {
      const { outcome, used = null, double_use: twice = false } = results[index];
      // What a shop has queued is settled by it: who was second is told in the customer's history.
      return ["valid", "queued"].includes(outcome) && !twice ? [] : [{ at, benefit: parse(token)?.benefit ?? "", outcome, used, twice }];
    });
    held.doubts = [...held.doubts, ...doubts].slice(-DOUBTS_MAX);
    this.#keeps(held);
    return { settled: entries.length, doubts: doubts.length };
  }

  /** Redemptions that do not count, until somebody has seen them. */
  get doubts() {
    return this.#read().doubts;
  }

  seen() {
    this.#keeps({ ...this.#read(), doubts: [] });
  }
}
