// One row of the transcript as elements. Knows nothing of scrolling.
import { pictureAt } from "../model/files.js";
import { spans } from "../model/markup.js";
import { t } from "../text.js";
import { colourOf, el, face } from "./dom.js";

/** @typedef {import("../model/lines.js").Line} Line */

const PICTURES = 4; // shown of one message
const TIME = new Intl.DateTimeFormat(navigator.language, { hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(navigator.language, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(navigator.language, { weekday: "long", day: "numeric", month: "long" });

/** @param {number} at  seconds since 1970 */
export const dayOf = (at) => new Date(at * 1000).toDateString();

/** @param {number} at */
export function dayName(at) {
  const today = new Date();
  if (dayOf(at) === today.toDateString()) return t("Today");
  today.setDate(today.getDate() - 1);
  return dayOf(at) === today.toDateString() ? t("Yesterday") : DAY.format(at * 1000);
}

/**
 * @param {number} at
 * @param {string} [kind]
 */
export function time(at, kind = "") {
  const moment = new Date(at * 1000);
  const about = { datetime: moment.toISOString(), title: FULL.format(moment) };
  return el("time", { class: kind, ...about, text: TIME.format(moment) });
}

/**
 * A text with its links, code and our name.
 * @param {HTMLElement} into
 * @param {string} text
 * @param {string} nick  what we are called
 */
export function fill(into, text, nick) {
  for (const span of spans(text, nick)) {
    if (span.mark === "LINK")
      into.append(
        el("a", { href: span.text, target: "_blank", rel: "noopener noreferrer", text: span.text }),
      );
    else if (span.mark === "CODE") into.append(el("code", { text: span.text }));
    else if (span.mark === "NAME") into.append(el("span", { class: "us", text: span.text }));
    else into.append(span.text);
  }
}

/**
 * @param {string} text
 * @param {string} [kind]
 */
export function rule(text, kind = "") {
  return el("div", { class: `rule ${kind}`, role: "separator", text });
}

/**
 * @param {string} text
 * @param {boolean} bad
 */
export function note(text, bad) {
  return el("div", { class: `line ${bad ? "error" : "info"}`, text });
}

/**
 * A message. `first`: with name and face. `quoted`: the message that it answers, where it is here.
 * @param {Line} line
 * @param {{first: boolean, nick: string, quoted: Line | undefined, origins: string[]}} about
 */
export function message(line, { first, nick, quoted, origins }) {
  const looks = ["line", line.look.toLowerCase(), line.fate.toLowerCase()];
  if (first) looks.push("first");
  if (line.mention) looks.push("mention");
  if (line.redacted) looks.push("gone");
  const row = el("div", { class: looks.join(" "), tabindex: -1, "data-number": line.number });
  if (first) {
    const name = {
      class: `nick c${colourOf(line.nick)}`,
      "data-act": "person",
      dir: "auto",
      text: line.nick,
    };
    row.append(face(line.nick), el("button", name), time(line.at));
  } else row.append(time(line.at, "side-time"));
  if (line.replyTo) {
    const text = quoted ? `${quoted.nick}: ${quoted.text.slice(0, 200)}` : t("a message that is not here");
    row.append(el("button", { class: "quote", "data-act": "quoted", dir: "auto", text }));
  }
  const body = el("div", { class: "body", dir: "auto" });
  fill(body, line.look === "ACTION" ? `${line.nick} ${line.text}` : line.text, nick);
  row.append(body);
  if (!line.redacted) row.append(...pictures(line.text, origins));
  if (line.fate === "WAITING")
    row.append(el("div", { class: "fate dim", text: t("waits for the connection") }));
  if (line.fate === "FAILED") row.append(failed(line));
  if (line.reactions && Object.keys(line.reactions).length) row.append(reactions(line, nick));
  return row;
}

/**
 * Pictures that this server keeps. Each has its place before it has come, so nothing is moved by it.
 * @param {string} text
 * @param {string[]} origins
 */
function pictures(text, origins) {
  const found = spans(text).map((one) => (one.mark === "LINK" ? pictureAt(one.text, origins) : ""));
  return [...new Set(found.filter(Boolean))].slice(0, PICTURES).map((src) => {
    const alt = src.slice(src.lastIndexOf("/") + 1);
    const gone = (/** @type {Event} */ { target }) =>
      /** @type {HTMLElement} */ (target).replaceWith(
        el("span", { class: "dim", text: t("This picture is not there any more.") }),
      );
    const image = el("img", { src, alt, loading: "lazy", decoding: "async", error: gone });
    return el("a", { class: "picture", href: src, target: "_blank", rel: "noopener noreferrer" }, image);
  });
}

/** @param {Line} line */
function failed(line) {
  return el(
    "div",
    { class: "fate bad" },
    line.why || t("Not sent"),
    el("button", { "data-act": "again", text: t("Send again") }),
    el("button", { "data-act": "discard", text: t("Discard") }),
  );
}

/**
 * @param {Line} line
 * @param {string} nick
 */
function reactions(line, nick) {
  const found = el("div", { class: "reactions" });
  for (const [reaction, people] of Object.entries(line.reactions ?? {})) {
    const names = people.slice(0, 30).join(", ");
    const about = { "data-act": "react", "data-reaction": reaction, title: names };
    const label = `${reaction} ${people.length}: ${names}`;
    const pressed = people.includes(nick) ? "true" : "false";
    const text = `${reaction} ${people.length}`;
    found.append(el("button", { ...about, "aria-pressed": pressed, "aria-label": label, text }));
  }
  return found;
}
