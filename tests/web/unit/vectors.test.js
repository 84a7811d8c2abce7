// Lines in, events out: what the cores of the page and of the window have in common.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Client } from "../../../gchat/web/static/core/client.js";
import { CAPS } from "../../../gchat/web/static/core/history.js";

const vectors = JSON.parse(readFileSync(new URL("../../vectors/core.json", import.meta.url), "utf8"));

/** Whether all that is wanted is there. @param {any} found @param {any} wanted @returns {boolean} */
function has(found, wanted) {
  if (Array.isArray(wanted))
    return found.length === wanted.length && wanted.every((one, at) => has(found[at], one));
  if (wanted && typeof wanted === "object")
    return Object.entries(wanted).every(([name, one]) => name in found && has(found[name], one));
  return found === wanted;
}

for (const vector of vectors)
  test(vector.name, () => {
    const core = new Client("Tuan", 0, { newest: new Map(Object.entries(vector.newest ?? {})) });
    const opening = [];
    const caps = CAPS.join(" ");
    if (vector.caps) opening.push(`:s CAP * LS :${caps}`, `:s CAP * ACK :${caps}`);
    opening.push(":s 001 Tuan :Welcome");
    if (vector.history) opening.push(`:s 005 Tuan CHATHISTORY=${vector.history} :are supported`);
    if (vector.caps) {
      opening.push(":s BATCH +T draft/chathistory-targets");
      for (const name of vector.conversations ?? [])
        opening.push(`@batch=T :s CHATHISTORY TARGETS ${name} 2026-11-27T10:00:00Z`);
      opening.push(":s BATCH -T");
    }
    const last = opening.pop() ?? "";
    for (const line of opening) core.receive(line, 0);
    core.take();
    const events = [last, ...vector.in].flatMap((line) => core.receive(line, 0));
    const told = events.filter((event) => event.type !== "Registered");
    assert.ok(has(told, vector.events), JSON.stringify(told, null, 1));
    if (vector.out)
      assert.deepEqual(
        core.take().filter((line) => !line.startsWith("PING")),
        vector.out,
      );
  });
