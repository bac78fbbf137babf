// A copy of all profiles in a file. It is JSON: `profiles` has the documents by id, `cursor` says behind what to go on,
// and `complete` is false until every profile was told.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** A profile; the members are those of GET /v1/profiles/{id}. */
export interface Document {
  id: string;
  version: number;
  [member: string]: unknown;
}

export type Update =
  | { kind: "updated"; profile: string; version: number; document: Document }
  | { kind: "merged" | "split" | "moved" | "erased"; profile: string; from: string[]; into: string[] };

export class Copy {
  profiles = new Map<string, Document>();
  complete = false;
  cursor: string | null = null;
  #saved: string;

  constructor(readonly path: string) {
    if (existsSync(path)) {
      const kept = JSON.parse(readFileSync(path, "utf8"));
      this.profiles = new Map(Object.entries(kept.profiles));
      [this.complete, this.cursor] = [kept.complete, kept.cursor];
    }
    this.#saved = this.#state();
    this.#keepSaved();
  }

  /** Lets an update hold. One that was told before changes nothing. */
  tell(update: Update) {
    if (update.kind === "updated") {
      const { profile, version, document } = update;
      // Of somebody new any version may come: an id that ended and lives again goes on counting.
      const known = this.profiles.get(profile)?.version ?? version - 1;
      if (version > known + 1) {
        const missing = `after version ${known} of profile ${profile} came ${version}`;
        console.error(`UPDATES ARE MISSING: ${missing}. Remove ${this.path} to begin anew.`);
        process.exit(1);
      }
      if (version > known) this.profiles.set(profile, document);
    } else {
      // Whoever was there and is not among those that are is no more. Who goes on, and who is new, was told just before
      // by an `updated` of their own.
      for (const gone of update.from) {
        if (!update.into.includes(gone)) this.profiles.delete(gone);
      }
    }
  }

  /** Writes the file anew. Whoever kills this finds it as it was or as it is, each with its own cursor. */
  save() {
    if (this.#state() === this.#saved) return;
    const { cursor, complete } = this;
    const profiles = Object.fromEntries(this.profiles);
    writeFileSync(`${this.path}.new`, JSON.stringify({ cursor, complete, profiles }), { flush: true });
    renameSync(`${this.path}.new`, this.path);
    this.#saved = this.#state();
  }

  #state() {
    return JSON.stringify([this.cursor, this.complete]);
  }

  /** Saves once a second; where there is so much that it takes long, a twentieth of the time. */
  #keepSaved() {
    const begun = performance.now();
    try {
      this.save();
    } catch (error) {
      console.error(`not saved (${error}); tried again`);
    }
    setTimeout(() => this.#keepSaved(), Math.max(1000, 20 * (performance.now() - begun))).unref();
  }
}
