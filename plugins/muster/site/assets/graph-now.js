// What stands above the picture: where it is, the node in the middle in full, and what can be done with it.
//
// implements: MU-SITE-9023, MU-SITE-9012

import * as data from "./data.js";
import { badge, copyButton, counted, cut, element, link } from "./dom.js";
import { KINDS, barWords, fragmentOf } from "./graph-cards.js";

const LONGEST = 600;

/** The way from all specs to a node, as links. */
export function trailOf(model, node) {
  if (!node) return "";
  const way = [null];
  if (node?.kind === "requirement") way.push(model.node("spec", model.specOf(node.number)));
  if (node?.kind === "place") way.push(model.node("file", model.places[node.number][0]));
  way.push(node);
  const items = way.map((one, at) => {
    const words = one ? cut(model.said(one).name, 60) : "All specs";
    const last = at === way.length - 1;
    return element("li", {}, last ? element("bdi", { "aria-current": "page" }, words) : element("a", { href: fragmentOf(one), "data-key": one?.key ?? "" }, element("bdi", {}, words)));
  });
  return element("nav", { class: "muster-graph-trail", "aria-label": "Where the picture is" }, element("ol", { role: "list" }, ...items));
}

/**
 * The node in the middle: its name, what it says, and what leads on from it. `matrix` is the address of that page, and
 * `open` shows the details of a requirement.
 */
export function nowOf(model, node, { matrix, open }) {
  if (!node) return overview();
  const said = model.said(node);
  const head = element("h2", { class: "muster-graph-now-name" }, element("bdi", {}, cut(said.name, 200)));
  const badges = said.status ? [badge(said.levelKind, said.level), badge(said.status)] : [];
  const kind = element("span", { class: "muster-graph-kind" }, KINDS[node.kind]);
  const text = element("bdi", {}, cut(textOf(model, node, said), LONGEST));
  if (node.kind === "requirement" && /(…|\.\.\.)$/.test(said.below)) whole(said.name, text);
  return element(
    "div", { class: "muster-graph-now" },
    element("div", { class: "muster-graph-now-head" }, head, kind, ...badges),
    element("p", { class: "muster-graph-now-text" }, text),
    element("p", { class: "muster-graph-now-links" }, ...actions(model, node, matrix, open)),
  );
}

/** Put the whole text of a requirement where its title is only the beginning of it. */
function whole(id, place) {
  data.details(id).then((found) => {
    if (found?.text) place.textContent = cut(found.text.replace(/\s+/g, " "), LONGEST);
  }).catch(() => {}); // the beginning stays
}

function overview() {
  const words = "The specs, the files that fulfil them, and the tests that prove them. Choose one to walk on.";
  return element("div", { class: "muster-graph-now" }, element("p", { class: "muster-graph-now-text" }, words));
}

function textOf(model, node, said) {
  if (node.kind === "spec") return `${said.below}: ${counted(said.count, "requirement")}${said.count ? `, ${barWords(said.bar)}` : ""}`;
  if (node.kind === "place") return `${said.path}, line ${said.line.toLocaleString("en")}`;
  return node.kind === "file" ? said.path : said.below;
}

function actions(model, node, matrix, open) {
  const button = { class: "muster-button" };
  const found = [];
  if (node.kind === "requirement") {
    const details = element("button", { type: "button", class: "muster-button muster-primary", "aria-haspopup": "dialog" }, "Details");
    details.addEventListener("click", open);
    const [, , address, page] = model.specs[model.specOf(node.number)];
    const id = encodeURIComponent(model.said(node).name);
    found.push(details, address ? linked(`${address}#${id}`, button, "Read in its spec") : linked(`${page}#${id}`, button, "Its row"));
  } else if (node.kind === "spec") {
    const [path, , address, page] = model.specs[node.number];
    found.push(address && linked(address, { class: "muster-button muster-primary" }, "Read the spec"), linked(page, button, "Compliance"));
    found.push(matrix && linked(`${matrix}#${new URLSearchParams({ spec: path })}`, button, "In the matrix"));
  } else found.push(sourceLink(model, node));
  return [...found.filter(Boolean), copyButton("Copy link to this picture", () => location.href)];
}

function linked(address, attributes, words) {
  return link(data.address(address), attributes, words);
}

/** A link to the lines in the repository, once a requirement that they cite has told where these are. */
function sourceLink(model, node) {
  const spot = element("span", { class: "muster-graph-source" });
  const [row] = [...model.rowsOf("code", node), ...model.rowsOf("tests", node)];
  const { path, name } = model.said(node);
  if (row !== undefined) {
    data.details(model.said(model.node("requirement", row)).name).then((found) => {
      const places = [...(found?.code ?? []), ...(found?.tests ?? [])].filter((one) => one.path === path && one.href);
      const exact = places.find((one) => node.kind === "file" || one.symbol === name);
      if (exact) spot.append(link(node.kind === "file" ? exact.href.replace(/#.*$/, "") : exact.href, { class: "muster-button muster-primary" }, "Source"));
    }).catch(() => {}); // the picture is whole without it
  }
  return spot;
}
