// A long table of which only the rows in view are drawn. All rows are equally high, so a row's place follows from its
// number; the page's own scroll moves it, or that of whatever box it stands in. A row that has the focus stays drawn.
//
// implements: MU-SITE-9021

const BEYOND = 6; // rows drawn above and below the view
const PRINTED = 2000;

export class Rows {
  /** `draw(row, position)` gives the element of a row; `signal` ends all listening. */
  constructor(body, draw, signal) {
    Object.assign(this, { body, draw, rows: [], drawn: new Map(), height: 0, stale: false, printing: false, due: 0, active: 0 });
    const soon = () => this.soon();
    const options = { signal, passive: true };
    document.addEventListener("scroll", soon, { ...options, capture: true });
    window.addEventListener("resize", soon, options);
    this.observer = new ResizeObserver(() => {
      this.measure();
      this.soon();
    });
    this.observer.observe(body);
    const paper = matchMedia("print");
    paper.addEventListener("change", () => this.print(paper.matches), { signal });
    window.addEventListener("beforeprint", () => this.print(true), { signal });
    window.addEventListener("afterprint", () => this.print(false), { signal });
    signal.addEventListener("abort", () => this.observer.disconnect());
  }

  /** Show other rows, or the same in another order; they are drawn with the next frame. */
  show(rows) {
    const held = this.body.contains(document.activeElement);
    this.rows = rows;
    this.active = Math.max(0, Math.min(this.active, rows.length - 1));
    this.stale = true;
    if (this.printing) this.print(true);
    else if (held && rows.length) this.focus(this.active);
    else this.soon();
  }

  clear() {
    this.stale = false;
    this.body.replaceChildren();
    this.drawn.clear();
  }

  /** Look how high a row is, which changes with fonts, zoom and the width of the page. */
  measure() {
    if (this.printing || !this.rows.length || this.stale) return;
    const height = this.add(0).getBoundingClientRect().height;
    if (!height) return; // not shown: another look follows when it is
    if (height !== this.height) {
      this.height = height;
      for (const [position, one] of this.drawn) this.place(one, position);
    }
    this.body.style.height = `${this.rows.length * this.height}px`;
    this.onmeasure?.(); // now, while the browser knows where everything is
  }

  soon() {
    if (!this.due) {
      this.due = requestAnimationFrame(() => {
        this.due = 0;
        this.render();
      });
    }
  }

  /** Draw what is in view now. */
  render() {
    if (this.printing || !this.body.isConnected) return;
    const beyond = this.stale ? 0 : BEYOND;
    if (this.stale) {
      this.clear();
      if (this.height) this.body.style.height = `${this.rows.length * this.height}px`;
    }
    if (!this.height) this.measure();
    if (!this.height) return;
    const top = this.body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / this.height) - beyond);
    const last = Math.min(this.rows.length, Math.ceil((window.innerHeight - top) / this.height) + beyond);
    for (const [position, one] of this.drawn) {
      if ((position < first || position >= last) && !one.contains(document.activeElement)) {
        one.remove();
        this.drawn.delete(position);
      }
    }
    if (this.drawn.size) for (let position = first; position < last; position += 1) this.add(position);
    else this.fill(first, last);
    if (!beyond) this.soon(); // what a reader waits for is there: the rest follows with the next frame
  }

  /** Draw several rows at once. */
  fill(first, last) {
    const parts = document.createDocumentFragment();
    for (let position = first; position < last; position += 1) {
      const made = this.draw(this.rows[position], position);
      this.place(made, position);
      this.drawn.set(position, made);
      parts.append(made);
    }
    this.body.append(parts);
  }

  /** Draw a row at its place, in the order in which it is read. */
  add(position) {
    if (this.drawn.has(position)) return this.drawn.get(position);
    const made = this.draw(this.rows[position], position);
    this.place(made, position);
    let after = null;
    for (const [other, one] of this.drawn) if (other > position && (after === null || other < after[0])) after = [other, one];
    this.body.insertBefore(made, after && after[1]);
    this.drawn.set(position, made);
    return made;
  }

  place(one, position) {
    one.style.transform = this.printing ? "" : `translateY(${position * this.height}px)`;
  }

  /** Move the focus to a row and bring it into view. */
  focus(position) {
    if (!this.rows.length) return;
    if (this.stale) this.clear();
    if (!this.height) this.measure();
    this.body.style.height = `${this.rows.length * this.height}px`;
    const before = this.drawn.get(this.active);
    this.active = Math.max(0, Math.min(position, this.rows.length - 1));
    const row = this.add(this.active);
    if (before) reachable(before, false);
    reachable(row, true);
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("[data-stop]").focus({ preventScroll: true });
  }

  /** How many rows fit the view: a page up or down. */
  get page() {
    return Math.max(1, Math.floor(window.innerHeight / (this.height || 1)) - 3);
  }

  /** Draw the rows one below the other for paper, and take that back. */
  print(wanted) {
    if (wanted === this.printing && !this.stale) return;
    this.printing = wanted;
    this.body.classList.toggle("muster-printing", wanted);
    this.clear();
    if (wanted) {
      this.body.style.height = "auto";
      this.fill(0, Math.min(this.rows.length, PRINTED));
    } else {
      this.stale = true;
      this.render();
    }
    this.onprint?.(wanted && this.rows.length > PRINTED ? PRINTED : 0);
  }
}

/** Only the stops of one row are reached by Tab. */
export function reachable(row, wanted) {
  for (const stop of row.querySelectorAll("[data-stop]")) stop.tabIndex = wanted ? 0 : -1;
}
