// The graph: a node in the middle, and around it what hangs together with it, from specs over requirements to code and
// tests. Each step of a walk stands in the address, so that it can be sent and the back button undoes it.
//
// implements: MU-SITE-9023

import * as data from "./data.js";
import { counted, cut, element, say, unseen } from "./dom.js";
import { drawer } from "./drawer.js";
import { KINDS, drawColumns, fragmentOf } from "./graph-cards.js";
import { Lines } from "./graph-lines.js";
import { modelOf } from "./graph-model.js";
import { nowOf, trailOf } from "./graph-now.js";
import { Search } from "./graph-search.js";
import { edgesBetween, sightOf } from "./graph-sight.js";

const STOPS = "a.muster-graph-card, button.muster-graph-more";
const HINT = [["← ↑ ↓ →", "move"], ["Enter", "walk on, and open the one in the middle"], ["Backspace", "go back"], ["/", "find"]];

/** Make the graph of a page live. `signal` ends it when the page goes. */
export async function mount(root, signal) {
  const live = element("div", { class: "muster-graph-live" });
  root.append(live);
  root.classList.add("muster-live");
  say("", null, 0); // a region that is there before it speaks is heard
  await load(live, root.dataset.matrix ?? "", signal);
}

async function load(live, matrix, signal) {
  live.setAttribute("aria-busy", "true");
  live.replaceChildren(skeleton());
  let found = null, problem = null;
  try {
    found = await Promise.all([data.requirements(), data.graph()]);
  } catch (error) {
    problem = error;
  }
  if (signal.aborted) return;
  live.removeAttribute("aria-busy");
  if (problem) live.replaceChildren(trouble(problem, () => load(live, matrix, signal)));
  else new Graph(live, modelOf(...found), matrix, signal).begin();
}

function skeleton() {
  const bars = Array.from({ length: 6 }, () => element("div", { class: "muster-skeleton-row" }, element("span"), element("span"), element("span")));
  return element("div", { class: "muster-skeleton" }, unseen("Loading the graph"), ...bars);
}

function trouble(problem, again) {
  const retry = element("button", { type: "button", class: "muster-button muster-primary" }, "Try again");
  retry.addEventListener("click", again);
  return element(
    "div", { class: "muster-notice", role: "alert" },
    element("p", {}, element("strong", {}, "The graph could not be loaded.")),
    element("p", {}, cut(String(problem?.message ?? problem), 300)),
    element("p", {}, retry),
  );
}

class Graph {
  constructor(live, model, matrix, signal) {
    Object.assign(this, { live, model, matrix, signal, node: undefined, caps: new Map(), cards: new Map() });
    this.build();
  }

  build() {
    this.search = new Search(this.model, (node) => this.go(node, true), () => this.stop()?.focus());
    this.above = element("div", { class: "muster-graph-above" });
    this.columns = element("div", { class: "muster-graph-columns" });
    this.picture = element("div", { class: "muster-graph-walk", role: "region", "aria-label": "Picture" });
    this.lines = new Lines(this.picture, this.signal);
    this.picture.append(this.lines.svg, this.columns);
    this.picture.addEventListener("click", (event) => this.click(event));
    this.above.addEventListener("click", (event) => this.click(event));
    this.picture.addEventListener("keydown", (event) => this.key(event));
    for (const [name, lit] of [["pointerover", true], ["focusin", true], ["pointerleave", false], ["focusout", false]]) {
      this.picture.addEventListener(name, (event) => this.lines.light(lit ? event.target.closest("[data-key]")?.dataset.key : ""));
    }
    const hints = HINT.map(([keys, words]) => element("span", {}, element("kbd", {}, keys), ` ${words}`));
    this.live.replaceChildren(this.search.element, this.above, this.picture, element("div", { class: "muster-graph-foot" }, this.lines.key, element("p", { class: "muster-graph-hint" }, ...hints)));
  }

  /** Take the node from the address, now and whenever that changes. */
  begin() {
    const read = () => this.take(new URLSearchParams(location.hash.slice(1)).get("node") ?? "");
    window.addEventListener("popstate", read, { signal: this.signal });
    window.addEventListener("hashchange", read, { signal: this.signal });
    document.addEventListener("keydown", (event) => this.slash(event), { signal: this.signal, capture: true });
    this.signal.addEventListener("abort", () => drawer.close());
    read();
    this.prepare();
  }

  /** Make ready, where nothing else is to do, what a search looks through. */
  prepare() {
    const { model, signal } = this;
    if (signal.aborted || model.texts.length === model.nodes.size) return;
    (window.requestIdleCallback ?? setTimeout)(() => {
      model.haystacks(1000);
      this.prepare();
    });
  }

  /** Show the node of a key; a key of nothing is said. */
  take(key) {
    if (key === this.shownKey) return;
    const first = this.shownKey === undefined;
    const inside = this.live.contains(document.activeElement);
    this.shownKey = key;
    drawer.close();
    const node = this.model.nodes.get(key) ?? null;
    if (node === null && key) return this.sayUnknown(key);
    this.node = node;
    this.caps = new Map();
    this.show();
    if (first) return undefined;
    if (inside) this.focusMiddle();
    this.sayWhere();
    return undefined;
  }

  /** Walk to a node: a step for the back button. */
  go(node, focus = false) {
    const key = node?.key ?? "";
    if (key !== this.shownKey) {
      const steps = (history.state?.musterSteps ?? 0) + 1;
      history.pushState({ ...history.state, musterSteps: steps }, "", node ? fragmentOf(node) : location.pathname + location.search);
      this.take(key);
    }
    if (focus) this.focusMiddle();
  }

  /** A step back, and where the reader came by a link, up to all specs. */
  back() {
    if (history.state?.musterSteps) history.back();
    else if (this.shownKey) this.go(null);
  }

  // What a reader sees

  show() {
    const before = spotsOf(this.cards);
    const { model, node } = this;
    const sight = sightOf(model, node, this.caps);
    const { columns, shown, long } = drawColumns(model, sight, this.caps, (name, from, to) => this.showMore(name, from, to));
    this.above.replaceChildren(trailOf(model, node), nowOf(model, node, { matrix: this.matrix, open: () => this.open() }));
    this.columns.className = `muster-graph-columns${node ? "" : " muster-graph-all"}${long ? " muster-graph-long" : ""}`;
    this.columns.replaceChildren(...columns);
    this.picture.hidden = false;
    this.cards = new Map([...this.columns.querySelectorAll("[data-key]")].map((card) => [card.dataset.key, card]));
    this.lines.long = long;
    this.lines.show(edgesBetween(model, shown), this.cards, sight.weighs);
    const stop = this.columns.querySelector('[aria-current="true"]') ?? this.columns.querySelector(".muster-graph-card-spec") ?? this.columns.querySelector(STOPS);
    for (const one of this.stops()) one.tabIndex = one === stop ? 0 : -1;
    this.move(before);
  }

  sayUnknown(key) {
    const back = element("a", { class: "muster-button muster-primary", href: "#", "data-key": "" }, "Show all specs");
    const name = cut(key.slice(key.indexOf("/") + 1), 120);
    this.above.replaceChildren(element(
      "div", { class: "muster-notice", role: "alert" },
      element("p", {}, element("strong", {}, "This project knows nothing of the name "), element("bdi", {}, name), ". It may have been renamed or removed."),
      element("p", {}, back),
    ));
    this.picture.hidden = true;
    this.lines.key.replaceChildren();
  }

  /** What was there before goes from its old place to the new one; what is new appears. */
  move(before) {
    if (!before.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timing = { duration: 240, easing: "cubic-bezier(0.2, 0, 0, 1)" };
    for (const [key, card] of this.cards) {
      const old = before.get(key), now = card.getBoundingClientRect();
      if (old) card.animate([{ transform: `translate(${old.left - now.left}px, ${old.top - now.top}px)` }, { transform: "none" }], timing);
      else card.animate([{ opacity: 0 }, { opacity: 1 }], { ...timing, fill: "backwards", delay: 80 });
    }
    this.lines.svg.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 200, delay: 160, fill: "backwards" });
  }

  sayWhere() {
    if (!this.node) return say("All specs");
    const { name, status } = this.model.said(this.node);
    const ties = this.cards.size - 1;
    return say(`${KINDS[this.node.kind]} ${cut(name, 80)}${status ? `, ${status}` : ""}: ${counted(ties, "neighbour")} shown`);
  }

  showMore(name, from, to) {
    this.caps.set(name, to);
    this.show();
    const list = this.columns.querySelector(`.muster-graph-section-${name} .muster-graph-list`);
    this.focus(list?.children[from]?.querySelector("a"));
    say(`${counted(to - from, "more", "more")} shown`);
  }

  // What a reader does

  click(event) {
    const card = event.target.closest("[data-key]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!card || !plain) return;
    event.preventDefault();
    event.stopPropagation(); // Material's navigation.instant follows each click that comes through
    if (card.getAttribute("aria-current") === "true") this.open();
    else this.go(this.model.nodes.get(card.dataset.key) ?? null, true);
  }

  /** Show all of the node in the middle: a requirement in the drawer, a spec on its page. */
  open() {
    const { node, model } = this;
    if (node.kind === "requirement") {
      const [, , , page] = model.specs[model.specOf(node.number)];
      const id = model.said(node).name;
      drawer.open(id, { parent: this.live, link: location.href, page: data.address(`${page}#${encodeURIComponent(id)}`), closed: () => !this.signal.aborted && this.focusMiddle() });
    } else this.above.querySelector(".muster-graph-now-links a")?.click();
  }

  stops() {
    return [...this.columns.querySelectorAll(STOPS)];
  }

  stop() {
    return this.stops().find((one) => one.tabIndex === 0);
  }

  focusMiddle() {
    this.focus(this.columns.querySelector('[aria-current="true"]') ?? this.stop());
  }

  focus(stop) {
    if (!stop) return;
    for (const one of this.stops()) one.tabIndex = one === stop ? 0 : -1;
    stop.focus({ preventScroll: true });
    stop.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = event.target.closest(STOPS);
    if (event.key === "Backspace") {
      event.preventDefault();
      this.back();
      return;
    }
    const stops = this.stops();
    const at = stops.indexOf(here);
    if (at < 0) return;
    const to = {
      ArrowDown: () => stops[at + 1], ArrowUp: () => stops[at - 1], Home: () => stops[0], End: () => stops.at(-1),
      ArrowRight: () => this.beside(here, 1), ArrowLeft: () => this.beside(here, -1),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    this.focus(to());
  }

  /** The nearest card of the next column that has one, first of those that an edge leads to. */
  beside(here, by) {
    const columns = [...this.columns.children];
    const y = middleOf(here);
    const tied = this.lines.tied(here.dataset.key);
    for (let at = columns.findIndex((column) => column.contains(here)) + by; columns[at]; at += by) {
      const every = [...columns[at].querySelectorAll(STOPS)];
      const near = every.filter((one) => tied.has(one.dataset.key));
      const away = (one) => Math.round(Math.abs(middleOf(one) - y) / 40); // of two that are about as near, the upper one
      const [first] = (near.length ? near : every).sort((a, b) => away(a) - away(b));
      if (first) return first;
    }
    return null;
  }

  /** The key `/` leads to this search, not to that of the site, where nobody writes. */
  slash(event) {
    const writes = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.search.field.focus();
    this.search.field.select();
  }
}

function middleOf(one) {
  const box = one.getBoundingClientRect();
  return box.top + box.height / 2;
}

function spotsOf(cards) {
  return new Map([...cards].map(([key, card]) => [key, card.getBoundingClientRect()]));
}
