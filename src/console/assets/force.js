// Places the members of a graph so that what is linked lies together: springs, and a push between all. No randomness, so
// that the same graph always looks the same.

const ROUNDS = 320;

/** Gives `{x, y}` of each of `count` nodes within `width` by `height`, for `links` of `[from, to]`. */
export function settle(count, links, width, height) {
  const middle = { x: width / 2, y: height / 2 };
  const room = Math.sqrt((width * height) / Math.max(count, 1));
  const rest = Math.min(room * 0.75, 150);
  const nodes = begin(count, links, middle, rest);
  for (let round = 0; round < ROUNDS; round += 1) {
    const heat = 1 - round / ROUNDS;
    for (const [at, one] of nodes.entries()) {
      for (const other of nodes.slice(at + 1)) push(one, other, rest);
      one.dx += (middle.x - one.x) * 0.012;
      one.dy += (middle.y - one.y) * 0.03;
    }
    for (const [from, to] of links) pull(nodes[from], nodes[to], rest);
    for (const one of nodes) {
      const speed = Math.hypot(one.dx, one.dy) || 1;
      const step = Math.min(speed, 14 * heat + 0.4);
      one.x += (one.dx / speed) * step;
      one.y += (one.dy / speed) * step;
      one.dx = 0;
      one.dy = 0;
    }
  }
  return fit(nodes, width, height);
}

/** Each node begins beside the first that it is linked with, the most linked in the middle: few links cross then. */
function begin(count, links, middle, rest) {
  const near = Array.from({ length: count }, () => new Set());
  for (const [from, to] of links) {
    near[from].add(to);
    near[to].add(from);
  }
  const nodes = Array.from({ length: count }, () => null);
  const ranked = [...near.keys()].sort((a, b) => near[b].size - near[a].size || a - b);
  const waiting = [];
  let turn = 0;
  const put = (at, from) => {
    if (nodes[at]) return;
    const ring = rest * (0.7 + 0.02 * turn);
    const angle = from === middle ? turn * 2.39996 : Math.atan2(from.y - middle.y, from.x - middle.x) + ((turn % 5) - 2) * 0.5;
    const [x, y] = turn === 0 ? [middle.x, middle.y] : [from.x + ring * Math.cos(angle || turn * 2.39996), from.y + ring * Math.sin(angle || turn * 2.39996)];
    nodes[at] = { x, y, dx: 0, dy: 0 };
    turn += 1;
    waiting.push(at);
  };
  for (const root of ranked) {
    put(root, middle);
    while (waiting.length > 0) {
      const at = waiting.shift();
      for (const other of near[at]) put(other, nodes[at].x === middle.x && nodes[at].y === middle.y ? middle : nodes[at]);
    }
  }
  return nodes;
}

function push(one, other, rest) {
  const [x, y] = [one.x - other.x || 0.01, one.y - other.y || 0.01];
  const far = Math.max(Math.hypot(x, y), 8);
  const force = (rest * rest) / (far * far) * 3.2;
  one.dx += (x / far) * force;
  one.dy += (y / far) * force;
  other.dx -= (x / far) * force;
  other.dy -= (y / far) * force;
}

function pull(one, other, rest) {
  const [x, y] = [other.x - one.x, other.y - one.y];
  const far = Math.hypot(x, y) || 1;
  const force = (far - rest) * 0.06;
  one.dx += (x / far) * force;
  one.dy += (y / far) * force;
  other.dx -= (x / far) * force;
  other.dy -= (y / far) * force;
}

/** All within the frame, with a rim for their names. */
function fit(nodes, width, height) {
  const rim = { x: Math.min(90, width / 5), y: 34 };
  const spanOf = (values) => [Math.min(...values), Math.max(...values)];
  const [left, right] = spanOf(nodes.map((one) => one.x));
  const [top, bottom] = spanOf(nodes.map((one) => one.y));
  const squeeze = (value, low, high, from, until) =>
    (high - low < 1 ? (from + until) / 2 : from + ((value - low) / (high - low)) * (until - from));
  return nodes.map(({ x, y }) => ({
    x: squeeze(x, left, right, rim.x, width - rim.x),
    y: squeeze(y, top, bottom, rim.y, height - rim.y),
  }));
}
