// The page comes back by itself, whatever the server says at the end.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Connector } from "../../../gchat/web/static/net/connector.js";

/** Plays the browser's WebSocket. */
class Socket {
  static OPEN = 1;
  /** @type {Socket[]} */
  static made = [];
  readyState = Socket.OPEN;
  /** @type {string[]} */
  sent = [];
  constructor() {
    Socket.made.push(this);
  }
  /** @param {string} line */
  send(line) {
    this.sent.push(line);
  }
  close() {
    this.readyState = 3;
  }
}

/** @param {string[]} lines what the server says before it closes */
function after(lines) {
  mock.timers.enable({ apis: ["setTimeout"] });
  Socket.made.length = 0;
  // @ts-expect-error: it has what the connector uses
  globalThis.WebSocket = Socket;
  /** @type {import("../../../gchat/web/static/net/connector.js").NetEvent[]} */
  const events = [];
  const connector = new Connector("ws://chat.example/", (event) => events.push(event));
  connector.start("Tuan");
  const [socket] = Socket.made;
  socket.onopen?.();
  for (const data of lines) socket.onmessage?.({ data });
  socket.onclose?.({ reason: "" });
  const waiting = events.filter((event) => event.type === "Waiting");
  mock.timers.tick(1000);
  const attempts = Socket.made.length;
  connector.quit("");
  mock.timers.reset();
  return { waiting, attempts };
}

test("a server that leaves the others, or takes part in nothing, is connected to again", () => {
  const ends = {
    ":s 001 Tuan :Welcome|ERROR :Closing Link: h (This server was cut off from the others. Connect again)":
      "This server was cut off from the others.",
    "ERROR :This server takes no part in its network at the moment. Connect again.":
      "This server takes no part in its network at the moment.",
    ":s 001 Tuan :Welcome|ERROR :Closing Link: h (Server is shutting down)": "Server is shutting down",
    "": "The server closed the connection.",
  };
  for (const [lines, reason] of Object.entries(ends)) {
    const { waiting, attempts } = after(lines.split("|").filter(Boolean));
    assert.deepEqual(
      waiting.map((event) => event.reason),
      [reason],
    );
    assert.equal(attempts, 2);
  }
});
