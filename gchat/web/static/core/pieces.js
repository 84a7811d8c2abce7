// What comes in several messages: https://ircv3.net/specs/extensions/multiline and the answers to
// labelled commands, https://ircv3.net/specs/extensions/labeled-response
import { BATCHES, LABELS, PIECES } from "./limits.js";

/** @typedef {import("./message.js").Message} Message */

/** Puts together the messages of one connection that come in pieces. */
export class Assembly {
  /** @type {Map<string, string>} batch that answers a label → label */
  #labeled = new Map();
  /** @type {Map<string, {first: Message, lines: Message[]}>} */
  #pieces = new Map();

  /**
   * The label of the command that a message answers, "" for none.
   * @param {Message} message
   */
  labelOf(message) {
    return message.tags.label || this.#labeled.get(message.tags.batch ?? "") || "";
  }

  /**
   * The message, or `null` for a part of something: the lines of a multiline batch come as one
   * message when the batch ends.
   * @param {Message} message
   * @returns {Message | null}
   */
  take(message) {
    const words = message.params;
    if (message.command === "BATCH" && words[0]) {
      const reference = words[0].slice(1);
      return words[0].startsWith("+") ? this.#begins(message, reference) : this.#ends(message, reference);
    }
    const within = this.#pieces.get(message.tags.batch ?? "");
    if (within && words.length > 1) {
      if (within.lines.length < PIECES) within.lines.push(message);
      return null;
    }
    return message;
  }

  /**
   * @param {Message} message
   * @param {string} reference
   */
  #begins(message, reference) {
    const [, kind, target] = message.params;
    if (kind === "labeled-response" && this.#labeled.size < LABELS)
      this.#labeled.set(reference, message.tags.label ?? "");
    else if (kind === "draft/multiline" && target && this.#pieces.size < BATCHES)
      this.#pieces.set(reference, { first: message, lines: [] });
    else return message;
    return null;
  }

  /**
   * @param {Message} message
   * @param {string} reference
   */
  #ends(message, reference) {
    if (this.#labeled.delete(reference)) return null;
    const found = this.#pieces.get(reference);
    if (!found) return message;
    this.#pieces.delete(reference);
    const head = found.lines[0];
    if (!head) return null;
    let text = "";
    found.lines.forEach((line, number) => {
      const goesOn = "draft/multiline-concat" in line.tags || !number;
      text += (goesOn ? "" : "\n") + (line.params[1] ?? "");
    });
    return {
      ...head,
      params: [head.params[0] ?? "", text],
      source: head.source || found.first.source,
      nick: head.nick || found.first.nick,
      tags: found.first.tags,
    };
  }
}
