// One connection to the server: lines in, events out; commands in, lines out. No socket, no clock.
// Whoever drives it hands in what came and what time it is (seconds of any clock that never goes
// backwards), sends what `take` gives, and calls `onTime` when `deadline` has come.

import { other, serverText, TABLE } from "./heard.js";
import { Backlog, COMMANDS, CAPS as PAST_CAPS } from "./history.js";
import { Isupport } from "./isupport.js";
import { CAPS, isId, isName } from "./limits.js";
import { format, formatTags, parse } from "./message.js";
import { Assembly } from "./pieces.js";
import { Scram } from "./scram.js";
import { say } from "./speaking.js";

/** @typedef {import("./message.js").Message} Message */
/** @typedef {import("./events.js").CoreEvent} CoreEvent */
/** @typedef {import("./events.js").Kind} Kind */
/** @typedef {{account: string, password: string}} Login */
/** @typedef {"REGISTERING" | "NEEDS_NICK" | "READY" | "CLOSED"} State */

const WANTED = [
  "away-notify",
  "batch",
  "draft/account-registration",
  "draft/channel-rename",
  "draft/chathistory",
  "draft/event-playback",
  "draft/message-redaction",
  "draft/multiline",
  "draft/read-marker",
  "echo-message",
  "labeled-response",
  "message-tags",
  "multi-prefix",
  "server-time",
  "soju.im/search",
];
const REGISTRATION = 30; // seconds from connecting to the welcome
const KEEPALIVE = 30; // seconds of silence before we send a PING
const REPLY = 20; // seconds for the PONG
const PROBE = 5; // seconds for the PONG, if the connection may be gone
const NICK_RETRIES = 5; // underscores that are tried when reconnecting under a name that is in use
const SCRAM = "SCRAM-SHA-256";
const CHALLENGE = 4096; // characters of one, in all chunks
const CHUNK = 400; // characters of one AUTHENTICATE
const NICK_REFUSALS = ["431", "432", "433", "436", "437"];
// The first parameter of these is a room or a person.
const TARGETED = "INVITE JOIN KICK MARKREAD MODE NICK NOTICE PART PRIVMSG REDACT RENAME TAGMSG TOPIC".split(
  " ",
);

export class Client {
  /** @type {State} */
  state = "REGISTERING";
  isupport = new Isupport();
  /** @type {Set<string>} enabled */
  caps = new Set();
  /** @type {Map<string, string>} what CAP LS has told so far */
  values = new Map();
  /** @type {Map<string, [string, string][]>} member lists that have not ended */
  names = new Map();
  source = ""; // nick!user@host as the server shows us
  toSelf = ""; // the id of the last message that we wrote to ourselves
  /** @type {string[]} */
  #out = [];
  #waited = new Set(); // capabilities that were asked for, and not answered
  #labels = 0;
  #assembly = new Assembly();
  #loggingIn = false;
  /** @type {Scram | null} */
  #scram = null;
  #proved = false; // the server has, that it knows the password
  #challenge = ""; // what has come of it
  /** @type {Promise<void> | null} lines may be there to be sent when it is done */
  working = null;
  #heard;
  #opened;
  /** @type {number | null} when a sign of life was asked for */
  #pinged = null;
  #patience = REPLY;
  #retries;

  /**
   * `rooms`: names, joined as soon as we are welcome. `newest`: see Backlog. `again`: we were here
   * before, so a nickname in use is held by our own old connection. `pass`: the server's password.
   * @param {string} nick
   * @param {number} now
   * @param {{rooms?: string[], newest?: Map<string, string>, login?: Login | null,
   *   again?: boolean, pass?: string}} [about]
   */
  constructor(nick, now, about = {}) {
    this.nick = nick;
    this.wished = nick;
    this.rooms = about.rooms ?? [];
    this.login = about.login ?? null;
    this.#retries = about.again ? NICK_RETRIES : 0;
    this.#opened = this.#heard = now;
    const send = this.send.bind(this);
    this.backlog = new Backlog(send, this.isupport, about.newest ?? new Map());
    if (about.pass) this.send("PASS", about.pass);
    this.send("CAP", "LS", "302");
    this.send("NICK", nick);
    this.send("USER", "gchat", "0", "*", nick);
  }

  // -- lines out

  /** What is to be sent, once: lines without their ends. */
  take() {
    const lines = this.#out;
    this.#out = [];
    return lines;
  }

  /**
   * Queues a message. Throws MessageError where it is none.
   * @param {string} command
   * @param {...string} params
   */
  send(command, ...params) {
    this.#out.push(format(command, params));
  }

  /**
   * @param {Record<string, string>} tags
   * @param {string} command
   * @param {...string} params
   */
  tagged(tags, command, ...params) {
    this.#out.push(format(command, params, tags));
  }

  /** A number that no message before has had. */
  nextLabel() {
    return ++this.#labels;
  }

  /** @param {Message} message */
  labelOf(message) {
    return this.#assembly.labelOf(message);
  }

  /** @param {string} nick */
  isOwn(nick) {
    return this.isupport.fold(nick) === this.isupport.fold(this.nick);
  }

  /**
   * A nickname is free again: asks for it, if it is the one that we asked for when connecting.
   * @param {string} nick
   */
  nameFree(nick) {
    const { fold } = this.isupport;
    const name = fold.call(this.isupport, nick);
    if (name === this.isupport.fold(this.wished) && !this.isOwn(this.wished)) this.send("NICK", this.wished);
  }

  // -- time

  /** @returns {number | null} when `onTime` is to be called, unless something comes before */
  get deadline() {
    if (this.state === "REGISTERING") return this.#opened + REGISTRATION;
    if (this.state !== "READY") return null;
    const alive = this.#pinged === null ? this.#heard + KEEPALIVE : this.#pinged + this.#patience;
    return Math.min(alive, this.backlog.deadline ?? alive);
  }

  /**
   * Does what is due.
   * @param {number} now
   * @returns {CoreEvent[]}
   */
  onTime(now) {
    const { deadline } = this;
    if (deadline === null || now < deadline) return [];
    if (this.state === "REGISTERING") return this.close("The server did not answer in time.");
    if (this.backlog.deadline !== null && now >= this.backlog.deadline) return this.backlog.giveUp();
    if (this.#pinged !== null) return this.close("The server no longer answers.");
    this.#ask(now, REPLY);
    return [];
  }

  /**
   * The connection may be gone without notice: sends a PING and waits only briefly.
   * @param {number} now
   */
  probe(now) {
    if (this.state === "READY") this.#ask(now, PROBE);
  }

  /**
   * @param {number} now
   * @param {number} patience
   */
  #ask(now, patience) {
    this.#pinged = now;
    this.#patience = patience;
    this.send("PING", "keepalive");
  }

  // -- commands

  get ready() {
    return this.state === "READY";
  }

  /**
   * Sends a text to a room or a person. Throws MessageError where that is no name.
   * @param {string} room
   * @param {string} text
   * @param {Kind} [kind]
   * @param {string} [replyTo]
   */
  say(room, text, kind = "MESSAGE", replyTo = "") {
    return say(this, room, text, kind, replyTo);
  }

  /**
   * Lets others know that we write. https://ircv3.net/specs/client-tags/typing
   * @param {string} room
   * @param {boolean} active
   */
  typing(room, active) {
    if (this.ready && this.caps.has("message-tags"))
      this.tagged({ "+typing": active ? "active" : "done" }, "TAGMSG", room);
  }

  /**
   * https://ircv3.net/specs/client-tags/react
   * @param {string} room
   * @param {string} msgid
   * @param {string} reaction
   * @param {boolean} adding
   */
  react(room, msgid, reaction, adding) {
    const key = adding ? "+draft/react" : "+draft/unreact";
    if (this.ready && this.caps.has("message-tags"))
      this.tagged({ [key]: reaction, "+draft/reply": msgid }, "TAGMSG", room);
  }

  /**
   * Lets our other clients know how far we have read.
   * @param {string} room
   * @param {number} at  seconds since 1970
   */
  markRead(room, at) {
    if (this.ready && this.caps.has("draft/read-marker"))
      this.send("MARKREAD", room, `timestamp=${new Date(Math.round(at * 1000)).toISOString()}`);
  }

  /**
   * Looks for words in a room's past, where the server keeps it.
   * @param {string} room
   * @param {string} text
   */
  search(room, text) {
    if (!this.ready || !this.caps.has("soju.im/search")) return false;
    this.send("SEARCH", formatTags({ in: room, text }));
    return true;
  }

  /**
   * Makes an account of our nickname.
   * @param {string} password
   * @param {string} email  "" for none
   */
  register(password, email) {
    this.send("REGISTER", "*", email || "*", password);
  }

  /**
   * Asks for another nickname; where the first was refused, registration goes on with it.
   * @param {string} nick
   */
  changeNick(nick) {
    if (this.state === "NEEDS_NICK") {
      this.state = "REGISTERING";
      this.#opened = this.#heard;
      this.nick = this.wished = nick;
    }
    this.send("NICK", nick);
  }

  /** Asks for a token with which a file can be sent, or deleted. */
  fileToken() {
    this.send("FILEHOST", "TOKEN");
  }

  /** Says goodbye. The server answers by closing. */
  quit(reason = "") {
    if (this.state !== "CLOSED") this.send("QUIT", ...(reason ? [reason] : []));
    this.state = "CLOSED";
  }

  // -- lines in

  /**
   * What a line tells.
   * @param {string} line
   * @param {number} now
   * @returns {CoreEvent[]}
   */
  receive(line, now) {
    if (this.state === "CLOSED") return [];
    this.#heard = this.backlog.now = now;
    const first = parse(line);
    const sane = first && isSane(first) ? first : null;
    const message = sane && this.#assembly.take(sane);
    if (!message) return [];
    const batch = message.tags.batch ?? "";
    if (batch && this.backlog.holds(batch) && message.command !== "BATCH") {
      if (message.command === "CHATHISTORY") this.backlog.target(batch, message.params);
      const found = COMMANDS.includes(message.command) ? this.#handle(message, now) : [];
      this.backlog.take(batch, message.tags.msgid ?? "", found);
      return [];
    }
    const found = this.#handle(message, now);
    if (message.command === "BATCH" || message.command === "FAIL") return found;
    return this.backlog.happened(found, now);
  }

  /**
   * @param {Message} message
   * @param {number} now
   * @returns {CoreEvent[]}
   */
  #handle(message, now) {
    const { command, params } = message;
    if (command === "PONG" && this.#pinged !== null) {
      const seconds = now - this.#pinged;
      this.#pinged = null;
      return [{ type: "Latency", seconds }];
    }
    const row = TABLE[command];
    if (row) return params.length >= row[0] ? row[1](this, message) : [];
    if (command === "001") return this.#welcome(params[0] ?? this.nick, now);
    if (command === "005") {
      const before = this.isupport.filehost;
      this.isupport.update(params.slice(1, -1));
      const { filehost } = this.isupport;
      return filehost === before ? [] : [{ type: "FileHost", address: filehost }];
    }
    if (command === "CAP") return this.#cap(params);
    else if (command === "PING") this.send("PONG", params[0] ?? "");
    else if (command === "464" && this.state === "REGISTERING") return this.#passRefused(params.at(-1) ?? "");
    else if (command === "ERROR") return this.#error(params.at(-1) ?? "");
    else if (command === "AUTHENTICATE") return this.#authenticate(params[0] ?? "");
    else if (/^90[2-8]$/.test(command)) return this.#loginEnded(command, params.at(-1) ?? "");
    else if (NICK_REFUSALS.includes(command)) return this.#nickRefused(message);
    else return other(this, message);
    return [];
  }

  /**
   * The server has a password, and ours is none or another one.
   * @param {string} reason
   * @returns {CoreEvent[]}
   */
  #passRefused(reason) {
    this.state = "CLOSED";
    return [{ type: "PasswordRefused", reason }];
  }

  /** @param {string} text */
  #error(text) {
    return this.close(/Closing Link: .*?\((.*)\)/.exec(text)?.[1] || text || "The server said goodbye.");
  }

  /**
   * The connection is over.
   * @param {string} reason
   * @returns {CoreEvent[]}
   */
  close(reason) {
    if (this.state === "CLOSED") return [];
    this.state = "CLOSED";
    return [...this.backlog.giveUp(), { type: "Closed", reason }];
  }

  /**
   * @param {string} nick
   * @param {number} now
   * @returns {CoreEvent[]}
   */
  #welcome(nick, now) {
    if (this.state === "READY") return [];
    this.nick = nick;
    this.state = "READY";
    this.backlog.enabled = PAST_CAPS.every((cap) => this.caps.has(cap));
    this.backlog.begin();
    for (const room of this.rooms) this.send("JOIN", room);
    this.#ask(now, REPLY); // its answer tells the latency
    return [{ type: "Registered", nick }];
  }

  /**
   * @param {Message} message
   * @returns {CoreEvent[]}
   */
  #nickRefused(message) {
    const reason = message.params.at(-1) ?? "The nickname was refused.";
    const name = message.params.length > 2 ? (message.params[1] ?? this.nick) : this.nick;
    if (this.state !== "REGISTERING") return [serverText(`${name}: ${reason}`, { error: true })];
    if (this.#retries && message.command === "433") {
      this.#retries--;
      this.nick += "_";
      this.send("NICK", this.nick);
      return [];
    }
    this.state = "NEEDS_NICK";
    return [{ type: "NickRefused", nick: this.nick, reason }];
  }

  // -- capabilities and logging in

  /**
   * https://ircv3.net/specs/extensions/capability-negotiation
   * @param {string[]} params
   * @returns {CoreEvent[]}
   */
  #cap(params) {
    const names = (params.at(-1) ?? "").split(" ").filter(Boolean);
    const subcommand = (params[1] ?? "").toUpperCase();
    if (subcommand === "LS" && this.state === "REGISTERING")
      return this.#offered(names, params.length > 3 && params[2] === "*");
    if (subcommand === "ACK") this.#acknowledged(names);
    else if (subcommand === "NAK") this.#end();
    else if (subcommand === "DEL") for (const name of names) this.caps.delete(name);
    return [];
  }

  /**
   * @param {string[]} names
   * @param {boolean} more
   * @returns {CoreEvent[]}
   */
  #offered(names, more) {
    for (const one of names) {
      const at = one.indexOf("=");
      if (this.values.size < CAPS)
        this.values.set(at < 0 ? one : one.slice(0, at), at < 0 ? "" : one.slice(at + 1));
    }
    if (more) return [];
    const wanted = WANTED.filter((name) => this.values.has(name));
    const possible = this.values.has("sasl") && (this.#knows(SCRAM) || this.#knows("PLAIN"));
    if (this.login && possible) wanted.push("sasl");
    if (wanted.length) {
      this.#waited = new Set(wanted);
      this.send("CAP", "REQ", wanted.join(" "));
    } else this.#end();
    if (this.login && !possible) {
      this.login = null;
      return [{ type: "LoginFailed", reason: "This server has no accounts." }];
    }
    return [];
  }

  /** @param {string[]} names */
  #acknowledged(names) {
    for (const name of names) {
      this.#waited.delete(name.replace(/^-/, ""));
      if (name.startsWith("-")) this.caps.delete(name.slice(1));
      else if (this.caps.size < CAPS) this.caps.add(name);
    }
    if (this.#waited.size) return; // an answer may come in several lines
    if (this.login && this.caps.has("sasl") && this.state === "REGISTERING") {
      this.#loggingIn = true;
      const { account, password } = this.login;
      if (this.values.get("sasl") && this.#knows(SCRAM)) this.#scram = new Scram(account, password);
      this.send("AUTHENTICATE", this.#scram ? SCRAM : "PLAIN");
    } else this.#end();
  }

  /**
   * Whether the server knows a way to log in; one that does not say which it knows may know any.
   * @param {string} mechanism
   */
  #knows(mechanism) {
    const known = this.values.get("sasl") ?? "";
    return known === "" || known.split(",").includes(mechanism);
  }

  /**
   * https://ircv3.net/specs/extensions/sasl-3.2; the page is only ever given a password where nobody
   * else can read what is sent.
   * @param {string} word
   * @returns {CoreEvent[]}
   */
  #authenticate(word) {
    if (!this.#loggingIn || !this.login) return [];
    if (!this.#scram) {
      if (word === "+") this.#say(`\0${this.login.account}\0${this.login.password}`);
      return [];
    }
    this.#challenge += word === "+" ? "" : word;
    if (word.length === CHUNK && this.#challenge.length < CHALLENGE) return []; // more comes
    const challenge = fromBase64(this.#challenge);
    this.#challenge = "";
    if (challenge === "") this.#say(this.#scram.first);
    else if (!challenge.startsWith("v=")) this.working = this.#prove(this.#scram, challenge);
    else if (this.#scram.isProof(challenge)) {
      this.#proved = true;
      this.send("AUTHENTICATE", "+");
    } else return this.#giveUp();
    return [];
  }

  /**
   * @param {Scram} scram
   * @param {string} challenge
   */
  async #prove(scram, challenge) {
    try {
      this.#say(await scram.final(challenge));
    } catch {
      this.send("AUTHENTICATE", "*"); // its answer says that we are not logged in
    } finally {
      this.working = null;
    }
  }

  /**
   * The server has not proved that it knows the password: it may be another one.
   * @returns {CoreEvent[]}
   */
  #giveUp() {
    this.#loggingIn = false;
    this.send("AUTHENTICATE", "*");
    this.#end();
    return [{ type: "LoginFailed", reason: "The server does not know the password." }];
  }

  /** @param {string} text */
  #say(text) {
    let word = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
    while (word.length >= CHUNK) {
      this.send("AUTHENTICATE", word.slice(0, CHUNK));
      word = word.slice(CHUNK);
    }
    this.send("AUTHENTICATE", word || "+");
  }

  /**
   * @param {string} numeric
   * @param {string} reason
   * @returns {CoreEvent[]}
   */
  #loginEnded(numeric, reason) {
    if (!this.#loggingIn || numeric === "908") return [];
    if (numeric === "903" && this.#scram && !this.#proved) return this.#giveUp();
    this.#loggingIn = false;
    this.#end();
    return numeric === "903" ? [] : [{ type: "LoginFailed", reason }];
  }

  #end() {
    this.#waited.clear();
    if (this.state === "REGISTERING" || this.state === "NEEDS_NICK") this.send("CAP", "END");
  }
}

/** What is written in base64; "?", which nothing expects, where it is not. @param {string} text */
function fromBase64(text) {
  try {
    return atob(text);
  } catch {
    return "?";
  }
}

/**
 * Whether a message can be believed: the room or person that it is about can have such a name. An id
 * that is none is taken out of it.
 * @param {Message} message
 */
function isSane(message) {
  if (TARGETED.includes(message.command) && !isName(message.params[0] ?? "")) return false;
  if (message.tags.msgid !== undefined && !isId(message.tags.msgid)) delete message.tags.msgid;
  return true;
}
