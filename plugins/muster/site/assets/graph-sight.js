// What is seen from a node: columns from specs over requirements to code and tests, each of sections that say in words
// what their nodes are to the one in the middle, and the edges between the nodes that are drawn.
//
// implements: MU-SITE-9023

import { distinct } from "./graph-model.js";

const FULFIL = [
  { side: "code", kind: "implements", word: "implements", what: "Code that implements", none: "No code implements" },
  { side: "tests", kind: "verifies", word: "verifies", what: "Tests that verify", none: "No test verifies" },
];

const MOST_SPECS = 16;
const MOST_ROWS = 20;

/** The columns that are seen from a node, or from above where it is none; `caps` as `drawColumns` has them. */
export function sightOf(model, node, caps) {
  const columns = SIGHTS[node ? node.kind : "none"](model, node, caps);
  return { node, weighs: !node, columns: columns.map((sections) => sections.filter(Boolean)) };
}

const SIGHTS = {
  none(model, _, caps) {
    const every = model.rows.map((_row, row) => row);
    const first = model.specRows.slice(0, caps.get("specs") ?? MOST_SPECS).flat();
    const [code, tests] = FULFIL.map(({ side, word, none }) => files(model, { side, word, rows: every, first, title: side === "code" ? "Code" : "Tests", none: `${none} a requirement yet.`, most: 16 }));
    return [[code], [section("specs", "Specs", model.specs.map((_spec, spec) => entry(model.node("spec", spec))), "", MOST_SPECS)], [tests]];
  },

  spec(model, node, caps) {
    const rows = model.specRows[node.number];
    const first = rows.slice(0, caps.get("requirements") ?? MOST_ROWS);
    return [
      [
        kin(model, node, true, "It derives from", "mother spec"),
        middle(node),
        kin(model, node, false, "Derived from it", "derives from it"),
      ],
      [section("requirements", "Its requirements", rows.map((row) => entry(model.node("requirement", row))), "It defines no requirement.", MOST_ROWS)],
      FULFIL.map(({ side, word, what, none }) => files(model, { side, word, rows, first, title: `${what} them`, none: `${none} them yet.`, most: 10 })),
    ];
  },

  requirement(model, node) {
    const row = node.number;
    const own = (rows, word) => rows.map((one) => entry(model.node("requirement", one), word));
    const whole = distinct([...model.wholeChildren[row]]).map((spec) => entry(model.node("spec", spec), "derives from it"));
    const mother = model.specParents[model.specOf(row)].filter((one) => one !== row && !model.parents[row].includes(one));
    return [
      [
        section("spec", "In the spec", [entry(model.node("spec", model.specOf(row)), "contains it")]),
        whole.length && section("whole", "Specs that derive from it", whole, "", 10),
      ],
      [
        model.parents[row].length && section("parents", "It derives from", own(model.parents[row], "parent"), "", 10),
        mother.length && section("mother", "Its spec derives from", own(mother, "parent of its spec"), "", 6),
        middle(node),
        model.children[row].length && section("children", "Derived from it", own(model.children[row], "derives from it"), "", 12),
      ],
      FULFIL.map(({ side, word, what, none }) =>
        section(side, `${what} it`, model[side].ofRow[row].map((place) => entry(model.ofPlace[place], word)), `${none} it yet.`, 12)),
    ];
  },

  file(model, node) {
    const places = model.filePlaces[node.number].map((place) => model.ofPlace[place]).filter((one) => one !== node);
    return fulfiller(model, node, [middle(node), places.length && section("places", "In this file", places.map((one) => entry(one, "in it")), "", 10)]);
  },

  place(model, node) {
    const file = model.node("file", model.places[node.number][0]);
    return fulfiller(model, node, [section("file", "In the file", [entry(file, "holds it")]), middle(node)]);
  },
};

/** The columns of a file or of a place in it. */
function fulfiller(model, node, own) {
  const implemented = model.rowsOf("code", node);
  const verified = model.rowsOf("tests", node).filter((row) => !implemented.includes(row));
  const rows = [...implemented, ...verified];
  const specs = distinct(rows.map((row) => model.specOf(row)));
  const [code, tests] = FULFIL;
  const other = implemented.length ? tests : code;
  const mine = node.kind === "file" ? node.number : model.places[node.number][0];
  const found = model.filesOf(other.side, rows).filter(([file]) => file !== mine);
  return [
    [section("specs", "Specs of these requirements", specs.map((spec) => entry(model.node("spec", spec))), "", 12)],
    [
      implemented.length && section("implemented", "Requirements that it implements", implemented.map((row) => entry(model.node("requirement", row), "implemented")), "", 16),
      verified.length && section("verified", "Requirements that it verifies", verified.map((row) => entry(model.node("requirement", row), "verified by it")), "", 16),
    ],
    [
      ...own,
      section(other.side, `${other.what} the same`, found.map(([file, number]) => entry(model.node("file", file), `${other.word} ${number}`)), `${other.none} the same.`, 10),
    ],
  ];
}

/** The files that fulfil rows; those of the `first` rows, which are drawn, come first. */
function files(model, { side, word, rows, first, title, none, most }) {
  const near = new Set(model.filesOf(side, first).map(([file]) => file));
  const every = model.filesOf(side, rows);
  const sorted = [...every.filter(([file]) => near.has(file)), ...every.filter(([file]) => !near.has(file))];
  const found = sorted.map(([file, number]) => entry(model.node("file", file), `${word} ${number.toLocaleString("en")}`));
  const wanted = new Set(first);
  const spot = (node) => {
    const own = model.rowsOf(side, node);
    const drawn = own.filter((row) => wanted.has(row));
    return mean(drawn.length ? drawn : own);
  };
  return { ...section(side, title, found, none, most), spot };
}

function kin(model, node, up, title, word) {
  const found = model.kinOf(node.number, up).map(([spec, number]) => entry(model.node("spec", spec), number > 1 ? `${word}, ${number} times` : word));
  return found.length ? section(up ? "mothers" : "derived", title, found, "", 8) : null;
}

function section(name, title, entries, none = "", most = 10) {
  return { name, title, entries, none, most };
}

function middle(node) {
  return { name: "middle", title: "", entries: [entry(node)], none: "", most: 1, middle: true };
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / (numbers.length || 1);
}

/** A node in a section, and what it is to the one in the middle. */
function entry(node, word = "") {
  return { node, word };
}

/** The edges between drawn nodes: {from, to, kind, number}, each from the left to the right, or from a child to its parent. */
export function edgesBetween(model, shown) {
  const drawn = new Set(shown.map((node) => node.key));
  const has = (node) => drawn.has(node.key);
  const edges = new Map();
  const add = (from, to, kind) => {
    if (from === to || !has(from) || !has(to)) return;
    const key = `${kind}\n${from.key}\n${to.key}`;
    const edge = edges.get(key) ?? { from, to, kind, number: 0 };
    edge.number += 1;
    edges.set(key, edge);
  };
  const rows = shown.filter((node) => node.kind === "requirement");
  for (const node of rows) ofRow(model, node, has, add);
  for (const node of shown) {
    if (node.kind === "place") add(model.node("file", model.places[node.number][0]), node, "holds");
    if (node.kind !== "spec") continue;
    for (const row of model.specParents[node.number]) add(node, model.node("requirement", row), "derives");
    for (const [spec, number] of model.kinOf(node.number, true)) for (let at = 0; at < number; at += 1) add(node, model.node("spec", spec), "derives");
    if (!rows.length) ofSpec(model, node, add);
  }
  return [...edges.values()];
}

function ofRow(model, node, has, add) {
  const row = node.number;
  add(model.node("spec", model.specOf(row)), node, "contains");
  for (const parent of model.parents[row]) add(node, model.node("requirement", parent), "derives");
  for (const { side, kind } of FULFIL) {
    for (const place of model[side].ofRow[row]) {
      const exact = model.ofPlace[place];
      add(node, has(exact) ? exact : model.node("file", model.places[place][0]), kind);
    }
  }
}

/** Where no requirement is drawn, an edge stands for all of a spec that a file fulfils. */
function ofSpec(model, node, add) {
  for (const { side, kind } of FULFIL) {
    for (const [file, number] of model.filesOf(side, model.specRows[node.number])) {
      for (let at = 0; at < number; at += 1) add(node, model.node("file", file), kind);
    }
  }
}
