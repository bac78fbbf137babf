// Publishes what a web shop and an app say of one customer:
//
//   node out/publish.js
//
// YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_WRITE_KEY its write key, if it has one.

import { setTimeout as sleep } from "node:timers/promises";

interface Ingested {
  status: "committed" | "queued";
  accepted: number;
  duplicates: number | null;
  rejected: { index: number; id: string | null; code: string; message: string }[];
}

const url = (process.env["YEKTA_URL"] ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const key = process.env["YEKTA_WRITE_KEY"];
const TRIES = 8;

// Source and id say which event it is: whoever does not know whether it came through sends it again, and it counts once
// all the same. Take an id that is yours already (of the order, of the call), or make one before the first try.
const events = [
  {
    id: "example-1", source: "shop", channel: "web", type: "Product Added to Wishlist", time: "2026-11-22T10:00:00Z",
    identifiers: [{ kind: "anonymous_id", value: "cookie-1", trust: "observed" }],
    properties: { product_id: "p-7", name: "Bag", price: 18500000, currency: "IRR" },
  },
  {
    id: "example-2", source: "app", channel: "mobile", type: "Signed In", time: "2026-11-22T10:05:00Z",
    identifiers: [
      { kind: "anonymous_id", value: "cookie-1" },
      { kind: "user_id", value: "sara" },
      { kind: "phone", value: "+98 912 345 6789", trust: "verified" },
    ],
    traits: { first_name: "Sara", last_name: "Rahimi" },
  },
];

/** Sends events until the service has them. */
async function publish(events: object[]): Promise<Ingested> {
  const headers = { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) };
  for (let left = TRIES - 1; ; left--) {
    let wait = 1;
    try {
      // The answer comes after the commit: what is accepted then is found at once. At most 2,500 events a request.
      const request = { method: "POST", headers, body: JSON.stringify(events), signal: AbortSignal.timeout(30_000) };
      const answer = await fetch(`${url}/v1/events?wait=commit`, request);
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text);
      // Too much at once, or not ready: nothing was taken. Any other refusal would be the same next time.
      if ((answer.status !== 429 && answer.status !== 503) || left === 0) {
        console.error(`refused with ${answer.status}: ${text}`);
        process.exit(1);
      }
      wait = Number(answer.headers.get("Retry-After")) || wait;
      console.error(`not now (${answer.status}), once more in ${wait} s`);
    } catch (error) {
      // Not reached, or cut off: the events may have been taken. Their ids make it harmless to send them again.
      if (left === 0) throw error;
      console.error(`no answer (${(error instanceof Error && error.cause) || error}), once more in ${wait} s`);
    }
    await sleep(wait * 1000);
  }
}

const answer = await publish(events);
console.log(`${answer.status}: ${answer.accepted} new, ${answer.duplicates} known before`);
// A bad item never fails the others; it would be refused again, so it has to be mended and not repeated.
for (const { index, id, code, message } of answer.rejected) {
  console.error(`refused: item ${index} (${id}), ${code}: ${message}`);
}
process.exitCode = answer.rejected.length > 0 ? 1 : 0;
