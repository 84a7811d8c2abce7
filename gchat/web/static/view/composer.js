// Where people type: drafts, replies, names and commands completed, emoji.
import { foldName } from "../core/isupport.js";
import { COMMANDS } from "../model/commands.js";
import { candidates } from "../model/completion.js";
import { t } from "../text.js";
import { byId, el, icon } from "./dom.js";

/** @typedef {import("../model/model.js").Model} Model */

const TYPING_SECONDS = 3; // between two signs that we write
export const EMOJI = [
  ..."👍❤️😂🎉🙏👀🔥✅😀😃😄😁😅🤣😊😇🙂🙃😉😍😘😎🤔🤨😐😴😢😭😤😡🤯😱🥳😬🙄🤗👋👌🤝👏🙌💪🤞✌️👎💔💡⭐🚀🐛☕🍕🍻🌧️☀️⏰❓❗❌➕💯".matchAll(
    /\p{RI}{2}|\p{Emoji}\uFE0F?/gu,
  ),
].map((found) => found[0]);

export class Composer {
  #text = byId("text");
  #above = byId("above");
  #typed = 0; // when we last said that we write, in seconds
  /** @type {{start: string, found: string[], at: number} | null} */
  #choice = null;

  /**
   * @param {Model} model
   * @param {{send: (text: string, replyTo: string) => void, typing: (active: boolean) => void,
   *   edited: () => void, grown: () => void, up: () => void, files: (files: FileList) => void}} does
   */
  constructor(model, does) {
    this.model = model;
    this.does = does;
    const text = this.#text;
    byId("composer").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    });
    text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    text.addEventListener("input", () => this.#edited());
    text.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
      const data = event.clipboardData;
      if (!data?.files.length || data.types.includes("text/plain")) return; // a table is text, and a picture
      event.preventDefault();
      does.files(data.files);
    });
    byId("open-emoji").addEventListener("click", () => this.#emoji());
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  /** Another room is shown, or its reply has changed. */
  draw() {
    const { room } = this.model;
    if (this.#text.value !== room.draft) this.#text.value = room.draft;
    this.#text.placeholder = t("Message {room}", { room: room.name });
    this.#grow();
    this.#choice = null;
    this.#drawAbove();
  }

  /** @param {string} msgid */
  reply(msgid) {
    this.model.room.replyTo = msgid;
    this.#drawAbove();
    this.focus();
  }

  /** @param {string} text */
  insert(text) {
    const field = this.#text;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    this.#edited();
    this.focus();
  }

  #grow() {
    const field = this.#text;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    this.does.grown(); // the messages above were moved by that
  }

  #edited() {
    const { room } = this.model;
    room.draft = this.#text.value;
    this.#choice = null;
    this.#grow();
    this.does.edited();
    const now = performance.now() / 1000;
    const writes = room.draft !== "" && !room.draft.startsWith("/");
    if (writes && now - this.#typed > TYPING_SECONDS) {
      this.#typed = now;
      this.does.typing(true);
    } else if (!room.draft && this.#typed) {
      this.#typed = 0;
      this.does.typing(false);
    }
  }

  #send() {
    const { room } = this.model;
    const text = this.#text.value;
    if (!text.trim()) return;
    const replyTo = room.replyTo;
    room.draft = room.replyTo = "";
    this.#typed = 0;
    this.draw();
    this.does.edited();
    this.does.send(text.replace(/\s+$/, ""), replyTo);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return; // an input method is at work: Telex, Pinyin
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (
      event.key === "Tab" &&
      !event.ctrlKey &&
      !event.altKey &&
      this.#complete(event.shiftKey ? -1 : 1)
    )
      event.preventDefault();
    else if (event.key === "Escape") {
      this.model.room.replyTo = "";
      this.#drawAbove();
    } else if (event.key === "ArrowUp" && !this.#text.value) {
      event.preventDefault();
      this.does.up();
    }
  }

  /** @param {number} step */
  #complete(step) {
    const field = this.#text;
    const after = field.value.slice(field.selectionStart);
    if (this.#choice) this.#choice.at += step;
    else {
      const { room, nick } = this.model;
      const names = [...room.members.values()].map((one) => one.nick).filter((one) => one !== nick);
      names.sort((a, b) => (foldName(a) < foldName(b) ? -1 : 1));
      names.push(...[...this.model.rooms.values()].filter((one) => !one.direct).map((one) => one.name));
      const before = field.value.slice(0, field.selectionStart);
      const { start, found } = candidates(before, names, Object.keys(COMMANDS));
      if (!found.length) return false;
      this.#choice = { start, found, at: step > 0 ? 0 : found.length - 1 };
    }
    const { start, found, at } = this.#choice;
    const index = ((at % found.length) + found.length) % found.length;
    const chosen = start + (found[index] ?? "");
    const choice = this.#choice;
    field.value = chosen + after;
    field.selectionStart = field.selectionEnd = chosen.length;
    this.#edited();
    this.#choice = found.length > 1 ? choice : null;
    this.#drawAbove(found.length > 1 ? { found, index } : undefined);
    return true;
  }

  #emoji() {
    const open = this.#above.querySelector(".emoji");
    if (open) return this.#drawAbove();
    const buttons = EMOJI.map((emoji) =>
      el("button", { type: "button", text: emoji, click: () => this.insert(emoji) }),
    );
    this.#above.hidden = false;
    this.#above.replaceChildren(el("div", { class: "emoji" }, ...buttons));
  }

  /** @param {{found: string[], index: number}} [choices] */
  #drawAbove(choices) {
    const { room } = this.model;
    /** @type {HTMLElement[]} */
    const shown = [];
    if (choices) {
      const buttons = choices.found.slice(0, 12).map((text, at) =>
        el("button", {
          type: "button",
          text: text.trim(),
          "aria-selected": at === choices.index ? "true" : "false",
          role: "option",
        }),
      );
      shown.push(el("div", { class: "choices", role: "listbox", "aria-label": t("Names") }, ...buttons));
    } else if (room.replyTo) {
      const line = room.find(room.replyTo);
      const text = line ? `${line.nick}: ${line.text.slice(0, 200)}` : t("a message that is not here");
      shown.push(
        el("span", { class: "quote", text: t("Reply to {message}", { message: text }), dir: "auto" }),
      );
      const cancel = () => {
        room.replyTo = "";
        this.#drawAbove();
        this.focus();
      };
      shown.push(
        el(
          "button",
          { class: "icon", type: "button", "aria-label": t("Cancel"), click: cancel },
          icon("close"),
        ),
      );
    }
    this.#above.hidden = !shown.length;
    this.#above.replaceChildren(...shown);
  }
}
