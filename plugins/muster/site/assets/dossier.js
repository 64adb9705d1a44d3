// What the drawer says of a requirement, from the details that the build wrote: sections in the order in which a reader
// asks: what does it say, why does it stand there, what cites it, what ran, what is wrong, what was before.
//
// implements: MU-SITE-9012

import * as data from "./data.js";
import { badge, counted, cut, element, link } from "./dom.js";

const MOST = 12; // lines of a section before "Show all"
const LONG = 1500; // characters of a text before "Show all"
const OUTCOMES = { failed: 0, skipped: 1, passed: 2 };
const DAY = 86_400_000;

/** The sections of a requirement. */
export function dossier(found) {
  const more = found.more ?? {};
  const results = [...(found.results ?? [])].sort((a, b) => OUTCOMES[a.outcome] - OUTCOMES[b.outcome]);
  return [
    text(found.text || found.title),
    element("p", { class: "muster-drawer-place" }, "In ", link(data.address(found.href), {}, cut(found.spec_title || found.spec, 120)), found.section ? ` › ${cut(found.section, 120)}` : ""),
    found.why ? element("div", { class: "muster-why" }, badge(found.status), element("p", {}, found.why)) : null,
    section("Findings", (found.findings ?? []).map(finding)),
    ...(found.changes ?? []).map(change),
    section("Code", (found.code ?? []).map(place), more.code, "No code cites it."),
    section("Tests", (found.tests ?? []).map(place), more.tests, "No test cites it."),
    section("Results", results.map(result), more.results),
    section("Evidence", (found.evidence ?? []).map(evidence), more.evidence),
    section("Waivers", (found.waivers ?? []).map(waiver), more.waivers),
    section("Derived from", (found.parents ?? []).map(relative), more.parents),
    section("Derived by", (found.children ?? []).map(relative), more.children),
    section("Mentions", (found.mentions ?? []).map(place), more.mentions),
    section("Reviews", (found.reviews ?? []).map(review), more.reviews),
    links(found),
  ].filter(Boolean);
}

/** The words of the spec; Markdown stays as it is written, save that code looks like code and lines of prose flow. */
function text(written) {
  const words = /^\s*(```|~~~|\|)/m.test(written) ? written : written.replace(/(?<! {2}|\\)\n(?=[^\s\-*+>#|\d])/g, " ");
  const body = element("div", { class: "muster-drawer-text", dir: "auto" });
  const show = (shown) => body.replaceChildren(...shown.split(/(`[^`\n]+`)/).map((part, at) => (at % 2 ? element("code", {}, part.slice(1, -1)) : part)));
  if (words.length <= LONG) {
    show(words);
    return body;
  }
  show(cut(words, LONG));
  const whole = element("button", { type: "button", class: "muster-button" }, `Show all ${words.length.toLocaleString("en")} characters`);
  whole.addEventListener("click", () => {
    show(words);
    whole.remove();
  });
  return element("div", {}, body, whole);
}

/** A heading with its number and a list; `otherwise` is said where the list is empty, and without it nothing. */
function section(title, items, more = 0, otherwise = "") {
  if (!items.length && !otherwise) return null;
  const head = element("h3", {}, title, " ", items.length ? element("span", { class: "muster-drawer-number" }, (items.length + more).toLocaleString("en")) : null);
  if (!items.length) return element("section", {}, head, element("p", { class: "muster-hole" }, otherwise));
  const list = element("ul", {}, ...items.slice(0, MOST));
  const rest = items.slice(MOST);
  const whole = rest.length ? element("button", { type: "button", class: "muster-button" }, `Show ${counted(rest.length, "more", "more")}`) : null;
  whole?.addEventListener("click", () => {
    list.append(...rest);
    rest[0].tabIndex = -1;
    rest[0].focus();
    whole.remove();
  });
  return element("section", {}, head, list, whole, more ? element("p", {}, `and ${more.toLocaleString("en")} more`) : null);
}

function where(path, line, address) {
  return link(data.address(address), {}, element("code", {}, line ? `${path}:${line}` : path));
}

function place(one) {
  return element("li", {}, where(one.path, one.line, one.href), one.symbol ? element("span", { class: "muster-beneath" }, cut(one.symbol, 160)) : null, one.stale ? badge("suspect", "cites an older version") : null);
}

function result(one) {
  const kind = one.outcome === "skipped" ? "info" : one.outcome;
  return element("li", {}, badge(kind, one.outcome), " ", element("code", {}, cut(one.name, 300)), one.message ? element("span", { class: "muster-beneath", dir: "auto" }, cut(one.message, 600)) : null);
}

function evidence(one) {
  return element("li", {}, `${cut(one.kind, 80)} by ${cut(one.owner, 80)} on ${one.date}: ${cut(one.reference, 300)} `, one.path ? where(one.path, one.line, one.href) : null);
}

function relative(one) {
  const name = one.id || one.spec;
  return element("li", {}, link(data.address(one.href), {}, cut(name, 160)), one.id && one.spec ? element("span", { class: "muster-beneath" }, cut(one.spec, 160)) : null);
}

function review(one) {
  return element("li", {}, where(one.path, 0, one.href), " ", one.current ? "reviewed under the words of today" : badge("suspect", "reviewed under other words"));
}

function finding(one) {
  const kind = { error: "failed", warning: "waived" }[one.severity] ?? "info";
  return element(
    "li", {}, badge(kind, one.severity), " ", link(data.address(one.rule), {}, one.code), " ", element("span", { dir: "auto" }, cut(one.message, 600)),
    one.help ? element("span", { class: "muster-beneath", dir: "auto" }, cut(one.help, 600)) : null,
    element("span", { class: "muster-beneath" }, where(one.path, one.line, one.href)),
  );
}

function waiver(one) {
  const left = Math.round((Date.parse(`${one.expires}T00:00:00Z`) - Date.parse(`${new Date().toISOString().slice(0, 10)}T00:00:00Z`)) / DAY);
  const days = Number.isNaN(left) ? "" : left < 0 ? `expired ${counted(-left, "day")} ago` : left === 0 ? "expires today" : `${counted(left, "day")} left`;
  return element(
    "li", {}, badge("waived", "waived"), ` ${one.rule ? `${cut(one.rule, 40)} ` : ""}by ${cut(one.owner, 80)}`, one.expires ? ` until ${one.expires}` : "", days ? element("strong", {}, ` (${days})`) : "",
    one.reason ? element("span", { class: "muster-beneath", dir: "auto" }, cut(one.reason, 600)) : null,
    one.path ? element("span", { class: "muster-beneath" }, where(one.path, one.line, one.href)) : null,
  );
}

/** The words before and now, where they changed under code that nobody has looked at since. */
function change(one) {
  const tags = { old: "del", new: "ins" };
  const words = (one.words ?? []).flatMap(([side, said]) => [tags[side] ? element(tags[side], {}, said) : said, " "]);
  return element(
    "section", {}, element("h3", {}, "Changed since the last review"),
    element("p", { class: "muster-change muster-drawer-text", dir: "auto" }, ...(words.length ? words : ["The words of that time are not known."])),
    element("ul", {}, ...(one.paths ?? []).map((path) => element("li", {}, element("code", {}, path)))),
  );
}

function links(found) {
  const graph = new URL(`graph/#node=requirement/${encodeURIComponent(found.id)}`, data.ROOT).href;
  const all = [
    [data.address(found.href), "In its spec"], [data.address(found.page), "In the list of its spec"], [graph, "In the graph"], [data.address(found.source), "Source"],
  ].filter(([address]) => address);
  return element("nav", { class: "muster-drawer-links", "aria-label": "More of this requirement" }, ...all.map(([address, words]) => link(address, { class: "muster-button" }, words)));
}
