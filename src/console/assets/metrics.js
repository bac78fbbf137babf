// What Prometheus would read, read here: names, labels and values of the text at /metrics.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** All samples of `text`. */
export function parse(text) {
  return text.split("\n").flatMap((line) => {
    const found = line.startsWith("#") ? null : LINE.exec(line);
    if (!found) return [];
    const labels = Object.fromEntries([...(found[2] ?? "").matchAll(LABEL)].map(([, name, value]) => [name, value]));
    return [{ name: found[1], labels, value: Number(found[3]) }];
  });
}

export class Samples {
  constructor(text) {
    this.all = parse(text);
  }

  /** Those called `name` with these labels. */
  of(name, labels = {}) {
    return this.all.filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value));
  }

  /** Their sum; null where there is none. */
  sum(name, labels = {}) {
    const found = this.of(name, labels);
    return found.length > 0 ? found.reduce((sum, one) => sum + one.value, 0) : null;
  }

  /** Below what value the part `part` of a histogram lies, since `before` where that is given; null of nothing. */
  quantile(name, part, before = null) {
    const bounds = new Map();
    const add = (samples, sign) => {
      for (const { labels, value } of samples?.of(`${name}_bucket`) ?? []) {
        const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
        bounds.set(bound, (bounds.get(bound) ?? 0) + sign * value);
      }
    };
    add(this, 1);
    add(before, -1);
    const sorted = [...bounds].sort((a, b) => a[0] - b[0]);
    const all = sorted.at(-1)?.[1] ?? 0;
    if (!(all > 0)) return before ? this.quantile(name, part) : null;
    let [under, count] = [0, 0];
    for (const [bound, upTo] of sorted) {
      if (upTo >= part * all) {
        if (bound === Infinity) return under;
        return under + ((part * all - count) / Math.max(upTo - count, 1)) * (bound - under);
      }
      [under, count] = [bound, upTo];
    }
    return under;
  }
}
