// Makes and finds elements. Text is only ever given to the document as text.

/**
 * @typedef {{[name: string]: string | number | boolean | undefined | ((event: any) => void)}} Properties
 *   `class`, attributes, `text`; functions listen to the event of that name
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Properties} [properties]
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, properties = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") found.addEventListener(name, value);
    else if (name === "text") found.textContent = String(value);
    else if (value === true) found.setAttribute(name, "");
    else if (value !== false && value !== undefined) found.setAttribute(name, String(value));
  }
  for (const child of children) if (child || child === "") found.append(child);
  return found;
}

/**
 * An element of index.html.
 * @param {string} id
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);

/**
 * Puts text into an element, if it is not there already.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} nick */
export function colourOf(nick) {
  let sum = 0;
  for (const char of nick.toLowerCase()) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum % 8;
}

/**
 * The circle with somebody's first letter.
 * @param {string} nick
 */
export function face(nick) {
  const letter = [...nick.replace(/^[^\p{L}\p{N}]+/u, "")][0] ?? [...nick][0] ?? "?";
  return el("span", { class: `face f${colourOf(nick)}`, "aria-hidden": "true", text: letter.toUpperCase() });
}

/** Drawn in a square of 24. */
const ICONS = {
  smile: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM8.5 14.5q3.500 3.500 7 0M9 9.500v.01M15 9.500v.01",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  reply: "M10 6l-6 6 6 6M4 12h9q7 0 7 7",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6L6 18",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const make = (/** @type {string} */ tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const found = make("svg");
  found.setAttribute("viewBox", "0 0 24 24");
  found.setAttribute("aria-hidden", "true");
  const path = make("path");
  path.setAttribute("d", ICONS[name]);
  found.append(path);
  return found;
}
