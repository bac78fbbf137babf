// Values as the service tells them: it masks what this reader's role may not see, and that is said.

import { el } from "/console/dom.js";
import { t } from "/console/i18n.js";

const MASK = /\*{2,}|•{2,}/;

/** A value, isolated from the direction around it; where it is masked, said to be. */
export function masked(value, dir) {
  const text = String(value);
  if (!MASK.test(text)) return el("bdi", { dir }, text);
  return el("bdi", { class: "masked", dir, title: t("masked") }, text, el("span", { class: "unseen" }, ` (${t("masked")})`));
}
