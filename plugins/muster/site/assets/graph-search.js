// The search of the graph: a text field with a list of what it finds, as a combobox of WAI-ARIA has it.
//
// implements: MU-SITE-9023, MU-SITE-9030

import { badge, counted, cut, element, icon, say } from "./dom.js";
import { KINDS } from "./graph-cards.js";

const MOST = 12;
const LIST = "muster-graph-found";

export class Search {
  constructor(model, go, leave) {
    Object.assign(this, { model, go, leave, found: [], active: -1 });
    this.field = element("input", {
      type: "text", class: "muster-search-field", placeholder: "Find a spec, requirement, file or symbol", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-label": "Find a spec, requirement, file or symbol", "aria-expanded": "false", "aria-controls": LIST, "aria-autocomplete": "list",
    });
    this.list = element("ul", { class: "muster-graph-found", id: LIST, role: "listbox", "aria-label": "Found", hidden: true });
    this.element = element("div", { class: "muster-search muster-graph-search" }, icon("search"), this.field, element("kbd", { "aria-hidden": "true" }, "/"), this.list);
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("focus", () => this.field.value && this.look());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option?.dataset.at) this.take(Number(option.dataset.at));
    });
  }

  look() {
    const { found, count } = this.model.search(this.field.value, MOST);
    this.found = found;
    if (!this.field.value.trim()) return this.close();
    const options = found.map((node, at) => this.option(node, at));
    const rest = count - found.length;
    const note = !count ? "Nothing has this name." : rest ? `${counted(rest, "more", "more")}: go on writing` : "";
    this.list.replaceChildren(
      ...options,
      ...(note ? [element("li", { class: "muster-graph-rest", role: "option", "aria-disabled": "true", "aria-selected": "false" }, note)] : []),
    );
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(found.length ? 0 : -1);
    say(count ? `${counted(count, "result")}` : "Nothing found", null, 500);
    return undefined;
  }

  option(node, at) {
    const { name, below, path, status } = this.model.said(node);
    return element(
      "li", { class: "muster-graph-option", role: "option", id: `${LIST}-${at}`, "data-at": at, "aria-selected": "false" },
      element("span", { class: "muster-graph-kind" }, KINDS[node.kind]),
      element("span", { class: "muster-graph-hit" },
        element("bdi", { class: "muster-graph-name" }, cut(name, 120)), " ",
        element("bdi", { class: "muster-graph-below" }, cut(path ?? below, 160))),
      status ? badge(status) : null,
    );
  }

  mark(at) {
    this.active = at;
    for (const option of this.list.children) option.setAttribute("aria-selected", String(option.dataset.at === String(at)));
    if (at < 0) this.field.removeAttribute("aria-activedescendant");
    else {
      this.field.setAttribute("aria-activedescendant", `${LIST}-${at}`);
      this.list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.active = -1;
  }

  take(at) {
    const node = this.found[at];
    this.field.value = "";
    this.close();
    this.go(node);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) this.look();
      else if (this.found.length) this.mark((this.active + step + this.found.length) % this.found.length);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (this.active >= 0) this.take(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!this.list.hidden) this.close();
      else if (this.field.value) this.field.value = "";
      else this.leave();
    }
  }
}
