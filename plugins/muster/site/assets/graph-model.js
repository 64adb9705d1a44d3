// What of specs, requirements, code and tests hangs together, by number, so that 10,000 requirements with 23,000
// citations take a few milliseconds; and what is found by a few letters. A node is named by a key, which the address of
// the page holds: `requirement/MU-SITE-9023`, `spec/specs/90-site.md`, `file/src/queue.py`, `place/src/queue.py::push`.
//
// implements: MU-SITE-9023

const HOLES_FIRST = ["failing", "suspect", "specified", "implemented", "tested", "waived", "verified"];
const COVERED_FIRST = ["verified", "waived", "tested", "implemented", "specified", "suspect", "failing"];

/** The model of requirements.json and graph.json. */
export function modelOf(json, edges) {
  return new Model(json, edges);
}

class Model {
  constructor(json, edges) {
    this.at = Object.fromEntries(json.columns.map((name, number) => [name, number]));
    Object.assign(this, { rows: json.rows, specs: json.specs, files: json.files, levels: json.levels, statuses: json.statuses, places: edges.nodes });
    const lists = (count) => Array.from({ length: count }, () => []);
    const { rows, specs, files, places } = this;
    this.specRows = lists(specs.length);
    this.filePlaces = lists(files.length);
    this.code = { ofRow: lists(rows.length), ofPlace: lists(places.length) };
    this.tests = { ofRow: lists(rows.length), ofPlace: lists(places.length) };
    this.parents = lists(rows.length);
    this.children = lists(rows.length);
    this.specParents = lists(specs.length); // rows that a whole spec derives from
    this.wholeChildren = lists(rows.length); // specs that derive from a row
    rows.forEach((row, number) => this.specRows[row[this.at.spec]].push(number));
    places.forEach(([file], number) => this.filePlaces[file].push(number));
    for (const side of ["code", "tests"]) each(edges[side], (row, place) => (this[side].ofRow[row].push(place), this[side].ofPlace[place].push(row)));
    each(edges.derives, (child, parent) => (this.parents[child].push(parent), this.children[parent].push(child)));
    each(edges.specs, (spec, parent) => (this.specParents[spec].push(parent), this.wholeChildren[parent].push(spec)));
    this.texts = [];
    this.index();
  }

  /** The node of each key. */
  index() {
    this.nodes = new Map();
    const add = (kind, number, name) => {
      const node = { kind, number, key: `${kind}/${name}` };
      this.nodes.set(node.key, node);
      return node;
    };
    this.specs.forEach(([path], number) => add("spec", number, path));
    this.rows.forEach((row, number) => add("requirement", number, row[this.at.id]));
    this.files.forEach((path, number) => add("file", number, path));
    this.ofPlace = this.places.map(([file, symbol], number) => {
      if (!symbol) return this.nodes.get(`file/${this.files[file]}`); // the whole file
      return add("place", number, `${this.files[file]}::${symbol}`);
    });
  }

  node(kind, number) {
    if (kind === "place") return this.ofPlace[number];
    const name = { spec: () => this.specs[number][0], requirement: () => this.rows[number][this.at.id], file: () => this.files[number] }[kind]();
    return this.nodes.get(`${kind}/${name}`);
  }

  /** What stands on the card of a node. */
  said(node) {
    const { at } = this;
    if (node.kind === "requirement") {
      const row = this.rows[node.number];
      const level = this.levels[row[at.level]] + (row[at.negated] ? " not" : "");
      return { name: row[at.id], below: row[at.title], level, levelKind: this.levels[row[at.level]], status: this.statuses[row[at.status]] };
    }
    if (node.kind === "spec") {
      const [path, title] = this.specs[node.number];
      return { name: title || path, below: path, count: this.specRows[node.number].length, bar: this.bar(node.number) };
    }
    if (node.kind === "file") {
      const path = this.files[node.number];
      const cut = path.lastIndexOf("/") + 1;
      return { name: path.slice(cut), below: path.slice(0, cut) || "at the top", path };
    }
    const [file, symbol, line] = this.places[node.number];
    return { name: symbol, below: `${this.files[file].slice(this.files[file].lastIndexOf("/") + 1)}:${line}`, path: this.files[file], line };
  }

  /** How many requirements of a spec have each status, what is done first. */
  bar(spec) {
    const counts = new Map();
    for (const row of this.specRows[spec]) {
      const status = this.statuses[this.rows[row][this.at.status]];
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return COVERED_FIRST.filter((status) => counts.has(status)).map((status) => [status, counts.get(status)]);
  }

  specOf(row) {
    return this.rows[row][this.at.spec];
  }

  /** The rows that code or tests of a place or a file are about. */
  rowsOf(side, node) {
    const places = node.kind === "place" ? [node.number] : this.filePlaces[node.number];
    return distinct(places.flatMap((place) => this[side].ofPlace[place])).sort((a, b) => a - b);
  }

  /** The files that fulfil rows, by how many of these, the most first: [file, number]. */
  filesOf(side, rows) {
    const counts = new Map();
    for (const row of rows) {
      const own = new Set();
      for (const place of this[side].ofRow[row]) own.add(this.places[place][0]);
      for (const file of own) counts.set(file, (counts.get(file) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }

  /** The specs at the other end of the derivations of a spec, with how many there are: [spec, number]. */
  kinOf(spec, up) {
    const counts = new Map();
    const add = (other) => other !== spec && counts.set(other, (counts.get(other) ?? 0) + 1);
    for (const row of this.specRows[spec]) {
      for (const other of (up ? this.parents : this.children)[row]) add(this.specOf(other));
      if (!up) for (const other of this.wholeChildren[row]) add(other);
    }
    if (up) for (const row of this.specParents[spec]) add(this.specOf(row));
    return [...counts].sort((a, b) => a[0] - b[0]);
  }

  holesFirst(rows) {
    const rank = this.statuses.map((status) => HOLES_FIRST.indexOf(status));
    return [...rows].sort((a, b) => rank[this.rows[a][this.at.status]] - rank[this.rows[b][this.at.status]] || a - b);
  }

  /** The nodes that have all words of a question, the nearest first, and how many there are. */
  search(question, most) {
    const terms = question.toLowerCase().split(/\s+/).filter(Boolean);
    if (!terms.length) return { found: [], count: 0 };
    const whole = terms.join(" ");
    const found = [];
    for (const [text, name, node] of this.haystacks()) {
      if (!terms.every((term) => text.includes(term))) continue;
      const near = name === whole ? 0 : name.startsWith(whole) ? 1 : name.includes(whole) ? 2 : 3;
      found.push([near * 4 + KINDS.indexOf(node.kind), node]);
    }
    found.sort((a, b) => a[0] - b[0]);
    return { found: found.slice(0, most).map(([, node]) => node), count: found.length };
  }

  /** Where a search looks: made once, at leisure piece by piece, or whole where the first letter needs it. */
  haystacks(most = Infinity) {
    this.waiting ??= this.nodes.values();
    for (let made = 0; made < most; made += 1) {
      const { value: node, done } = this.waiting.next();
      if (done) break;
      const { name, below, path } = this.said(node);
      this.texts.push([`${name}\n${below}\n${path ?? ""}`.toLowerCase(), name.toLowerCase(), node]);
    }
    return this.texts;
  }
}

const KINDS = ["requirement", "spec", "file", "place"];

function each(pairs, take) {
  for (let at = 0; at < pairs.length; at += 2) take(pairs[at], pairs[at + 1]);
}

/** Each number once, in its order. */
export function distinct(numbers) {
  return [...new Set(numbers)];
}
