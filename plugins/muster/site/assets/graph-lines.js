// The curves between the cards of the graph: each kind of edge has a style of line of its own, which the key names. They
// lie behind the cards, say nothing to a screen reader, and are drawn anew where the cards move.
//
// implements: MU-SITE-9023

import { element } from "./dom.js";
import { drawn } from "./graph-cards.js";

const WORDS = { contains: "contains", implements: "implemented by", verifies: "verified by", derives: "derives from", holds: "holds" };
const BOW = 22; // how far a curve between two cards of a column goes out

export class Lines {
  constructor(picture, signal) {
    this.picture = picture;
    this.svg = drawn("svg", { class: "muster-graph-lines", "aria-hidden": "true", focusable: "false" });
    this.key = element("p", { class: "muster-graph-key" });
    this.edges = [];
    const watch = new ResizeObserver(() => this.draw());
    watch.observe(picture);
    signal.addEventListener("abort", () => watch.disconnect());
    // A short column stays in view beside a long one.
    window.addEventListener("scroll", () => this.long && requestAnimationFrame(() => this.draw()), { signal, passive: true });
  }

  /** Draw these edges; `cards` gives the element of a key; where they weigh, more of them are a broader one. */
  show(edges, cards, weighs) {
    Object.assign(this, { edges, cards });
    const most = weighs ? Math.max(2, ...edges.map((edge) => edge.number)) : Infinity;
    this.paths = edges.map(({ kind, number }) => {
      const width = weighs ? 1 + (1.8 * Math.log(number)) / Math.log(most) : 1.4;
      return drawn("path", { class: `muster-edge muster-edge-${kind}`, "stroke-width": width.toFixed(2) });
    });
    this.svg.replaceChildren(...this.paths);
    this.sayKey();
    this.draw();
  }

  sayKey() {
    const there = Object.keys(WORDS).filter((kind) => this.edges.some((edge) => edge.kind === kind));
    this.key.replaceChildren(...there.map((kind) => {
      const line = drawn("path", { class: `muster-edge muster-edge-${kind}`, d: "M1 6H35", "stroke-width": "1.8" });
      const sign = drawn("svg", { class: "muster-graph-sign", viewBox: "0 0 36 12", width: 36, height: 12, "aria-hidden": "true" }, line);
      return element("span", { class: "muster-key" }, sign, ` ${WORDS[kind]}`);
    }));
  }

  /** Bring the curves to where the cards are now. */
  draw() {
    const box = this.picture.getBoundingClientRect();
    if (!box.width || !this.paths) return;
    this.svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const spots = new Map();
    const spot = (key) => {
      if (!spots.has(key)) {
        const own = this.cards.get(key).getBoundingClientRect();
        spots.set(key, { left: own.left - box.left, right: own.right - box.left, y: own.top - box.top + own.height / 2 });
      }
      return spots.get(key);
    };
    this.edges.forEach((edge, number) => this.paths[number].setAttribute("d", curve(spot(edge.from.key), spot(edge.to.key))));
  }

  /** Show the edges of one node alone; of all where it is none. */
  light(key) {
    this.picture.classList.toggle("muster-graph-lit", Boolean(key) && this.edges.some((edge) => edge.from.key === key || edge.to.key === key));
    this.edges.forEach((edge, number) => this.paths[number].classList.toggle("muster-edge-lit", edge.from.key === key || edge.to.key === key));
  }

  /** The keys that a node is tied to. */
  tied(key) {
    return new Set(this.edges.flatMap(({ from, to }) => (from.key === key ? [to.key] : to.key === key ? [from.key] : [])));
  }
}

function curve(from, to) {
  if (from.right < to.left) return between(from.right, from.y, to.left, to.y);
  if (to.right < from.left) return between(from.left, from.y, to.right, to.y);
  const x = Math.min(from.left, to.left);
  const out = x - Math.min(BOW, x - 1, 8 + Math.abs(from.y - to.y) / 8);
  return `M${round(from.left)} ${round(from.y)}C${round(out)} ${round(from.y)} ${round(out)} ${round(to.y)} ${round(to.left)} ${round(to.y)}`;
}

function between(x, y, endX, endY) {
  const middle = (x + endX) / 2;
  return `M${round(x)} ${round(y)}C${round(middle)} ${round(y)} ${round(middle)} ${round(endY)} ${round(endX)} ${round(endY)}`;
}

function round(number) {
  return Math.round(number * 10) / 10;
}
