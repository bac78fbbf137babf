// What stands around the customer on the till's page: the line to the service, its key, the store, camera and keyboard.

import { base, useKey } from "/console/api.js";
import { byId, el } from "/console/dom.js";
import { t } from "/console/i18n.js";
import { usedWords } from "/console/outcomes.js";
import { Camera, hindrance } from "/console/scan.js";
import { plain, when } from "/console/words.js";

const STORE = "yekta-store";

/** What the browser keeps for this page; where it keeps nothing, nothing is ever found there. */
export function openStorage() {
  try {
    const { localStorage: kept } = window;
    return { getItem: (name) => kept.getItem(base + name), setItem: (name, text) => kept.setItem(base + name, text) };
  } catch {
    const closed = () => { throw new Error("this page may keep nothing"); };
    return { getItem: () => null, setItem: closed };
  }
}

/** Says whether the service is there, what waits for it, and what was not good after all. */
export function drawLine({ isThere, canVerify, till }) {
  const away = canVerify ? t("till.away_signed") : t("till.away_nothing");
  const text = isThere === null ? t("state.connecting") : isThere ? t("till.connected") : away;
  byId("state").dataset.state = isThere ? "live" : "lost";
  if (byId("state").textContent !== text) byId("state").textContent = text;
  byId("waiting").hidden = till.waiting === 0;
  byId("waiting").textContent = t("till.to_settle", { count: till.waiting });
  const { doubts } = till;
  byId("doubts").hidden = doubts.length === 0;
  byId("doubts").querySelector("ul").replaceChildren(...doubts.map(doubt));
}

function doubt({ benefit, at, outcome, used, twice }) {
  const why = [twice ? t("till.used_twice") : plain(outcome), used && usedWords(used)].filter(Boolean).join(": ");
  return el("li", {}, el("span", {}, el("bdi", {}, benefit || t("till.a_code")), t("till.taken_here", { time: when(at) })), el("strong", {}, why));
}

/** Knows which store this is: from the address, from the last time, or from whoever is asked. */
export class Store {
  #storage;
  id;

  constructor(storage) {
    this.#storage = storage;
    this.id = new URLSearchParams(location.search).get("store_id") || storage.getItem(STORE);
    const [form, button] = [byId("store-form"), byId("store")];
    button.addEventListener("click", () => this.#draw(form.hidden));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep(byId("store-name").value.trim());
    });
    // Left open, it would take the next scan for the name of a store.
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (this.id && relatedTarget !== button && !form.contains(relatedTarget)) this.#draw(false);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.id) return;
      event.stopPropagation();
      this.#draw(false);
    });
    this.#draw(!this.id);
  }

  #keep(id) {
    this.id = id || this.id;
    try {
      this.#storage.setItem(STORE, this.id);
    } catch {
      // It is asked again the next time.
    }
    this.#draw(!this.id);
  }

  #draw(isAsked) {
    byId("store-form").hidden = !isAsked;
    byId("store").hidden = !this.id;
    byId("store").textContent = t("till.store", { id: this.id });
    byId("store-name").value = "";
    if (isAsked) byId("store-name").focus();
  }
}

let asked = null;

/** Asks for the read key, once for all who need it. */
export function keyGiven() {
  byId("key").hidden = false;
  byId("key-value").focus();
  asked ??= new Promise((given) => {
    byId("key").addEventListener("submit", (event) => {
      event.preventDefault();
      useKey(byId("key-value").value);
      byId("key-value").value = "";
      byId("key").hidden = true;
      asked = null;
      given();
    }, { once: true });
  });
  return asked;
}

/** The field always has the focus: on a touch screen the keyboard would cover half of it, unless it is asked for. */
export function offerKeyboard() {
  if (!matchMedia("(pointer: coarse)").matches) return;
  const [field, toggle] = [byId("scanned"), byId("keyboard")];
  const set = (isOn) => {
    field.inputMode = isOn ? "text" : "none";
    toggle.setAttribute("aria-pressed", String(isOn));
    // It shows, or goes, when the field gets the focus anew.
    field.blur();
  };
  toggle.hidden = false;
  set(false);
  toggle.addEventListener("click", () => set(field.inputMode === "none"));
}

/** A button for the camera, or why there is none. Calls `seen` with what it saw; answers how to end it. */
export function offerCamera(seen) {
  const camera = new Camera(byId("video"));
  const say = (why) => {
    byId("camera-note").hidden = !why;
    byId("camera-note").textContent = why ?? "";
  };
  hindrance().then((why) => {
    byId("camera").hidden = why !== null;
    say(why);
  });
  byId("camera").addEventListener("click", async () => {
    if (camera.isOn) return camera.stop();
    say(null);
    byId("camera").setAttribute("aria-pressed", "true");
    try {
      const code = await camera.look();
      if (code) seen(code);
    } catch {
      say(t("till.camera_refused"));
    }
    byId("camera").setAttribute("aria-pressed", "false");
  });
  return () => camera.stop();
}
