// The past of rooms, as the server keeps it: what was missed while away, what is older. No I/O.
// https://ircv3.net/specs/extensions/chathistory
import { BATCH_EVENTS, BATCHES, isName } from "./limits.js";

/** @typedef {import("./events.js").CoreEvent} CoreEvent */
/** @typedef {import("./events.js").Past} Past */
/** @typedef {import("./events.js").History} History */
/**
 * @typedef {object} Request
 * @property {"PEOPLE" | "LATEST" | "MISSED" | "OLDER"} wanted
 * @property {string} room
 * @property {number} limit
 * @property {Past[]} later  of the pages that came before; newer
 * @property {number} pages
 */
/**
 * @typedef {object} Batch
 * @property {string} room
 * @property {"history" | "search" | "targets"} kind
 * @property {string[]} names
 * @property {Past[]} lines
 * @property {number} count  of messages in it, whatever they are
 * @property {string} first  the ids of the first and last
 * @property {string} last
 */

export const CAPS = ["draft/chathistory", "batch", "message-tags", "server-time"];
export const COMMANDS = ["PRIVMSG", "NOTICE", "TAGMSG", "REDACT"]; // of the past, these are shown
export const PAGE = 100; // events asked for at once
export const FIRST = 50; // events asked for on entering a room of which we know nothing yet
const ENOUGH = 25; // messages: while fewer are among the events, up to PAGES pages are asked for
const PAGES = 4;
const CONVERSATIONS = 10; // with people, whose past is asked for
const FAR_PAST = "timestamp=1970-01-01T00:00:00.000Z";
const FAR_FUTURE = "timestamp=2200-01-01T00:00:00.000Z";
const CATCH_UP_SECONDS = 15; // then new events are shown even if the past has not come
const AT_ONCE = ["Closed", "Latency", "NickRefused", "Registered"]; // never held back

/**
 * Asks for the past and puts it before the present. From the moment we enter a room until its past
 * has come, almost all other events are held back: so messages are shown in order, with neither gaps
 * nor duplicates.
 */
export class Backlog {
  enabled = false; // the server knows all of CAPS
  now = 0; // when the last line came
  /** @type {number | null} when to stop waiting for the past */
  deadline = null;
  /** @type {Request[]} */
  #requests = [];
  /** @type {Map<string, Batch>} */
  #batches = new Map();
  /** @type {Set<string>} batches within others */
  #nested = new Set();
  /** @type {Map<string, Past[]>} by room, while pages are to come */
  #missed = new Map();
  #entering = 0; // rooms whose past is not there yet
  /** @type {History[]} */
  #past = [];
  /** @type {CoreEvent[]} */
  #held = [];

  /**
   * `newest` maps each room (its folded name) to the id of the last message that was shown; it is kept
   * from one connection to the next.
   * @param {(command: string, ...params: string[]) => void} send
   * @param {import("./isupport.js").Isupport} isupport
   * @param {Map<string, string>} newest
   */
  constructor(send, isupport, newest) {
    this.send = send;
    this.isupport = isupport;
    this.newest = newest;
  }

  /** We are registered: asks with whom we had conversations, the latest first. */
  begin() {
    if (!this.enabled) return;
    this.#requests.push(request("PEOPLE", "*", CONVERSATIONS));
    this.send("CHATHISTORY", "TARGETS", FAR_FUTURE, FAR_PAST, String(CONVERSATIONS));
  }

  /**
   * Asks for what was said before a message.
   * @param {string} room
   * @param {string} msgid
   */
  older(room, msgid) {
    if (!this.enabled) return false;
    this.#ask(request("OLDER", room, this.#limit(PAGE)), "BEFORE", `msgid=${msgid}`);
    return true;
  }

  /** @param {number} wanted */
  #limit(wanted) {
    return Math.min(wanted, this.isupport.history || wanted);
  }

  /**
   * @param {Request} what
   * @param {string} command
   * @param {string} where
   */
  #ask(what, command, where) {
    this.#requests.push(what);
    this.send("CHATHISTORY", command, what.room, where, String(what.limit));
  }

  /**
   * @param {string} room
   * @param {number} now
   */
  #enter(room, now) {
    this.#entering++;
    this.deadline = now + CATCH_UP_SECONDS;
    const last = this.newest.get(this.isupport.fold(room));
    if (last === undefined) this.#ask(request("LATEST", room, this.#limit(FIRST)), "LATEST", "*");
    else this.#nextPage(room, last);
  }

  /**
   * @param {string} room
   * @param {string} last
   */
  #nextPage(room, last) {
    this.#ask(request("MISSED", room, this.#limit(PAGE)), "AFTER", `msgid=${last}`);
  }

  // -- what the server says

  /**
   * A BATCH message's parameters, and the batch that it is in.
   * @param {string[]} words
   * @param {string} within
   * @returns {CoreEvent[]}
   */
  batch(words, within) {
    const [name = "", kind = "", room = ""] = words;
    const reference = name.slice(1);
    if (name.startsWith("+")) {
      const outer = this.#batches.get(within);
      if (this.#batches.size >= BATCHES) return [];
      if (outer) {
        this.#batches.set(reference, outer);
        this.#nested.add(reference);
      } else if (kind === "chathistory" && room) this.#open(reference, room, "history");
      else if (kind === "draft/chathistory-targets") this.#open(reference, "", "targets");
      else if (kind === "soju.im/search") this.#open(reference, "", "search");
      return [];
    }
    const batch = this.#batches.get(reference);
    this.#batches.delete(reference);
    if (this.#nested.delete(reference) || !batch) return [];
    if (batch.kind === "targets") {
      this.#people(batch.names);
      return [];
    }
    if (batch.kind === "search")
      return [{ type: "Found", lines: batch.lines.filter((line) => line.type === "Said") }];
    return this.#ended(batch);
  }

  /**
   * @param {string} reference
   * @param {string} room
   * @param {Batch["kind"]} kind
   */
  #open(reference, room, kind) {
    this.#batches.set(reference, batchOf(room, kind));
  }

  /**
   * Asks for the past of these conversations, as on entering a room.
   * @param {string[]} names
   */
  #people(names) {
    if (this.#requests[0]?.wanted !== "PEOPLE") return;
    this.#requests.shift();
    for (const name of names.slice(0, CONVERSATIONS))
      if (isName(name) && !this.isupport.isRoom(name)) this.#enter(name, this.now);
  }

  /**
   * Whether a message with this batch tag is of the past.
   * @param {string} reference
   */
  holds(reference) {
    return this.#batches.has(reference);
  }

  /**
   * Notes one room or person from the answer to CHATHISTORY TARGETS.
   * @param {string} reference
   * @param {string[]} words
   */
  target(reference, words) {
    const batch = this.#batches.get(reference);
    if (batch?.kind === "targets" && words[1] && batch.names.length < CONVERSATIONS)
      batch.names.push(words[1]);
  }

  /**
   * Adds the events of one message of the past to its batch.
   * @param {string} reference
   * @param {string} msgid
   * @param {CoreEvent[]} events
   */
  take(reference, msgid, events) {
    const batch = this.#batches.get(reference);
    if (!batch) return;
    if (batch.count < BATCH_EVENTS)
      for (const event of events)
        if (event.type === "Said" || event.type === "Reacted" || event.type === "Redacted")
          batch.lines.push(event);
    batch.count++;
    batch.first ||= msgid;
    batch.last = msgid || batch.last;
  }

  /**
   * The server refused the first CHATHISTORY that it has not answered (it answers in order). If that
   * was for the first page of what we missed, asks for the newest messages instead.
   * @returns {CoreEvent[]}
   */
  failed() {
    const first = this.#requests[0];
    if (!first) return [];
    if (first.wanted === "PEOPLE") {
      this.#requests.shift();
      return [];
    }
    if (first.wanted === "MISSED" && !this.#missed.get(this.isupport.fold(first.room))?.length) {
      this.#requests.shift();
      this.#ask(request("LATEST", first.room, this.#limit(FIRST)), "LATEST", "*");
      return [];
    }
    return this.#ended(batchOf(first.room, "history"));
  }

  /**
   * @param {Batch} batch
   * @returns {CoreEvent[]}
   */
  #ended(batch) {
    const key = this.isupport.fold(batch.room);
    if (this.#requests[0]?.wanted === "PEOPLE") this.#requests.shift(); // answers come in order
    const asked = this.#requests[0];
    if (!asked || this.isupport.fold(asked.room) !== key)
      return this.tell([past(batch.room, batch.lines, {})]); // sent by itself
    this.#requests.shift();
    const full = batch.count >= asked.limit;
    let found;
    if (asked.wanted === "MISSED") {
      const pages = [...(this.#missed.get(key) ?? []), ...batch.lines];
      if (full && batch.last) {
        this.#missed.set(key, pages);
        if (this.deadline !== null) this.deadline += CATCH_UP_SECONDS; // it comes, be it slowly
        this.#nextPage(asked.room, batch.last);
        return [];
      }
      this.#missed.delete(key);
      found = past(batch.room, pages, { missed: true });
    } else {
      const lines = [...batch.lines, ...asked.later];
      const few = lines.filter((line) => line.type === "Said").length < ENOUGH;
      if (full && few && asked.pages < PAGES && batch.first) {
        const again = { ...asked, later: lines, pages: asked.pages + 1 };
        this.#ask(again, "BEFORE", `msgid=${batch.first}`);
        return [];
      }
      const older = asked.wanted === "OLDER";
      found = past(batch.room, lines, { older, more: full, oldest: full ? batch.first : "" });
      if (older) return [found];
    }
    this.#past.push(found);
    this.#entering--;
    return this.#entering ? [] : this.#release();
  }

  /**
   * The past did not come in time, or will not come any more: what has come is told.
   * @returns {CoreEvent[]}
   */
  giveUp() {
    for (const one of this.#requests) {
      const pages = this.#missed.get(this.isupport.fold(one.room));
      if (one.wanted === "MISSED" && pages?.length) this.#past.push(past(one.room, pages, { missed: true }));
      else if (one.later.length)
        this.#past.push(past(one.room, one.later, { older: one.wanted === "OLDER", more: true }));
    }
    const asked = this.#requests.filter((one) => one.wanted === "OLDER");
    this.#requests = [];
    this.#missed.clear();
    // an empty answer, so that whoever asked for older messages can ask again
    const empty = asked.map((one) => past(one.room, [], { older: true, more: true }));
    return [...this.#release(), ...empty];
  }

  // -- what is told

  /**
   * The events that can be shown now; keeps those that must wait for the past.
   * @param {CoreEvent[]} events
   * @param {number} now
   * @returns {CoreEvent[]}
   */
  happened(events, now) {
    /** @type {CoreEvent[]} */
    const told = [];
    for (const event of events) {
      if (event.type === "Joined" && event.own && this.enabled) this.#enter(event.room, now);
      if (this.#entering && !AT_ONCE.includes(event.type)) this.#held.push(event);
      else told.push(...this.tell([event]));
    }
    return told;
  }

  /** @returns {CoreEvent[]} */
  #release() {
    // messages sent since we entered may also be in the past: they are taken from #held only
    const held = new Set();
    for (const event of this.#held) if (event.type === "Said" && event.msgid) held.add(event.msgid);
    const found = this.#past.map((one) => ({
      ...one,
      lines: one.lines.filter((line) => line.type !== "Said" || !held.has(line.msgid)),
    }));
    const told = this.tell([...found, ...this.#held]);
    this.#past = [];
    this.#held = [];
    this.#entering = 0;
    this.deadline = null;
    return told;
  }

  /**
   * The events; remembers the id of each room's last message in them.
   * @param {CoreEvent[]} events
   */
  tell(events) {
    for (const event of events) {
      if (event.type === "History" && event.older) continue;
      for (const line of event.type === "History" ? event.lines : [event])
        if (line.type === "Said" && line.msgid) this.newest.set(this.isupport.fold(line.room), line.msgid);
    }
    return events;
  }
}

/**
 * @param {Request["wanted"]} wanted
 * @param {string} room
 * @param {number} limit
 * @returns {Request}
 */
function request(wanted, room, limit) {
  return { wanted, room, limit, later: [], pages: 1 };
}

/**
 * @param {string} room
 * @param {Batch["kind"]} kind
 * @returns {Batch}
 */
function batchOf(room, kind) {
  return { room, kind, names: [], lines: [], count: 0, first: "", last: "" };
}

/**
 * @param {string} room
 * @param {Past[]} lines
 * @param {Partial<History>} about
 * @returns {History}
 */
function past(room, lines, about) {
  const blank = { missed: false, older: false, more: false, oldest: "" };
  return { type: "History", room, lines, ...blank, ...about };
}
