// What the page shows: the model, without a document.
import assert from "node:assert/strict";
import { test } from "node:test";
import { interpret } from "../../../gchat/web/static/model/commands.js";
import { candidates } from "../../../gchat/web/static/model/completion.js";
import { pictureAt, readableSize } from "../../../gchat/web/static/model/files.js";
import { clean, summary } from "../../../gchat/web/static/model/lines.js";
import { spans } from "../../../gchat/web/static/model/markup.js";
import { Model } from "../../../gchat/web/static/model/model.js";
import { LINES_KEPT } from "../../../gchat/web/static/model/rooms.js";

function model() {
  const found = new Model("Tuan", "#lobby", () => 1000);
  found.apply({ type: "Registered", nick: "Tuan" });
  return found;
}

/** @param {string} text @param {object} [about] @returns {any} */
function said(text, about = {}) {
  const blank = { own: false, at: 1000, msgid: "", reply_to: "", label: "" };
  return { type: "Said", room: "#lobby", nick: "Duy", text, kind: "MESSAGE", ...blank, ...about };
}

/** @param {any[]} lines @param {object} [about] @returns {any} */
function history(lines, about = {}) {
  return {
    type: "History",
    room: "#lobby",
    lines,
    missed: false,
    older: false,
    more: false,
    oldest: "",
    ...about,
  };
}

/** @param {Model} of */
const texts = (of) => of.room.lines.map((line) => line.text);

test("unread, mentions and NEW in a room that is not shown", () => {
  const found = model();
  found.apply(said("one", { room: "#music" }));
  found.apply(said("hello tuan!", { room: "#music" }));
  found.apply(said("Tuanita", { room: "#music" }));
  const room = found.rooms.get("#music");
  assert.deepEqual([room?.unread, room?.mentions], [3, 1]);
  assert.equal(room?.newFrom, room?.lines[0]?.number);
  found.show("#music");
  assert.deepEqual([room?.unread, room?.mentions], [0, 0]);
});

test("a receipt takes the place of what waited for it", () => {
  const found = model();
  found.apply({ type: "Sending", room: "#lobby", text: "hi", kind: "MESSAGE", label: "say1", reply_to: "" });
  assert.equal(found.room.lines[0]?.fate, "PENDING");
  found.apply(said("hi", { nick: "Tuan", own: true, label: "say1", msgid: "m1" }));
  assert.deepEqual(
    found.room.lines.map((line) => [line.text, line.fate]),
    [["hi", "SENT"]],
  );
});

test("what was on its way waits, and is known again in the past, but not by what is older", () => {
  const found = model();
  const sending = {
    type: "Sending",
    room: "#lobby",
    text: "ok",
    kind: "MESSAGE",
    label: "say1",
    reply_to: "",
  };
  found.apply(/** @type {any} */ (sending));
  found.apply({ type: "Closed", reason: "lost" });
  assert.equal(found.room.lines[0]?.fate, "WAITING");
  found.apply(history([said("ok", { nick: "Tuan", own: true, at: 500, msgid: "m1" })], { missed: true }));
  assert.equal(found.room.lines.filter((line) => line.fate === "WAITING").length, 1);
  found.apply(history([said("ok", { nick: "Tuan", own: true, at: 1000, msgid: "m2" })], { missed: true }));
  assert.deepEqual(
    found.room.lines.map((line) => line.fate),
    ["SENT", "SENT"],
  );
});

test("a message with the same id is shown once", () => {
  const found = model();
  for (let n = 0; n < 2; n++) found.apply(said("x", { msgid: "m1" }));
  found.apply(history([said("x", { msgid: "m1" }), said("y", { msgid: "m0" })], { older: true }));
  assert.deepEqual(texts(found), ["y", "x"]);
});

test("a refusal is told where the message is", () => {
  const found = model();
  found.apply({ type: "Sending", room: "#lobby", text: "hi", kind: "MESSAGE", label: "say1", reply_to: "" });
  found.apply({ type: "NotSent", label: "say1", reason: "No." });
  assert.deepEqual([found.room.lines[0]?.fate, found.room.lines[0]?.why], ["FAILED", "No."]);
});

test("reactions, also to what is not here yet, and with any name", () => {
  const found = model();
  const react = (/** @type {object} */ about) =>
    found.apply(
      /** @type {any} */ ({
        type: "Reacted",
        room: "#lobby",
        nick: "Duy",
        msgid: "m1",
        reaction: "❤️",
        adding: true,
        ...about,
      }),
    );
  react({});
  found.apply(said("x", { msgid: "m1" }));
  react({ nick: "Lan" });
  react({ nick: "Lan" });
  react({ reaction: "__proto__" });
  react({ reaction: "constructor" });
  assert.deepEqual(Object.entries(found.room.lines[0]?.reactions ?? {}), [
    ["❤️", ["Duy", "Lan"]],
    ["__proto__", ["Duy"]],
    ["constructor", ["Duy"]],
  ]);
  react({ adding: false });
  assert.deepEqual(found.room.lines[0]?.reactions?.["❤️"], ["Lan"]);
});

test("a deleted message has no text and no reactions", () => {
  const found = model();
  found.apply(said("secret", { msgid: "m1" }));
  found.apply({ type: "Redacted", room: "#lobby", nick: "Duy", msgid: "m1" });
  assert.deepEqual(texts(found), ["(deleted)"]);
});

test("people have new names, in rooms and conversations", () => {
  const found = model();
  found.apply({
    type: "Members",
    room: "#lobby",
    members: [
      ["@", "Duy"],
      ["", "Tuan"],
    ],
  });
  found.apply(said("psst", { room: "Duy" }));
  found.apply({ type: "NickChanged", old: "Duy", new: "Dũng", own: false });
  assert.deepEqual([...found.rooms.keys()], ["#lobby", "dũng"]);
  assert.equal(found.room.members.get("dũng")?.prefix, "@");
});

test("lines are bounded", () => {
  const found = model();
  for (let n = 0; n < LINES_KEPT + 2000; n++) found.apply(said(String(n), { msgid: `m${n}` }));
  assert.ok(found.room.lines.length >= LINES_KEPT);
  assert.ok(found.room.lines.length <= LINES_KEPT + 500);
  assert.equal(found.room.find("m0"), undefined);
});

test("comings and goings in one sentence", () => {
  const found = model();
  for (const nick of ["A", "B", "C", "D"])
    found.apply({ type: "Joined", room: "#lobby", nick, own: false, at: 1 });
  found.apply({ type: "Left", room: "#lobby", nick: "A", reason: "", own: false, by: "", at: 2 });
  assert.equal(summary(found.room.lines), "B, C and D joined · A left");
  found.apply({ type: "Joined", room: "#lobby", nick: "E", own: false, at: 3 });
  assert.equal(summary(found.room.lines), "B, C and 2 others joined · A left");
});

test("what cannot be shown is left out", () => {
  assert.equal(clean("a\x02b\x0304,12c\x04ff0000d\u202ee\x07\tf"), "abcde f");
  assert.equal(clean("x".repeat(4001)).length, 4002);
});

test("links, code and our name", () => {
  const marks = (/** @type {string} */ text) =>
    spans(text, "Tuan").map((span) => `${span.mark[0]}:${span.text}`);
  assert.deepEqual(marks("@tuan, see (https://x.org/a_(b)). `Tuan` Tuanita"), [
    "N:@tuan",
    "P:, see (",
    "L:https://x.org/a_(b)",
    "P:). ",
    "C:Tuan",
    "P: Tuanita",
  ]);
  assert.deepEqual(marks("javascript:alert(1)"), ["P:javascript:alert(1)"]);
  assert.deepEqual(
    spans("a (b", "(b").map((span) => span.mark),
    ["PLAIN", "NAME"],
  );
});

test("commands", () => {
  assert.deepEqual(interpret("//x", "#a"), { do: "say", room: "#a", text: "/x", kind: "MESSAGE" });
  assert.deepEqual(interpret("/me waves", "#a"), { do: "say", room: "#a", text: "waves", kind: "ACTION" });
  assert.deepEqual(interpret("/msg Duy a  b\nc", "#a"), {
    do: "say",
    room: "Duy",
    text: "a  b\nc",
    kind: "MESSAGE",
  });
  assert.deepEqual(interpret("/topic a\nb", "#a"), { do: "send", line: ["TOPIC", "#a", "a b"] });
  assert.deepEqual(interpret("/ban Duy", "#a"), { do: "send", line: ["MODE", "#a", "+b", "Duy!*@*"] });
  assert.deepEqual(interpret("/join #b key", "#a"), { do: "join", room: "#b", key: "key" });
  for (const wrong of ["/constructor", "/me", "/join", "/kick"])
    assert.equal(interpret(wrong, "#a").do, "tell");
});

test("names are completed", () => {
  const names = ["Duy", "Dung"];
  assert.deepEqual(candidates("d", names, []).found, ["Duy: ", "Dung: "]);
  assert.deepEqual(candidates("hi @du", names, []), { start: "hi ", found: ["@Duy ", "@Dung "] });
  assert.deepEqual(candidates("/to", names, ["topic"]).found, ["/topic "]);
  assert.deepEqual(candidates("hi ", names, []).found, []);
});

test("pictures of this server, and no others", () => {
  const id = "a-_4567890123456789012";
  const here = ["https://chat.example", "http://localhost:1"];
  const shown = [
    `https://chat.example/files/${id}/a.png`,
    `http://localhost:1/files/${id}/Anh-1.jpeg`,
    `https://chat.example/files/node-1_a.${id}/a.png`,
  ];
  for (const link of shown) assert.equal(pictureAt(link, here), new URL(link).pathname);
  const others = [
    `https://evil.example/files/${id}/a.png`,
    `http://chat.example/files/${id}/a.png`,
    `https://chat.example:444/files/${id}/a.png`,
    `https://chat.example@evil.example/files/${id}/a.png`,
    `https://chat.example/files/${id}/a.png?x=1`,
    `https://chat.example/files/${id}/a.svg`,
    `https://chat.example/files/${id}/a.png.bin`,
    `https://chat.example/files/${id}/../../page/a.png`,
    `https://chat.example/files/${id}/%2e%2e/a.png`,
    `https://chat.example/files/${id}x/a.png`,
    `https://chat.example/files/.${id}/a.png`,
    `https://chat.example/files/a.b.${id}/a.png`,
    "https://chat.example/page/icon.png",
    "https://",
    "no address",
  ];
  for (const link of others) assert.equal(pictureAt(link, here), "", link);
  assert.equal(pictureAt(shown[0], []), "");
});

test("sizes as people read them", () => {
  const found = [0, 1023, 1024, 1536, 10240, 100 << 20, 3 * 2 ** 40].map(readableSize);
  assert.deepEqual(found, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "10 KiB", "100 MiB", "3072 GiB"]);
});
