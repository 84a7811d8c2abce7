// Names that begin with what is typed. Knows no document.
import { foldName } from "../core/isupport.js";

/**
 * What the word before the cursor may become: text before it, and candidates.
 * @param {string} text  up to the cursor
 * @param {string[]} names
 * @param {string[]} commands
 * @returns {{start: string, found: string[]}}
 */
export function candidates(text, names, commands) {
  const word = /\S*$/.exec(text)?.[0] ?? "";
  const start = text.slice(0, text.length - word.length);
  if (!word) return { start, found: [] };
  if (!start && word.startsWith("/")) {
    const found = commands.filter((name) => name.startsWith(word.slice(1).toLowerCase()));
    return { start, found: found.map((name) => `/${name} `) };
  }
  const at = word.startsWith("@") ? "@" : "";
  const begun = foldName(word.slice(at.length));
  const found = names.filter((name) => foldName(name).startsWith(begun));
  const after = start || at ? " " : ": ";
  return { start, found: found.map((name) => `${at}${name}${after}`) };
}
