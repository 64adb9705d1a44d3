// What stands above the matrix: search, spec, chips, how many rows there are, and what can be done with them.
//
// implements: MU-SITE-9021

import { cut, element, grouped, icon } from "./dom.js";
import { filters } from "./query.js";

const ONLY = [["findings", "with findings"], ["code", "without code"], ["tests", "without tests"]];

export class Filters {
  /** `change(part, options)` takes a part of a choice, `clear` all of it, `download` writes CSV, `leave` goes down to the rows. */
  constructor(table, { change, clear, download, leave }) {
    Object.assign(this, { table, change, leave, choice: null, chips: [] });
    this.buildSearch();
    this.buildSpecs();
    this.clear = element(
      "button", { type: "button", class: "muster-button muster-clear", "aria-label": "Clear filters" },
      icon("close"), "Clear", element("span", { class: "muster-more-words" }, "filters"),
    );
    this.clear.addEventListener("click", clear);
    this.count = element("p", { class: "muster-count" });
    this.csv = element("button", { type: "button", class: "muster-button" }, icon("download"), "CSV");
    this.csv.addEventListener("click", download);
    this.elements = [
      element(
        "div", { class: "muster-filters", role: "search", "aria-label": "Requirements" },
        element("div", { class: "muster-search" }, icon("search"), this.search, element("kbd", { "aria-hidden": "true" }, "/"), this.specs),
        this.several("status", "Status", table.order, table.usedStatuses),
        this.several("level", "Level", table.levels, table.usedLevels),
        this.only(),
      ),
      element("div", { class: "muster-summary" }, this.count, this.clear, element("span", { class: "muster-gap" }), this.csv),
    ];
  }

  buildSearch() {
    this.search = element("input", {
      type: "search", class: "muster-search-field", placeholder: "Search ID, text or path", "aria-label": "Search ID, text or path",
      autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    });
    this.search.addEventListener("input", () => this.change({ q: this.search.value }, { typing: true }));
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        this.leave();
      } else if (event.key === "Escape" && this.search.value) {
        event.preventDefault();
        this.change({ q: "" }, { typing: true });
      }
    });
  }

  buildSpecs() {
    this.specOptions = this.table.specs.map((spec) => element("option", { value: spec.path }, cut(spec.title, 60)));
    this.specs = element("select", { class: "muster-select", "aria-label": "Spec" }, element("option", { value: "" }), ...this.specOptions);
    for (const opening of ["pointerdown", "focus", "keydown"]) this.specs.addEventListener(opening, () => this.countSpecs());
    this.specs.addEventListener("change", () => this.change({ spec: this.specs.value }));
  }

  /** Chips of which several may be chosen; one that no requirement has is there only while it is chosen. */
  several(facet, label, values, used) {
    const made = values.map((value, at) => this.chip(value, `muster-chip-${value}`, {
      pressed: (choice) => choice[facet].includes(value),
      number: (counts) => counts[facet][at],
      toggle: (choice) => ({ [facet]: choice[facet].includes(value) ? choice[facet].filter((one) => one !== value) : [...choice[facet], value] }),
      used: used.includes(value),
    }));
    return group(facet, label, made);
  }

  only() {
    const made = ONLY.map(([name, words]) => this.chip(words, "", {
      pressed: (choice) => choice[name], number: (counts) => counts[name], toggle: (choice) => ({ [name]: !choice[name] }), used: true,
    }));
    return group("only", "Only", made);
  }

  chip(words, kind, facet) {
    const number = element("span", { class: "muster-chip-count" });
    const chip = element("button", { type: "button", class: `muster-chip ${kind}`.trim(), "aria-pressed": "false" }, element("span", {}, words), " ", number);
    chip.addEventListener("click", () => this.change(facet.toggle(this.choice)));
    this.chips.push({ chip, number, facet });
    return chip;
  }

  /** Show a choice: how many rows it gives, and how many each further one would. */
  show(choice, counts, shown, words) {
    this.choice = choice;
    if (this.search.value !== choice.q) this.search.value = choice.q;
    for (const { chip, number, facet } of this.chips) {
      const pressed = facet.pressed(choice), found = facet.number(counts);
      chip.hidden = !facet.used && !pressed;
      chip.setAttribute("aria-pressed", String(pressed));
      chip.classList.toggle("muster-none", found === 0 && !pressed);
      retext(number, grouped(found));
    }
    this.specCounts = counts.spec;
    retext(this.specs.options[0], `All specs (${grouped(counts.spec.reduce((sum, one) => sum + one, 0))})`);
    const chosen = this.table.specs.findIndex((spec) => spec.path === choice.spec);
    if (chosen >= 0) this.countSpec(chosen);
    this.specs.value = chosen >= 0 ? choice.spec : "";
    this.clear.hidden = !filters(choice);
    this.csv.disabled = !shown;
    retext(this.count, words);
  }

  /** The numbers of all specs are written when somebody opens the list. */
  countSpecs() {
    this.table.specs.forEach((_, at) => this.countSpec(at));
  }

  countSpec(at) {
    retext(this.specOptions[at], `${cut(this.table.specs[at].title, 60)} (${grouped(this.specCounts[at])})`);
  }
}

function group(facet, label, chips) {
  const name = element("span", { class: "muster-chips-name", "aria-hidden": "true" }, label);
  return element("div", { class: `muster-chips muster-chips-${facet}`, role: "group", "aria-label": label }, name, ...chips);
}

function retext(made, words) {
  if (made.textContent !== words) made.textContent = words;
}
