// A line of a transcript, and how it reads. Knows no document.
import { t } from "../text.js";

/**
 * @typedef {"MESSAGE" | "ACTION" | "NOTICE" | "INFO" | "CAME" | "LEFT" | "ERROR"} Look
 * @typedef {"SENT" | "PENDING" | "WAITING" | "FAILED"} Fate
 *   what became of a message of ours: PENDING waits for its receipt, WAITING for a connection
 */
/**
 * @typedef {object} Line  never changed: a new one takes its place
 * @property {number} number  tells it from all others
 * @property {Look} look
 * @property {number} at  seconds since 1970
 * @property {string} text
 * @property {string} nick
 * @property {boolean} own
 * @property {boolean} mention
 * @property {string} msgid
 * @property {string} replyTo  the id of the message that it answers
 * @property {string} label  of a message of ours that is not confirmed
 * @property {Fate} fate
 * @property {string} why  it has failed, a sentence
 * @property {boolean} doubtful  it has failed, and may have arrived all the same
 * @property {boolean} redacted
 * @property {string} raw  as it was typed, of a message of ours that is not confirmed
 * @property {Record<string, string[]> | null} reactions  who gave each
 */

export const LINE_LENGTH = 4000; // characters shown of one line
const NAMES_IN_RUN = 3; // people named in a run of comings and goings; of more, two and a count

/** @param {Line} line */
export const isSpoken = (line) => line.look === "MESSAGE" || line.look === "ACTION" || line.look === "NOTICE";

/** @param {Line} line */
export const isPassing = (line) => line.look === "CAME" || line.look === "LEFT";

/**
 * A run of comings and goings in one sentence. Somebody who did both is named once, with what they did
 * last.
 * @param {Line[]} run
 */
export function summary(run) {
  if (run.length === 1) return run[0]?.text ?? "";
  /** @type {Map<string, Look>} */
  const last = new Map();
  for (const line of run) {
    last.delete(line.nick);
    last.set(line.nick, line.look);
  }
  const of = (/** @type {Look} */ look) => [...last].filter(([, one]) => one === look).map(([n]) => n);
  const parts = [];
  const came = of("CAME");
  const left = of("LEFT");
  if (came.length) parts.push(t("{names} joined", { names: listed(came) }));
  if (left.length) parts.push(t("{names} left", { names: listed(left) }));
  return parts.join(" · ");
}

/** @param {string[]} nicks */
function listed(nicks) {
  if (nicks.length === 1) return nicks[0] ?? "";
  if (nicks.length <= NAMES_IN_RUN)
    return t("{first} and {last}", { first: nicks.slice(0, -1).join(", "), last: nicks.at(-1) ?? "" });
  const first = nicks.slice(0, NAMES_IN_RUN - 1).join(", ");
  return t("{first} and {count} others", { first, count: nicks.length - NAMES_IN_RUN + 1 });
}

// Formatting codes (https://modern.ircdocs.horse/formatting.html), control characters, and those that
// turn the direction of what follows.
const UNPRINTABLE =
  /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6})?|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text as it can be shown. Only messages of several lines have LF in them.
 * @param {string} text
 */
export function clean(text) {
  const found = text.replace(/\t/g, " ").replace(UNPRINTABLE, "");
  return found.length <= LINE_LENGTH ? found : `${found.slice(0, LINE_LENGTH)} …`;
}
