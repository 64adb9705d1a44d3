// What of the matrix is shown, in which order: pure functions over columns of numbers, so that 10,000 rows take a few
// milliseconds. The choice of a reader is one value, and the fragment of the address says it in words.
//
// implements: MU-SITE-9021

const COLUMNS = ["id", "level", "status", "title", "spec", "code", "tests", "findings"];
// What is missing most stands first, as `muster trace --holes` has it.
const HOLES_FIRST = ["failing", "suspect", "specified", "implemented", "tested", "waived", "verified"];
// Each condition that a row can miss; a facet counts the rows that miss no other.
const CONDITIONS = ["q", "level", "status", "spec", "findings", "code", "tests"];
const ALL = (1 << CONDITIONS.length) - 1;
const [, LEVEL, STATUS, SPEC, FINDINGS, CODE, TESTS] = CONDITIONS.map((_, at) => 1 << at);

export const NOTHING_CHOSEN = Object.freeze({
  q: "", level: [], status: [], spec: "", findings: false, code: false, tests: false, sort: "", descending: false, requirement: "",
});

/** What requirements.json holds, with statuses in the order of holes, and code and tests as numbers of files. */
export function tableOf(json) {
  const { columns, files, specs, severities } = json;
  const order = HOLES_FIRST.filter((status) => json.statuses.includes(status));
  const toOrder = json.statuses.map((status) => order.indexOf(status));
  const table = {
    ...columns, count: columns.id.length, levels: json.levels, order, severities, files, ids: columns.id, titles: columns.title,
    specs: specs.map(([path, title, address, page]) => ({ path, title: title || path, address, page })),
    status: columns.status.map((status) => toOrder[status]),
    code: columns.code.map((cited) => cited.length),
    tests: columns.tests.map((cited) => cited.length),
    rowOf: (id) => columns.id.indexOf(id),
    places: (row, name) => columns[name][row].map((file) => files[file]),
    memory: { terms: null, found: null, haystacks: [], orders: new Map() },
  };
  const levels = new Set(table.level), statuses = new Set(table.status);
  table.usedLevels = table.levels.filter((_, level) => levels.has(level));
  table.usedStatuses = order.filter((_, status) => statuses.has(status));
  return table;
}

/**
 * The texts in which a search looks, in lower case, each made once: at leisure, as long as `go` says so, and what is
 * left where the first letter needs it.
 */
export function haystacksOf(table, go = () => true) {
  const { haystacks } = table.memory;
  for (let row = haystacks.length; row < table.count && go(); row += 1) {
    const paths = [table.specs[table.spec[row]].path, ...table.places(row, "code"), ...table.places(row, "tests")];
    haystacks.push(`${table.ids[row]}\n${table.titles[row]}\n${paths.join("\n")}`.toLowerCase());
  }
  return haystacks;
}

/** The words that a row must have, each of them. */
export function termsOf(q) {
  return q.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Which rows have all words: 1 or 0 for each. A longer question is put only to those that answered the shorter one. */
function found(table, q) {
  const terms = termsOf(q);
  const { memory } = table;
  if (memory.terms === null || terms.join(" ") !== memory.terms.join(" ")) {
    const narrows = memory.terms !== null && memory.terms.every((old) => terms.some((term) => term.includes(old)));
    const before = narrows ? memory.found : null;
    const now = new Uint8Array(table.count);
    if (!terms.length) now.fill(1);
    else {
      const haystacks = haystacksOf(table);
      for (let row = 0; row < table.count; row += 1) {
        if (before === null || before[row]) now[row] = terms.every((term) => haystacks[row].includes(term)) ? 1 : 0;
      }
    }
    Object.assign(memory, { terms, found: now });
  }
  return memory.found;
}

/** The rows of a choice in their order, and how many rows each further choice would give, all in one pass. */
export function selected(table, choice) {
  const inText = found(table, choice.q);
  const levelOn = table.levels.map((level) => !choice.level.length || choice.level.includes(level));
  const statusOn = table.order.map((status) => !choice.status.length || choice.status.includes(status));
  const specs = new Set(choice.spec ? table.specs.flatMap((spec, at) => (spec.path === choice.spec ? [at] : [])) : []);
  const counts = {
    level: new Array(table.levels.length).fill(0),
    status: new Array(table.order.length).fill(0),
    spec: new Array(table.specs.length).fill(0),
    findings: 0, code: 0, tests: 0,
  };
  const rows = [];
  for (const row of ordered(table, choice.sort, choice.descending)) {
    const level = table.level[row], status = table.status[row], spec = table.spec[row];
    const missed =
      (inText[row] ? 0 : 1) |
      (levelOn[level] ? 0 : LEVEL) |
      (statusOn[status] ? 0 : STATUS) |
      (!choice.spec || specs.has(spec) ? 0 : SPEC) |
      (!choice.findings || table.findings[row] ? 0 : FINDINGS) |
      (!choice.code || !table.code[row] ? 0 : CODE) |
      (!choice.tests || !table.tests[row] ? 0 : TESTS);
    if (missed === 0) rows.push(row);
    if ((missed & (ALL ^ LEVEL)) === 0) counts.level[level] += 1;
    if ((missed & (ALL ^ STATUS)) === 0) counts.status[status] += 1;
    if ((missed & (ALL ^ SPEC)) === 0) counts.spec[spec] += 1;
    if ((missed & (ALL ^ FINDINGS)) === 0 && table.findings[row]) counts.findings += 1;
    if ((missed & (ALL ^ CODE)) === 0 && !table.code[row]) counts.code += 1;
    if ((missed & (ALL ^ TESTS)) === 0 && !table.tests[row]) counts.tests += 1;
  }
  return { rows, counts };
}

/** All rows by a column; what is alike keeps the order of the specs, forwards and backwards. */
function ordered(table, sort, descending) {
  const key = `${sort} ${descending}`;
  const { orders } = table.memory;
  if (!orders.has(key)) {
    const every = Int32Array.from({ length: table.count }, (_, row) => row);
    const compare = sort ? comparison(table, sort) : null;
    const sign = descending ? -1 : 1;
    orders.set(key, compare ? every.sort((a, b) => sign * compare(a, b) || a - b) : every);
  }
  return orders.get(key);
}

function comparison(table, sort) {
  if (sort === "id") return byText(table.ids.map((id) => id.replace(/\d+/g, (digits) => digits.padStart(12, "0"))));
  if (sort === "title") return byText(table.titles.map((title) => title.toLowerCase()));
  if (sort === "level") return (a, b) => table.level[a] - table.level[b] || table.negated[a] - table.negated[b];
  if (sort === "findings") {
    // The worst first, then the most; a row without any is the last.
    const weight = (row) => (table.findings[row] ? (table.severities.length - table.worst[row]) * 1e6 + table.findings[row] : 0);
    return (a, b) => weight(a) - weight(b);
  }
  return (a, b) => table[sort][a] - table[sort][b];
}

function byText(texts) {
  return (a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0);
}

/** Whether a choice leaves anything out. */
export function filters(choice) {
  return Boolean(choice.q.trim() || choice.level.length || choice.status.length || choice.spec || choice.findings || choice.code || choice.tests);
}

/** The choice that a fragment says; what it does not know it passes over. */
export function choiceOf(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const several = (name) => [...new Set(said.getAll(name).flatMap((value) => value.split(",")).filter(Boolean))];
  const sort = said.get("sort") ?? "";
  const column = sort.replace(/^-/, "");
  const without = several("without");
  return {
    q: said.get("q") ?? "",
    level: several("level"),
    status: several("status"),
    spec: said.get("spec") ?? "",
    findings: Boolean(said.get("findings")),
    code: without.includes("code"),
    tests: without.includes("tests"),
    sort: COLUMNS.includes(column) ? column : "",
    descending: COLUMNS.includes(column) && sort.startsWith("-"),
    requirement: said.get("requirement") ?? "",
  };
}

/** The fragment that says a choice, without `#`; "" where nothing is chosen. */
export function fragmentOf(choice) {
  const said = new URLSearchParams();
  const without = ["code", "tests"].filter((name) => choice[name]).join(",");
  const parts = {
    q: choice.q, level: choice.level.join(","), status: choice.status.join(","), spec: choice.spec,
    findings: choice.findings ? "1" : "", without, sort: choice.sort && (choice.descending ? "-" : "") + choice.sort,
    requirement: choice.requirement,
  };
  for (const [name, value] of Object.entries(parts)) if (value) said.set(name, value);
  return said.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
}

/** The rows as RFC 4180 has it; no cell is one that a spreadsheet takes for a formula. */
export function csvOf(table, rows) {
  const head = ["id", "title", "level", "status", "spec", "line", "code", "tests", "passed", "failed", "findings"];
  const lines = rows.map((row) => [
    table.ids[row], table.titles[row], levelName(table, row), table.order[table.status[row]], table.specs[table.spec[row]].path,
    table.line[row], table.places(row, "code").join("; "), table.places(row, "tests").join("; "),
    table.passed[row], table.failed[row], table.findings[row],
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** How a level is said: "must", "must not". */
export function levelName(table, row) {
  return table.levels[table.level[row]] + (table.negated[row] ? " not" : "");
}

// What XML and terminals cannot hold, and what turns the text around it, is spelled out, as `muster trace` does.
const UNFIT = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function cell(value) {
  if (typeof value === "number") return String(value);
  const fit = value.replace(/\r\n/g, "\n").replace(UNFIT, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const inert = /^[=+\-@\t\r\n＝＋－＠]/.test(fit) ? `'${fit}` : fit;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
