// What this page knows: the latest events and profiles, bounded, kept up from the stream of updates alone.

const EVENTS_MAX = 200;
const PROFILES_MAX = 500;

export class World {
  /** Rows of the event list, the latest first: `{key, kind, ...}`. */
  rows = [];
  /** Documents by profile id, the latest changed last. */
  profiles = new Map();
  totals = { events: 0, merges: 0, splits: 0 };

  /** Takes one message of the stream in. */
  take({ id, event, data }) {
    const body = JSON.parse(data);
    if (event === "context") this.#event(id, body);
    else if (event === "updates" && body.kind === "updated") this.#profile(body);
    else if (event === "updates") this.#notice(id, body);
  }

  #event(key, { event, profile, version }) {
    this.totals.events += 1;
    this.#row({ key, kind: "event", event, profile, version });
  }

  #profile({ profile, document }) {
    const known = this.profiles.get(profile);
    if (known && known.version > document.version) return;
    this.profiles.delete(profile);
    this.profiles.set(profile, document);
    if (this.profiles.size > PROFILES_MAX) this.profiles.delete(this.profiles.keys().next().value);
  }

  /** Each profile that a merge or split concerns is told of it; it is shown once. */
  #notice(key, { kind, from = [], into = [] }) {
    for (const gone of from.filter((one) => !into.includes(one))) this.profiles.delete(gone);
    const told = JSON.stringify([kind, from, into]);
    if (this.rows.slice(0, 50).some((row) => row.told === told)) return;
    if (kind === "merged") this.totals.merges += 1;
    if (kind === "split") this.totals.splits += 1;
    this.#row({ key, kind, from, into, told });
  }

  #row(row) {
    this.rows.unshift(row);
    this.rows.length = Math.min(this.rows.length, EVENTS_MAX);
  }
}
