// The drawer: a dialog at the side of the page that holds all that is known of one requirement. The browser keeps the
// focus inside and gives it back; Escape, the button, a click beside it and the back button of the matrix close it.
//
// implements: MU-SITE-9012, MU-SITE-9030

import * as data from "./data.js";
import { badge, copyButton, cut, element, iconButton, link, say, unseen } from "./dom.js";
import { dossier } from "./dossier.js";

class Drawer {
  dialog = null;
  id = "";
  options = {};
  turn = 0; // an answer that comes too late is not shown

  get isOpen() {
    return Boolean(this.dialog?.open);
  }

  /**
   * Show a requirement. `parent` holds the dialog, `link` is the address to copy where the requirement has none of its
   * own, `previous` and `next` go to its neighbours, `closed` hears of the end.
   */
  open(id, options = {}) {
    const same = this.isOpen && this.id === id;
    this.options = options;
    if (!this.dialog?.isConnected) this.build(options.parent ?? document.querySelector("article") ?? document.body);
    this.step(this.previous, options.previous);
    this.step(this.next, options.next);
    this.steps.hidden = !options.previous && !options.next;
    if (same) return;
    const moved = this.isOpen;
    this.id = id;
    this.heading.replaceChildren(element("bdi", {}, cut(id, 80)));
    this.badges.replaceChildren();
    if (!moved) this.dialog.showModal();
    this.load(id, moved);
  }

  close() {
    if (this.isOpen) this.dialog.close();
  }

  build(parent) {
    this.heading = element("h2", { class: "muster-drawer-id", id: "muster-drawer-id", tabindex: -1, autofocus: true });
    this.badges = element("p", { class: "muster-drawer-badges" });
    this.previous = iconButton("up", "Previous requirement");
    this.next = iconButton("down", "Next requirement");
    this.steps = element("span", { class: "muster-drawer-steps" }, this.previous, this.next);
    for (const [button, name] of [[this.previous, "previous"], [this.next, "next"]]) {
      button.addEventListener("click", () => this.options[name] && this.options[name]());
    }
    const close = iconButton("close", "Close");
    close.addEventListener("click", () => this.close());
    this.copy = copyButton("Copy link to this requirement", () => this.address);
    this.content = element("div", { class: "muster-drawer-body" });
    this.dialog = element(
      "dialog", { class: "muster-drawer", "aria-labelledby": "muster-drawer-id" },
      element("div", { class: "muster-drawer-head" }, this.heading, this.steps, this.copy, close, this.badges),
      this.content,
      element("div", { class: "muster-said muster-unseen", role: "status", "aria-live": "polite" }),
    );
    this.dialog.addEventListener("click", (event) => this.beside(event));
    this.dialog.addEventListener("close", () => this.options.closed?.());
    parent.append(this.dialog);
  }

  /** A click on what lies behind closes the drawer; one that began inside, with text being marked, does not. */
  beside(event) {
    if (event.target !== this.dialog || !event.detail) return;
    const box = this.dialog.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) this.close();
  }

  step(button, go) {
    button.setAttribute("aria-disabled", String(!go));
  }

  async load(id, moved) {
    const turn = (this.turn += 1);
    this.address = this.options.link ?? location.href;
    this.content.setAttribute("aria-busy", "true");
    this.content.replaceChildren(skeleton());
    this.content.scrollTop = 0;
    let found = null, problem = null;
    try {
      found = await data.details(id);
    } catch (error) {
      problem = error;
    }
    if (turn !== this.turn) return;
    this.content.removeAttribute("aria-busy");
    if (problem) this.content.replaceChildren(this.trouble(problem));
    else if (!found) this.content.replaceChildren(element("p", {}, "No requirement of this site has this ID. It may have been renamed or retired."));
    else this.show(found, moved);
  }

  show(found, moved) {
    const level = found.negated ? `${found.level} not` : found.level;
    this.address = data.address(found.href) || this.address;
    this.badges.replaceChildren(badge(found.level, level), " ", badge(found.status));
    this.content.replaceChildren(...dossier(found));
    if (moved) say(`${cut(found.id, 80)}, ${level}, ${found.status}`, this.dialog);
  }

  trouble(problem) {
    const again = element("button", { type: "button", class: "muster-button muster-primary" }, "Try again");
    again.addEventListener("click", () => this.load(this.id, false));
    return element(
      "div", { class: "muster-notice", role: "alert" },
      element("p", {}, element("strong", {}, "This requirement could not be loaded.")),
      element("p", {}, cut(String(problem?.message ?? problem), 300)),
      element("p", {}, again, this.options.page ? " " : null, this.options.page ? link(this.options.page, {}, "Read its page instead") : null),
    );
  }
}

function skeleton() {
  return element("div", { class: "muster-skeleton" }, unseen("Loading"), ...[0, 1, 2, 3, 4].map(() => element("div", { class: "muster-skeleton-row" }, element("span"), element("span"))));
}

/** The one drawer of a page. */
export const drawer = new Drawer();

// On spec pages and pages of compliance

/**
 * Make the badges of requirements open the drawer. Badges that are links stay links for who opens them in another tab;
 * others become buttons.
 */
export function attach(root, signal) {
  for (const badges of root.querySelectorAll(".muster-id + .muster-badges")) {
    const id = idOf(badges.previousElementSibling);
    if (id) opens(badges, id, signal);
  }
  for (const head of root.querySelectorAll('.muster-table th[scope="row"][id]')) {
    const own = head.parentElement.querySelector(":scope > td:nth-of-type(2) > .muster-badge:only-child");
    if (own && head.textContent === head.id) opens(own, head.id, signal);
  }
  signal.addEventListener("abort", () => drawer.close());
}

/** The ID that an anchor names: its fragment. */
function idOf(anchor) {
  try {
    return decodeURIComponent((anchor.getAttribute("href") ?? "").split("#")[1] ?? "");
  } catch {
    return "";
  }
}

function opens(badges, id, signal) {
  const isLink = badges.tagName === "A";
  const opener = isLink ? badges : element("button", { type: "button", class: "muster-open" });
  if (!isLink) {
    const words = [badges, ...badges.querySelectorAll(".muster-badge")].filter((one) => one.matches(".muster-badge")).map((one) => one.textContent).join(", ");
    badges.replaceWith(opener);
    opener.append(badges);
    opener.setAttribute("aria-label", `${cut(id, 80)}: ${words}; open`);
  }
  opener.classList.add("muster-open");
  opener.setAttribute("aria-haspopup", "dialog");
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // Material's navigation.instant follows each click that comes through
    drawer.open(id, { page: isLink ? badges.href : "", closed: () => opener.focus({ preventScroll: true }) });
  }, { signal });
}
