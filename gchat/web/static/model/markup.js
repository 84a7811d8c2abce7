// What is to be seen in a message's text: links, code, names. Knows no document.

/** @typedef {{mark: "PLAIN" | "LINK" | "CODE" | "NAME", text: string}} Span */

const AFTER = ".,;:!?'*_";

/** @param {string} text */
export const escapeForRegExp = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/**
 * The pieces of a text; `nick` is what we are called.
 * @param {string} text
 * @param {string} [nick]
 * @returns {Span[]}
 */
export function spans(text, nick = "") {
  const name = nick ? `|(?<![\\p{L}\\p{N}_])@?${escapeForRegExp(nick)}(?![\\p{L}\\p{N}_])` : "";
  const finder = new RegExp(`\`[^\`\\n]+\`|https?://[^\\s<>"\`]+${name}`, "giu");
  /** @type {Span[]} */
  const found = [];
  let at = 0;
  for (const match of text.matchAll(finder)) {
    const start = match.index;
    let piece = match[0];
    let end = start + piece.length;
    /** @type {Span} */
    let span = { mark: "NAME", text: piece };
    if (piece.startsWith("`")) span = { mark: "CODE", text: piece.slice(1, -1) };
    else if (/^https?:\/\//i.test(piece)) {
      piece = trimmed(piece);
      end = start + piece.length;
      span = { mark: "LINK", text: piece };
    }
    if (start > at) found.push({ mark: "PLAIN", text: text.slice(at, start) });
    found.push(span);
    at = end;
  }
  if (at < text.length) found.push({ mark: "PLAIN", text: text.slice(at) });
  return found;
}

/**
 * A link ends before what ends a sentence, and before a bracket that was opened outside of it.
 * @param {string} link
 */
function trimmed(link) {
  const count = (/** @type {string} */ char) => link.split(char).length;
  while (AFTER.includes(link.at(-1) ?? " ") || (link.endsWith(")") && count(")") > count("(")))
    link = link.slice(0, -1);
  return link;
}
