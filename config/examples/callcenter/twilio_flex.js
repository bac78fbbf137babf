// Gives a Flex task the agent's card of whoever is calling: a Twilio Function for Studio's widget "Run Function".
//
// It takes the parameters From and CallSid and answers {"yekta_card": url, "yekta_card_expires": time}, for the
// attributes of the task. The address is signed and opens that one card for a while; who sees it needs no key. Where
// there is none, both are empty, and the call goes on.
//
// YEKTA_URL is the service as the agents' browsers reach it, YEKTA_READ_KEY its read key: environment variables of the
// Functions service.

// Seconds that the card may be opened for, 60 to 28800: a call, what comes after it, and the time in the queue.
const LIFETIME_S = 3600;
// Milliseconds after which the call goes on without a card; Studio gives up after ten seconds.
const PATIENCE_MS = 3000;

async function link({ YEKTA_URL, YEKTA_READ_KEY }, phone, call) {
  const answer = await fetch(`${YEKTA_URL.replace(/\/+$/, "")}/v1/agent/links`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(YEKTA_READ_KEY && { Authorization: `Bearer ${YEKTA_READ_KEY}` }),
    },
    body: JSON.stringify({ phone, ...(call && { call_id: call }), lifetime_s: LIFETIME_S }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`refused with ${answer.status}`);
  const { url, expires } = await answer.json();
  if (!url) throw new Error("no address");
  return { yekta_card: url, yekta_card_expires: String(expires) };
}

exports.handler = async (context, event, callback) => {
  let attributes = { yekta_card: "", yekta_card_expires: "" };
  // A chat, or a call without a number: there is nothing to look for.
  if (event.From) {
    try {
      attributes = await link(context, event.From, event.CallSid);
    } catch (error) {
      console.error(`call ${event.CallSid}: no card: ${error.cause ?? error}`);
    }
  }
  return callback(null, attributes);
};
