// A headless browser for a test that is written in another language: reads one command per line of standard input and
// answers each with a line: {"value": …} or {"error": …}. Ends, and ends the browser, when its input ends.
//
// Talks to the browser over a pipe: no port that others could find, and nothing of it outlives this process.
//
//   node browser.mjs BROWSER PROFILE_FOLDER PATIENCE_MS

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [program, folder, patience] = process.argv.slice(2);
/** Between two looks at a page. */
const LOOK_MS = 50;
const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
  "--no-proxy-server", "--lang=en-GB",
  // Nobody else is looked for.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const child = spawn(program, [...FLAGS, "--remote-debugging-pipe", `--user-data-dir=${folder}`, "about:blank"], {
  stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
});
const ended = new Promise((end) => child.on("exit", end).on("error", end));
ended.then((why) => fail(`the browser ended: ${why?.message ?? why}`));

const waits = new Map();
const faults = [];
let count = 0;
let session;

function fail(why) {
  for (const { refuse } of waits.values()) refuse(new Error(why));
  waits.clear();
}

/** Messages end with a zero byte. */
let held = "";
child.stdio[4].setEncoding("utf8").on("data", (text) => {
  const messages = (held + text).split("\0");
  held = messages.pop();
  messages.map((one) => JSON.parse(one)).forEach(hear);
});
child.stdio[3].on("error", () => fail("the browser hears nothing"));

function hear({ id, error, result, method, params }) {
  if (id) {
    const { done, refuse } = waits.get(id) ?? {};
    waits.delete(id);
    if (error) refuse?.(new Error(error.message));
    else done?.(result);
  } else if (method === "Runtime.exceptionThrown") {
    const { exception, text } = params.exceptionDetails;
    faults.push(exception?.description ?? text);
  } else if (method === "Log.entryAdded" && ["security", "javascript"].includes(params.entry.source)) {
    faults.push(params.entry.text);
  }
}

function send(method, params = {}) {
  return new Promise((done, refuse) => {
    count += 1;
    waits.set(count, { done, refuse });
    child.stdio[3].write(`${JSON.stringify({ id: count, sessionId: session, method, params })}\0`);
  });
}

async function open() {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  ({ sessionId: session } = await send("Target.attachToTarget", { targetId, flatten: true }));
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  await send("Emulation.setDeviceMetricsOverride", { width: 1024, height: 768, deviceScaleFactor: 1, mobile: false });
  // As those of a telephone, which take no room: one beside a page that reads from the right pushes it out of its picture.
  await send("Emulation.setScrollbarsHidden", { hidden: true });
  // As if its window were in front: a page that is behind another has no focus.
  await send("Emulation.setFocusEmulationEnabled", { enabled: true });
}

async function evaluate(expression) {
  const told = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  const { exceptionDetails: thrown } = told;
  if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
  return told.result.value ?? null;
}

/** What is seen of the first that fits `selector`; null where nothing of it is. */
const seen = (selector) => evaluate(`(() => {
  const element = document.querySelector(${JSON.stringify(selector)});
  return element?.checkVisibility() ? element.innerText : null;
})()`);

const CODES = { Tab: 9, Enter: 13, Escape: 27, F2: 113 };

async function press(key) {
  const letter = key.length === 1 ? key : undefined;
  const place = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : letter ? "" : key;
  const stroke = { key, code: place, windowsVirtualKeyCode: CODES[key] ?? 0 };
  const text = key === "Enter" ? "\r" : letter;
  await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...stroke, text });
  await send("Input.dispatchKeyEvent", { type: "keyUp", ...stroke });
}

const looked = () => new Promise((next) => setTimeout(next, LOOK_MS));

const COMMANDS = {
  /** Goes to `url`; what it shows is to be waited for. */
  async go({ url }) {
    const { errorText } = await send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
  },
  /** Waits until every one of `texts` is seen in `selector`; presses `key` between two looks, where one is given. */
  async sees({ selector, texts, key }) {
    const deadline = Date.now() + Number(patience);
    for (;;) {
      // A page that is being left answers nothing.
      const text = await seen(selector).catch(() => null);
      if (text !== null && texts.every((one) => text.includes(one))) return text;
      if (Date.now() > deadline) throw new Error(`waited in vain for ${JSON.stringify(texts)} in: ${text}`);
      if (key) await press(key);
      await looked();
    }
  },
  text: ({ selector }) => seen(selector),
  eval: ({ expression }) => evaluate(expression),
  press: ({ key }) => press(key),
  /** Types as a scanner does, into whatever has the focus. */
  async scan({ text }) {
    for (const letter of text) await press(letter);
    await press("Enter");
  },
  /** Shows pages so wide, light or dark. */
  async look({ width, height, scheme }) {
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  },
  /** Writes down how the page looks. */
  async shoot({ file }) {
    const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, "base64"));
  },
  /** The value of an expression behind a script of a file; a page may have what it defines already. */
  async run({ file, expression }) {
    await evaluate(`${readFileSync(file, "utf8")};null`);
    return evaluate(expression);
  },
  /** Cuts the network off, or has it back. */
  cut: ({ off }) => send("Network.emulateNetworkConditions", {
    offline: off, latency: 0, downloadThroughput: -1, uploadThroughput: -1,
  }),
  /** What pages threw, and what they were kept from by their policy. */
  faults: () => faults,
};

const opened = open();
// Told to whoever commands something.
opened.catch(() => {});
for await (const line of createInterface({ input: process.stdin })) {
  const { what, ...given } = JSON.parse(line);
  const answer = await opened
    .then(() => COMMANDS[what](given))
    .then((value) => ({ value: value ?? null }), (error) => ({ error: error.message }));
  console.log(JSON.stringify(answer));
}
if (child.exitCode === null) {
  session = undefined;
  await send("Browser.close").catch(() => child.kill());
  await ended;
}
