// Builds elements. Data only ever becomes text: nothing here, or anywhere on the page, parses markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false).map(
    (child) => (child instanceof Node ? child : String(child)),
  ));
  return element;
}

/** An element with attributes and children; a child that is no element becomes its text. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same, of a drawing. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = (id) => document.getElementById(id);

/** A channel's name, in its colour. */
export const chip = (channel, text = channel) => el("span", { class: "chip", "data-channel": channel }, text);

/** The first letters of a profile's id: enough to tell profiles apart by eye. */
export const shortId = (id) => String(id ?? "").slice(0, 8);

/** What a person is called in `traits`, or null. */
export function nameOf(traits = {}) {
  const name = [traits.first_name, traits.last_name].filter((part) => typeof part === "string" && part).join(" ");
  return name || (typeof traits.name === "string" && traits.name) || null;
}
