// The rooms, the people we talk with, who we are and how the connection is doing; and who is here.
import { foldName } from "../core/isupport.js";
import { t } from "../text.js";
import { byId, el, face, put } from "./dom.js";

/** @typedef {import("../model/model.js").Model} Model */

const PEOPLE_SHOWN = 300; // of the members of a room; of the others the number

export class Sidebar {
  /**
   * @param {Model} model
   * @param {{open: (key: string) => void, close: (key: string) => void, join: () => void}} does
   */
  constructor(model, does) {
    this.model = model;
    this.does = does;
    put(byId("where"), `${location.protocol === "https:" ? "🔒 " : ""}${location.hostname}`);
  }

  drawStatus() {
    const { status, nick } = this.model;
    const place = byId("status");
    const seconds = Math.max(0, Math.ceil(status.until - this.model.clock()));
    const texts = {
      CONNECTED:
        status.latency === null
          ? t("● connected")
          : t("● connected · {ms} ms", { ms: Math.max(1, Math.round(status.latency * 1000)) }),
      CONNECTING: t("Connecting …"),
      WAITING: t("○ not connected · again in {seconds} s", { seconds }),
      OFFLINE: t("○ not connected"),
    };
    place.className = { CONNECTED: "good", CONNECTING: "", WAITING: "bad", OFFLINE: "bad" }[status.phase];
    place.title = status.reason;
    put(place, texts[status.phase]);
    byId("me").replaceChildren(face(nick || "?"), el("span", { class: "label", text: nick, dir: "auto" }));
  }

  drawRooms() {
    const { model } = this;
    /** @type {HTMLElement[]} */
    const rooms = [];
    /** @type {HTMLElement[]} */
    const people = [];
    for (const key of model.ordered()) {
      const room = model.rooms.get(key);
      if (!room) continue;
      const current = key === model.current;
      const away = model.away.has(key);
      const here = [...model.rooms.values()].some((one) => one.members.has(key));
      const mark = room.direct
        ? el("span", { class: `dot ${here && !away ? "on" : ""}` })
        : el("span", { class: "mark", text: "#" });
      const name = room.direct ? room.name : room.name.replace(/^#/, "");
      const button = el(
        "button",
        {
          class: `room ${room.unread ? "unread" : ""} ${room.muted ? "muted" : ""}`,
          "data-key": key,
          "aria-current": current ? "true" : undefined,
          click: () => this.does.open(key),
          auxclick: (/** @type {MouseEvent} */ event) => event.button === 1 && this.does.close(key),
        },
        mark,
        el("span", { class: "label", text: name, dir: "auto" }),
        room.unread > 0 &&
          el("span", {
            class: `badge ${room.mentions ? "alert" : ""}`,
            text: room.unread > 99 ? "99+" : String(room.unread),
            "aria-label": t("{count} unread", { count: room.unread }),
          }),
      );
      (room.direct ? people : rooms).push(button);
    }
    const join = { class: "room", id: "open-join", click: () => this.does.join() };
    byId("rooms").replaceChildren(
      el("h2", { text: t("Rooms") }),
      ...rooms,
      el("button", join, el("span", { class: "mark", text: "+" }), t("Join or create a room")),
      ...(people.length ? [el("h2", { text: t("Direct messages") }), ...people] : []),
    );
  }

  drawMembers() {
    const { model } = this;
    const { room } = model;
    const members = room.sortedMembers();
    const head = byId("head");
    head.classList.toggle("direct", room.direct);
    put(byId("name"), room.direct ? room.name : `# ${room.name.replace(/^#/, "")}`);
    byId("name").dir = "auto";
    const count = byId("count");
    const text = members.length === 1 ? t("1 person") : t("{count} people", { count: members.length });
    count.hidden = room.direct || !members.length;
    put(count, text);
    const groups = [
      { title: t("Online"), found: members.filter(([key]) => !model.away.has(key)) },
      { title: t("Away"), found: members.filter(([key]) => model.away.has(key)) },
    ];
    let left = PEOPLE_SHOWN;
    const shown = [];
    for (const { title, found } of groups) {
      if (!found.length) continue;
      shown.push(el("h3", { text: `${title} — ${found.length}` }));
      for (const [key, { nick, prefix }] of found.slice(0, left)) {
        const about = {
          class: `person ${model.away.has(key) ? "away" : ""}`,
          title: model.away.get(key) || undefined,
        };
        const click = () => key !== foldName(model.nick) && this.does.open(nick);
        const rank = prefix ? el("span", { class: "dim", text: prefix[0] ?? "" }) : null;
        const label = el("span", { class: "label", text: nick, dir: "auto" });
        shown.push(el("button", { ...about, click }, face(nick), label, rank));
      }
      left -= Math.min(left, found.length);
    }
    if (members.length > PEOPLE_SHOWN)
      shown.push(
        el("p", { class: "more", text: t("and {count} others", { count: members.length - PEOPLE_SHOWN }) }),
      );
    byId("members").replaceChildren(...shown);
  }
}
