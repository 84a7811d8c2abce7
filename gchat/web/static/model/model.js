// What the page shows: rooms, their lines, members and unread counts. `apply` takes in what the core
// tells; `changed` has what views have to draw again. Knows no document.
import { foldName } from "../core/isupport.js";
import { LISTED, ROOMS } from "../core/limits.js";
import { t } from "../text.js";
import { clean } from "./lines.js";
import { escapeForRegExp } from "./markup.js";
import { Room } from "./rooms.js";
import { SPOKEN } from "./spoken.js";

/** @typedef {import("../core/events.js").CoreEvent} CoreEvent */
/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Look} Look */
/** @typedef {"OFFLINE" | "CONNECTING" | "CONNECTED" | "WAITING"} Phase */
/** @typedef {{phase: Phase, reason: string, until: number, latency: number | null}} Status */
/** @typedef {"rooms" | "status" | "room" | "lines" | "typing" | "list" | "account"} Part */

const PREFIXES = "#&+!"; // what a room's name begins with, on any server
const AWAY_KEPT = 20_000; // people

/** @param {string} name */
export const isRoomName = (name) => PREFIXES.includes(name[0] ?? " ");

export class Model {
  account = ""; // that we are logged in to
  /** @type {Status} */
  status = { phase: "OFFLINE", reason: "", until: 0, latency: null };
  /** @type {Map<string, Room>} by folded name */
  rooms = new Map();
  /** @type {Map<string, number>} nicknames that we had, folded, and until when */
  names = new Map();
  /** @type {Map<string, string>} by folded nickname, why they are away */
  away = new Map();
  /** @type {{name: string, members: number, topic: string}[]} rooms that can be joined */
  listed = [];
  listing = false; // more of them are to come
  searching = false;
  /** @type {import("../core/events.js").Said[] | null} by the last search; null: not yet */
  found = null;
  /** @type {Set<Part>} */
  changed = new Set();
  /** @type {{key: string, line: Line}[]} to be told to whoever is elsewhere */
  noticed = [];
  /** @type {Line[]} in the current room, to be read aloud */
  heard = [];
  /** @type {{nick: string, reason: string} | null} a nickname is needed */
  nickRefused = null;
  filehost = ""; // where files are sent to, "" where they are not
  #numbers = 0;

  /**
   * @param {string} nick
   * @param {string} lobby
   * @param {() => number} clock  seconds since 1970
   */
  constructor(nick, lobby, clock) {
    this.nick = nick;
    this.lobby = foldName(lobby);
    this.current = this.lobby;
    this.clock = clock;
    this.rooms.set(this.lobby, new Room(lobby, false));
  }

  // -- what the page asks for

  /** @returns {Room} */
  get room() {
    return this.roomOf(this.rooms.get(this.current)?.name ?? this.current);
  }

  /**
   * Makes another room the current one; in the one before, nothing is marked new any more.
   * @param {string} key
   */
  show(key) {
    const before = this.rooms.get(this.current);
    if (key !== this.current && before) before.newFrom = 0;
    this.current = key;
    const room = this.room;
    room.unread = room.mentions = 0;
    this.#change("rooms", "room", "lines", "typing");
  }

  /**
   * Takes a room or conversation out of the list.
   * @param {string} key
   */
  close(key) {
    if (key === this.lobby) return;
    this.rooms.delete(key);
    if (key === this.current) this.show(this.lobby);
    this.#change("rooms");
  }

  /**
   * The key of the next (`step` 1) or previous (-1) room, of those with unread messages if there are.
   * @param {number} step
   */
  next(step) {
    const keys = this.ordered();
    const at = keys.indexOf(this.current);
    const around = keys.map((_, n) => keys[(at + step * (n + 1) + keys.length * keys.length) % keys.length]);
    return around.find((key) => this.rooms.get(key ?? "")?.unread) ?? around[0] ?? this.lobby;
  }

  /** The keys of rooms, then of conversations, as they are listed. */
  ordered() {
    const keys = [...this.rooms.keys()];
    const direct = (/** @type {string} */ key) => this.rooms.get(key)?.direct;
    return [...keys.filter((key) => !direct(key)), ...keys.filter(direct)];
  }

  /** Everything in the current room was read. The time of its last message; `null` if that is known. */
  readNow() {
    const { room } = this;
    const last = room.lastSpoken();
    if (!last || last.at <= room.readAt) return null;
    room.readAt = last.at;
    return last.at;
  }

  /**
   * The id of the message before which to ask the server for older ones; "" if there are no more, or
   * they were asked for already.
   * @param {Room} room
   */
  oldest(room) {
    if (!room.more || room.asked) return "";
    room.asked = true;
    return room.oldest || (room.lines.find((line) => line.msgid)?.msgid ?? "");
  }

  /**
   * A line in the current room that only we see.
   * @param {string} text
   * @param {boolean} [error]
   */
  tell(text, error = false) {
    this.add(this.current, error ? "ERROR" : "INFO", text);
  }

  // -- what the core tells

  /** @param {CoreEvent} event */
  apply(event) {
    const name = "room" in event ? event.room : "";
    if (name && !this.rooms.has(foldName(name)) && this.rooms.size >= ROOMS) return;
    const own = HANDLERS[event.type] ?? SPOKEN[event.type];
    own?.(this, /** @type {any} */ (event));
  }

  /** @param {...Part} parts */
  #change(...parts) {
    for (const part of parts) this.changed.add(part);
  }

  /** @param {...Part} parts */
  change(...parts) {
    this.#change(...parts);
  }

  /** @param {Partial<Status>} about */
  setStatus(about) {
    this.status = { ...this.status, ...about };
    this.#change("status");
  }

  /** There is no connection any more: who is where is not known, and what is not confirmed waits. */
  gone() {
    this.names.set(foldName(this.nick), this.clock());
    for (const room of this.rooms.values()) {
      room.members.clear();
      room.typing.clear();
      room.asked = room.here = false;
      for (const line of room.lines.filter((one) => one.fate === "PENDING"))
        room.replace({ ...line, fate: "WAITING", doubtful: true, label: "" });
    }
    this.#change("rooms", "room", "lines", "typing");
  }

  /**
   * The room of this name, made where there is none.
   * @param {string} name
   */
  roomOf(name) {
    const key = foldName(name);
    let room = this.rooms.get(key);
    if (!room) {
      room = new Room(name, !isRoomName(name));
      this.rooms.set(key, room);
      this.#change("rooms");
    }
    return room;
  }

  /**
   * A new line, with a number that no other one has; now, unless `at` says when.
   * @param {Look} look
   * @param {string} text
   * @param {Partial<Line>} [about]
   * @returns {Line}
   */
  line(look, text, about = {}) {
    const shown = clean(text);
    const spoken = look === "MESSAGE" || look === "ACTION";
    return {
      number: ++this.#numbers,
      look,
      at: this.clock(),
      text: shown,
      nick: "",
      own: false,
      mention: spoken && !about.own && this.#mentionsUs(shown),
      msgid: "",
      replyTo: "",
      label: "",
      fate: "SENT",
      why: "",
      doubtful: false,
      redacted: false,
      raw: "",
      reactions: null,
      ...about,
    };
  }

  /**
   * A new line at the end of a room; see `line`.
   * @param {string} key
   * @param {Look} look
   * @param {string} text
   * @param {Partial<Line>} [about]
   */
  add(key, look, text, about = {}) {
    const room = this.rooms.get(key);
    if (!room) return;
    const line = this.line(look, text, about);
    room.push(line);
    const spoken = look === "MESSAGE" || look === "ACTION" || look === "NOTICE";
    if (key === this.current) {
      this.#change("lines");
      if (spoken && !line.own) this.heard.push(line);
    } else if (spoken && !line.own) {
      if (!room.unread) room.newFrom = line.number;
      room.unread++;
      if (line.mention || room.direct) room.mentions++;
      this.#change("rooms");
    }
    if (spoken && !line.own && !room.muted && (line.mention || room.direct)) this.noticed.push({ key, line });
  }

  /** @type {[string, RegExp | null]} the nickname that it was made for */
  #finder = ["", null];

  /** @param {string} text */
  #mentionsUs(text) {
    if (this.#finder[0] !== this.nick)
      this.#finder = [
        this.nick,
        this.nick
          ? new RegExp(`(?<![\\p{L}\\p{N}_])${escapeForRegExp(this.nick)}(?![\\p{L}\\p{N}_])`, "iu")
          : null,
      ];
    return this.#finder[1]?.test(text) ?? false;
  }
}

/** @typedef {{[K in CoreEvent["type"]]?: (model: Model, event: Extract<CoreEvent, {type: K}>) => void}} Handlers */

/** @type {Handlers} */
const HANDLERS = {
  Registered(model, event) {
    model.nick = event.nick;
    model.nickRefused = null;
    model.away.clear();
    model.setStatus({ phase: "CONNECTED", reason: "", latency: null });
  },
  Latency(model, event) {
    model.setStatus({ latency: event.seconds });
  },
  Closed(model, event) {
    model.setStatus({ phase: "OFFLINE", reason: event.reason });
    model.gone();
  },
  NickRefused(model, event) {
    model.nickRefused = { nick: event.nick, reason: event.reason };
    model.change("status");
  },
  PasswordRefused(model, event) {
    model.setStatus({ phase: "OFFLINE", reason: event.reason });
  },
  LoggedIn(model, event) {
    model.account = event.account;
    model.change("account");
  },
  LoginFailed(model, event) {
    model.tell(t("You are not logged in: {reason}", { reason: event.reason }), true);
  },
  AccountMade(model, event) {
    model.account = event.account;
    model.change("account");
    model.tell(t("The account {account} is yours.", { account: event.account }));
  },
  AccountFailed(model, event) {
    model.tell(event.reason, true);
  },
  ServerText(model, event) {
    const key = event.room ? foldName(event.room) : model.current;
    model.add(model.rooms.has(key) ? key : model.current, event.error ? "ERROR" : "INFO", event.text);
  },
  RoomListed(model, event) {
    if (!model.listing) model.listed = [];
    model.listing = true;
    if (model.listed.length < LISTED) model.listed.push(event);
  },
  RoomsListed(model) {
    if (!model.listing) model.listed = [];
    model.listing = false;
    model.listed.sort((a, b) => b.members - a.members || (a.name < b.name ? -1 : 1));
    model.change("list");
  },
  Found(model, event) {
    if (!model.searching) return; // nobody has asked
    model.searching = false;
    model.found = event.lines;
    model.change("list");
  },
  Joined(model, event) {
    const room = model.roomOf(event.room);
    const key = foldName(event.room);
    if (event.own) {
      room.members.clear();
      room.here = true;
    }
    room.members.set(foldName(event.nick), { prefix: "", nick: event.nick });
    const text = t("{nick} has connected to the chat room", { nick: event.nick });
    model.add(key, "CAME", text, { nick: event.nick, ...when(event.at) });
    model.change("rooms", "room");
  },
  Left(model, event) {
    const key = foldName(event.room);
    const room = model.rooms.get(key);
    if (!room) return;
    room.members.delete(foldName(event.nick));
    if (event.own) {
      room.members.clear();
      room.here = false;
    }
    let text = t("{nick} has left the chat room!", { nick: event.nick });
    if (event.by) text += t(" (kicked by {by}: {reason})", { by: event.by, reason: event.reason });
    model.add(key, event.by ? "INFO" : "LEFT", text, { nick: event.nick, ...when(event.at) });
    model.change("rooms", "room");
  },
  Quit(model, event) {
    const folded = foldName(event.nick);
    model.away.delete(folded);
    const text = t("{nick} has left the chat room!", { nick: event.nick });
    for (const [key, room] of model.rooms)
      if (room.members.delete(folded) || key === folded)
        model.add(key, "LEFT", text, { nick: event.nick, ...when(event.at) });
    model.change("room", "rooms");
  },
  NickChanged(model, event) {
    const old = foldName(event.old);
    const key = foldName(event.new);
    if (event.own) {
      model.names.set(old, model.clock());
      model.nick = event.new;
      model.change("status");
    }
    const why = model.away.get(old);
    if (why !== undefined) {
      model.away.delete(old);
      model.away.set(key, why);
    }
    const text = t("{old} is now known as {new}", { old: event.old, new: event.new });
    for (const [name, room] of model.rooms) {
      const member = room.members.get(old);
      if (!member) continue;
      room.members.delete(old);
      room.members.set(key, { prefix: member.prefix, nick: event.new });
      model.add(name, "INFO", text);
    }
    const direct = model.rooms.get(old);
    if (direct?.direct && !event.own) rekey(model, old, event.new);
    model.change("room", "rooms");
  },
  RoomRenamed(model, event) {
    const key = foldName(event.old);
    const text = t("{old} is now known as {new}", { old: event.old, new: event.new });
    if (model.rooms.has(key)) {
      model.add(key, "INFO", text);
      rekey(model, key, event.new);
    }
  },
  RankChanged(model, event) {
    const member = model.rooms.get(foldName(event.room))?.members.get(foldName(event.nick));
    if (!member) return;
    const others = member.prefix.replace(event.prefix, "");
    const all = event.adding ? others + event.prefix : others;
    member.prefix = [...all].sort((a, b) => "~&@%+".indexOf(a) - "~&@%+".indexOf(b)).join("");
    model.change("room");
  },
  ModesChanged(model, event) {
    const key = foldName(event.room);
    if (!model.rooms.has(key)) return;
    model.add(key, "INFO", t("{by} changed the modes: {modes}", { by: event.by, modes: event.modes }));
  },
  Members(model, event) {
    const { members } = model.roomOf(event.room);
    members.clear();
    for (const [prefix, nick] of event.members) members.set(foldName(nick), { prefix, nick });
    model.change("room");
  },
  TopicChanged(model, event) {
    const room = model.roomOf(event.room);
    room.topic = clean(event.text).replace(/\n/g, " ");
    if (event.by) {
      const text = t("{nick} changed the topic to: {topic}", { nick: event.by, topic: room.topic });
      model.add(foldName(event.room), "INFO", text);
    }
    model.change("room");
  },
  Away(model, event) {
    const key = foldName(event.nick);
    if (event.text === null) model.away.delete(key);
    else if (model.away.size < AWAY_KEPT) model.away.set(key, event.text);
    model.change("room", "rooms");
  },
  Invited(model, event) {
    model.tell(t("{nick} invites you to {room}: /join {room}", { nick: event.nick, room: event.room }));
  },
};

/**
 * @param {number | null} at
 * @returns {Partial<Line>}
 */
function when(at) {
  return at === null ? {} : { at };
}

/**
 * A conversation or room goes on under another name.
 * @param {Model} model
 * @param {string} old
 * @param {string} name
 */
function rekey(model, old, name) {
  const key = foldName(name);
  const room = model.rooms.get(old);
  if (!room || (key !== old && model.rooms.has(key))) return;
  room.name = name;
  model.rooms = new Map([...model.rooms].map(([one, value]) => [one === old ? key : one, value]));
  if (model.current === old) model.current = key;
  if (model.lobby === old) model.lobby = key;
  model.change("rooms", "room");
}
