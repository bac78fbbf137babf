// What the till's own module, as the service at URL serves it, makes of TOKEN, which is good at STORE alone, without any
// page around it. Prints a JSON object.
//
//   node offline.mjs URL TOKEN STORE

import process from "node:process";

const [url, token, store] = process.argv.slice(2);

const source = await (await fetch(`${url}/console/offline.js`)).text();
const { hindrance, parse, Till, verify } = await import(
  `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`
);
const { keys } = await (await fetch(`${url}/v1/qr/keys`)).json();

const storage = new Map();
const till = new Till({
  getItem: (name) => storage.get(name) ?? null,
  setItem: (name, text) => storage.set(name, text),
});

/** What the till makes of `text`; nothing where it does not even look like a token. */
async function judged(text, over = {}) {
  const parsed = parse(text);
  return parsed && verify(parsed, { keys, store, now: Date.now(), till, ...over });
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** `token` with another letter at `at`: one bit of it differs. */
function flipped(at) {
  const letter = ALPHABET[ALPHABET.indexOf(token[at]) ^ 1];
  return token.slice(0, at) + letter + token.slice(at + 1);
}

const taken = [];
for (let at = 0; at < token.length; at += 1) {
  const verdict = await judged(flipped(at));
  if (verdict !== null && verdict.outcome !== "unknown") taken.push({ at, verdict });
}

const { benefit, expires } = parse(token);
const late = expires + 60 * 60_000;
const told = {
  hindrance: await hindrance(),
  benefit,
  expires: expires / 1000,
  here: await judged(token),
  elsewhere: await judged(token, { store: `${store}-2` }),
  late: await judged(token, { now: late }),
  keyless: await judged(token, { keys: [] }),
  letters: token.length,
  taken,
};
till.take(parse(token), { at: new Date().toISOString(), store });
told.again = (await judged(token)).outcome;
console.log(JSON.stringify(told));
