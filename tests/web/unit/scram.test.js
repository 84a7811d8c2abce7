// SCRAM-SHA-256: the exchange of RFC 7677, section 3, and a server that cannot be believed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../../gchat/web/static/core/client.js";
import { Scram, ScramError } from "../../../gchat/web/static/core/scram.js";

const NONCE = "rOprNGfwEbeRWgbNEkqO";
const CHALLENGE = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const PROOF = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
const FINAL = `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;

test("the exchange of RFC 7677", async () => {
  const scram = new Scram("user", "pencil", NONCE);
  assert.equal(scram.first, `n,,n=user,r=${NONCE}`);
  assert.equal(scram.isProof("v="), false);
  assert.equal(await scram.final(CHALLENGE), FINAL);
  assert.equal(scram.isProof(PROOF), true);
  assert.equal(scram.isProof(PROOF.replace("6", "7")), false);
});

test("names and passwords are prepared", async () => {
  assert.match(new Scram("a=b,c", "x").first, /^n,,n=a=3Db=2Cc,r=[A-Za-z0-9+/]{24}$/);
  const soft = new Scram("user", "pen\u00adcil", NONCE);
  assert.equal(await soft.final(CHALLENGE), FINAL);
});

for (const challenge of [
  "",
  "e=other-error",
  CHALLENGE.replace(NONCE, "another"),
  CHALLENGE.replace("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", ""),
  CHALLENGE.replace("4096", "4095"),
  CHALLENGE.replace("4096", "10000001"),
  CHALLENGE.replace("s=W22", "s=!!"),
  `m=new,${CHALLENGE}`,
])
  test(`a challenge that is none: ${challenge}`, async () => {
    await assert.rejects(new Scram("user", "pencil", NONCE).final(challenge), ScramError);
  });

/** @param {string} mechanisms */
function loggingIn(mechanisms) {
  const core = new Client("Tuan", 0, { login: { account: "user", password: "pencil" } });
  core.receive(`:s CAP * LS :sasl${mechanisms && `=${mechanisms}`}`, 0);
  core.receive(":s CAP * ACK :sasl", 0);
  return core;
}

/** @param {Client} core */
const sent = (core) =>
  core
    .take()
    .filter((line) => line.startsWith("AUTHENTICATE"))
    .map((line) => line.split(" ")[1] ?? "");

test("the client prefers it, and believes no server that proves nothing", async () => {
  const core = loggingIn("EXTERNAL,PLAIN,SCRAM-SHA-256");
  assert.deepEqual(sent(core), ["SCRAM-SHA-256"]);
  core.receive("AUTHENTICATE +", 0);
  const nonce = atob(sent(core)[0] ?? "").split("r=")[1] ?? "";
  core.receive(`AUTHENTICATE ${btoa(CHALLENGE.replace(NONCE, nonce))}`, 0);
  await core.working;
  assert.match(atob(sent(core)[0] ?? ""), /^c=biws,r=.*,p=/);
  const told = core.receive(`AUTHENTICATE ${btoa(PROOF)}`, 0);
  assert.deepEqual(sent(core), ["*"]);
  assert.equal(told[0]?.type, "LoginFailed");
  assert.deepEqual(core.receive(":s 906 Tuan :SASL aborted", 0), []);
});

test("a success that nobody has proved is none", async () => {
  const core = loggingIn("SCRAM-SHA-256");
  core.receive("AUTHENTICATE +", 0);
  core.take();
  assert.equal(core.receive(":s 903 Tuan :Logged in", 0)[0]?.type, "LoginFailed");
});

test("a challenge that is none aborts", async () => {
  const core = loggingIn("SCRAM-SHA-256");
  core.receive("AUTHENTICATE +", 0);
  core.take();
  core.receive(`AUTHENTICATE ${btoa("nonsense")}`, 0);
  await core.working;
  assert.deepEqual(sent(core), ["*"]);
});

test("PLAIN where there is no other way", () => {
  for (const mechanisms of ["PLAIN", ""]) assert.deepEqual(sent(loggingIn(mechanisms)), ["PLAIN"]);
});
