// The entry of Muster's scripts: it loads the others only where a page has something for them. Where the theme swaps
// pages without loading them anew (Material's navigation.instant), each page begins afresh.
//
// implements: MU-SITE-9031

const PARTS = { matrix: "./matrix.js", graph: "./graph.js" };
const OPENERS = '.muster-id + .muster-badges, .muster-table th[scope="row"][id]';

let page = new AbortController(); // ends what the page before listened to

async function begin() {
  page.abort();
  page = new AbortController();
  const { signal } = page;
  const parts = [...document.querySelectorAll("[data-muster]")].filter((root) => Object.hasOwn(PARTS, root.dataset.muster));
  if (parts.length) import("./data.js").then((data) => data.columns()).catch(() => {}); // on its way while the scripts are
  const starts = parts.map(async (root) => (await import(PARTS[root.dataset.muster])).mount(root, signal));
  if (document.querySelector(OPENERS)) {
    starts.push(import("./drawer.js").then((drawer) => drawer.attach(document, signal)));
  }
  for (const start of await Promise.allSettled(starts)) {
    if (start.status === "rejected") console.error(start.reason); // the page stays what it is without scripts
  }
}

if (window.document$?.subscribe) window.document$.subscribe(begin);
else begin();
