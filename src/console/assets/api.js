// The way to the service: the same HTTP API that every client has.

const KEY = "yekta-read-key";

/** The service asks for its read key. */
export class KeyNeeded extends Error {}

/** Keeps the read key for as long as this tab is open. */
export const useKey = (key) => sessionStorage.setItem(KEY, key);

async function ask(path, options = {}) {
  const key = sessionStorage.getItem(KEY);
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) throw new KeyNeeded();
  return response;
}

/** The JSON at `path`; a refusal is thrown with its message. */
export async function get(path) {
  const response = await ask(path);
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.message ?? response.statusText), { profiles: body.profiles });
  return body;
}

/**
 * The messages of `/v1/updates` behind `cursor`, until the connection ends: `{id, event, data}` each, `event` being
 * empty where a message only says how far the stream is.
 *
 * Read with fetch, as EventSource cannot send a key.
 */
export async function* updates(cursor, signal) {
  const from = cursor === null ? "" : `&cursor=${cursor}`;
  const response = await ask(`/v1/updates?stream=updates,context${from}`, { signal });
  if (!response.ok) throw new Error(response.statusText);
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
