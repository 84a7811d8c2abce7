// Turns each message of the server into events. A part of the core: no I/O.
import { isName, MEMBERS, number } from "./limits.js";

/** @typedef {import("./message.js").Message} Message */
/** @typedef {import("./events.js").CoreEvent} CoreEvent */
/** @typedef {import("./client.js").Client} Client */

const WHO_MAX = 1000; // members; in a larger room we do not ask who is away
const LAST_MOMENT = 7_258_118_400; // the year 2200, in seconds since 1970
export const ACTION = "\x01ACTION ";
const REACT = "+draft/react";
const UNREACT = "+draft/unreact";
const REPLY = "+draft/reply";

/**
 * Seconds since 1970; `null` if the text is not a time, or is one out of range.
 * @param {string} text
 */
function momentOf(text) {
  const moment = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) / 1000 : NaN;
  return moment >= 0 && moment <= LAST_MOMENT ? moment : null;
}

/** @param {Message} m */
const timeOf = (m) => momentOf(m.tags.time ?? "");

/**
 * The room that a message belongs to, or the other person of a conversation.
 * @param {Client} core
 * @param {string} target
 * @param {string} nick
 */
function roomOf(core, target, nick) {
  return core.isupport.isRoom(target) || core.isOwn(nick) ? target : nick;
}

/**
 * `@#room` (a message to those with a rank in the room) becomes `#room`.
 * @param {Client} core
 * @param {string} target
 */
function withoutStatus(core, target) {
  const [prefix, bare] = core.isupport.splitPrefix(target);
  return prefix && core.isupport.isRoom(bare) ? bare : target;
}

/**
 * @param {Client} core
 * @param {Message} m
 * @returns {CoreEvent[]}
 */
function said(core, m) {
  let [target = "", text = ""] = m.params;
  target = withoutStatus(core, target);
  const nick = m.nick || core.isupport.network || "*";
  const own = core.isOwn(nick);
  /** @type {import("./events.js").Kind} */
  let kind = m.command === "NOTICE" ? "NOTICE" : "MESSAGE";
  if (text.startsWith("\x01")) {
    if (!text.startsWith(ACTION)) return []; // CTCP questions tell strangers about us
    text = text.slice(ACTION.length).replace(/\x01$/, "");
    kind = "ACTION";
  }
  if (!m.source.includes("!") && !core.isupport.isRoom(target)) return [serverText(text)];
  const msgid = m.tags.msgid ?? "";
  if (own && msgid && core.isOwn(target)) {
    if (msgid === core.toSelf) return []; // what we write to ourselves comes twice
    core.toSelf = msgid;
  }
  const label = own ? core.labelOf(m) : "";
  const room = roomOf(core, target, nick);
  const reply_to = m.tags[REPLY] ?? "";
  return [{ type: "Said", room, nick, text, kind, own, at: timeOf(m), msgid, reply_to, label }];
}

/**
 * https://ircv3.net/specs/client-tags/typing, react and reply
 * @param {Client} core
 * @param {Message} m
 * @returns {CoreEvent[]}
 */
function tagged(core, m) {
  const { nick, tags } = m;
  const room = roomOf(core, withoutStatus(core, m.params[0] ?? ""), nick);
  const msgid = tags[REPLY] ?? "";
  const given = tags[REACT];
  const taken = tags[UNREACT];
  if (msgid && given) return [{ type: "Reacted", room, nick, msgid, reaction: given, adding: true }];
  if (msgid && taken) return [{ type: "Reacted", room, nick, msgid, reaction: taken, adding: false }];
  if ("+typing" in tags && !core.isOwn(nick))
    return [{ type: "Typing", room, nick, active: tags["+typing"] === "active" }];
  return [];
}

/**
 * @param {string} text
 * @param {{error?: boolean, room?: string}} [about]
 * @returns {CoreEvent}
 */
export function serverText(text, about = {}) {
  return { type: "ServerText", text, error: about.error ?? false, room: about.room ?? "" };
}

/** @typedef {(core: Client, m: Message) => CoreEvent[]} Handler */

/**
 * Each message that we understand: how many parameters it must have, and its handler.
 * @type {Record<string, [number, Handler]>}
 */
export const TABLE = {
  301: [3, (_, m) => [{ type: "Away", nick: m.params[1] ?? "", text: m.params[2] ?? "" }]],
  305: [0, (core) => [{ type: "Away", nick: core.nick, text: null }]],
  306: [0, (core) => [{ type: "Away", nick: core.nick, text: "" }]],
  321: [0, () => []],
  322: [
    3,
    (_, { params }) => [
      {
        type: "RoomListed",
        name: params[1] ?? "",
        members: number(params[2] ?? ""),
        topic: params.length > 3 ? (params.at(-1) ?? "") : "",
      },
    ],
  ],
  323: [0, () => [{ type: "RoomsListed" }]],
  332: [3, (_, m) => [topic(m.params[1] ?? "", m.params[2] ?? "", "")]],
  352: [7, (_, m) => away(m.params[5] ?? "", m.params[6] ?? "")],
  353: [
    4,
    (core, m) => {
      const key = core.isupport.fold(m.params[2] ?? "");
      const names = core.names.get(key) ?? [];
      if (names.length < MEMBERS)
        for (const name of (m.params[3] ?? "").split(" "))
          if (name) names.push(core.isupport.splitPrefix(name));
      core.names.set(key, names);
      return [];
    },
  ],
  354: [3, (_, m) => away(m.params[1] ?? "", m.params[2] ?? "")],
  366: [
    2,
    (core, m) => {
      const room = m.params[1] ?? "";
      const key = core.isupport.fold(room);
      const members = core.names.get(key);
      if (!members) return [];
      core.names.delete(key);
      if (core.caps.has("away-notify") && members.length <= WHO_MAX)
        core.send("WHO", room, ...(core.isupport.whox ? ["%nf"] : []));
      return [{ type: "Members", room, members }];
    },
  ],
  372: [2, (_, m) => [serverText(m.params[1] ?? "")]],
  900: [3, (_, m) => [{ type: "LoggedIn", account: m.params[2] ?? "" }]],
  AWAY: [0, (_, m) => [{ type: "Away", nick: m.nick, text: m.params[0] ?? null }]],
  BATCH: [1, (core, m) => core.backlog.batch(m.params, m.tags.batch ?? "")],
  INVITE: [
    2,
    (core, m) =>
      core.isOwn(m.params[0] ?? "") ? [{ type: "Invited", room: m.params[1] ?? "", nick: m.nick }] : [],
  ],
  JOIN: [
    1,
    (core, m) => {
      const own = core.isOwn(m.nick);
      if (own) core.source = m.source;
      return [{ type: "Joined", room: m.params[0] ?? "", nick: m.nick, own, at: timeOf(m) }];
    },
  ],
  KICK: [
    2,
    (core, m) => {
      const [room = "", nick = "", reason = ""] = m.params;
      return [{ type: "Left", room, nick, reason, own: core.isOwn(nick), by: m.nick, at: timeOf(m) }];
    },
  ],
  MARKREAD: [
    2,
    (_, m) => {
      const at = momentOf((m.params[1] ?? "").replace(/^timestamp=/, ""));
      return at === null ? [] : [{ type: "ReadUpTo", room: m.params[0] ?? "", at }];
    },
  ],
  MODE: [
    2,
    (core, m) => {
      const [room = "", modes = "", ...args] = m.params;
      if (!core.isupport.isRoom(room)) return [];
      const ranks = core.isupport.ranks(modes, args);
      const told = { room, by: m.nick || m.source, modes: [modes, ...args].join(" ") };
      /** @type {CoreEvent[]} */
      const changed = ranks.map((rank) => ({ type: "RankChanged", room, ...rank }));
      return [...changed, { type: "ModesChanged", ...told }];
    },
  ],
  NICK: [
    1,
    (core, m) => {
      const own = core.isOwn(m.nick);
      const name = m.params[0] ?? "";
      if (own) {
        core.nick = name;
        core.source = "";
      } else core.nameFree(m.nick);
      return [{ type: "NickChanged", old: m.nick, new: name, own }];
    },
  ],
  NOTICE: [2, said],
  PART: [
    1,
    (core, m) => {
      const [room = "", reason = ""] = m.params;
      const own = core.isOwn(m.nick);
      return [{ type: "Left", room, nick: m.nick, reason, own, by: "", at: timeOf(m) }];
    },
  ],
  FILEHOST: [2, (_, m) => (m.params[0] === "TOKEN" ? [{ type: "FileToken", token: m.params[1] ?? "" }] : [])],
  PRIVMSG: [2, said],
  QUIT: [
    0,
    (core, m) => {
      core.nameFree(m.nick);
      return [{ type: "Quit", nick: m.nick, reason: m.params[0] ?? "", at: timeOf(m) }];
    },
  ],
  REDACT: [
    2,
    (core, m) => {
      const [target = "", msgid = ""] = m.params;
      const room = roomOf(core, withoutStatus(core, target), m.nick);
      return [{ type: "Redacted", room, nick: m.nick, msgid }];
    },
  ],
  RENAME: [
    2,
    (_, m) => {
      const [old = "", name = ""] = m.params;
      return isName(name) ? [{ type: "RoomRenamed", old, new: name }] : [];
    },
  ],
  TAGMSG: [1, tagged],
  TOPIC: [2, (_, m) => [topic(m.params[0] ?? "", m.params[1] ?? "", m.nick)]],
};

/**
 * @param {string} room
 * @param {string} text
 * @param {string} by
 * @returns {CoreEvent}
 */
function topic(room, text, by) {
  return { type: "TopicChanged", room, text, by };
}

/**
 * An answer to WHO, which we send on entering a room to learn who is away.
 * @param {string} nick
 * @param {string} flags
 * @returns {CoreEvent[]}
 */
function away(nick, flags) {
  return flags.startsWith("G") ? [{ type: "Away", nick, text: "" }] : [];
}

/**
 * Errors are shown in the server's words; other numerics have nothing to tell here.
 * @param {Client} core
 * @param {Message} m
 * @returns {CoreEvent[]}
 */
export function other(core, m) {
  let text = "";
  const about = m.params.slice(1, -1);
  if (m.command === "FAIL" && m.params.length > 2) {
    text = m.params.at(-1) ?? "";
    if (m.params[0] === "FILEHOST") return [{ type: "FileRefused", reason: text }];
    if (m.params[0] === "REGISTER") return [{ type: "AccountFailed", reason: text }];
    const failed = m.params[0] === "CHATHISTORY" ? core.backlog.failed() : [];
    if (m.params[0] === "CHATHISTORY" || m.params[0] === "MARKREAD")
      return failed.length ? [...failed, serverText(text, { error: true })] : [];
  } else if (/^[45]\d\d$/.test(m.command)) {
    const none = !about.length || (about.length === 1 && about[0] === "CAP");
    if ((m.command === "421" || m.command === "422") && none) return [];
    text = m.params.length ? [...about, m.params.at(-1)].join(": ") : m.command;
  } else if (m.command === "REGISTER" && m.params[0] === "SUCCESS")
    return [{ type: "AccountMade", account: m.params[1] ?? "" }];
  if (!text) return [];
  const label = core.labelOf(m);
  if (label) return [{ type: "NotSent", label, reason: text }];
  return [serverText(text, { error: true, room: about.find((one) => core.isupport.isRoom(one)) ?? "" })];
}
