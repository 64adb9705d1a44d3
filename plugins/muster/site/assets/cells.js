// A row of the matrix and the head above it.
//
// implements: MU-SITE-9021

import { badge, cut, element, grouped, iconButton, unseen } from "./dom.js";
import { NOTHING_CHOSEN, fragmentOf, levelName, termsOf } from "./query.js";
import { reachable } from "./rows.js";

const COLUMNS = [
  ["id", "ID"], ["level", "Level"], ["status", "Status"], ["title", "Title"], ["spec", "Spec"],
  ["code", "Code"], ["tests", "Tests"], ["findings", "Findings"],
];
const SEVERITIES = { error: "failed", warning: "waived", info: "info" };
const MOST_OF_A_TITLE = 300;

/** The head: a button a column, by which the rows are sorted. */
export class Head {
  constructor(sortBy) {
    this.cells = COLUMNS.map(([column, words]) => {
      const button = element("button", { type: "button", class: "muster-sort" }, words, element("span", { class: "muster-arrow", "aria-hidden": "true" }));
      button.addEventListener("click", () => sortBy(column));
      return element("div", { role: "columnheader", class: `muster-cell muster-cell-${column}` }, button);
    });
    const link = element("div", { role: "columnheader", class: "muster-cell muster-cell-link" }, unseen("Link"));
    this.element = element(
      "div", { role: "rowgroup", class: "muster-grid-head" },
      element("div", { role: "row", class: "muster-grid-row", "aria-rowindex": 1 }, ...this.cells, link),
    );
    this.columns = COLUMNS.length + 1;
  }

  show({ sort, descending }) {
    COLUMNS.forEach(([column], at) => {
      this.cells[at].setAttribute("aria-sort", sort !== column ? "none" : descending ? "descending" : "ascending");
    });
  }
}

/** Draws the rows of a table. */
export class Cells {
  constructor(table) {
    this.table = table;
  }

  /** A row without its texts: to copy one is much quicker than to build it. */
  buildRow() {
    const inside = {
      id: () => element("bdi", {}, element("a", { "data-stop": true, tabindex: -1 })),
      level: () => badge("level"),
      status: () => badge("status"),
      title: () => element("span", { class: "muster-title", dir: "auto" }),
      spec: () => element("span", { class: "muster-title", dir: "auto" }),
      link: () => iconButton("link", "Copy link", { "data-stop": true, tabindex: -1 }),
    };
    const cells = [...COLUMNS.map(([column]) => column), "link"].map((column) =>
      element("div", { role: column === "id" ? "rowheader" : "gridcell", class: `muster-cell muster-cell-${column}` }, inside[column]?.() ?? null));
    return element("div", { role: "row", class: "muster-grid-row" }, ...cells);
  }

  /** The element of a row as a choice shows it; `active` is the one that Tab reaches. */
  draw(row, position, choice, active) {
    const { table } = this;
    const made = (this.template ??= this.buildRow()).cloneNode(true);
    const [id, level, status, title, spec, code, tests, findings, copy] = made.children;
    const name = table.ids[row], levelOf = table.levels[table.level[row]], statusOf = table.order[table.status[row]];
    const worst = table.severities[table.worst[row]];
    const terms = termsOf(choice.q);
    made.musterRow = { row, position };
    made.setAttribute("aria-rowindex", position + 2);
    if (name === choice.requirement) made.setAttribute("aria-selected", "true");
    const link = id.firstChild.firstChild;
    link.href = `#${fragmentOf({ ...NOTHING_CHOSEN, requirement: name })}`;
    link.append(...marked(cut(name, 80), terms));
    fillBadge(level.firstChild, levelOf, levelName(table, row));
    fillBadge(status.firstChild, statusOf);
    title.firstChild.append(...marked(cut(table.titles[row], MOST_OF_A_TITLE), terms));
    spec.firstChild.append(cut(table.specs[table.spec[row]].title, 120));
    code.append(number(table.code[row], "place"));
    tests.append(number(table.tests[row], "test"));
    if (table.failed[row]) tests.append(badge("failed", `${table.failed[row]} failed`));
    findings.append(number(table.findings[row], "finding"));
    if (table.findings[row]) findings.append(badge(SEVERITIES[worst] ?? "info", worst));
    copy.firstChild.setAttribute("aria-label", `Copy link to ${cut(name, 80)}`);
    if (active) reachable(made, true);
    return made;
  }
}

/** A text in which the words of the search are marked. */
function marked(text, terms) {
  const lower = text.toLowerCase();
  if (!terms.length || lower.length !== text.length) return [text];
  const parts = [];
  let at = 0;
  while (at < text.length) {
    const hits = terms.map((term) => [lower.indexOf(term, at), term]).filter(([start]) => start >= 0);
    if (!hits.length) break;
    const [start, term] = hits.reduce((best, hit) => (hit[0] < best[0] || (hit[0] === best[0] && hit[1].length > best[1].length) ? hit : best));
    parts.push(text.slice(at, start), element("mark", { class: "muster-hit" }, text.slice(start, start + term.length)));
    at = start + term.length;
  }
  return [...parts, text.slice(at)];
}

function fillBadge(made, kind, words = kind) {
  made.className = `muster-badge muster-${kind}`;
  made.textContent = words;
}

/** A number, and where there is no column head what it counts. */
function number(value, noun) {
  return element("span", { class: value ? "muster-number" : "muster-number muster-zero" }, grouped(value), element("span", { class: "muster-unit" }, ` ${value === 1 ? noun : `${noun}s`}`));
}

/** The address of this page with a requirement open. */
export function addressOf(id) {
  return new URL(`${location.pathname}#${fragmentOf({ ...NOTHING_CHOSEN, requirement: id })}`, location.href).href;
}
