// Keeps a copy of all profiles in a file, true over broken connections, restarts and kills:
//
//   node out/follow.js profiles.json [--once]
//
// With --once it ends as soon as the copy is complete and has what there is.
// YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY its read key, if it has one.

import { setTimeout as sleep } from "node:timers/promises";

import { Copy } from "./profile-copy.js";
import { events, Refusal, type Fields } from "./server-sent.js";

// Without a last id the stream begins with all the profiles that there are; with one it goes on there.
const base = (process.env["YEKTA_URL"] ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const url = `${base}/v1/updates?snapshot=true`;
const key = process.env["YEKTA_READ_KEY"];

/** Lets one event hold in the copy, and its id with it: an id alone would lose what it says. */
function letHold(copy: Copy, { event, id, data }: Fields) {
  const said = JSON.parse(data ?? "null");
  if (event === "snapshot") copy.profiles.set(said.profile, said.document);
  else if (event === "updates") copy.tell(said);
  else if (event === "live") copy.complete = true;
  else if (event === "reset") {
    // What lies behind the id is kept no longer: all the profiles follow, as in the beginning.
    copy.profiles.clear();
    copy.complete = false;
  }
  // Now and then an event without data says where the stream is.
  copy.cursor = id ?? copy.cursor;
}

/** Follows one connection; gives whether all that was wanted is told. */
async function listen(copy: Copy, once: boolean): Promise<boolean> {
  // The service says every 15 seconds that it is there: silence for longer is a connection that is dead.
  for await (const event of events(url, copy.cursor, key, 60_000)) {
    letHold(copy, event);
    // Told on each connection, when everything there is was told.
    if (once && event.event === "live") return true;
  }
  return false;
}

const [path, option, ...more] = process.argv.slice(2);
if (path === undefined || (option ?? "--once") !== "--once" || more.length > 0) {
  console.error("usage: follow.js FILE [--once]");
  process.exit(1);
}
const copy = new Copy(path);
for (let isDone = false; !isDone; ) {
  try {
    isDone = await listen(copy, option === "--once");
  } catch (error) {
    if (error instanceof Refusal && ![429, 502, 503, 504].includes(error.status)) {
      console.error(error.message);
      process.exit(1);
    }
    console.error(`not connected (${(error instanceof Error && error.cause) || error}), once more in a second`);
  }
  if (!isDone) await sleep(1000);
}
copy.save();
console.log(`${copy.profiles.size} profiles`);
