// What somebody types: text to send, or a slash command. Knows no document and no network.
import { t } from "../text.js";

/**
 * @typedef {{do: "say", room: string, text: string, kind: "MESSAGE" | "ACTION"}
 *   | {do: "send", line: [string, ...string[]]}
 *   | {do: "tell", text: string, error: boolean}
 *   | {do: "nick", nick: string}
 *   | {do: "join", room: string, key: string}
 *   | {do: "open", nick: string}
 *   | {do: "find", words: string}
 *   | {do: "mute"} | {do: "quit", reason: string}} Action
 */

/**
 * Each: what it takes, what it is for, what it does.
 * @type {Record<string, [string, string, (rest: string, room: string) => Action | null]>}
 */
export const COMMANDS = {
  help: [
    "[COMMAND]",
    "list the commands, or explain one",
    (rest) => {
      const name = rest.replace(/^\//, "").toLowerCase();
      const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
      const text = row ? `/${name} ${t(row[0])}: ${t(row[1])}` : helpText();
      return { do: "tell", text, error: false };
    },
  ],
  join: [
    "#ROOM [KEY]",
    "enter a room",
    (rest) => {
      const [room = "", key = ""] = rest.split(/\s+/);
      return room ? { do: "join", room, key } : null;
    },
  ],
  part: ["[REASON]", "leave this room", (rest, room) => line("PART", room, rest)],
  msg: [
    "NAME TEXT",
    "send a private message",
    (rest) => {
      const [nick = "", text = ""] = cut(rest);
      return nick && text ? { do: "say", room: nick, text, kind: "MESSAGE" } : null;
    },
  ],
  me: [
    "TEXT",
    "say what you do: /me waves",
    (rest, room) => (rest ? { do: "say", room, text: rest, kind: "ACTION" } : null),
  ],
  nick: ["NAME", "change your nickname", (rest) => (rest ? { do: "nick", nick: rest } : null)],
  away: ["[REASON]", "mark yourself as away; without a reason, as back", (rest) => line("AWAY", rest)],
  topic: ["[TEXT]", "show or change the topic of this room", (rest, room) => line("TOPIC", room, rest)],
  invite: [
    "NAME",
    "invite somebody to this room",
    (rest, room) => (rest && !rest.includes(" ") ? line("INVITE", rest, room) : null),
  ],
  kick: [
    "NAME [REASON]",
    "kick somebody from this room",
    (rest, room) => {
      const [nick = "", reason = ""] = cut(rest);
      return nick ? line("KICK", room, nick, reason) : null;
    },
  ],
  ban: [
    "NAME or MASK",
    "ban somebody from this room",
    (rest, room) => {
      if (!rest || rest.includes(" ")) return null;
      return line("MODE", room, "+b", /[!@]/.test(rest) ? rest : `${rest}!*@*`);
    },
  ],
  search: [
    "WORDS",
    "search the messages of this room",
    (rest) => (rest ? { do: "find", words: rest } : null),
  ],
  mute: ["", "mute or unmute this room", () => ({ do: "mute" })],
  quit: ["[REASON]", "close the window", (rest) => ({ do: "quit", reason: rest })],
};

/**
 * What to do with `text`, typed into `room`.
 * @param {string} text
 * @param {string} room
 * @returns {Action}
 */
export function interpret(text, room) {
  if (!text.startsWith("/") || text.startsWith("//")) {
    const said = text.startsWith("//") ? text.slice(1) : text;
    return { do: "say", room, text: said, kind: "MESSAGE" };
  }
  const [first = "", rest = ""] = cut(text.slice(1));
  const name = first.toLowerCase();
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!row) {
    const about = { name: first, help: helpText() };
    return { do: "tell", text: t("Unknown command /{name}. {help}", about), error: true };
  }
  const speaks = name === "msg" || name === "me";
  const done = row[2]((speaks ? rest : rest.replace(/\n/g, " ")).trim(), room);
  const usage = () => t("Usage: /{name} {commands}", { name, commands: t(row[0]) });
  return done ?? { do: "tell", text: usage(), error: true };
}

/** All commands in one line. */
export function helpText() {
  const parts = Object.entries(COMMANDS).map(([name, row]) => `/${name} ${row[0] && t(row[0])}`.trim());
  return [...parts, t("//TEXT sends a line that begins with a slash")].join(" · ");
}

/**
 * The first word, and the rest.
 * @param {string} text
 * @returns {[string, string]}
 */
function cut(text) {
  const found = /^(\S+)\s*([\s\S]*)$/.exec(text.trim());
  return [found?.[1] ?? "", found?.[2] ?? ""];
}

/**
 * A command as it is sent; an empty last word is left out.
 * @param {string} command
 * @param {...string} words
 * @returns {Action}
 */
function line(command, ...words) {
  if (!words.at(-1)) words.pop();
  return { do: "send", line: [command, ...words] };
}
