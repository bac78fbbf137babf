// Asks who holds an identifier:
//
//   node out/look-up.js phone "+98 912 345 6789"
//
// YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY its read key, if it has one.

/** What a call centre is told of a person. A view has the sections it is configured with. */
interface Person {
  profile: string;
  version: number;
  person?: { display_name: string | null };
  recent?: { channel: string; type: string; time: string; about: string | null }[];
}

interface Found {
  match: "none" | "one" | "many";
  profiles: Person[];
  candidates: { id: string; why: string; name: string | null }[];
}

const url = (process.env["YEKTA_URL"] ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const key = process.env["YEKTA_READ_KEY"];

async function lookUp(kind: string, value: string): Promise<Found> {
  // Posted, since what a customer is known by does not belong into addresses, which everybody on the way logs.
  const answer = await fetch(`${url}/v1/lookup`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ identifiers: [{ kind, value }], view: "callcenter" }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`refused with ${answer.status}: ${text}`);
  return JSON.parse(text);
}

const [kind, value, ...more] = process.argv.slice(2);
if (kind === undefined || value === undefined || more.length > 0) {
  console.error("usage: look-up.js KIND VALUE");
  process.exit(1);
}
try {
  const found = await lookUp(kind, value);
  console.log(`match: ${found.match}`);
  for (const { profile, version, person, recent } of found.profiles) {
    console.log(`${person?.display_name ?? "name not known"}, profile ${profile}, version ${version}`);
    for (const { time, channel, type, about } of recent ?? []) {
      console.log(`  ${time} ${channel}, ${type}${about === null ? "" : `: ${about}`}`);
    }
  }
  // Several hold it: that says of nobody who is calling. Ask for something that tells them apart.
  for (const { id, why, name } of found.candidates) {
    console.log(`${name ?? "name not known"}, profile ${id}: ${why}`);
  }
} catch (error) {
  console.error(`${url}: ${(error instanceof Error && error.cause) || error}`);
  process.exitCode = 1;
}
