// The data of the site, each file fetched once and only when something asks for it.
// Addresses in the data are relative to ROOT: the site, or the folder that `muster pages` wrote.

export const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL("./data/", import.meta.url);

const known = new Map();

function load(name) {
  if (!known.has(name)) {
    const found = fetch(new URL(name, FOLDER)).then((answer) => {
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      return answer.json();
    });
    found.catch(() => known.delete(name)); // so that who asks again gets another try
    known.set(name, found);
  }
  return known.get(name);
}

/** All requirements by column, as `site/data.py` describes them. */
export function columns() {
  return load("requirements.json");
}

/** The same by row: `rows` of cells, and `columns` the names of these. */
export async function requirements() {
  const json = await columns();
  const names = Object.keys(json.columns), cells = Object.values(json.columns);
  return { ...json, columns: names, rows: json.columns.id.map((_, row) => cells.map((column) => column[row])) };
}

/** The edges between requirements, code, tests and specs. */
export function graph() {
  return load("graph.json");
}

/** All that is known of one requirement; null where there is no such ID. */
export async function details(id) {
  const { shards } = await load("index.json");
  const shard = await load(`details-${shardOf(id, shards)}.json`);
  return Object.hasOwn(shard.requirements, id) ? shard.requirements[id] : null;
}

/** An address of the data as an absolute one; "" for none, and for whatever is no address of the web. */
export function address(text) {
  if (!text) return "";
  const found = new URL(text, ROOT);
  return ["http:", "https:", "file:"].includes(found.protocol) ? found.href : "";
}

// FNV-1a, as `shard_of` in site/data.py.
function shardOf(id, shards) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  }
  return value % shards;
}
