// The page: follows the stream of updates, shows what it tells, and asks for the profile that is looked at.

import { KeyNeeded, updates, useKey } from "/console/api.js";
import { showProfile } from "/console/detail.js";
import { byId } from "/console/dom.js";
import { showEvents, showProfiles, showTotals } from "/console/lists.js";
import { World } from "/console/world.js";

/** Messages of the past that the page begins with. */
const BACKLOG = 2000;
const RETRY_MS = 1000;

const world = new World();
let chosen = null;
let stale = false;
let drawing = false;

/** Draws once per frame, however many messages came. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    byId("waiting").hidden = world.rows.length + world.profiles.size > 0 || !byId("key").hidden;
    showTotals(world);
    showEvents(world.rows, choose);
    showProfiles(world.profiles, chosen, choose);
    if (stale) {
      stale = false;
      refresh();
    }
  });
}

async function choose(who) {
  if (!who) return;
  try {
    chosen = (await showProfile(who)) ?? chosen;
  } catch (error) {
    if (error instanceof KeyNeeded) byId("key").hidden = false;
  }
  draw();
}

/** Asks again for the profile that is shown; only one question at a time. */
let refreshing = null;
function refresh() {
  refreshing ??= choose(chosen).finally(() => { refreshing = null; });
}

function state(word, text) {
  byId("state").dataset.state = word;
  byId("state").textContent = text;
}

function take(message) {
  if (message.event === "reset") return;
  world.take(message);
  if (chosen && message.data.includes(chosen)) stale = true;
}

/** Follows the stream from `cursor` until the connection ends; answers where it was. */
async function follow(cursor) {
  let backlog = cursor === null;
  const stop = new AbortController();
  for await (const message of updates(cursor, stop.signal)) {
    if (backlog) {
      // The first message says where the present is: begin anew a little before it.
      stop.abort();
      return Math.max(0, Number(message.id) - BACKLOG);
    }
    state("live", "live");
    if (message.id !== null) cursor = message.id;
    if (message.event) take(message);
    draw();
  }
  return cursor;
}

async function run() {
  let cursor = null;
  for (;;) {
    try {
      const first = cursor === null;
      cursor = await follow(cursor);
      if (first) continue;
      state("lost", "reconnecting");
    } catch (error) {
      if (error instanceof KeyNeeded) {
        state("lost", "a key is needed");
        await keyGiven();
        continue;
      }
      state("lost", "not connected");
    }
    await new Promise((again) => setTimeout(again, RETRY_MS));
  }
}

function keyGiven() {
  const form = byId("key");
  form.hidden = false;
  draw();
  return new Promise((given) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      useKey(new FormData(form).get("key"));
      form.hidden = true;
      given();
    }, { once: true });
  });
}

const EXAMPLE = {
  channel: "web",
  type: "Product Added to Wishlist",
  identifiers: [{ kind: "anonymous_id", value: "a-1" }],
  traits: { first_name: "Sara" },
  properties: { product_id: "p-7", name: "Walnut chair" },
};
byId("curl").textContent = `curl ${location.origin}/v1/events -d '${JSON.stringify(EXAMPLE)}'`;
byId("copy").addEventListener("click", () => navigator.clipboard?.writeText(byId("curl").textContent));
byId("lookup").addEventListener("submit", (event) => {
  event.preventDefault();
  choose(new FormData(event.target).get("who").trim());
});

run();
