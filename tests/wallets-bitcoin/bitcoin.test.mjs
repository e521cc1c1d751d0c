// Without this, the watcher could agree with our own idea of Bitcoin only: here it counts what real nodes (bcoin, bcash)
// mined, and the sums must be what was sent, through blocks that go and come again.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start as startNode } from "./node.mjs";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
const folder = mkdtempSync(join(tmpdir(), "diurnal-bitcoin-"));

const nodes = {};
before(async () => {
  for (const coin of ["bcoin", "bcash"]) {
    const node = nodes[coin] = await startNode(coin);
    node.mine = async (n = 1) => node.call("generatetoaddress", n, node.home);
    node.home = await node.receive();
    await node.mine(110);
    await until("the wallet has its coins", async () => (await node.balance()) > 0);
  }
});
let child, data, site, room = 0;
afterEach(async () => stop());
after(async () => {
  for (const node of Object.values(nodes)) await node.end();
  rmSync(folder, { recursive: true, force: true });
});

async function until(what, holds) {
  const end = Date.now() + 60000;
  for (;;) {
    const got = await holds();
    if (got) return got;
    if (Date.now() >= end) assert.fail(`did not happen: ${what}`);
    await pause(50);
  }
}

// A newsroom that watches what `lines` say by this node.
function configure(node, channel, lines, url = node.url) {
  data = join(folder, `room${++room}`);
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "diurnal.ini"), `[site]\ntitle = The Millbrook Diurnal\n[wallets]\nseconds = 1\nmempool_seconds = 1\n` +
    `[channel.${channel}]\nnetwork = regtest-bcoin\nnode_url = ${url}\nnode_user = ${node.user}\nnode_password = ${node.password}\n${lines}\n`);
}
async function start() {
  child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      site = /^listening on (\S+)/.exec(line)?.[1] ?? site;
      if (line === "ready") done();
    });
  });
}
async function stop() {
  const c = child;
  child = null;
  if (!c || c.exitCode !== null || c.signalCode !== null || c.pid === undefined) return;
  c.kill("SIGTERM");
  await new Promise((done) => c.once("exit", done));
}
const query = (sql) => JSON.parse(execFileSync("/usr/bin/python3", ["-c", `
import json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
db.row_factory = sqlite3.Row
print(json.dumps([dict(r) for r in db.execute(sys.argv[2])]))`, join(data, "diurnal.db"), sql]).toString());
const health = () => query("select * from channel_health")[0] ?? {};
const height = () => query("select coalesce(max(height), -1) as height from wallet_block")[0].height;

// The newsroom has looked at all the node has.
async function seen(node) {
  const best = await node.call("getbestblockhash");
  const count = await node.call("getblockcount");
  const turned = Buffer.from(best, "hex").reverse().toString("hex");
  await until(`block ${count} is looked at`, () =>
    query(`select 1 from wallet_block where height = ${count} and lower(hex(hash)) = '${turned}'`).length);
}
// From the public ledger alone: what came in, in satoshi.
async function sums() {
  const text = await (await fetch(`${site}/funding/ledger.csv`)).text();
  const [names, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  const of = (row, name) => row[names.indexOf(name)];
  const units = { settled: 0n, pending: 0n };
  for (const row of rows) {
    const slice = { assets: "settled", receivable: "pending" }[of(row, "account")];
    if (!slice) continue;
    assert.equal(of(row, "source"), "chain");
    units[slice] += BigInt(of(row, "amount").replace(".", ""));
  }
  return units;
}
async function isSound() {
  execFileSync(diurnal, ["check", "--data", data]);
  for (const file of ["ledger.csv", "proofs.jsonl"])
    writeFileSync(join(data, file), await (await fetch(`${site}/funding/${file}`)).text());
  return execFileSync(diurnal, ["ledger", "verify", "--proofs", join(data, "proofs.jsonl"), join(data, "ledger.csv")]).toString();
}
const shown = async () => (await (await fetch(`${site}/api/v1/funding`)).json()).channels[0].address;
// The last n blocks are replaced by n + 1 others.
async function replace(node, n) {
  const count = await node.call("getblockcount");
  await node.call("invalidateblock", await node.call("getblockhash", count - n + 1));
  assert.equal(await node.call("getblockcount"), count - n);
}


// BIP 380's checksum, written from the BIP's words.
function withChecksum(text) {
  const inputs = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
  const outputs = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const generator = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];
  let sum = 1n;
  const add = (symbol) => {
    const top = sum >> 35n;
    sum = ((sum & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
    generator.forEach((g, i) => { if ((top >> BigInt(i)) & 1n) sum ^= g; });
  };
  let group = [];
  for (const letter of text) {
    const at = inputs.indexOf(letter);
    add(at & 31);
    group.push(at >> 5);
    if (group.length === 3) add(group.splice(0).reduce((all, g) => all * 3 + g, 0));
  }
  if (group.length) add(group.reduce((all, g) => all * 3 + g, 0));
  for (let i = 0; i < 8; i++) add(0);
  sum ^= 1n;
  return text + "#" + [...Array(8).keys()].map((i) => outputs[Number((sum >> BigInt(5 * (7 - i))) & 31n)]).join("");
}

const btc = (name) => async (node) => `key = ${withChecksum(name.replace("KEY", `${await node.makeKey()}/0/*`))}`;
const kinds = {
  "P2WPKH from a descriptor": ["bcoin", "bitcoin", btc("wpkh(KEY)")],
  "P2SH-P2WPKH from a descriptor": ["bcoin", "bitcoin", btc("sh(wpkh(KEY))")],
  "P2PKH from a descriptor": ["bcoin", "bitcoin", btc("pkh(KEY)")],
  "P2TR from a descriptor": ["bcoin", "bitcoin", btc("tr(KEY)")],
  "P2PKH from a key": ["bcash", "bitcoincash", async (node) => `key = ${await node.makeKey()}`],
  "an address": ["bcoin", "bitcoin", async (node) => `address = ${await node.receive()}`],
  "a CashAddr": ["bcash", "bitcoincash", async (node) => `address = ${await node.receive()}`],
};
// bcoin is older than P2TR's form of addresses: it is told the script.
const target = (value) => ({ script: query("select lower(hex(script)) as script from wallet_address where number = 0")[0].script, value });

for (const [name, [coin, channel, lines]] of Object.entries(kinds))
  test(`${name}: pending in its first block, settled at its depth, gone and back with its block`, async () => {
    const node = nodes[coin];
    configure(node, channel, `${await lines(node)}\ndepth = 3`);
    await start();
    await until("the first look", () => height() >= 0);
    const address = await shown();
    const to = (value) => (name.startsWith("P2TR") ? target(value) : { address, value });
    await node.send(to(150000), to(200000)); // two outputs of one transaction
    await node.mine();
    await seen(node);
    assert.deepEqual(await sums(), { settled: 0n, pending: 350000n });
    await node.mine();
    await seen(node);
    assert.deepEqual(await sums(), { settled: 0n, pending: 350000n });
    await node.mine();
    await seen(node);
    assert.deepEqual(await sums(), { settled: 350000n, pending: 0n });
    assert.match(await isSound(), /in 2 payments; without a proof 0\.00000000/);

    await replace(node, 3); // the payment's block, too
    await node.mine(4); // without it
    await seen(node);
    assert.deepEqual(await sums(), { settled: 0n, pending: 0n });
    assert.match(await isSound(), /in 0 payments|^(?!.*proven)/s);
    await node.resend();
    await until("it is in the node's pool again", async () => (await node.call("getrawmempool")).length > 0);
    await node.mine(3);
    await seen(node);
    assert.deepEqual(await sums(), { settled: 350000n, pending: 0n });
    assert.match(await isSound(), /in 2 payments/);
    assert.equal(health().paused_at ?? 0, 0);
  });

test("gifts in blocks that come one after the other are all counted", async () => {
  const node = nodes.bcoin;
  const address = await node.receive();
  configure(node, "bitcoin", `address = ${address}\ndepth = 1`);
  await start();
  await until("the first look", () => height() >= 0);
  for (let i = 1; i <= 5; i++) {
    await node.send({ address, value: 10000 * i });
    await node.mine();
  }
  await seen(node);
  assert.deepEqual(await sums(), { settled: 150000n, pending: 0n });
});

test("coins that a miner made for the address count after a hundred blocks", async () => {
  const node = nodes.bcash;
  const address = await node.receive();
  configure(node, "bitcoincash", `address = ${address}\ndepth = 1`);
  await start();
  await until("the first look", () => height() >= 0);
  const before = await node.call("getblockcount");
  await node.call("generatetoaddress", 1, address);
  await node.mine(98);
  await seen(node);
  assert.equal((await sums()).settled, 0n);
  await node.mine(1);
  await seen(node);
  assert.equal(await node.call("getblockcount"), before + 100);
  const value = (await node.call("getblock", await node.call("getblockhash", before + 1), true, true)).tx[0].vout[0].value;
  assert.equal((await sums()).settled, BigInt(Math.round(value * 1e8)));
  await isSound();
});

test("a node that is down, and one of another network, are said to be; what came meanwhile is counted after that", async () => {
  const node = nodes.bcoin;
  const address = await node.receive();
  let to = node.url;
  const gate = createServer(async (request, response) => { // what the newsroom asks goes through here
    const parts = [];
    for await (const part of request) parts.push(part);
    const question = Buffer.concat(parts).toString();
    const answer = await (await fetch(to, { method: "POST", body: question, headers: { "Content-Type": "application/json",
      Authorization: request.headers.authorization } })).text();
    const wrong = JSON.parse(question).method === "getblockhash" && JSON.parse(question).params[0] === 0 && to !== node.url;
    response.writeHead(200, { "Content-Type": "application/json" })
      .end(wrong ? JSON.stringify({ ...JSON.parse(answer), result: "00".repeat(32) }) : answer);
  });
  await new Promise((done) => gate.listen(0, "127.0.0.1", done));
  const { port } = gate.address();
  try {
    configure(node, "bitcoin", `address = ${address}\ndepth = 1`, `http://127.0.0.1:${port}/`);
    await start();
    await until("the first look", () => height() >= 0);
    await new Promise((done) => { gate.closeAllConnections?.(); gate.close(done); });
    await node.send({ address, value: 70000 });
    await node.mine();
    await until("the node is said to be down", () => health().polls_failed > 0);
    to = nodes.bcash.url; // whose first block the gate gives as another one
    await new Promise((done) => gate.listen(port, "127.0.0.1", done));
    await until("the channel pauses", () => health().paused_at > 0);
    assert.deepEqual(await sums(), { settled: 0n, pending: 0n });
    to = node.url;
    await seen(node);
    assert.deepEqual(await sums(), { settled: 70000n, pending: 0n });
    await until("the channel goes on", () => !(health().paused_at > 0));
  } finally {
    gate.closeAllConnections?.();
    gate.close();
  }
});

test("own addresses are paid and found, each by itself, also after the server was away", async () => {
  const node = nodes.bcash;
  configure(node, "bitcoincash", `key = ${await node.makeKey()}\nown_addresses = yes\ndepth = 1`);
  await start();
  await until("the first look", () => height() >= 0);
  const ask = () => fetch(`${site}/funding/address/bitcoincash`, { method: "POST", redirect: "manual",
    headers: { Origin: site, "Content-Type": "application/x-www-form-urlencoded" } });
  await until("spares are there", async () => (await ask()).status === 303);
  const address = decodeURIComponent((await ask()).headers.get("location").split("/").at(-1));
  await stop();
  await node.send({ address, value: 123456 });
  await node.mine(2);
  await start();
  await seen(node);
  assert.deepEqual(await sums(), { settled: 123456n, pending: 0n });
  assert.equal(query(`select paid_at > 0 as paid from wallet_address where address = '${address}'`)[0].paid, 1);
});

for (const [coin, channel] of [["bcoin", "bitcoin"], ["bcash", "bitcoincash"]])
  test(`${coin}: what is on its way is shown apart until a block holds it`, async () => {
    const node = nodes[coin];
    const address = await node.receive();
    configure(node, channel, `address = ${address}\ndepth = 2`);
    await start();
    await until("the first look is over", () => health().heard_at > 0);
    execFileSync(diurnal, ["goal", "set", "--data", data, "--currency", "USD", "--amount", "5000", "--period", new Date().toISOString().slice(0, 7)]);
    const waiting = () => query("select coalesce(sum(value), 0) as value from wallet_unconfirmed")[0].value;
    await node.send({ address, value: 150000 });
    await until("it is on its way", () => waiting() === 150000);
    assert.deepEqual(await sums(), { settled: 0n, pending: 0n });
    assert.match(await (await fetch(`${site}/funding`)).text(), /On its way, in no block yet: <bdi>0\.0015/);
    await node.mine();
    await seen(node);
    await until("it is not any more", () => waiting() === 0);
    assert.deepEqual(await sums(), { settled: 0n, pending: 150000n });
    assert.doesNotMatch(await (await fetch(`${site}/funding`)).text(), /On its way/);
    await isSound();
  });
