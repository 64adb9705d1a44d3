// What the graph is drawn with: cards of nodes in sections, which are lists of links and so the real control, for every
// reader; the curves between them (`graph-lines.js`) only repeat what the words of the sections say.
//
// implements: MU-SITE-9023, MU-SITE-9030

import { badge, counted, cut, element, unseen } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const LONGEST = 160;
const SHORT = 8; // cards of a column that stays in view beside longer ones
export const KINDS = { spec: "Spec", requirement: "Requirement", file: "File", place: "Symbol" };

/** The address of a node on this page, and of the picture of all where it is none. */
export function fragmentOf(node) {
  if (!node) return "#";
  const said = new URLSearchParams({ node: node.key }).toString();
  return `#${said.replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
}

/** An element of a picture. */
export function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The columns of a sight; `caps` holds how many a reader wants to see of a section. Gives the nodes that are drawn. */
export function drawColumns(model, sight, caps, more) {
  const shown = [];
  const columns = sight.columns.map((sections) => {
    const before = shown.length;
    const boxes = sections.map((section) => drawSection(model, section, caps.get(section.name) ?? section.most, { shown, more, level: sight.node ? "h3" : "h2" }));
    return element("div", { class: `muster-graph-column${shown.length - before > SHORT ? "" : " muster-graph-short"}` }, ...boxes);
  });
  return { columns, shown, long: columns.some((column) => !column.classList.contains("muster-graph-short")) };
}

function drawSection(model, section, most, { shown, more, level }) {
  const { entries, title } = section;
  // One that would be alone behind the button takes its place.
  const count = entries.length - most <= 1 ? entries.length : most;
  const visible = entries.slice(0, count);
  if (section.spot) { // so that fewer curves cross
    const spots = new Map(visible.map((entry) => [entry, section.spot(entry.node)]));
    visible.sort((a, b) => spots.get(a) - spots.get(b));
  }
  shown.push(...visible.map((entry) => entry.node));
  const items = visible.map((entry) => element("li", {}, card(model, entry, section.middle)));
  const list = element("ul", { class: "muster-graph-list", role: "list", "aria-label": section.middle ? "In the middle" : null }, ...items);
  const head = title && element(
    level, { class: "muster-graph-title" }, title, entries.length ? element("span", { class: "muster-graph-number" }, ` ${entries.length.toLocaleString("en")}`) : null,
  );
  const left = entries.length - visible.length;
  return element(
    "section", { class: `muster-graph-section muster-graph-section-${section.name}` },
    head,
    entries.length ? list : element("p", { class: "muster-graph-none" }, section.none),
    left ? moreButton(section, left, count, more) : null,
  );
}

function moreButton(section, left, count, more) {
  const next = Math.min(left, 40);
  const words = next < left ? `Show ${next} more of ${left.toLocaleString("en")}` : `Show ${counted(left, "more", "more")}`;
  const button = element("button", { type: "button", class: "muster-graph-more" }, words, unseen(`: ${section.title}`));
  button.addEventListener("click", () => more(section.name, count, count + next));
  return button;
}

/** The card of a node: a link, so that it can be opened elsewhere and sent on. */
function card(model, { node, word }, inMiddle) {
  const said = model.said(node);
  const top = element(
    "span", { class: "muster-graph-top" },
    element("bdi", { class: "muster-graph-name" }, cut(said.name, LONGEST)), " ",
    said.level && element("span", { class: "muster-graph-level" }, said.level), said.level && " ",
    said.status && badge(said.status),
  );
  const below = said.bar ? counted(said.count, "requirement") : cut(said.below, LONGEST);
  const relation = word && element("span", { class: "muster-graph-word" }, word);
  return element(
    "a",
    {
      href: fragmentOf(node), class: `muster-graph-card muster-graph-card-${node.kind}`, "data-key": node.key, tabindex: -1,
      "aria-current": inMiddle ? "true" : null, title: said.path ?? (node.kind === "requirement" ? cut(said.below, 400) : said.below),
    },
    top, " ", element("bdi", { class: "muster-graph-below" }, below), " ", relation, said.bar && barOf(said.bar, said.count),
  );
}

/** The statuses of a spec as a line, and in words for who does not see it. */
export function barOf(bar, count) {
  const parts = [];
  let x = 0;
  for (const [status, number] of bar) {
    const wide = (100 * number) / count;
    parts.push(drawn("rect", { class: `muster-graph-${status}`, x, y: 0, width: wide, height: 4 }));
    x += wide;
  }
  const picture = drawn("svg", { class: "muster-graph-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts);
  return element("span", { class: "muster-graph-stand" }, picture, unseen(barWords(bar)));
}

export function barWords(bar) {
  return bar.map(([status, number]) => `${number.toLocaleString("en")} ${status}`).join(", ");
}
