// The way to the service: the same HTTP API that every client has.

/** Where below the service's address the tenant is, if it has several. */
export const base = /^(\/t\/\w+)?/.exec(location.pathname)[0];

const KEY = `${base}yekta-read-key`;
/** What a go-between answers for a service that is away. */
const AWAY = [502, 503, 504];

/** The service asks for its read key. */
export class KeyNeeded extends Error {}

/** No answer: the service, or the way to it, is away. */
export class Unreachable extends Error {}

/** Keeps the read key for as long as this tab is open. */
export const useKey = (key) => sessionStorage.setItem(KEY, key);

/** The key that is kept. A page in the frame of another site may be refused its storage. */
function heldKey() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let ahead = 0;

/** The service's time, in milliseconds, as far as it was told: the clocks of tills and desks are often wrong. */
export const now = () => Date.now() + ahead;

function setClock(date) {
  const difference = Date.parse(date) - Date.now();
  // The header tells whole seconds, of the time when the answer left.
  if (Number.isFinite(difference)) ahead = Math.abs(difference) > 3000 ? difference : 0;
}

async function ask(path, { keyless = false, ...options } = {}) {
  const key = keyless ? null : heldKey();
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(base + path, { ...options, headers }).catch(() => {
    throw new Unreachable("the service cannot be reached");
  });
  setClock(response.headers.get("Date"));
  if (response.status === 401) throw new KeyNeeded();
  return response;
}

/** The JSON of `response`; a refusal is thrown with its message. */
async function answer(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const Kind = response.ok || AWAY.includes(response.status) ? Unreachable : Error;
  const message = body?.message ?? (response.statusText || `status ${response.status}`);
  throw Object.assign(new Kind(message), { status: response.status, code: body?.code, profiles: body?.profiles });
}

/** The JSON at `path`. */
export const get = async (path, options) => answer(await ask(path, options));

async function send(method, path, body, patience = 10_000) {
  const headers = { "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(patience);
  return answer(await ask(path, { method, headers, body: JSON.stringify(body), signal }));
}

/** What `path` answers to `body`, within `patience` milliseconds. */
export const post = (path, body, patience) => send("POST", path, body, patience);

/** The same of what is put there. */
export const put = (path, body) => send("PUT", path, body);

/** A name for one attempt. `randomUUID` would be for secure pages alone. */
export function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The text at `path`. */
export async function text(path) {
  const response = await ask(path);
  return response.ok ? response.text() : answer(response);
}

/**
 * The messages of `/v1/updates` behind `cursor`, until the connection ends: `{id, event, data}` each, `event` being
 * empty where a message only says how far the stream is.
 */
export function updates(cursor, signal) {
  const from = cursor === null ? "" : `&cursor=${cursor}`;
  return stream(`/v1/updates?stream=updates,context,action,insight,dlq${from}`, { signal });
}

/** The messages at `path`, until the connection ends. Read with fetch, as EventSource cannot send a key. */
export async function* stream(path, options) {
  const response = await ask(path, options);
  if (!response.ok) await answer(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    yield* blocks.map(message);
  }
}

function message(block) {
  const fields = { id: null, event: "", data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const name = line.slice(0, colon);
    if (name === "data") fields.data += value;
    else if (name in fields) fields[name] = value;
  }
  return fields;
}
