// Messages, their receipts, reactions, deletions and the past. A part of the model.
import { foldName } from "../core/isupport.js";
import { TYPISTS } from "../core/limits.js";
import { UNLABELED } from "../core/speaking.js";
import { t } from "../text.js";
import { clean, isSpoken } from "./lines.js";
import { LINES_KEPT, PEOPLE_KEPT, REACTIONS_KEPT } from "./rooms.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./rooms.js").Room} Room */
/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("../core/events.js").Said} Said */
/** @typedef {import("../core/events.js").History} History */

const REACTION_LENGTH = 32; // characters
const TYPING_SECONDS = 6; // for which somebody is shown as typing after each sign of it
const SKEW_SECONDS = 60; // by which the server's clock may differ from ours

/** @param {Said} said */
const aboutSaid = (said) => ({
  nick: said.nick,
  own: said.own,
  msgid: said.msgid,
  replyTo: said.reply_to,
  ...(said.at === null ? {} : { at: said.at }),
});

/** @type {import("./model.js").Handlers} */
export const SPOKEN = {
  Said(model, event) {
    const room = model.roomOf(event.room);
    if (event.own) confirm(model, room, event);
    if (event.msgid && room.find(event.msgid)) return; // it is here already
    if (room.typing.delete(foldName(event.nick))) model.change("typing");
    model.add(foldName(event.room), event.kind, event.text, {
      ...aboutSaid(event),
      reactions: room.reactions.get(event.msgid) ?? null,
    });
  },
  Sending(model, event) {
    model.roomOf(event.room);
    model.add(foldName(event.room), event.kind, event.text, {
      nick: model.nick,
      own: true,
      replyTo: event.reply_to,
      label: event.label,
      raw: event.text,
      fate: "PENDING",
    });
  },
  NotSent(model, event) {
    for (const [key, room] of model.rooms) {
      const line = room.lines.findLast((one) => one.label === event.label);
      if (!line) continue;
      room.replace({ ...line, fate: "FAILED", why: event.reason, label: "" });
      model.change("lines");
      if (key !== model.current) model.tell(event.reason, true);
      return;
    }
    model.tell(event.reason, true);
  },
  Reacted(model, event) {
    const room = model.rooms.get(foldName(event.room));
    if (room) react(model, room, event);
  },
  Redacted(model, event) {
    const room = model.rooms.get(foldName(event.room));
    const line = room?.find(event.msgid);
    if (!room || !line) return;
    const gone = { text: t("(deleted)"), redacted: true, mention: false, replyTo: "", reactions: null };
    room.replace({ ...line, ...gone });
    model.change("lines");
  },
  Typing(model, event) {
    const room = model.rooms.get(foldName(event.room));
    if (!room) return;
    const now = model.clock();
    for (const [key, one] of room.typing) if (one.until <= now) room.typing.delete(key);
    if (!event.active) room.typing.delete(foldName(event.nick));
    else if (room.typing.size < TYPISTS)
      room.typing.set(foldName(event.nick), { nick: event.nick, until: now + TYPING_SECONDS });
    model.change("typing");
  },
  ReadUpTo(model, event) {
    const room = model.rooms.get(foldName(event.room));
    if (!room || event.at <= room.readAt) return;
    room.readAt = event.at;
    const last = room.lastSpoken();
    if (!last || last.at > event.at || !room.unread) return;
    room.unread = room.mentions = room.newFrom = 0;
    model.change("rooms", "lines");
  },
  History(model, event) {
    const room = model.roomOf(event.room);
    const past = event.lines.map((one) => (one.type === "Said" ? ours(model, one) : one));
    const fresh = past.filter((one) => one.type !== "Said" || !one.msgid || !room.find(one.msgid));
    if (event.missed) {
      for (const one of fresh) model.apply(one);
      return;
    }
    insert(
      model,
      room,
      event,
      fresh.filter((one) => one.type === "Said"),
    );
    for (const one of fresh) if (one.type !== "Said") model.apply(one);
    model.change("rooms", "lines");
  },
};

/**
 * A message of ours has arrived: removes the line for it, which waits for its receipt or, with a
 * connection that was lost, for another try.
 * @param {Model} model
 * @param {Room} room
 * @param {Said} event
 */
function confirm(model, room, event) {
  if (event.label) {
    // in all rooms: what was sent to `@#room` comes back in `#room`
    for (const one of model.rooms.values()) {
      const line = one.lines.findLast((candidate) => candidate.label === event.label);
      if (!line) continue;
      one.remove(line.number);
      model.change("lines");
      return;
    }
    return;
  }
  const waits = room.lines.filter(
    (line) =>
      line.fate !== "SENT" &&
      (line.raw === event.text || line.text === event.text) &&
      (event.at === null || line.at <= event.at + SKEW_SECONDS),
  );
  const line = waits.find((one) => one.label.startsWith(UNLABELED)) ?? waits.find((one) => one.doubtful);
  if (!line) return;
  room.remove(line.number);
  model.change("lines");
}

/**
 * @param {Model} model
 * @param {Room} room
 * @param {{nick: string, msgid: string, reaction: string, adding: boolean}} event
 */
function react(model, room, event) {
  const reaction = clean(event.reaction).replace(/\n/g, " ").trim().slice(0, REACTION_LENGTH);
  if (!reaction) return;
  const line = room.find(event.msgid);
  const before = line?.reactions ?? room.reactions.get(event.msgid) ?? {};
  const people = (before[reaction] ?? []).filter((nick) => nick !== event.nick);
  const known = Object.hasOwn(before, reaction);
  if (event.adding) {
    if (people.length >= PEOPLE_KEPT || (!known && Object.keys(before).length >= REACTIONS_KEPT)) return;
    people.push(event.nick);
  }
  /** @type {Record<string, string[]>} */
  const after = Object.assign(Object.create(null), before, { [reaction]: people });
  if (!people.length) delete after[reaction];
  if (line) room.replace({ ...line, reactions: after });
  else if (room.reactions.size < LINES_KEPT) room.reactions.set(event.msgid, after);
  model.change("lines");
}

/**
 * Puts the past where it belongs; what is here already was left out.
 * @param {Model} model
 * @param {Room} room
 * @param {History} event
 * @param {Said[]} lines
 */
function insert(model, room, event, lines) {
  if (event.older) room.asked = false;
  for (const one of lines) if (one.own) confirm(model, room, one);
  let place = event.older ? 0 : room.lines.length;
  const last = lines.at(-1)?.at ?? 0;
  while (place && !event.older && (room.lines[place - 1]?.at ?? 0) > last) place--;
  const found = lines.map((one) =>
    model.line(one.kind, one.text, {
      ...aboutSaid(one),
      reactions: room.reactions.get(one.msgid) ?? null,
    }),
  );
  const surplus = event.older ? Math.max(0, room.lines.length + found.length - LINES_KEPT) : 0;
  room.insert(place, found.slice(surplus));
  room.more = event.more && !surplus;
  room.oldest = event.oldest;
  if (!event.older && room.readAt && !room.newFrom) {
    const first = found.find((line) => line.at > room.readAt && !line.own && isSpoken(line));
    if (first && first !== found[0]) room.newFrom = first.number;
  }
}

/**
 * Marks a message of the past as ours if we sent it under an earlier nickname.
 * @param {Model} model
 * @param {Said} said
 * @returns {Said}
 */
function ours(model, said) {
  const until = model.names.get(foldName(said.nick)) ?? -1;
  return said.own || (said.at ?? 0) > until ? said : { ...said, own: true };
}
