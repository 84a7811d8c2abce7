// What the page's core sends, and when: the rest is in vectors.test.js.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../../gchat/web/static/core/client.js";
import { format, MessageError, parse } from "../../../gchat/web/static/core/message.js";
import { bytesOf, split } from "../../../gchat/web/static/core/speaking.js";

/** @param {string[]} caps @param {object} [about] */
function ready(caps, about = {}) {
  const core = new Client("Tuan", 0, about);
  const offered = caps.join(" ");
  core.receive(`:s CAP * LS :${offered}`, 0);
  core.receive(`:s CAP * ACK :${offered.replace(/=\S+/g, "")}`, 0);
  core.receive(":s 001 Tuan :Welcome", 0);
  core.receive("PONG s keepalive", 0);
  core.take();
  return core;
}

test("what is written can be read", () => {
  const line = format("PRIVMSG", ["#a", ":x y"], { label: "a;b c\\d", "+x": "" });
  assert.equal(line, "@label=a\\:b\\sc\\\\d;+x PRIVMSG #a ::x y");
  assert.deepEqual(parse(line)?.params, ["#a", ":x y"]);
  assert.equal(parse(line)?.tags.label, "a;b c\\d");
});

test("what is no message is not sent", () => {
  for (const params of [
    ["a b", "c"],
    ["", "c"],
    [":a", "c"],
    ["a", "b\nQUIT"],
  ])
    assert.throws(() => format("PRIVMSG", params), MessageError);
});

test("a text is sent with a label, and again only what was typed", () => {
  const core = ready(["message-tags", "batch", "labeled-response", "echo-message"]);
  const [told] = core.say("#a", "hello", "MESSAGE", "m1");
  assert.deepEqual(told, {
    type: "Sending",
    room: "#a",
    text: "hello",
    kind: "MESSAGE",
    label: "say1",
    reply_to: "m1",
  });
  assert.deepEqual(core.take(), ["@+draft/reply=m1;label=say1 PRIVMSG #a hello"]);
});

test("without receipts it is shown at once", () => {
  const core = ready(["message-tags"]);
  const [told] = core.say("#a", "hello");
  assert.equal(told?.type, "Said");
});

test("several lines are one message where the server takes it, and several otherwise", () => {
  const caps = ["message-tags", "batch", "labeled-response", "echo-message"];
  const core = ready([...caps, "draft/multiline=max-bytes=4096,max-lines=3"]);
  assert.equal(core.say("#a", "one\n\ntwo").length, 1);
  assert.deepEqual(core.take(), [
    "@label=say1 BATCH +m draft/multiline #a",
    "@batch=m PRIVMSG #a one",
    "@batch=m PRIVMSG #a :",
    "@batch=m PRIVMSG #a two",
    "BATCH -m",
  ]);
  assert.equal(core.say("#a", "1\n2\n3\n4").length, 4);
  assert.equal(core.take().length, 4);
});

test("a long line is cut between characters, at a space where there is one", () => {
  const text = "Tiếng Việt 👨‍👩‍👧‍👦 ".repeat(60);
  const pieces = split(text, 100);
  assert.equal(pieces.join(""), text);
  assert.ok(pieces.every((piece) => bytesOf(piece) <= 100));
  assert.ok(pieces.every((piece) => !/^[\u200d\u0300-\u036f]/.test(piece)));
  assert.deepEqual(split("x".repeat(100), 100), ["x".repeat(100)]);
  assert.equal(split("x".repeat(101), 100).length, 2);
});

test("a silent server is asked, and then given up", () => {
  const core = ready([]);
  assert.equal(core.deadline, 30);
  assert.deepEqual(core.onTime(29), []);
  assert.deepEqual(core.onTime(30), []);
  assert.deepEqual(core.take(), ["PING keepalive"]);
  assert.equal(core.deadline, 50);
  assert.equal(core.onTime(50)[0]?.type, "Closed");
});

test("a server that never welcomes us is given up", () => {
  const core = new Client("Tuan", 0);
  assert.equal(core.onTime(30)[0]?.type, "Closed");
});

test("a password is sent in pieces of 400 characters", () => {
  const login = { account: "Tuan", password: "ă".repeat(200) };
  const core = new Client("Tuan", 0, { login });
  core.receive(":s CAP * LS :sasl=PLAIN,EXTERNAL", 0);
  core.receive(":s CAP * ACK :sasl", 0);
  core.take();
  core.receive("AUTHENTICATE +", 0);
  const sent = core.take().map((line) => line.split(" ")[1] ?? "");
  assert.deepEqual(
    sent.map((word) => word.length),
    [400, 144],
  );
  const bytes = Uint8Array.from(atob(sent.join("")), (char) => char.charCodeAt(0));
  assert.equal(new TextDecoder().decode(bytes), `\0Tuan\0${login.password}`);
  core.receive(":s 904 Tuan :SASL authentication failed", 0);
  assert.deepEqual(core.take(), ["CAP END"]);
});

test("a nickname in use is waited for when we come again, and asked about at first", () => {
  const again = new Client("Tuan", 0, { again: true });
  again.take();
  assert.deepEqual(again.receive(":s 433 * Tuan :Nickname is already in use", 0), []);
  assert.deepEqual(again.take(), ["NICK Tuan_"]);
  again.receive(":s 001 Tuan_ :Welcome", 0);
  again.take();
  again.receive(":Tuan!t@h QUIT :gone", 0);
  assert.deepEqual(again.take(), ["NICK Tuan"]);
  const first = new Client("Tuan", 0);
  assert.equal(first.receive(":s 433 * Tuan :Nickname is already in use", 0)[0]?.type, "NickRefused");
  first.take();
  first.changeNick("Tuan2");
  assert.deepEqual(first.take(), ["NICK Tuan2"]);
});

test("what a server can make us keep is bounded", () => {
  const core = ready(["batch", "message-tags", "server-time", "draft/chathistory"]);
  for (let n = 0; n < 1000; n++) {
    core.receive(`:s BATCH +${n} chathistory #a`, 0);
    core.receive(`:s BATCH +m${n} draft/multiline #a`, 0);
    core.receive(`@label=l :s BATCH +l${n} labeled-response`, 0);
  }
  for (let n = 0; n < 20_000; n++) core.receive(`@batch=0 :D!d@h PRIVMSG #a :${n}`, 0);
  const [told] = core.receive(":s BATCH -0", 0);
  assert.equal(told?.type === "History" && told.lines.length, 10_000);
});

test("the server's password goes first, and a refusal of it ends the connection", () => {
  const core = new Client("Tuan", 0, { pass: "open sesame" });
  assert.deepEqual(core.take().slice(0, 2), ["PASS :open sesame", "CAP LS 302"]);
  assert.deepEqual(core.receive(":s 464 Tuan :Password incorrect", 0), [
    { type: "PasswordRefused", reason: "Password incorrect" },
  ]);
  assert.deepEqual(core.receive("ERROR :Closing Link: Tuan (Bad password)", 0), []);
  assert.deepEqual(ready([]).receive(":s 464 Tuan :OPER was wrong", 0)[0]?.type, "ServerText");
});

test("where files go, and a token for one", () => {
  const core = ready([]);
  const said = ":s 005 Tuan draft/FILEHOST=http://127.0.0.1:55555/files WHOX :are supported";
  assert.deepEqual(core.receive(said, 0), [{ type: "FileHost", address: "http://127.0.0.1:55555/files" }]);
  assert.deepEqual(core.receive(said, 0), []);
  core.receive(":s 005 Tuan draft/FILEHOST=javascript:alert(1) :are supported", 0);
  assert.equal(core.isupport.filehost, "http://127.0.0.1:55555/files");
  core.fileToken();
  assert.deepEqual(core.take(), ["FILEHOST TOKEN"]);
  assert.deepEqual(core.receive(":s FILEHOST TOKEN abc", 0), [{ type: "FileToken", token: "abc" }]);
  assert.deepEqual(core.receive(":s FAIL FILEHOST ACCOUNT_REQUIRED TOKEN :No", 0), [
    { type: "FileRefused", reason: "No" },
  ]);
});
