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
