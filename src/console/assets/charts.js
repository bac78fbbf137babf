// Drawings of figures, sized to the room they have. The reading direction is that of the page: time runs with it.

import { el, svg } from "/console/dom.js";
import { isRtl } from "/console/i18n.js";

/** An element that holds the drawing `draw(width)` and draws anew when its width changes. */
export function chart(name, draw, less = {}) {
  const holder = el("div", { class: "chart", ...less });
  let width = 0;
  const size = new ResizeObserver(([{ contentRect }]) => {
    if (!holder.isConnected) return size.disconnect();
    if (Math.abs(contentRect.width - width) < 1) return;
    width = contentRect.width;
    // Not within the observer's own turn: a drawing may change the size that is observed.
    requestAnimationFrame(() => holder.replaceChildren(draw(Math.max(width, 120))));
  });
  size.observe(holder);
  return name ? el("figure", { role: "group", "aria-label": name }, holder) : holder;
}

/** A drawing of `width` by `height` that is read as `label`. */
export const drawing = (width, height, label, ...children) =>
  svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }) }, ...children);

/** From values between `low` and `high` to places between `from` and `until`, counted from where a line begins. */
export function scale(low, high, from, until, mirrored = 0) {
  const size = high - low || 1;
  return (value) => {
    const place = from + ((value - low) / size) * (until - from);
    return isRtl && mirrored ? mirrored - place : place;
  };
}

export const path = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** A line without axes, for the eye alone. */
export function spark(values, width = 110, height = 26) {
  const most = Math.max(1, ...values);
  const x = scale(0, values.length - 1, 1, width - 1, width);
  const points = values.map((value, at) => [x(at), height - 2 - (value / most) * (height - 5)]);
  const area = `${path(points)}L${points.at(-1)[0]} ${height}L${points[0][0]} ${height}Z`;
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    svg("path", { class: "area", d: area }), svg("path", { class: "line", d: path(points) }));
}

/** A bar of `part`, 0 to 1, in its row. */
export function bar(part, mark) {
  const inner = el("span", { class: "fill", "data-mark": mark });
  inner.style.inlineSize = `${Math.max(0, Math.min(1, part || 0)) * 100}%`;
  return el("span", { class: "meter", "aria-hidden": "true" }, inner);
}

/** A value with its interval on a line from `low` to `high`, with marks at `ticks`. */
export function interval({ value, low, high, from, until, marks = [], label, mark }) {
  return chart(null, (width) => {
    const x = scale(from, until, 6, width - 6, width);
    const [one, other] = [x(low), x(high)].sort((a, b) => a - b);
    return drawing(width, 26, label,
      svg("line", { class: "axis", x1: 6, x2: width - 6, y1: 13, y2: 13 }),
      from < 0 ? svg("line", { class: "zero", x1: x(0), x2: x(0), y1: 5, y2: 21 }) : null,
      ...marks.map(([place, kind]) => svg("line", { class: `mark ${kind}`, x1: x(place), x2: x(place), y1: 3, y2: 23 })),
      svg("line", { class: "interval", "data-mark": mark, x1: one, x2: Math.max(other, one + 1), y1: 13, y2: 13 }),
      svg("circle", { class: "point", "data-mark": mark, cx: x(value), cy: 13, r: 5.5 }));
  });
}

/** A table: heads, and rows of cells; the first cell of a row names it. */
export function table(heads, rows, caption) {
  return el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map(([first, ...rest]) =>
        el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)))))));
}
