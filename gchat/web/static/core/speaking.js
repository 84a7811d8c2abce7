// What we say, as it is sent: in pieces that fit, labelled so that its receipt is known. A part of the
// core: no I/O.
import { ACTION } from "./heard.js";
import { number } from "./limits.js";

/** @typedef {import("./events.js").CoreEvent} CoreEvent */
/** @typedef {import("./events.js").Kind} Kind */
/** @typedef {import("./client.js").Client} Client */

export const UNLABELED = "~"; // begins a label that the server does not know
const BODY_BYTES = 512; // of a line without its tags
const HOST_ALLOWANCE = 90; // bytes of !user@host, until the server has shown us our own
const LEAST_BYTES = 64; // of a piece, however long the names around it are

const encoder = new TextEncoder();

/** @param {string} text */
export const bytesOf = (text) => encoder.encode(text).length;

/**
 * Sends a text: one message, of several lines if the server knows draft/multiline and the text has
 * them or is too long for a line; else a message for each piece. The events are our own copy (Said) if
 * the server sends no receipts, and Sending if it does.
 * @param {Client} core
 * @param {string} room
 * @param {string} text
 * @param {Kind} kind
 * @param {string} replyTo
 * @returns {CoreEvent[]}
 */
export function say(core, room, text, kind, replyTo) {
  const command = kind === "NOTICE" ? "NOTICE" : "PRIVMSG";
  const source = bytesOf(core.source) || bytesOf(core.nick) + HOST_ALLOWANCE;
  let space = BODY_BYTES - 2 - source - bytesOf(`:  ${command} ${room} :`);
  if (kind === "ACTION") space -= ACTION.length + 1;
  const lines = text
    .replace(/\0/g, "")
    .replace(/\r\n?/g, "\n")
    .replace(/^\n+|\n+$/g, "")
    .split("\n");
  const pieces = lines.map((line) => split(line, Math.max(space, LEAST_BYTES)));
  if (kind === "MESSAGE" && takesWhole(core, lines, pieces)) return whole(core, room, pieces, replyTo);
  /** @type {CoreEvent[]} */
  const events = [];
  for (const piece of pieces.flat()) {
    if (!piece.trim()) continue;
    const [tags, told] = receipt(core, room, piece, kind, replyTo);
    core.tagged(tags, command, room, kind === "ACTION" ? `${ACTION}${piece}\x01` : piece);
    events.push(told);
  }
  return events;
}

/**
 * A line in pieces of at most so many bytes, cut between characters as people see them, at a space
 * where there is one.
 * @param {string} line
 * @param {number} space
 * @returns {string[]}
 */
export function split(line, space) {
  if (bytesOf(line) <= space) return [line];
  const found = [];
  let piece = "";
  let size = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    const more = bytesOf(segment);
    if (size + more > space && piece) {
      const at = piece.lastIndexOf(" ") + 1;
      const keep = at > piece.length / 2 ? piece.slice(at) : "";
      found.push(keep ? piece.slice(0, at) : piece);
      piece = keep;
      size = bytesOf(keep);
    }
    piece += segment;
    size += more;
  }
  return [...found, piece];
}

/**
 * @param {Client} core
 * @param {string} room
 * @param {string} text
 * @param {Kind} kind
 * @param {string} reply_to
 * @returns {[Record<string, string>, CoreEvent]}
 */
function receipt(core, room, text, kind, reply_to) {
  /** @type {Record<string, string>} */
  const tags = {};
  if (reply_to && core.caps.has("message-tags")) tags["+draft/reply"] = reply_to;
  if (!core.caps.has("echo-message")) {
    const about = { own: true, at: null, msgid: "", reply_to, label: "" };
    return [tags, { type: "Said", room, nick: core.nick, text, kind, ...about }];
  }
  const count = core.nextLabel();
  let label = `${UNLABELED}${count}`; // the receipt is known by its text
  if (core.caps.has("labeled-response") && core.caps.has("batch")) tags.label = label = `say${count}`;
  return [tags, { type: "Sending", room, text, kind, label, reply_to }];
}

/**
 * Whether the server takes them as one message, and one line is not enough.
 * @param {Client} core
 * @param {string[]} lines
 * @param {string[][]} pieces
 */
function takesWhole(core, lines, pieces) {
  const count = pieces.flat().length;
  const knows = ["draft/multiline", "batch", "message-tags"].every((cap) => core.caps.has(cap));
  if (count < 2 || !knows) return false;
  const limits = new Map();
  for (const one of (core.values.get("draft/multiline") ?? "").split(",")) {
    const [name = "", value = ""] = one.split("=");
    limits.set(name, number(value));
  }
  const mostLines = limits.get("max-lines") ?? 0;
  const mostBytes = limits.get("max-bytes") ?? 0;
  return bytesOf(lines.join("\n")) <= mostBytes && (!mostLines || count <= mostLines);
}

/**
 * https://ircv3.net/specs/extensions/multiline
 * @param {Client} core
 * @param {string} room
 * @param {string[][]} pieces
 * @param {string} replyTo
 * @returns {CoreEvent[]}
 */
function whole(core, room, pieces, replyTo) {
  const text = pieces.map((line) => line.join("")).join("\n");
  const [tags, told] = receipt(core, room, text, "MESSAGE", replyTo);
  core.tagged(tags, "BATCH", "+m", "draft/multiline", room);
  for (const line of pieces)
    line.forEach((piece, at) => {
      /** @type {Record<string, string>} */
      const within = { batch: "m" };
      if (at) within["draft/multiline-concat"] = "";
      core.tagged(within, "PRIVMSG", room, piece);
    });
  core.send("BATCH", "-m");
  return [told];
}
