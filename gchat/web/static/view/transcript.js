// The messages of the current room. Only those that are seen, and some around them, are in the document.
import { isPassing, isSpoken, summary } from "../model/lines.js";
import { t } from "../text.js";
import { byId, el, put } from "./dom.js";
import { dayName, dayOf, message, note, rule } from "./row.js";

/** @typedef {import("../model/lines.js").Line} Line */
/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {{key: string, of: unknown[], make: () => HTMLElement}} Row  `of`: what it is made of */

const MOST = 240; // lines in the document
const AT_FIRST = 100; // of them, when a room is shown or many have come at once
const STEP = 60; // added when somebody scrolls near to the end of them
const NEAR = 700; // pixels from there
const TOGETHER_SECONDS = 300; // for which messages of one person have one head
const BOTTOM = 30; // pixels from the end that count as being there

export class Transcript {
  /** Called when the oldest message is seen. */
  wantsOlder = () => {};
  /** Called when the newest message is seen. */
  sawAll = () => {};
  stuck = true; // to the newest message
  #log = byId("log");
  #lines = byId("lines");
  #jump = byId("jump");
  /** @type {Map<string, {node: HTMLElement, of: unknown[]}>} */
  #shown = new Map();
  #key = "";
  #first = 0; // the numbers of the first and last line in the document
  #last = 0;
  #whole = true; // the newest message was the last one in the document when it was drawn
  #seen = 0; // the number of the newest line when somebody scrolled away

  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.hold()).observe(this.#log);
  }

  /** The room for it has changed: who was at the newest message stays there. */
  hold() {
    if (this.stuck) this.#toBottom();
  }

  /** Goes to the newest message. */
  toEnd() {
    this.stuck = true;
    this.#first = 0;
    this.draw();
  }

  /**
   * Goes to a message, if it is here; whether it is.
   * @param {string} msgid
   */
  goTo(msgid) {
    const { lines } = this.model.room;
    const line = this.model.room.find(msgid);
    const at = line ? lines.findIndex((one) => one.number === line.number) : -1;
    if (!line || at < 0) return false;
    this.stuck = false;
    this.#first = lines[Math.max(0, at - STEP)]?.number ?? 0;
    this.#last = lines[Math.min(lines.length - 1, at + STEP)]?.number ?? 0;
    this.draw();
    const row = this.#lines.querySelector(`[data-number="${line.number}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
    return true;
  }

  /** Brings the document up to date. */
  draw() {
    const { model } = this;
    const { lines } = model.room;
    if (model.current !== this.#key) {
      this.#key = model.current;
      this.stuck = true;
      this.#first = 0;
      this.#shown.clear();
      this.#lines.replaceChildren();
    }
    const [start, end] = this.#range(lines);
    this.#first = lines[start]?.number ?? 0;
    this.#last = lines[end - 1]?.number ?? 0;
    this.#whole = end >= lines.length;
    const anchor = this.stuck ? null : this.#anchor();
    this.#put([...this.#rows(lines, start, end)]);
    if (anchor) this.#log.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    else if (this.stuck) this.#toBottom();
    this.#tell(lines);
    // nothing more is to be scrolled, so nobody would ask for what is above
    if (this.#log.scrollTop >= NEAR) return;
    if (!start && model.room.more) this.wantsOlder();
    else if (start && !this.stuck) this.#extend(-STEP);
  }

  /**
   * Which lines are to be in the document: from one, up to but without another.
   * @param {Line[]} lines
   * @returns {[number, number]}
   */
  #range(lines) {
    const index = (/** @type {number} */ number, /** @type {number} */ otherwise) => {
      const at = lines.findLastIndex((line) => line.number === number);
      return at < 0 ? otherwise : at;
    };
    if (this.stuck) {
      const end = lines.length;
      const least = Math.max(0, end - AT_FIRST);
      if (!this.#first) return [least, end];
      const start = index(this.#first, least);
      return [end - start > MOST ? least : Math.min(start, least), end];
    }
    const start = index(this.#first, 0);
    return [start, Math.max(start, Math.min(index(this.#last, lines.length - 1) + 1, start + MOST))];
  }

  /**
   * @param {Line[]} lines
   * @param {number} start
   * @param {number} end
   * @returns {Generator<Row>}
   */
  *#rows(lines, start, end) {
    const { room, nick, filehost: host } = this.model;
    const origins = host ? [location.origin, new URL(host).origin] : [];
    let before = lines[start - 1];
    for (let at = start; at < end; at++) {
      const line = lines[at];
      if (!line) continue;
      let apart = false;
      if (!before || dayOf(before.at) !== dayOf(line.at)) {
        const text = dayName(line.at);
        apart = true;
        yield { key: `d${line.number}`, of: [text], make: () => rule(text) };
      }
      if (line.number === room.newFrom) {
        apart = true;
        yield { key: "new", of: [], make: () => rule(t("New"), "new") };
      }
      if (isPassing(line)) {
        const run = [line];
        let next = lines[at + 1];
        while (at + 1 < end && next && isPassing(next) && next.number !== room.newFrom) {
          run.push(next);
          next = lines[++at + 1];
        }
        before = run.at(-1);
        const text = summary(run);
        yield { key: `p${line.number}`, of: [text], make: () => note(text, false) };
        continue;
      }
      const previous = before;
      before = line;
      if (!isSpoken(line)) {
        const make = () => note(line.text, line.look === "ERROR");
        yield { key: `l${line.number}`, of: [line], make };
        continue;
      }
      const together =
        !apart &&
        previous?.nick === line.nick &&
        isSpoken(previous) &&
        previous.look === line.look &&
        !line.replyTo &&
        Math.abs(line.at - previous.at) < TOGETHER_SECONDS;
      const quoted = line.replyTo ? room.find(line.replyTo) : undefined;
      const about = { first: !together, nick, quoted, origins };
      const of = [line, together, quoted, nick, host];
      yield { key: `l${line.number}`, of, make: () => message(line, about) };
    }
  }

  /** @param {Row[]} rows */
  #put(rows) {
    const before = this.#shown;
    this.#shown = new Map();
    for (const row of rows) {
      const old = before.get(row.key);
      const same = old && old.of.length === row.of.length && old.of.every((one, at) => one === row.of[at]);
      this.#shown.set(row.key, same ? old : { node: row.make(), of: row.of });
    }
    for (const [key, { node }] of before) if (this.#shown.get(key)?.node !== node) node.remove();
    let next = this.#lines.firstChild;
    for (const { node } of this.#shown.values()) {
      if (node === next) next = node.nextSibling;
      else this.#lines.insertBefore(node, next);
    }
  }

  // -- scrolling

  #toBottom() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** The first row that is seen, and where: it has to stay there. */
  #anchor() {
    const top = this.#log.getBoundingClientRect().top;
    for (const { node } of this.#shown.values()) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top) return { node, top: box.top };
    }
    return null;
  }

  #scrolled() {
    const { lines } = this.model.room;
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const below = scrollHeight - scrollTop - clientHeight;
    const end = lines.findLastIndex((line) => line.number === this.#last) + 1;
    const was = this.stuck;
    this.stuck = below < BOTTOM && this.#whole;
    if (was && !this.stuck) this.#seen = lines.at(-1)?.number ?? 0;
    if (this.stuck) this.sawAll();
    if (scrollTop < NEAR) this.#extend(-STEP);
    else if (below < NEAR && end < lines.length) this.#extend(STEP);
    this.#tell(lines);
  }

  /**
   * Takes in more lines above (`step` below 0) or below, and lets go of some at the other end.
   * @param {number} step
   */
  #extend(step) {
    const { lines } = this.model.room;
    let start = Math.max(
      0,
      lines.findLastIndex((line) => line.number === this.#first),
    );
    let end = lines.findLastIndex((line) => line.number === this.#last) + 1;
    if (step < 0 && !start) {
      this.wantsOlder();
      return;
    }
    if (step < 0) {
      start = Math.max(0, start + step);
      end = Math.min(end, start + MOST);
    } else {
      end = Math.min(lines.length, end + step);
      start = Math.max(start, end - MOST);
    }
    this.#first = lines[start]?.number ?? 0;
    this.#last = lines[end - 1]?.number ?? 0;
    this.draw();
  }

  /** @param {Line[]} lines */
  #tell(lines) {
    const news = lines.length - 1 - lines.findLastIndex((line) => line.number === this.#seen);
    this.#jump.hidden = this.stuck;
    if (!this.stuck)
      put(this.#jump, news > 0 && news < lines.length ? t("↓ {count} new", { count: news }) : t("↓ Newest"));
  }

  /** The row that an event is about, and its line. @param {Event} event */
  lineOf(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest?.("[data-number]");
    const number = Number(row?.getAttribute("data-number"));
    const line = row && this.model.room.lines.findLast((one) => one.number === number);
    return row && line ? { row: /** @type {HTMLElement} */ (row), line } : null;
  }

  /**
   * Moves from message to message by the keyboard.
   * @param {number} step
   */
  walk(step) {
    const rows = [.../** @type {NodeListOf<HTMLElement>} */ (this.#lines.querySelectorAll("[data-number]"))];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? rows.at(-1) : rows[at + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return next !== undefined;
  }
}

/** A place for screen readers: new messages are read from it, a few at a time. */
export class Live {
  #place = byId("live");
  #timer = 0;

  /** @param {Line[]} lines */
  say(lines) {
    if (!lines.length || this.#timer) return;
    const text =
      lines.length > 3
        ? t("{count} new messages", { count: lines.length })
        : lines.map((line) => `${line.nick}: ${line.text}`).join("\n");
    this.#place.replaceChildren(el("p", { text: text.slice(0, 500) }));
    this.#timer = setTimeout(() => (this.#timer = 0), 1500);
  }
}
