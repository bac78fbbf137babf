// The card of a call: follows the stream of its link, shows each picture that comes, and says how old the last one is.

import { KeyNeeded, now, stream, Unreachable, useKey } from "/console/api.js";
import { drawCard } from "/console/card.js";
import { byId } from "/console/dom.js";
import { dress, t } from "/console/i18n.js";
import { ago, when } from "/console/words.js";

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 15_000;
/** The service says something every 15 seconds: after three times that the connection is dead, however it looks. */
const SILENCE_MS = 45_000;
/** How often what is said of the time is said anew. */
const TICK_MS = 15_000;

const ENDS = {
  call: t("desk.ended"),
  expired: t("desk.link_over_card"),
};
const REFUSED = t("desk.refused_link");

/** The page's own query is the link: it is passed on as it came, and never shown. */
const path = `/v1/agent/card/live${location.search}`;
const isSigned = new URLSearchParams(location.search).has("sig");

dress();
let card = null;
let seen = null;
let over = false;

function state(word, text) {
  if (byId("state").textContent === text) return;
  byId("state").dataset.state = word;
  byId("state").textContent = text;
}

/** Says `text` above the card; nothing where there is none. Said again only where it is another text. */
function banner(text, kind = "") {
  const element = byId("banner");
  element.hidden = !text;
  element.dataset.kind = kind;
  if (element.textContent !== text) element.textContent = text;
}

function draw() {
  if (!card) return;
  byId("card").hidden = false;
  drawCard(card, now());
}

function end(text, word) {
  over = true;
  state("over", word);
  banner(text, "over");
  byId("again").hidden = true;
  byId("call").hidden = true;
  byId("card").classList.add("frozen");
}

function take({ event, data }) {
  seen = new Date().toISOString();
  state("live", t("state.live"));
  banner("");
  if (event === "card") {
    card = JSON.parse(data);
    draw();
  } else if (event === "ended") {
    const { why } = JSON.parse(data);
    end(ENDS[why] ?? ENDS.call, t(why === "expired" ? "desk.link_over" : "desk.call_over"));
  }
}

/** Follows the link until the connection ends. A link that is signed needs no key, and a wrong one would shut it out. */
async function follow() {
  const stop = new AbortController();
  let watch = null;
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(() => stop.abort(), SILENCE_MS);
  };
  heard();
  try {
    for await (const message of stream(path, { signal: stop.signal, keyless: isSigned, cache: "no-store" })) {
      heard();
      take(message);
      if (over) return;
    }
  } finally {
    clearTimeout(watch);
    stop.abort();
  }
}

/** Waits `wait` milliseconds, or until somebody or the network says to go on. */
function pause(wait) {
  return new Promise((go) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      byId("again").removeEventListener("click", done);
      go();
    };
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
    byId("again").addEventListener("click", done);
  });
}

function keyGiven() {
  const form = byId("key");
  form.hidden = false;
  return new Promise((given) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      useKey(new FormData(form).get("key"));
      form.hidden = true;
      given();
    }, { once: true });
  });
}

function lost() {
  state("lost", t("desk.not_connected"));
  byId("again").hidden = false;
  banner(seen
    ? t("desk.stale", { time: when(seen), ago: ago(seen, Date.now()) })
    : t("desk.unreachable"), "lost");
}

async function run() {
  let wait = RETRY_FIRST_MS;
  while (!over) {
    const before = seen;
    try {
      await follow();
    } catch (error) {
      if (error instanceof KeyNeeded && isSigned) end(REFUSED, t("desk.link_over"));
      else if (error instanceof KeyNeeded) {
        state("lost", t("state.locked"));
        await keyGiven();
        continue;
      } else if (error.status && !(error instanceof Unreachable) && error.status !== 429) {
        // Refused for what it asks: asking again would be refused again.
        end(t("desk.refuses", { why: error.message }), t("desk.refused"));
      }
    }
    if (over) return;
    if (seen !== before) wait = RETRY_FIRST_MS;
    lost();
    // Not all desks at the same moment, when the service comes back.
    await pause(wait * (0.75 + Math.random() / 2));
    byId("again").hidden = true;
    wait = Math.min(wait * 2, RETRY_MOST_MS);
  }
}

setInterval(() => {
  if (over) return;
  draw();
  if (byId("state").dataset.state === "lost" && seen) lost();
}, TICK_MS);

run();
