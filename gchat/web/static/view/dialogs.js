// What is asked in a window of its own: a nickname, a room, settings, an account, where to go.
import { foldName } from "../core/isupport.js";
import { t } from "../text.js";
import { byId, el, put } from "./dom.js";

/** @typedef {import("../main.js").App} App */

const SHOWN = 100; // rows of a list

/** Asks what we shall be called. @param {App} app @param {string} reason */
export function welcome(app, reason) {
  const dialog = byId("welcome");
  const nick = byId("nick");
  const password = byId("password");
  nick.value ||= app.kept.nick;
  put(byId("refused"), reason);
  // a password is only asked for where nobody else can read what is sent
  byId("has-account").hidden = !isSecureContext;
  if (isSecureContext && (app.kept.account || reason)) withPassword();
  if (!dialog.open) dialog.showModal();
  nick.focus();
  nick.select();
  byId("has-account").onclick = withPassword;
  dialog.oncancel = (/** @type {Event} */ event) => event.preventDefault();
  dialog.querySelector("form").onsubmit = (/** @type {Event} */ event) => {
    const name = nick.value.trim();
    if (!name || /[\s,]/.test(name)) {
      event.preventDefault();
      put(byId("refused"), t("A nickname has no spaces in it."));
      return;
    }
    const login = password.value ? { account: name, password: password.value } : null;
    app.connector.pass = byId("pass").value || app.connector.pass;
    password.value = byId("pass").value = "";
    app.begin(name, login);
  };
}

/** The server has one, and asks for it. */
export function serverPassword() {
  byId("with-pass").hidden = !isSecureContext;
  byId("without-tls").hidden = isSecureContext;
}

function withPassword() {
  byId("with-password").hidden = false;
  byId("has-account").hidden = true;
}

/**
 * @param {string} title
 * @param {...(Node | false | null)} children
 */
function open(title, ...children) {
  const dialog = byId("dialog");
  dialog.replaceChildren(
    el("h2", { id: "dialog-title", text: title }),
    ...children.filter((one) => one !== false && one !== null),
  );
  dialog.setAttribute("aria-labelledby", "dialog-title");
  // a handler that returns false would keep buttons from submitting
  dialog.onclick = (/** @type {Event} */ event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
  return dialog;
}

export function close() {
  byId("dialog").close();
}

/**
 * A field to narrow a list with; the arrows and Enter choose.
 * @param {string} label
 * @param {(text: string) => {name: string, about: string, go: () => void}[]} find
 */
function chooser(label, find) {
  const list = el("div", { class: "list", role: "listbox", "aria-label": label });
  let chosen = 0;
  const draw = () => {
    const rows = find(field.value.trim()).slice(0, SHOWN);
    chosen = Math.min(Math.max(chosen, 0), Math.max(rows.length - 1, 0));
    list.replaceChildren(
      ...rows.map(({ name, about, go }, at) => {
        const click = () => {
          close();
          go();
        };
        const state = { role: "option", type: "button", "aria-selected": at === chosen ? "true" : "false" };
        return el(
          "button",
          { ...state, click },
          el("span", { text: name, dir: "auto" }),
          about !== "" && el("small", { text: about, dir: "auto" }),
        );
      }),
    );
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && !event.isComposing)
      /** @type {HTMLElement} */ (list.children[chosen])?.click();
    else if (!step) return;
    else {
      chosen += step;
      draw();
    }
    event.preventDefault();
  };
  const input = () => {
    chosen = 0;
    draw();
  };
  const field = el("input", {
    type: "search",
    placeholder: label,
    "aria-label": label,
    maxlength: 100,
    keydown,
    input,
  });
  draw();
  return { field, list, draw };
}

/** Goes to a room or person by a part of the name. @param {App} app */
export function switcher(app) {
  const { field, list } = chooser(t("Go to …"), (text) =>
    app.model
      .ordered()
      .filter((key) => key.includes(foldName(text)))
      .map((key) => ({ name: app.model.rooms.get(key)?.name ?? key, about: "", go: () => app.show(key) })),
  );
  open(t("Go to …"), field, list);
  field.focus();
}

/** Enters a room, of those that there are or a new one. @param {App} app */
export function join(app) {
  app.connector.do((core) => core.send("LIST"));
  const { field, list, draw } = chooser(t("The name of a room"), (text) => {
    const name = text.startsWith("#") ? text : `#${text}`;
    const found = app.model.listed
      .filter((one) => foldName(one.name).includes(foldName(text)))
      .map((one) => ({
        name: one.name,
        about: [t("{count} people", { count: one.members }), one.topic].filter(Boolean).join(" · "),
        go: () => app.join(one.name, ""),
      }));
    const known = app.model.listed.some((one) => foldName(one.name) === foldName(name));
    if (text.length > 0 && !known && !/[\s,]/.test(text))
      found.push({ name, about: t("Create this room"), go: () => app.join(name, "") });
    return found;
  });
  app.listChanged = draw;
  open(t("Join or create a room"), field, list);
  field.focus();
}

/** @param {string} label @param {string} value @param {[string, string][]} choices @param {(value: string) => void} change */
function select(label, value, choices, change) {
  const found = el("select", { change: (/** @type {any} */ event) => change(event.target.value) });
  for (const [one, text] of choices)
    found.append(el("option", { value: one, selected: one === value, text }));
  return el("label", {}, label, found);
}

/** @param {App} app */
export function settings(app) {
  const { kept, model } = app;
  const notify = el("input", {
    type: "checkbox",
    checked: kept.notify,
    change: (/** @type {any} */ event) => app.setNotify(event.target.checked),
  });
  const nick = el("input", {
    value: model.nick,
    maxlength: 30,
    spellcheck: "false",
    "aria-label": t("Nickname"),
  });
  const change = (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = nick.value.trim();
    if (name && name !== model.nick) app.connector.changeNick(name);
    close();
  };
  open(
    t("Settings"),
    el("form", { submit: change }, el("label", {}, t("Nickname"), nick)),
    select(
      t("Colours"),
      kept.theme,
      [
        ["", t("As the system")],
        ["light", t("Light")],
        ["dark", t("Dark")],
      ],
      (value) => app.setTheme(value),
    ),
    select(
      t("Language"),
      kept.language,
      [
        ["", t("As the browser")],
        ["en", "English"],
        ["vi", "Tiếng Việt"],
      ],
      (value) => app.setLanguage(value),
    ),
    el("label", { class: "check" }, notify, t("Notify me when I am mentioned or written to")),
    account(app),
    el("div", { class: "row" }, el("button", { class: "quiet", text: t("Close"), click: close })),
  );
}

/** @param {App} app */
function account(app) {
  const { model } = app;
  const section = el("section", {}, el("h3", { text: t("Account") }));
  if (model.account) {
    section.append(el("p", { text: t("You are logged in as {account}.", { account: model.account }) }));
    return section;
  }
  if (!isSecureContext) {
    section.append(
      el("p", { class: "dim", text: t("Passwords are only sent by TLS: open this page with https.") }),
    );
    return section;
  }
  const mails = (app.connector.core?.values.get("draft/account-registration") ?? "").includes(
    "email-required",
  );
  const password = el("input", {
    type: "password",
    name: "password",
    autocomplete: "new-password",
    maxlength: 300,
    required: true,
  });
  const email = el("input", {
    type: "email",
    name: "email",
    autocomplete: "email",
    maxlength: 200,
    required: mails,
  });
  const name = el("input", {
    type: "text",
    name: "username",
    autocomplete: "username",
    value: model.nick,
    hidden: true,
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    app.register(password.value, email.value.trim());
    password.value = "";
    close();
  };
  section.append(
    el("p", {
      class: "dim",
      text: t("An account keeps your nickname, your rooms and what you missed for you."),
    }),
    el(
      "form",
      { submit },
      name,
      el("label", {}, t("Password for {nick}", { nick: model.nick }), password),
      mails && el("label", {}, t("E-mail address"), email),
      el(
        "div",
        { class: "row" },
        el("button", {
          type: "button",
          class: "quiet",
          text: t("I have an account"),
          click: () => app.logInAgain(),
        }),
        el("button", { class: "primary", text: t("Register"), type: "submit" }),
      ),
    ),
  );
  return section;
}

/** All that can be done by the keyboard. */
export function keys() {
  const rows = [
    ["Alt ↑ ↓", t("next or previous room, those with news first")],
    ["Ctrl K", t("go to a room or person")],
    ["Ctrl F", t("search this room")],
    ["↑", t("to the messages; then R replies, E reacts, Delete deletes")],
    ["Tab", t("completes names and commands")],
    ["Shift Enter", t("a new line")],
    ["Esc", t("back to typing")],
  ];
  const list = el(
    "dl",
    {},
    ...rows.flatMap(([key, text]) => [el("dt", { text: key }), el("dd", { class: "dim", text })]),
  );
  open(
    t("Keyboard"),
    list,
    el("div", { class: "row" }, el("button", { class: "primary", text: t("Close"), click: close })),
  );
}

/**
 * Asks before something that cannot be taken back.
 * @param {string} question
 * @param {string} yes
 * @param {() => void} go
 */
export function sure(question, yes, go) {
  const done = () => {
    close();
    go();
  };
  const no = el("button", { class: "quiet", text: t("Cancel"), click: close });
  open(question, el("div", { class: "row" }, no, el("button", { class: "primary", text: yes, click: done })));
}
