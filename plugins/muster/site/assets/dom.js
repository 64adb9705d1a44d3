// Building blocks of what Muster adds to a page. Text is always a text node: nothing here reads HTML, and no attribute
// is a style or a handler, so a strict Content-Security-Policy holds and hostile text stays text.
//
// implements: MU-SITE-9031, MU-CORE-0024

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  check: "M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z",
  close: "M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12z",
  down: "M7.4 8.6 12 13.2l4.6-4.6L18 10l-6 6-6-6z",
  download: "M5 20h14v-2H5zM19 9h-4V3H9v6H5l7 7z",
  link: "M3.9 12A3.1 3.1 0 0 1 7 8.9h4V7H7a5 5 0 0 0 0 10h4v-1.9H7A3.1 3.1 0 0 1 3.9 12M8 13h8v-2H8zm9-6h-4v1.9h4a3.1 3.1 0 0 1 0 6.2h-4V17h4a5 5 0 0 0 0-10",
  search: "M15.5 14h-.8l-.3-.3a6.5 6.5 0 1 0-.7.7l.3.3v.8l5 5 1.5-1.5zm-6 0a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9",
  up: "M7.4 15.4 12 10.8l4.6 4.6L18 14l-6-6-6 6z",
};

/** An element with attributes and children; what is missing (null, false) is left out, and a text is a text node. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A small picture that says nothing by itself. */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["class", "muster-icon"], ["aria-hidden", "true"]]) {
    picture.setAttribute(key, value);
  }
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}

/** A button with a picture and, for who cannot see it, a name. */
export function iconButton(name, label, attributes = {}) {
  return element("button", { type: "button", class: "muster-icon-button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/** A badge: a word on the colour of its kind. */
export function badge(kind, words = kind) {
  return element("span", { class: `muster-badge muster-${kind}` }, words);
}

/** Words that only a screen reader says. */
export function unseen(words) {
  return element("span", { class: "muster-unseen" }, words);
}

/** A link, or the bare children where the address is none that a browser should follow. */
export function link(address, attributes, ...children) {
  return followed(address) ? element("a", { href: address, ...attributes }, ...children) : element("span", {}, ...children);
}

/** Whether an address is one of the web: never one that runs something. */
export function followed(address) {
  if (!address) return false;
  try {
    return ["http:", "https:"].includes(new URL(address, document.baseURI).protocol);
  } catch {
    return false;
  }
}

/** A number as `toLocaleString("en")` says it: "10,000"; that takes 20 ms before its first. */
export function grouped(number) {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A number with its noun: "1 requirement", "10,000 requirements". */
export function counted(number, noun, plural = `${noun}s`) {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

/** A text cut to so many characters, never within one. */
export function cut(text, most) {
  return text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")} …` : text;
}

/** Put a text onto the clipboard; gives whether that went well. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text); // no secure page, or not allowed
  }
}

function copiedBySelection(text) {
  const held = document.activeElement;
  const field = element("textarea", { class: "muster-unseen", readonly: true, "aria-hidden": "true" });
  field.value = text;
  (held?.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  held?.focus({ preventScroll: true });
  return done;
}

/** A button that copies, and says for a moment that it did. */
export function copyButton(label, text) {
  const button = iconButton("link", label);
  button.addEventListener("click", () => copies(button, text()));
  return button;
}

/** Copy a text, and let the button that was asked to say for a moment how that went. */
export async function copies(button, text) {
  const done = await copied(text);
  button.replaceChildren(icon(done ? "check" : "close"));
  button.classList.add("muster-copied");
  say(done ? "Link copied" : "The link could not be copied", button.closest("dialog"));
  setTimeout(() => {
    button.replaceChildren(icon("link"));
    button.classList.remove("muster-copied");
  }, 1600);
}

let waiting = 0;

/** Say something politely to who listens, once nothing newer comes; within an open dialog only that is heard. */
export function say(words, within = null, delay = 250) {
  const parent = within ?? document.body;
  let region = parent.querySelector(":scope > .muster-said");
  if (!region) {
    region = element("div", { class: "muster-said muster-unseen", role: "status", "aria-live": "polite" });
    parent.append(region); // one that is there before it speaks is heard
  }
  clearTimeout(waiting);
  waiting = setTimeout(() => (region.textContent = words), delay);
}
