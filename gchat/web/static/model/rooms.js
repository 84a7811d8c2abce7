// A room, or a conversation with one person, as the page shows it. Knows no document.
import { isSpoken } from "./lines.js";

/** @typedef {import("./lines.js").Line} Line */

const RANKS = "~&@%+"; // the signs of those who have one, the highest first
export const LINES_KEPT = 20_000; // of each room; older ones are forgotten
const SLACK = 500; // lines above that, before some are forgotten: one at a time would be slow
export const REACTIONS_KEPT = 20; // different ones to one message
export const PEOPLE_KEPT = 1000; // that are remembered for one reaction

export class Room {
  here = false; // we are in it
  /** @type {Line[]} */
  lines = [];
  more = false; // the server may have older lines
  asked = false; // it was asked for them, and has not answered yet
  oldest = ""; // the id of the message before which to ask
  /** @type {Map<string, {prefix: string, nick: string}>} by folded nickname */
  members = new Map();
  topic = "";
  unread = 0;
  mentions = 0;
  newFrom = 0; // the number of the first line below NEW, 0 for none
  readAt = 0; // time of the last message that was read, here or in another client
  draft = ""; // what is typed and not sent
  replyTo = ""; // the id of the message that it answers
  muted = false;
  /** @type {Map<string, {nick: string, until: number}>} by folded nickname */
  typing = new Map();
  /** @type {Map<string, Record<string, string[]>>} of messages that are not here yet */
  reactions = new Map();
  /** @type {Map<string, Line>} */
  #byId = new Map();

  /**
   * @param {string} name
   * @param {boolean} direct
   */
  constructor(name, direct) {
    this.name = name;
    this.direct = direct;
  }

  /** Those with a rank first, then by name. */
  sortedMembers() {
    const rank = (/** @type {string} */ prefix) => (prefix ? RANKS.indexOf(prefix[0] ?? "") : 9);
    return [...this.members].sort(([a, x], [b, y]) => rank(x.prefix) - rank(y.prefix) || (a < b ? -1 : 1));
  }

  /** @param {string} msgid */
  find(msgid) {
    return this.#byId.get(msgid);
  }

  /** @param {number} now */
  typists(now) {
    return [...this.typing.values()].filter((one) => one.until > now).map((one) => one.nick);
  }

  lastSpoken() {
    for (let at = this.lines.length - 1; at >= 0; at--) {
      const line = this.lines[at];
      if (line && isSpoken(line)) return line;
    }
    return undefined;
  }

  /** @param {Line} line */
  push(line) {
    this.lines.push(line);
    this.#know(line);
    if (this.lines.length > LINES_KEPT + SLACK) this.#forget(this.lines.length - LINES_KEPT);
  }

  /**
   * @param {number} at
   * @param {Line[]} lines
   */
  insert(at, lines) {
    this.lines = [...this.lines.slice(0, at), ...lines, ...this.lines.slice(at)];
    for (const line of lines) this.#know(line);
  }

  /** @param {number} count */
  #forget(count) {
    for (const line of this.lines.splice(0, count)) if (line.msgid) this.#byId.delete(line.msgid);
  }

  /** @param {Line} line */
  #know(line) {
    if (line.msgid) this.#byId.set(line.msgid, line);
  }

  /**
   * Puts a line in the place of the one with its number.
   * @param {Line} line
   */
  replace(line) {
    const at = this.lines.findLastIndex((one) => one.number === line.number);
    if (at < 0) return false;
    this.lines[at] = line;
    this.#know(line);
    return true;
  }

  /** @param {number} number */
  remove(number) {
    const at = this.lines.findLastIndex((one) => one.number === number);
    if (at >= 0) this.lines.splice(at, 1);
    return at >= 0;
  }
}
