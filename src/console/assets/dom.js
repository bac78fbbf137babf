// Builds elements. Data only ever becomes text: nothing here, or anywhere on the page, parses markup.

/** An element with attributes and children; a child that is no element becomes its text. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined).map(
    (child) => (child instanceof Node ? child : String(child)),
  ));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** A channel's name, in its colour. */
export const chip = (channel) => el("span", { class: "chip", "data-channel": channel }, channel);

/** The first letters of a profile's id: enough to tell profiles apart by eye. */
export const shortId = (id) => id.slice(0, 8);

/** The time of day of an RFC 3339 text, with its date unless that is today. */
export function clock(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return "";
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString() : `${time.toLocaleDateString()} ${time.toLocaleTimeString()}`;
}

/** What a person is called in `traits`, or null. */
export function nameOf(traits) {
  const name = [traits.first_name, traits.last_name].filter((part) => typeof part === "string" && part).join(" ");
  return name || (typeof traits.name === "string" && traits.name) || null;
}
