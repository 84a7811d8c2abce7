// IRC messages: lines in, messages out, and back. Knows nothing else.
// https://modern.ircdocs.horse/#client-messages

/**
 * @typedef {object} Message
 * @property {Record<string, string>} tags
 * @property {string} source  nick!user@host, or a server's name; "" for none
 * @property {string} nick  of the source
 * @property {string} command  in capitals
 * @property {string[]} params
 */

/** A message that cannot be sent; `message` is a sentence. */
export class MessageError extends Error {}

/** @type {Record<string, string>} */
const UNESCAPED = { ":": ";", s: " ", r: "\r", n: "\n" };
/** @type {Record<string, string>} */
const ESCAPED = { ";": "\\:", " ": "\\s", "\r": "\\r", "\n": "\\n", "\\": "\\\\" };

/**
 * The message in a line, `null` where there is none.
 * @param {string} line
 * @returns {Message | null}
 */
export function parse(line) {
  let rest = line.replace(/[\0\r\n]/g, "");
  /** @type {Record<string, string>} */
  const tags = Object.create(null);
  let source = "";
  if (rest.startsWith("@")) {
    const [head, tail] = cut(rest);
    for (const tag of head.slice(1).split(";")) {
      const at = tag.indexOf("=");
      if (tag) tags[at < 0 ? tag : tag.slice(0, at)] = at < 0 ? "" : unescaped(tag.slice(at + 1));
    }
    rest = tail;
  }
  if (rest.startsWith(":")) {
    const [head, tail] = cut(rest);
    source = head.slice(1);
    rest = tail;
  }
  const params = [];
  while (rest) {
    if (rest.startsWith(":") && params.length) {
      params.push(rest.slice(1));
      break;
    }
    const [head, tail] = cut(rest);
    if (head) params.push(head);
    rest = tail;
  }
  const command = params.shift();
  if (!command || !/^[A-Za-z0-9]+$/.test(command)) return null;
  return { tags, source, nick: source.split("!")[0] ?? "", command: command.toUpperCase(), params };
}

/**
 * A line, without its end. Throws MessageError.
 * @param {string} command
 * @param {string[]} params
 * @param {Record<string, string>} [tags]
 */
export function format(command, params, tags = {}) {
  const parts = [];
  const names = Object.keys(tags);
  if (names.length) parts.push(`@${formatTags(tags)}`);
  parts.push(command);
  params.forEach((param, number) => {
    const last = number === params.length - 1;
    if (/[\0\r\n]/.test(param)) throw new MessageError("a line has no end in it");
    if (last && (!param || param.startsWith(":") || param.includes(" "))) parts.push(`:${param}`);
    else if (!param || param.startsWith(":") || param.includes(" "))
      throw new MessageError("there is a space in a name");
    else parts.push(param);
  });
  return parts.join(" ");
}

/** @param {Record<string, string>} tags */
export function formatTags(tags) {
  return Object.keys(tags)
    .map((name) => (tags[name] ? `${name}=${escaped(tags[name] ?? "")}` : name))
    .join(";");
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/\\(.?)/gs, (_, char) => UNESCAPED[char] ?? char);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[; \r\n\\]/g, (char) => ESCAPED[char] ?? char);
}

/**
 * What is before the first spaces, and what is behind them.
 * @param {string} text
 * @returns {[string, string]}
 */
function cut(text) {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at).replace(/^ +/, "")];
}
