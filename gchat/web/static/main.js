// The page's life: puts the parts together, and does what people ask for.
import { foldName } from "./core/isupport.js";
import { interpret } from "./model/commands.js";
import { isRoomName, Model } from "./model/model.js";
import { Connector } from "./net/connector.js";
import { load, save } from "./storage.js";
import { t, use } from "./text.js";
import { Composer, EMOJI } from "./view/composer.js";
import * as dialogs from "./view/dialogs.js";
import { byId, el, icon, put } from "./view/dom.js";
import { fill, time } from "./view/row.js";
import { Sidebar } from "./view/sidebar.js";
import { Live, Transcript } from "./view/transcript.js";
import { Uploads } from "./view/uploads.js";

/** @typedef {import("./model/lines.js").Line} Line */

const REST = 4; // drawing takes at most one part in so many of the time
const UNSEEN_SECONDS = 0.25; // until a window that is not seen is drawn
const SAVE_SECONDS = 0.5; // after a change, until it is kept
const root = document.documentElement;
const about = /** @type {HTMLElement} */ (document.querySelector("meta[name=gchat]")).dataset;

export class App {
  kept = load();
  listChanged = () => {};
  model = new Model(this.kept.nick, about.lobby || "#lobby", () => Date.now() / 1000);
  connector = new Connector(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`, (event) =>
    this.#heard(event),
  );
  #transcript = new Transcript(this.model);
  #live = new Live();
  #sidebar = new Sidebar(this.model, {
    open: (name) => this.open(name),
    close: (key) => this.leave(key),
    join: () => dialogs.join(this),
  });
  #composer = new Composer(this.model, {
    send: (text, replyTo) => this.#typed(text, replyTo),
    typing: (active) => this.connector.do((core) => core.typing(this.model.room.name, active)),
    edited: () => {
      this.#uploads.typed(this.model.current, this.model.room.draft);
      this.#keepSoon();
    },
    grown: () => this.#transcript.hold(),
    up: () => this.#transcript.walk(-1),
    files: (files) => this.#uploads.add(files),
  });
  #uploads = new Uploads({
    ask: () => this.connector.do((core) => core.fileToken()),
    here: () => this.model.filehost || location.href,
    current: () => this.model.current,
    insert: (room, link) => this.#redraft(room, (draft) => `${draft}${/\S$/.test(draft) ? " " : ""}${link} `),
    remove: (room, link) => this.#redraft(room, (draft) => draft.replace(link, "").trim()),
  });
  #tools = el("div", { class: "tools" });
  #planned = false;
  #rests = 0; // until when nothing is drawn, in milliseconds
  #keeper = 0;

  constructor() {
    this.#transcript.wantsOlder = () => this.#older();
    this.#transcript.sawAll = () => this.#read();
    this.#listen();
    for (const name of this.kept.rooms) {
      this.model.roomOf(name);
      this.connector.rooms.set(foldName(name), name);
    }
    this.connector.rooms.set(this.model.lobby, about.lobby || "#lobby");
    for (const [name, text] of Object.entries(this.kept.drafts)) this.model.roomOf(name).draft = text;
    for (const key of this.kept.muted) if (this.model.rooms.has(key)) this.model.roomOf(key).muted = true;
    for (const one of this.kept.unsent) {
      this.model.roomOf(one.room);
      this.model.add(foldName(one.room), one.action ? "ACTION" : "MESSAGE", one.text, {
        nick: this.kept.nick,
        own: true,
        raw: one.text,
        replyTo: one.replyTo,
        at: one.at,
        fate: "WAITING",
        doubtful: one.doubtful,
      });
    }
    this.model.change("rooms", "room", "lines", "status");
    this.#composer.draw();
    this.#plan();
    if (this.kept.nick && !this.kept.account) {
      this.connector.start(this.kept.nick, true);
      this.#composer.focus();
    } else dialogs.welcome(this, "");
  }

  /**
   * @param {string} nick
   * @param {import("./core/client.js").Login | null} login
   */
  begin(nick, login) {
    if (login) this.connector.login = login;
    const { core } = this.connector;
    if (core?.state === "NEEDS_NICK" && !login) this.connector.changeNick(nick);
    else this.connector.restart(nick);
    this.kept.nick = nick;
    this.#composer.focus();
  }

  logInAgain() {
    dialogs.close();
    this.kept.account = this.model.nick;
    dialogs.welcome(this, "");
  }

  /**
   * @param {string} password
   * @param {string} email
   */
  register(password, email) {
    const login = { account: this.model.nick, password };
    this.connector.do((core) => core.register(password, email));
    this.connector.login = login; // for when the connection is lost
  }

  // -- what is told

  /** @param {import("./net/connector.js").NetEvent} event */
  #heard(event) {
    const { model } = this;
    if (event.type === "Connecting") model.setStatus({ phase: "CONNECTING" });
    else if (event.type === "Waiting")
      model.setStatus({ phase: "WAITING", reason: event.reason, until: model.clock() + event.seconds });
    else if (event.type === "CommandFailed") model.tell(event.reason, true);
    else if (event.type === "FileToken") this.#uploads.given(event.token);
    else if (event.type === "FileRefused")
      this.#uploads.refused(t("Only people with an account can send files."));
    else if (event.type === "FileHost") {
      model.filehost = event.address;
      this.#uploads.show(true);
      model.change("lines");
    } else {
      if (event.type === "Closed") this.#uploads.lost();
      model.apply(event);
      if (event.type === "Closed" || event.type === "Registered" || event.type === "NotSent")
        this.#keepSoon();
      if (event.type === "Registered") this.#registered();
      else if (event.type === "NickRefused") dialogs.welcome(this, event.reason);
      else if (event.type === "PasswordRefused") this.#passwordRefused(event.reason);
      else if (event.type === "ServerText" && event.error && event.room) this.#refused(foldName(event.room));
      else if (event.type === "LoginFailed") this.connector.login = null;
      else if (event.type === "AccountFailed") this.connector.login = null;
      else if (event.type === "History" && !event.older) this.#sendUnsent(foldName(event.room));
      else if (event.type === "Joined" && event.own && !this.connector.core?.backlog.enabled)
        this.#sendUnsent(foldName(event.room));
      else if (event.type === "Said" && event.own) this.#keepSoon();
      if ((event.type === "Joined" || event.type === "Left") && event.own) this.#keepSoon();
    }
    this.#plan();
  }

  /** @param {string} reason */
  #passwordRefused(reason) {
    dialogs.serverPassword();
    dialogs.welcome(this, this.connector.pass ? reason : t("This server has a password."));
    this.connector.pass = "";
  }

  /** We were not let in: it is not tried again. @param {string} key */
  #refused(key) {
    if (!this.model.rooms.get(key)?.here && key !== this.model.lobby) this.connector.rooms.delete(key);
  }

  #registered() {
    for (const [key, room] of this.model.rooms) if (room.direct) this.#sendUnsent(key, true);
    if (this.kept.notify && "Notification" in window && Notification.permission === "default")
      document.addEventListener("click", () => Notification.requestPermission(), { once: true });
  }

  /**
   * Sends what was typed while there was no connection, and what was on its way when it was lost and has
   * not arrived: the past that was read just now would have it.
   * @param {string} key
   * @param {boolean} [certain]  only what was never sent: nobody can say of the rest
   */
  #sendUnsent(key, certain = false) {
    const room = this.model.rooms.get(key);
    if (!room || !this.connector.ready) return;
    for (const line of room.lines.filter((one) => one.fate === "WAITING")) {
      if (line.doubtful && certain) {
        room.replace({ ...line, fate: "FAILED", why: t("Not confirmed: the connection was lost") });
        continue;
      }
      room.remove(line.number);
      this.#say(room.name, line.raw, line.look === "ACTION" ? "ACTION" : "MESSAGE", line.replyTo);
    }
    this.model.change("lines");
  }

  // -- what is drawn

  /** Draws with the next frame, but when much happens not more often than leaves time to type. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    const wait = this.#rests - performance.now();
    const frame = () => {
      // a window that is not seen has no frames
      const timer = setTimeout(() => this.#draw(), UNSEEN_SECONDS * 1000);
      requestAnimationFrame(() => {
        clearTimeout(timer);
        this.#draw();
      });
    };
    if (wait > 0) setTimeout(frame, wait);
    else frame();
  }

  #draw() {
    if (!this.#planned) return;
    this.#planned = false;
    const began = performance.now();
    const { model } = this;
    const { changed, heard, noticed } = model;
    model.changed = new Set();
    model.heard = [];
    model.noticed = [];
    if (changed.has("status") || changed.has("account")) this.#sidebar.drawStatus();
    if (changed.has("rooms")) this.#sidebar.drawRooms();
    if (changed.has("room")) this.#drawHead();
    if (changed.has("lines")) this.#transcript.draw();
    if (changed.has("typing")) this.#drawTyping();
    if (changed.has("list")) {
      this.listChanged();
      this.#drawFound();
    }
    if (changed.has("account") && model.account) this.kept.account = model.account;
    if (document.hasFocus() && this.#transcript.stuck) this.#read();
    this.#live.say(heard);
    for (const { key, line } of noticed) this.#notify(key, line);
    this.#title();
    this.#rests = began + (performance.now() - began) * REST;
    root.dataset.phase = model.status.phase;
  }

  #drawHead() {
    this.#sidebar.drawMembers();
    const { room } = this.model;
    const topic = byId("topic");
    if (topic.title !== room.topic) {
      topic.replaceChildren();
      topic.title = room.topic;
      fill(topic, room.topic, "");
    }
  }

  #drawTyping() {
    const { room } = this.model;
    const now = this.model.clock();
    const who = room.typists(now);
    const texts = ["", t("{who} is typing …", { who: who[0] ?? "" })];
    put(byId("typing"), texts[who.length] ?? t("{who} are typing …", { who: who.slice(0, 3).join(", ") }));
    if (who.length)
      setTimeout(() => {
        this.model.change("typing");
        this.#plan();
      }, 1500);
  }

  #title() {
    let count = 0;
    for (const room of this.model.rooms.values()) if (!room.muted) count += room.mentions;
    const name = this.model.room.name;
    document.title = `${count ? `(${count}) ` : ""}${name} · gchat`;
  }

  /**
   * @param {string} key
   * @param {Line} line
   */
  #notify(key, line) {
    if (document.hasFocus() || !this.kept.notify || !("Notification" in window)) return;
    if (Notification.permission !== "granted") return;
    const room = this.model.rooms.get(key);
    const title = room?.direct ? line.nick : `${line.nick} · ${room?.name ?? ""}`;
    try {
      const found = new Notification(title, { body: line.text.slice(0, 200), tag: key });
      found.onclick = () => {
        window.focus();
        this.show(key);
      };
    } catch {
      // Chrome on Android has them from service workers only
    }
  }

  // -- what people do

  /** @param {string} key */
  show(key) {
    if (!this.model.rooms.has(key)) return;
    this.model.show(key);
    byId("results").hidden = true;
    root.dataset.pane = "chat";
    this.#composer.draw();
    this.#uploads.draw();
    this.#plan();
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
  }

  /** A room by its key, or the conversation with a person. @param {string} name */
  open(name) {
    this.model.roomOf(name);
    this.show(foldName(name));
  }

  /**
   * @param {string} room
   * @param {string} key
   */
  join(room, key) {
    const name = isRoomName(room) ? room : `#${room}`;
    const told = this.connector.do((core) => core.send("JOIN", name, ...(key ? [key] : [])));
    if (!told) return this.#offline();
    this.connector.rooms.set(foldName(name), name); // also if the connection is lost before we are there
    this.open(name);
  }

  /** Leaves a room, or closes a conversation. @param {string} key */
  leave(key) {
    const room = this.model.rooms.get(key);
    if (!room || key === this.model.lobby) return;
    if (room.here) this.connector.do((core) => core.send("PART", room.name));
    this.connector.rooms.delete(key);
    this.model.close(key);
    this.#composer.draw();
    this.#keepSoon();
    this.#plan();
  }

  #offline() {
    this.model.tell(t("Not sent: not connected"), true);
    this.#plan();
  }

  /**
   * @param {string} text
   * @param {string} replyTo
   */
  #typed(text, replyTo) {
    const { model, connector } = this;
    const action = interpret(text, model.room.name);
    this.#transcript.stuck = true;
    if (action.do === "say") {
      this.#say(action.room, action.text, action.kind, replyTo);
      if (!isRoomName(action.room) && action.room !== model.room.name) this.open(action.room);
    } else if (action.do === "tell") model.tell(action.text, action.error);
    else if (action.do === "nick") connector.changeNick(action.nick);
    else if (action.do === "join") this.join(action.room, action.key);
    else if (action.do === "open") this.open(action.nick);
    else if (action.do === "find") this.#find(action.words);
    else if (action.do === "mute") this.#mute();
    else if (action.do === "quit") this.#quit(action.reason);
    else if (action.line[0] === "PART" && model.room.direct) this.leave(model.current);
    else if (!connector.do((core) => core.send(...action.line))) this.#offline();
    this.#transcript.toEnd();
    this.#plan();
  }

  /**
   * Says it now, or as soon as there is a connection.
   * @param {string} room
   * @param {string} text
   * @param {"MESSAGE" | "ACTION"} kind
   * @param {string} replyTo
   */
  #say(room, text, kind, replyTo) {
    const target = this.model.roomOf(room);
    const may =
      this.connector.ready && (target.here || target.direct || this.model.status.phase === "CONNECTED");
    if (may && this.connector.do((core) => core.say(room, text, kind, replyTo))) return this.#keepSoon();
    const unsent = { nick: this.model.nick, own: true, raw: text, replyTo };
    this.model.add(foldName(room), kind, text, { ...unsent, fate: "WAITING" });
    this.#keepSoon();
  }

  /** @param {string} reason */
  #quit(reason) {
    this.connector.quit(reason);
    this.model.setStatus({ phase: "OFFLINE", reason: "" });
    window.close();
  }

  #mute() {
    const { room } = this.model;
    room.muted = !room.muted;
    this.model.tell(
      room.muted
        ? t("{room} is muted.", { room: room.name })
        : t("{room} is no longer muted.", { room: room.name }),
    );
    this.model.change("rooms");
    this.#keepSoon();
  }

  /** @param {string} words */
  #find(words) {
    const { model } = this;
    model.found = null;
    model.searching = this.connector.do((core) => void core.search(model.room.name, words));
    if (!model.searching) model.tell(t("This server cannot search."), true);
    byId("find").hidden = byId("results").hidden = !model.searching;
    byId("words").value = words;
    byId("results").replaceChildren(el("p", { class: "dim", text: t("Searching …") }));
  }

  #drawFound() {
    const { found } = this.model;
    const results = byId("results");
    if (!found || results.hidden) return;
    const rows = found.toReversed().map((said) => {
      const body = el("div", { dir: "auto" });
      fill(body, said.text, "");
      const go = () => {
        if (!this.#transcript.goTo(said.msgid)) this.model.tell(t("This message is not loaded here."));
        this.#plan();
      };
      const head = el(
        "button",
        { class: "quiet", click: go },
        el("span", { text: said.nick }),
        said.at !== null && time(said.at),
      );
      return el("div", { class: "hit" }, head, body);
    });
    results.replaceChildren(
      ...(rows.length ? rows : [el("p", { class: "dim", text: t("Nothing was found.") })]),
    );
  }

  #older() {
    const { room } = this.model;
    const msgid = this.model.oldest(room);
    if (msgid && !this.connector.do((core) => void core.backlog.older(room.name, msgid))) room.asked = false;
  }

  #read() {
    if (!document.hasFocus() || this.model.status.phase !== "CONNECTED") return;
    const at = this.model.readNow();
    if (at !== null) this.connector.do((core) => core.markRead(this.model.room.name, at));
  }

  // -- files

  /**
   * Changes what is typed, in a room that may not be shown now.
   * @param {string} key
   * @param {(draft: string) => string} change
   */
  #redraft(key, change) {
    const room = this.model.rooms.get(key);
    if (!room) return;
    room.draft = change(room.draft);
    if (key === this.model.current) {
      this.#composer.draw();
      this.#composer.focus();
    }
    this.#keepSoon();
  }

  /** Files can be dropped anywhere. */
  #listenForDrops() {
    const has = (/** @type {DragEvent} */ event) =>
      this.#uploads.enabled && event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!has(event)) return;
      event.preventDefault();
      root.dataset.drop = "yes";
    });
    for (const kind of ["dragleave", "drop", "dragend"])
      document.addEventListener(kind, () => delete root.dataset.drop);
    document.addEventListener("drop", (event) => {
      if (!has(event)) return;
      event.preventDefault();
      this.#uploads.add(event.dataTransfer?.files ?? []);
    });
  }

  // -- messages

  /**
   * @param {string} act
   * @param {Line} line
   * @param {string} [reaction]
   */
  #act(act, line, reaction = "") {
    const { model } = this;
    const { room } = model;
    if (act === "person") this.open(line.nick);
    else if (act === "quoted") this.#transcript.goTo(line.replyTo);
    else if (act === "reply" && line.msgid) this.#composer.reply(line.msgid);
    else if (act === "react" && line.msgid) {
      const given = line.reactions?.[reaction]?.includes(model.nick);
      this.connector.do((core) => core.react(room.name, line.msgid, reaction, !given));
    } else if (act === "delete" && line.msgid)
      dialogs.sure(t("Delete this message for everybody?"), t("Delete"), () =>
        this.connector.do((core) => core.send("REDACT", room.name, line.msgid)),
      );
    else if (act === "copy") navigator.clipboard?.writeText(line.text);
    else if (act === "again" || act === "discard") {
      room.remove(line.number);
      if (act === "again")
        this.#say(room.name, line.raw, line.look === "ACTION" ? "ACTION" : "MESSAGE", line.replyTo);
      model.change("lines");
      this.#keepSoon();
    }
    this.#plan();
  }

  /**
   * The buttons of the message that is pointed at.
   * @param {HTMLElement} row
   * @param {Line} line
   */
  #equip(row, line) {
    if (!line.msgid || line.redacted || this.#tools.parentElement === row) return;
    const button = (
      /** @type {string | Node} */ shown,
      /** @type {string} */ label,
      /** @type {() => void} */ click,
    ) => el("button", { title: label, "aria-label": label, click }, shown);
    const react = (/** @type {string} */ emoji) =>
      button(emoji, t("React with {emoji}", { emoji }), () => this.#act("react", line, emoji));
    this.#tools.className = "tools";
    const operator = /[~&@%]/.test(this.model.room.members.get(foldName(this.model.nick))?.prefix ?? "");
    this.#tools.replaceChildren(
      react("❤️"),
      react("👍"),
      button(icon("smile"), t("React"), () => this.#pick(line)),
      button(icon("reply"), t("Reply"), () => this.#act("reply", line)),
      button(icon("copy"), t("Copy"), () => this.#act("copy", line)),
      ...(line.own || operator ? [button(icon("delete"), t("Delete"), () => this.#act("delete", line))] : []),
    );
    row.append(this.#tools);
  }

  /** @param {Line} line */
  #pick(line) {
    const buttons = EMOJI.slice(0, 24).map((emoji) =>
      el("button", { text: emoji, click: () => this.#act("react", line, emoji) }),
    );
    this.#tools.className = "tools emoji";
    this.#tools.replaceChildren(...buttons);
    buttons[0]?.focus();
  }

  #listen() {
    const lines = byId("lines");
    lines.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target).closest?.("[data-act]");
      const found = this.#transcript.lineOf(event);
      if (target && found)
        this.#act(
          target.getAttribute("data-act") ?? "",
          found.line,
          target.getAttribute("data-reaction") ?? "",
        );
      else if (found && matchMedia("(hover: none)").matches) found.row.focus();
    });
    for (const kind of ["pointerover", "focusin"])
      lines.addEventListener(kind, (/** @type {Event} */ event) => {
        const found = this.#transcript.lineOf(event);
        if (found) this.#equip(found.row, found.line);
      });
    lines.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#walk(event));
    byId("log").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.target === byId("log") && event.key === "ArrowUp" && this.#transcript.walk(-1))
        event.preventDefault();
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    byId("back").addEventListener("click", () => (root.dataset.pane = "rooms"));
    byId("close-people").addEventListener("click", () => (root.dataset.pane = "chat"));
    byId("count").addEventListener(
      "click",
      () => (root.dataset.pane = root.dataset.pane === "people" ? "chat" : "people"),
    );
    byId("open-settings").addEventListener("click", () => dialogs.settings(this));
    byId("me").addEventListener("click", () => dialogs.settings(this));
    this.#listenForDrops();
    byId("open-find").addEventListener("click", () => this.#openFind());
    byId("close-find").addEventListener("click", () => this.#closeFind());
    byId("find").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const words = byId("words").value.trim();
      if (words) this.#find(words);
      this.#plan();
    });
    for (const kind of ["online", "focus"]) addEventListener(kind, () => this.connector.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.connector.hurry());
    addEventListener("focus", () => {
      this.model.change("lines");
      this.#plan();
    });
    addEventListener("pagehide", () => this.#keep());
    setInterval(() => this.model.status.phase === "WAITING" && this.#sidebar.drawStatus(), 1000);
  }

  #openFind() {
    byId("find").hidden = false;
    byId("words").focus();
  }

  #closeFind() {
    byId("find").hidden = byId("results").hidden = true;
    this.#composer.focus();
  }

  /** Keys on a message. @param {KeyboardEvent} event */
  #walk(event) {
    const found = this.#transcript.lineOf(event);
    if (!found || event.ctrlKey || event.altKey || event.metaKey) return;
    const inTools = event.target !== found.row;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (!this.#transcript.walk(event.key === "ArrowUp" ? -1 : 1) && event.key === "ArrowDown")
        this.#composer.focus();
    } else if (inTools) return;
    else if (event.key === "r" || event.key === "R") this.#act("reply", found.line);
    else if (event.key === "e" || event.key === "E") this.#pick(found.line);
    else if (event.key === "Delete" && found.line.own) this.#act("delete", found.line);
    else return;
    event.preventDefault();
  }

  /** Keys anywhere. @param {KeyboardEvent} event */
  #key(event) {
    if (document.querySelector("dialog[open]")) return;
    const main = event.ctrlKey || event.metaKey;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown"))
      this.show(this.model.next(event.key === "ArrowUp" ? -1 : 1));
    else if (main && event.key === "k") dialogs.switcher(this);
    else if (main && event.key === "f") this.#openFind();
    else if (main && event.key === "/") dialogs.keys();
    else if (event.key === "Escape") {
      this.#closeFind();
      this.#transcript.toEnd();
      return;
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      const log = byId("log");
      log.scrollBy(0, (event.key === "PageUp" ? -0.9 : 0.9) * log.clientHeight);
    } else {
      // whoever begins to type, types a message
      const aim = /** @type {HTMLElement} */ (event.target);
      const typing = event.key.length === 1 && !main && !event.altKey && event.key !== " ";
      if (typing && (aim === document.body || aim.id === "log")) this.#composer.focus();
      return;
    }
    event.preventDefault();
  }

  // -- what is kept

  /** @param {string} theme */
  setTheme(theme) {
    this.kept.theme = theme;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    this.#keepSoon();
  }

  /** @param {string} language */
  setLanguage(language) {
    this.kept.language = language;
    this.#keep();
    location.reload();
  }

  /** @param {boolean} wanted */
  setNotify(wanted) {
    this.kept.notify = wanted;
    if (wanted && "Notification" in window && Notification.permission === "default")
      Notification.requestPermission();
    this.#keepSoon();
  }

  #keepSoon() {
    clearTimeout(this.#keeper);
    this.#keeper = setTimeout(() => this.#keep(), SAVE_SECONDS * 1000);
  }

  #keep() {
    const rooms = [...this.model.rooms.values()];
    this.kept.rooms = [...this.connector.rooms.values()];
    this.kept.muted = [...this.model.rooms].filter(([, room]) => room.muted).map(([key]) => key);
    this.kept.drafts = Object.fromEntries(
      rooms.filter((room) => room.draft).map((room) => [room.name, room.draft]),
    );
    this.kept.unsent = rooms.flatMap((room) =>
      room.lines
        .filter((line) => line.fate !== "SENT")
        .map((line) => ({
          room: room.name,
          text: line.raw,
          action: line.look === "ACTION",
          replyTo: line.replyTo,
          at: line.at,
          doubtful: line.doubtful || line.fate === "PENDING",
        })),
    );
    if (this.model.status.phase === "CONNECTED") this.kept.nick = this.model.nick;
    save(this.kept);
  }
}

/** The texts of index.html, in their language. */
function translate() {
  for (const node of document.querySelectorAll(
    "button, label, h2, h3, p, [placeholder], [title], [aria-label]",
  )) {
    for (const name of ["placeholder", "title", "aria-label"]) {
      const text = node.getAttribute(name);
      if (text) node.setAttribute(name, t(text));
    }
    const first = node.firstChild;
    if (first?.nodeType === Node.TEXT_NODE && first.nodeValue?.trim())
      first.nodeValue = t(first.nodeValue.trim());
  }
}

const kept = load();
if (kept.theme) root.dataset.theme = kept.theme;
const language = kept.language || (navigator.language.toLowerCase().startsWith("vi") ? "vi" : "en");
root.lang = language;
try {
  if (language !== "en") use(await (await fetch(new URL(`${language}.json`, import.meta.url))).json());
} catch {
  // in English then
}
translate();
new App();
