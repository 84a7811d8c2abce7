// What people read, in their language. Texts are written in English; a dictionary has the others.

/** @type {Record<string, string>} */
let dictionary = {};

/** @param {Record<string, string>} texts  by the English ones */
export function use(texts) {
  dictionary = texts;
}

/**
 * The text as it is to be read, with values in place of {names}.
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 */
export function t(text, values = {}) {
  const found = Object.hasOwn(dictionary, text) ? (dictionary[text] ?? text) : text;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
