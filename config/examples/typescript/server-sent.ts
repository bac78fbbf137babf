// Server-sent events, which Node does not read before its version 22. Knows nothing of what they say.

/** An answer that is no stream. */
export class Refusal extends Error {
  constructor(readonly status: number, text: string) {
    super(`refused with ${status}: ${text}`);
  }
}

export type Fields = { id?: string; event?: string; data?: string };

/** The fields of each event behind the last id, until the connection ends. One that was cut off is left out. */
export async function* events(url: string, lastId: string | null, key: string | undefined, patienceMs: number) {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new Error("silence")), patienceMs);
  try {
    const headers = {
      Accept: "text/event-stream",
      ...(lastId !== null && { "Last-Event-ID": lastId }),
      ...(key && { Authorization: `Bearer ${key}` }),
    };
    const answer = await fetch(url, { headers, signal: ended.signal });
    if (!answer.ok || answer.body === null) throw new Refusal(answer.status, await answer.text());
    const decoder = new TextDecoder();
    let [rest, event]: [string, Fields] = ["", {}];
    for await (const chunk of answer.body) {
      timer.refresh();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, name, value] = /^(\w*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (line === "") {
          yield event;
          event = {};
        } else if (name === "id" || name === "event" || name === "data") {
          // Here data is always one line; elsewhere it may be several.
          event[name] = value ?? "";
        }
      }
    }
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
