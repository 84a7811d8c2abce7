// Keeps the page connected: drives the core over a WebSocket, and connects again when that is lost.
import { Client } from "../core/client.js";
import { foldName } from "../core/isupport.js";
import { MessageError } from "../core/message.js";

/** @typedef {import("../core/events.js").CoreEvent} CoreEvent */
/**
 * @typedef {CoreEvent | {type: "Connecting"} | {type: "Waiting", reason: string, seconds: number}
 *   | {type: "CommandFailed", reason: string}} NetEvent
 */
/** @typedef {import("../core/client.js").Login} Login */

const BACKOFF_FIRST = 0.5; // seconds; doubled by each failure in a row
const BACKOFF_MAX = 30;
const OPEN_SECONDS = 15; // for the WebSocket to open

const ADVICE = /\s*Connect again\.?$/; // at the end of a server's reason: we do so by ourselves

const now = () => performance.now() / 1000;

export class Connector {
  /** @type {Login | null} */
  login = null;
  pass = ""; // the server's password
  /** @type {Client | null} */
  core = null;
  /** @type {Map<string, string>} by folded name, the rooms that we want to be in */
  rooms = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<string, string>} see Backlog */
  #newest = new Map();
  #failures = 0;
  #welcomed = false;
  #quitting = false;
  #timer = 0; // of the core's deadline, or of the next attempt
  #waiting = false;

  /**
   * @param {string} url
   * @param {(event: NetEvent) => void} emit
   */
  constructor(url, emit) {
    this.url = url;
    this.emit = emit;
    this.nick = "";
  }

  /**
   * Connects. `known`: we were here before, and our own old connection may still hold the nickname.
   * @param {string} nick
   * @param {boolean} [known]
   */
  start(nick, known = false) {
    this.nick = nick;
    this.#welcomed = known;
    this.#quitting = false;
    this.#connect();
  }

  /** Connects at once, if we wait to; otherwise finds out whether the connection is alive. */
  hurry() {
    if (this.#waiting) this.#connect();
    else if (this.core) {
      this.core.probe(now());
      this.#flush();
    }
  }

  /**
   * Connects anew, as somebody else or to an account.
   * @param {string} nick
   */
  restart(nick) {
    this.#drop();
    this.start(nick);
  }

  /** @param {string} reason */
  quit(reason) {
    this.#quitting = true;
    this.core?.quit(reason);
    this.#flush();
    clearTimeout(this.#timer);
    this.#waiting = false;
  }

  get ready() {
    return this.core?.ready ?? false;
  }

  /**
   * Has the core do something, and tells what comes of it; whether it could.
   * @param {(core: Client) => CoreEvent[] | void} command
   */
  do(command) {
    const { core } = this;
    if (!core?.ready) return false;
    try {
      for (const event of command(core) ?? []) this.#tell(event);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.emit({ type: "CommandFailed", reason: error.message });
    }
    this.#flush();
    return true;
  }

  /** @param {string} nick */
  changeNick(nick) {
    this.nick = nick;
    if (!this.core || this.core.state === "CLOSED") return;
    this.core.changeNick(nick);
    this.#flush();
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#waiting = false;
    this.emit({ type: "Connecting" });
    const socket = new WebSocket(this.url, ["text.ircv3.net"]);
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.close(), OPEN_SECONDS * 1000);
    const ours = () => socket === this.#socket;
    socket.onopen = () => {
      if (!ours()) return;
      const { login, pass } = this;
      const about = { rooms: [...this.rooms.values()], newest: this.#newest, login, pass };
      this.core = new Client(this.nick, now(), { ...about, again: this.#welcomed });
      this.#flush();
    };
    socket.onmessage = ({ data }) => {
      if (!ours() || typeof data !== "string" || !this.core) return;
      for (const event of this.core.receive(data, now())) this.#tell(event);
      this.#flush();
      this.core?.working?.then(() => this.#flush());
    };
    socket.onclose = (event) => {
      if (ours()) this.#lost(event.reason || "The server closed the connection.");
    };
  }

  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = this.core = null;
    socket?.close();
  }

  /** @param {string} reason */
  #lost(reason) {
    const opened = this.core !== null;
    const events = this.core?.close(reason) ?? [];
    this.#drop();
    for (const event of events) this.emit(event);
    if (this.#quitting) return;
    const most = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** this.#failures++);
    const seconds = most * (0.5 + Math.random() / 2);
    this.#waiting = true;
    this.#timer = setTimeout(() => this.#connect(), seconds * 1000);
    const why = opened ? reason.replace(ADVICE, "") : "The server cannot be reached.";
    this.emit({ type: "Waiting", reason: why, seconds });
  }

  /** @param {CoreEvent} event */
  #tell(event) {
    if (event.type === "Registered") {
      this.#failures = 0;
      this.#welcomed = true;
    } else if (event.type === "Joined" && event.own) this.rooms.set(foldName(event.room), event.room);
    else if (event.type === "Left" && event.own) this.rooms.delete(foldName(event.room));
    else if (event.type === "NickChanged" && event.own) this.nick = event.new;
    else if (event.type === "RoomRenamed" && this.rooms.delete(foldName(event.old)))
      this.rooms.set(foldName(event.new), event.new);
    this.emit(event);
    if (event.type === "Closed") this.#lost(event.reason);
    else if (event.type === "PasswordRefused") this.#drop(); // to try again is of no use
  }

  /** Sends what the core wants sent, and waits for its deadline. */
  #flush() {
    const { core } = this;
    const socket = this.#socket;
    if (!core || socket?.readyState !== WebSocket.OPEN) return;
    for (const line of core.take()) socket.send(line);
    clearTimeout(this.#timer);
    const { deadline } = core;
    if (deadline === null) return;
    this.#timer = setTimeout(
      () => {
        for (const event of core.onTime(now())) this.#tell(event);
        this.#flush();
      },
      Math.max(0, deadline - now()) * 1000 + 5,
    );
  }
}
