// Without this, we could take only what we signed ourselves: here the providers' own libraries sign, and what they sign is
// booked, once, and nothing else. Stripe's library also takes times from the future; we do not.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
const folder = mkdtempSync(join(tmpdir(), "diurnal-hooks-"));
const own = `whsec_${Buffer.from("a secret that only the two of us know").toString("base64")}`;
const secret = "whsec_river_and_harbour";
const stripe = new Stripe("sk_test_none", { apiVersion: null, telemetry: false });
const data = join(folder, "data");
let child, site;

before(async () => {
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "diurnal.ini"), `[site]\ntitle = The Millbrook Diurnal\ncurrency = USD\n[limits]\nsign_in_rate = 100000\n` +
    `sign_in_burst = 10000\n[channel.shop]\nkind = webhook\nsecret = ${own}\n` +
    `[channel.stripe]\nurl = https://donate.stripe.com/millbrook\nsecret = ${secret}\n`);
  child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      site = /^listening on (\S+)/.exec(line)?.[1] ?? site;
      if (line === "ready") done();
    });
  });
});
after(async () => {
  if (child?.pid !== undefined && child.exitCode === null) {
    child.kill("SIGTERM");
    await new Promise((done) => child.once("exit", done));
  }
  rmSync(folder, { recursive: true, force: true });
});

const post = async (channel, body, headers) =>
  (await fetch(`${site}/hooks/${channel}`, { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } })).status;
async function income(channel) {
  const [names, ...rows] = (await (await fetch(`${site}/funding/ledger.csv`)).text()).trim().split(/\r?\n/).map((l) => l.split(","));
  const of = (row, name) => row[names.indexOf(name)];
  return rows.filter((row) => of(row, "channel") === channel && of(row, "account") === "income")
    .reduce((sum, row) => sum - Math.round(Number(of(row, "amount")) * 100), 0);
}
const now = () => Math.floor(Date.now() / 1000);
const charge = (id, more = {}) => JSON.stringify({ id: `evt_${id}`, object: "event", type: "charge.succeeded", livemode: true,
  created: now(), data: { object: { id: `ch_${id}`, object: "charge", amount: 2500, currency: "usd", created: now(), paid: true,
    status: "succeeded", captured: true, billing_details: {} } }, ...more });
const byStripe = (payload, more = {}) => ({ "Stripe-Signature":
  stripe.webhooks.generateTestHeaderString({ payload, secret, ...more }) });

test("what Stripe's library signs is booked, and once however often it comes", async () => {
  const payload = charge("one");
  const before = await income("stripe");
  stripe.webhooks.constructEvent(payload, byStripe(payload)["Stripe-Signature"], secret); // it takes it, too
  for (let i = 0; i < 3; i++) assert.equal(await post("stripe", payload, byStripe(payload)), 200);
  assert.equal(await income("stripe") - before, 2500);
});

test("changed bytes, another secret and no signature are refused by Stripe's library and by us", async () => {
  const payload = charge("two");
  const changed = payload.replace("2500", "9500");
  const head = byStripe(payload)["Stripe-Signature"];
  const before = await income("stripe");
  assert.throws(() => stripe.webhooks.constructEvent(changed, head, secret));
  assert.equal(await post("stripe", changed, { "Stripe-Signature": head }), 401);
  const other = byStripe(payload, { secret: "whsec_other" });
  assert.throws(() => stripe.webhooks.constructEvent(payload, other["Stripe-Signature"], secret));
  assert.equal(await post("stripe", payload, other), 401);
  assert.equal(await post("stripe", payload, {}), 401);
  assert.equal(await income("stripe"), before);
});

test("times that are too old are refused by both, and those of the future by us", async () => {
  const payload = charge("three");
  const old = byStripe(payload, { timestamp: now() - 400 });
  assert.throws(() => stripe.webhooks.constructEvent(payload, old["Stripe-Signature"], secret));
  assert.equal(await post("stripe", payload, old), 401);
  const future = byStripe(payload, { timestamp: now() + 4000 });
  stripe.webhooks.constructEvent(payload, future["Stripe-Signature"], secret); // it does not look
  assert.equal(await post("stripe", payload, future), 401);
  for (const at of [now() - 250, now() + 250])
    assert.equal(await post("stripe", payload, byStripe(payload, { timestamp: at })), 200);
});

test("test mode is taken and not counted", async () => {
  const payload = charge("four", { livemode: false });
  const before = await income("stripe");
  assert.equal(await post("stripe", payload, byStripe(payload)), 200);
  assert.equal(await income("stripe"), before);
});

const gift = (object, amount = "12.50") => JSON.stringify({ events: [{ type: "payment", object, amount, currency: "USD",
  occurred_at: new Date().toISOString().replace(/\.\d+Z/, "Z") }] });
const byStandard = (id, payload, { at = new Date(), key = own } = {}) => ({ "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": new Webhook(key).sign(id, at, payload) });

test("what the library of Standard Webhooks signs is booked, and once however often it comes", async () => {
  const payload = gift("g1");
  const headers = byStandard("msg_1", payload);
  const before = await income("shop");
  new Webhook(own).verify(payload, headers);
  for (let i = 0; i < 3; i++) assert.equal(await post("shop", payload, headers), 200);
  assert.equal(await post("shop", payload, byStandard("msg_2", payload)), 200); // told again in another message
  assert.equal(await income("shop") - before, 1250);
});

test("what that library refuses, we refuse", async () => {
  const payload = gift("g2");
  const before = await income("shop");
  const wrong = [
    [payload.replace("12.50", "99.50"), byStandard("msg_3", payload)],
    [payload, byStandard("msg_3", payload, { key: `whsec_${Buffer.alloc(32, 9).toString("base64")}` })],
    [payload, byStandard("msg_3", payload, { at: new Date(Date.now() - 400000) })],
    [payload, byStandard("msg_3", payload, { at: new Date(Date.now() + 400000) })],
    [payload, { ...byStandard("msg_3", payload), "webhook-id": "msg_4" }],
  ];
  for (const [body, headers] of wrong) {
    assert.throws(() => new Webhook(own).verify(body, headers));
    assert.equal(await post("shop", body, headers), 401);
  }
  assert.equal(await income("shop"), before);
  execFileSync(diurnal, ["check", "--data", data]);
});
