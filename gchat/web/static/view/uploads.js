// Files on their way to the server, above where people type: progress, an end to it, what went wrong.
// One after the other; each needs a token, which the server gives over the chat's connection.
import { readableSize } from "../model/files.js";
import { t } from "../text.js";
import { byId, el, icon, put } from "./dom.js";

const PATH = "/files";
const MOST = 20; // at once
const TOKEN_SECONDS = 20; // for a token to come

/**
 * @typedef {object} Upload
 * @property {string} room  the key of the room it is for
 * @property {File} file
 * @property {string} link  once it is there
 * @property {string} why  it is not, a sentence
 * @property {XMLHttpRequest | null} request
 * @property {HTMLProgressElement} bar
 * @property {HTMLElement} note
 * @property {HTMLElement} node
 */
/** @typedef {{give: (token: string) => void, refuse: (why: string) => void}} Waiting */

export class Uploads {
  #place = byId("uploads");
  /** @type {Upload[]} */
  #all = [];
  /** @type {Waiting[]} for tokens, in the order in which they were asked for */
  #waiting = [];
  #busy = false;
  #most = 0; // bytes of a file, 0 while it is not known

  /**
   * @param {{ask: () => boolean, here: () => string, current: () => string,
   *   insert: (room: string, link: string) => void, remove: (room: string, link: string) => void}} does
   *   `ask` for a token; `here`: where files are, as others reach them
   */
  constructor(does) {
    this.does = does;
    const pick = byId("pick");
    byId("attach").addEventListener("click", () => pick.click());
    pick.addEventListener("change", () => {
      this.add(pick.files);
      pick.value = "";
    });
  }

  /** The server takes files, or not. @param {boolean} there */
  show(there) {
    byId("attach").hidden = !there;
  }

  get enabled() {
    return !byId("attach").hidden;
  }

  /** @param {Iterable<File>} files */
  add(files) {
    if (!this.enabled) return;
    const room = this.does.current();
    for (const file of files) {
      if (this.#all.length >= MOST) break;
      this.#all.push(this.#make(room, file));
    }
    this.draw();
    this.#next();
  }

  /** @param {string} room @param {File} file @returns {Upload} */
  #make(room, file) {
    const name = file.name || t("a file");
    const bar = el("progress", { max: 1, value: 0, "aria-label": name });
    const note = el("span", { class: "dim", text: readableSize(file.size) });
    const node = el(
      "div",
      { class: "upload" },
      el("span", { class: "name", dir: "auto", text: name }),
      bar,
      note,
    );
    /** @type {Upload} */
    const one = { room, file, link: "", why: "", request: null, bar, note, node };
    const label = t("Remove {name}", { name });
    const close = { class: "icon", type: "button", title: label, "aria-label": label };
    node.append(el("button", { ...close, click: () => this.#drop(one) }, icon("close")));
    return one;
  }

  /** Those of the room that is shown. */
  draw() {
    const shown = this.#all.filter((one) => one.room === this.does.current()).map((one) => one.node);
    this.#place.hidden = !shown.length;
    this.#place.replaceChildren(...shown);
  }

  /**
   * A message was sent, or its text changed: what is in it no more needs no place here.
   * @param {string} room
   * @param {string} draft
   */
  typed(room, draft) {
    const left = this.#all.filter((one) => one.room !== room || !one.link || draft.includes(one.link));
    if (left.length === this.#all.length) return;
    this.#all = left;
    this.draw();
  }

  /** @param {string} token */
  given(token) {
    this.#waiting.shift()?.give(token);
  }

  /** @param {string} why */
  refused(why) {
    this.#waiting.shift()?.refuse(why);
  }

  /** There is no connection any more: no token comes. What is on its way goes on. */
  lost() {
    for (const one of this.#waiting.splice(0)) one.refuse(t("Not sent: not connected"));
  }

  /** @returns {Promise<string>} */
  #token() {
    return new Promise((give, fail) => {
      const refuse = (/** @type {string} */ why) => fail(new Error(why));
      if (!this.does.ask()) return refuse(t("Not sent: not connected"));
      this.#waiting.push({ give, refuse });
      setTimeout(() => refuse(t("The server does not answer.")), TOKEN_SECONDS * 1000);
    });
  }

  async #next() {
    if (this.#busy) return;
    this.#busy = true;
    for (;;) {
      const one = this.#all.find((each) => !each.link && !each.why);
      if (!one) break;
      try {
        const link = await this.#send(one);
        if (!this.#all.includes(one)) continue; // it was ended meanwhile
        one.link = link;
        one.bar.hidden = true;
        put(one.note, readableSize(one.file.size));
        this.does.insert(one.room, link);
      } catch (error) {
        one.why = /** @type {Error} */ (error).message || t("Not sent");
        one.bar.hidden = true;
        one.note.className = "bad";
        one.note.setAttribute("role", "alert");
        put(one.note, one.why);
      }
    }
    this.#busy = false;
  }

  /** Its address, once it is stored. Throws Error with a sentence. @param {Upload} one */
  async #send(one) {
    this.#most ||= await mostBytes();
    const { size } = one.file;
    if (!size) throw new Error(t("This file is empty, or a folder."));
    if (this.#most && size > this.#most) throw new Error(tooLarge(this.#most));
    const token = await this.#token();
    const request = new XMLHttpRequest();
    one.request = request;
    const done = new Promise((resolve) => (request.onloadend = resolve));
    request.upload.onprogress = ({ loaded }) => {
      one.bar.value = loaded / size;
      put(one.note, `${readableSize(loaded)} / ${readableSize(size)}`);
    };
    request.open("POST", PATH);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    const name = encodeURIComponent(one.file.name).replace(
      /['()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16)}`,
    );
    request.setRequestHeader("Content-Disposition", `attachment; filename*=UTF-8''${name}`);
    if (!this.#all.includes(one)) throw new Error(t("Not sent"));
    request.send(one.file);
    await done;
    const path = request.status === 201 && request.getResponseHeader("Location");
    if (!path) throw new Error(why(request.status, this.#most));
    return new URL(path, this.does.here()).href;
  }

  /** Ends it, or deletes what was sent and takes its address out of the text. @param {Upload} one */
  async #drop(one) {
    this.#all = this.#all.filter((each) => each !== one);
    this.draw();
    one.request?.abort();
    if (!one.link) {
      one.why = t("Not sent");
      return;
    }
    this.does.remove(one.room, one.link);
    try {
      const headers = { Authorization: `Bearer ${await this.#token()}` };
      await fetch(new URL(one.link).pathname, { method: "DELETE", headers });
    } catch {
      // nobody knows its address
    }
  }
}

/** What a file may have at most, 0 where that is not known. */
async function mostBytes() {
  try {
    const answer = await fetch(PATH, { method: "OPTIONS" });
    return Number(/max-size=(\d+)/.exec(answer.headers.get("Upload-Limit") ?? "")?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** @param {number} most */
const tooLarge = (most) => t("A file may have at most {size}.", { size: readableSize(most) });

/**
 * Why a file was not taken, in words.
 * @param {number} status
 * @param {number} most
 */
function why(status, most) {
  if (status === 413) return tooLarge(most);
  if (status === 507) return t("The server has no more room for your files.");
  if (status === 429) return t("Too many files at once: try again.");
  if (status === 401 || status === 403) return t("You may not send files here.");
  return status ? t("The server could not take this file.") : t("Not sent: the connection was lost.");
}
