// The compliance matrix: all requirements of the project in one table that searches, filters and sorts. The choice of
// a reader stands in the fragment of the address, so that it can be sent and the back button undoes it.
//
// implements: MU-SITE-9021

import { Cells, Head, addressOf } from "./cells.js";
import * as data from "./data.js";
import { copies, counted, cut, element, grouped, say, unseen } from "./dom.js";
import { drawer } from "./drawer.js";
import { Filters } from "./filters.js";
import { NOTHING_CHOSEN, choiceOf, csvOf, filters as filtering, fragmentOf, haystacksOf, selected, tableOf } from "./query.js";
import { Rows } from "./rows.js";

const MOST_FIRST = ["code", "tests", "findings"]; // columns of which the largest number is wanted first

/** Make the matrix of a page live. `signal` ends it when the page goes. */
export async function mount(root, signal) {
  const live = element("div", { class: "muster-matrix-live" });
  root.append(live);
  root.classList.add("muster-live");
  say("");
  await load(live, signal);
}

async function load(live, signal) {
  live.setAttribute("aria-busy", "true");
  live.replaceChildren(skeleton());
  let json;
  try {
    json = await data.columns();
  } catch (problem) {
    if (signal.aborted) return;
    live.removeAttribute("aria-busy");
    live.replaceChildren(trouble(problem, () => load(live, signal)));
    return;
  }
  if (signal.aborted) return;
  live.removeAttribute("aria-busy");
  new Matrix(live, tableOf(json), signal).begin();
}

function skeleton() {
  const bars = Array.from({ length: 8 }, () => element("div", { class: "muster-skeleton-row" }, element("span"), element("span"), element("span")));
  return element("div", { class: "muster-skeleton" }, unseen("Loading the requirements"), ...bars);
}

function trouble(problem, again) {
  const retry = element("button", { type: "button", class: "muster-button muster-primary" }, "Try again");
  retry.addEventListener("click", again);
  return element(
    "div", { class: "muster-notice", role: "alert" },
    element("p", {}, element("strong", {}, "The requirements could not be loaded.")),
    element("p", {}, cut(String(problem?.message ?? problem), 300)),
    element("p", {}, retry),
  );
}

class Matrix {
  constructor(live, table, signal) {
    Object.assign(this, { live, table, signal, choice: NOTHING_CHOSEN, shown: [], opened: false, writing: 0 });
    this.build(new Cells(table));
  }

  /** Take the choice from the address, now and whenever that changes. */
  begin() {
    const read = () => {
      clearTimeout(this.writing);
      this.opened = false; // the entry that the drawer made is not this one
      // Links of other pages ask by a query; what a reader chooses here is the fragment.
      this.take(choiceOf(location.hash || location.search));
    };
    window.addEventListener("popstate", read, { signal: this.signal });
    window.addEventListener("hashchange", read, { signal: this.signal });
    document.addEventListener("keydown", (event) => this.slash(event), { signal: this.signal, capture: true });
    this.signal.addEventListener("abort", () => {
      clearTimeout(this.writing);
      drawer.close();
    });
    read();
    this.prepare();
  }

  /** Make the texts for the search while nobody needs the time. */
  prepare() {
    if (!window.requestIdleCallback) return;
    requestIdleCallback((idle) => {
      if (haystacksOf(this.table, () => idle.timeRemaining() > 1).length < this.table.count && !this.signal.aborted) this.prepare();
    });
  }

  // What a reader sees

  build(cells) {
    this.head = new Head((column) => this.sortBy(column));
    this.body = element("div", { role: "rowgroup", class: "muster-grid-body" });
    this.body.addEventListener("click", (event) => this.rowClick(event));
    this.body.addEventListener("keydown", (event) => this.rowKey(event));
    this.rows = new Rows(this.body, (row, position) => cells.draw(row, position, this.choice, position === this.rows.active), this.signal);
    this.grid = element(
      "div", { role: "grid", class: "muster-grid", "aria-label": "Requirements", "aria-colcount": this.head.columns }, this.head.element, this.body,
    );
    this.filters = new Filters(this.table, {
      change: (part, options) => this.change(part, options),
      clear: () => this.clearAll(),
      download: () => this.download(),
      leave: () => this.rows.focus(0),
    });
    this.empty = element("div", { class: "muster-notice muster-empty", hidden: true });
    this.note = element("p", { class: "muster-print-note", hidden: true });
    this.rows.onmeasure = () => this.keepBelowHeader();
    this.rows.onprint = (most) => {
      this.note.hidden = !most;
      this.note.textContent = most ? `Only the first ${grouped(most)} of these ${counted(this.shown.length, "requirement")} are printed.` : "";
    };
    this.live.replaceChildren(...this.filters.elements, this.grid, this.empty, this.note);
  }

  refresh() {
    const { table, choice } = this;
    const { rows, counts } = selected(table, choice);
    const all = counted(table.count, "requirement");
    const words = rows.length === table.count ? all : `${grouped(rows.length)} of ${all}`;
    this.shown = rows;
    this.filters.show(choice, counts, rows.length, words);
    this.head.show(choice);
    say(`${words} shown`, null, 500);
    this.grid.setAttribute("aria-rowcount", rows.length + 1);
    this.grid.hidden = !rows.length;
    this.rows.active = 0;
    this.rows.show(rows);
    this.sayEmpty();
  }

  sayEmpty() {
    const none = !this.shown.length;
    this.empty.hidden = !none;
    if (!none) return;
    if (!this.table.count) {
      this.empty.replaceChildren(element("p", {}, "No spec defines a requirement yet."));
      return;
    }
    const button = element("button", { type: "button", class: "muster-button muster-primary" }, "Clear filters");
    button.addEventListener("click", () => this.clearAll());
    const { q, spec } = this.choice;
    const said = [q.trim() && `“${cut(q.trim(), 60)}”`, spec && cut(spec, 80)].filter(Boolean).join(" in ");
    const others = filtering({ ...this.choice, q: "", spec: "" }) ? " with the other filters" : "";
    this.empty.replaceChildren(
      element("p", {}, element("strong", {}, "No requirement matches."), said && ` Nothing is left of ${said}${others}.`),
      element("p", {}, button),
    );
  }

  // What a reader chooses

  /** Take a part of a choice: a step of its own for the back button, save while somebody types. */
  change(part, { replace = false, typing = false } = {}) {
    const next = { ...this.choice, ...part };
    const fragment = fragmentOf(next);
    if (fragment !== fragmentOf(this.choice)) this.write(fragment, replace || typing ? "replaceState" : "pushState", typing);
    this.take(next);
  }

  /** Say the choice in the address; `later`, once the typing pauses. */
  write(fragment, how, later = false) {
    clearTimeout(this.writing);
    if (later) {
      this.writing = setTimeout(() => this.write(fragment, how), 250);
      return;
    }
    history[how](history.state, "", fragment ? `${location.pathname}#${fragment}` : location.pathname);
  }

  /** Show a choice. */
  take(choice) {
    const before = this.choice;
    this.choice = choice;
    if (before === NOTHING_CHOSEN || fragmentOf({ ...before, requirement: "" }) !== fragmentOf({ ...choice, requirement: "" })) this.refresh();
    for (const one of this.body.children) {
      if (this.table.ids[one.musterRow.row] === choice.requirement) one.setAttribute("aria-selected", "true");
      else one.removeAttribute("aria-selected");
    }
    if (choice.requirement) this.open(choice.requirement);
    else drawer.close();
  }

  clearAll() {
    const { sort, descending, requirement } = this.choice;
    this.change({ ...NOTHING_CHOSEN, sort, descending, requirement });
    this.filters.search.focus();
  }

  /** One way, the other way, and back to the order of the specs. */
  sortBy(column) {
    const { sort, descending } = this.choice;
    const first = MOST_FIRST.includes(column);
    if (sort !== column) this.change({ sort: column, descending: first });
    else if (descending === first) this.change({ descending: !descending });
    else this.change({ sort: "", descending: false });
  }

  download() {
    const blob = new Blob([csvOf(this.table, this.shown)], { type: "text/csv;charset=utf-8" });
    const address = URL.createObjectURL(blob);
    element("a", { href: address, download: "requirements.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    say(`${counted(this.shown.length, "row")} downloaded`);
  }

  // The drawer

  open(id) {
    const step = (by) => {
      const at = this.shown.indexOf(this.table.rowOf(id));
      return at < 0 ? "" : (this.table.ids[this.shown[at + by]] ?? "");
    };
    const go = (by) => () => this.change({ requirement: step(by) }, { replace: true });
    drawer.open(id, {
      parent: this.live,
      link: addressOf(id),
      previous: step(-1) && go(-1),
      next: step(1) && go(1),
      closed: () => this.closed(id),
    });
  }

  /** Leave the address as it was before the drawer, and the focus on its row. */
  closed(id) {
    if (this.signal.aborted) return;
    const at = this.shown.indexOf(this.table.rowOf(id));
    if (this.choice.requirement) {
      if (this.opened) history.back();
      else this.change({ requirement: "" }, { replace: true });
    }
    this.opened = false;
    if (at >= 0) this.rows.focus(at);
  }

  openRow(position) {
    this.rows.active = position;
    this.opened = true;
    this.change({ requirement: this.table.ids[this.shown[position]] });
  }

  // Pointer and keys

  rowClick(event) {
    const row = event.target.closest("[role=row]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!row || !plain) return;
    if (event.target.closest("button")) {
      copies(event.target.closest("button"), addressOf(this.table.ids[row.musterRow.row]));
      return;
    }
    if (!event.target.closest("a") && String(getSelection())) return; // somebody marks text
    event.preventDefault();
    event.stopPropagation(); // Material's navigation.instant follows each click that comes through
    this.openRow(row.musterRow.position);
  }

  rowKey(event) {
    const row = event.target.closest("[role=row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const { position } = row.musterRow;
    const { page } = this.rows;
    const to = {
      ArrowDown: position + 1, ArrowUp: position - 1, PageDown: position + page, PageUp: position - page, Home: 0, End: this.shown.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.rows.focus(to);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const stops = [...row.querySelectorAll("[data-stop]")];
      event.preventDefault();
      stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(document.activeElement) + (event.key === "ArrowRight" ? 1 : -1)))].focus();
    }
  }

  /** The key `/` leads to this search, not to that of the site, where nobody writes. */
  slash(event) {
    const writes = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.filters.search.focus();
    this.filters.search.select();
  }

  /** The head of the table stays below the header of the site, where that stays. */
  keepBelowHeader() {
    const header = document.querySelector(".md-header");
    const stays = header && ["sticky", "fixed"].includes(getComputedStyle(header).position);
    this.live.style.setProperty("--muster-top", stays ? `${header.offsetHeight}px` : "0px");
  }
}
