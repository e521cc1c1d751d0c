// Without this, the watcher could agree with our own idea of Ethereum only: here it counts what a real node (anvil) mined,
// and the sums must be what the node itself says our addresses hold.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, beforeEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { anvil, door, installed, payer, payTo, refusing, say, token, transfer } from "./node.mjs";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
const folder = mkdtempSync(join(tmpdir(), "diurnal-ethereum-"));
const skip = installed ? false : "anvil is not installed for this machine";
// The accounts that anvil derives from its own published words (m/44'/60'/0'/0/N), and their xpub.
const accounts = ["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"];
const [giver, other, ours] = accounts;
const ether = 10n ** 18n;
const finality = "0x40"; // anvil calls blocks final that are 64 below the newest
const quantity = (v) => "0x" + v.toString(16);

let node, gate, data, child, room = 0;
beforeEach(async () => {
  if (skip) return;
  node = await anvil();
  gate = await door(node.url);
  data = join(folder, `room${++room}`);
  mkdirSync(data, { mode: 0o700 });
});
afterEach(async () => {
  await stop();
  await gate?.shut();
  await node?.end();
});
after(() => rmSync(folder, { recursive: true, force: true }));

function configure(lines = "", more = "") {
  writeFileSync(join(data, "diurnal.ini"), `[site]\ntitle = The Millbrook Diurnal\n\n[funding]\nethereum_seconds = 1\n\n` +
    `[channel.ethereum]\naddress = ${ours}\nchain_id = 31337\nnode_url = ${gate.url}\n${lines}\n${more}`);
}

let site;
async function start() {
  child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done, failed) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      site = /^listening on (\S+)/.exec(line)?.[1] ?? site;
      if (line === "ready") done();
    });
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
}
async function stop(signal = "SIGTERM") {
  const c = child;
  child = null;
  if (!c || c.pid === undefined) return;
  c.kill(signal);
  await new Promise((done) => (c.exitCode === null && c.signalCode === null ? c.once("exit", done) : done()));
}

const query = (sql) => JSON.parse(execFileSync("/usr/bin/python3", ["-c", `
import json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
db.row_factory = sqlite3.Row
print(json.dumps([dict(r) for r in db.execute(sys.argv[2])]))`, join(data, "diurnal.db"), sql]).toString());
const health = () => query("select * from channel_health where channel = 'ethereum'")[0] ?? {};
const events = (kind) => query(`select object, asset, minor, fine, state, reference from payment_event where kind = '${kind}' order by id`);
const position = () => query("select coalesce(max(number), -1) as number from ethereum_block where final = 1")[0].number;
const head = () => query("select coalesce(max(number), -1) as number from ethereum_block")[0].number;

async function until(what, holds) {
  const end = Date.now() + 60000;
  for (;;) {
    const got = await holds();
    if (got) return got;
    if (Date.now() >= end) assert.fail(`did not happen: ${what}; ${JSON.stringify(health())}`);
    await pause(100);
  }
}
const begun = () => until("the first look", () => position() >= 0);
// All final blocks are counted, and all others looked at.
async function counted() {
  const final = Number((await node.call("eth_getBlockByNumber", "finalized", false)).number);
  const latest = Number(await node.call("eth_blockNumber"));
  await until("all blocks are looked at", () => position() === final && head() === latest);
}
async function finalize() {
  await node.call("anvil_mine", finality);
  await counted();
}
async function settle(hash) {
  return until("a receipt", () => node.call("eth_getTransactionReceipt", hash));
}
const give = async (to, value, more = {}) =>
  settle(await node.call("eth_sendTransaction", { from: giver, to, value: quantity(value), ...more }));
const invoke = async (to, input, more = {}) => settle(await node.call("eth_sendTransaction", { from: giver, to, input, gas: "0x30d40", ...more }));
const deploy = async (code, from = giver) => {
  const receipt = await settle(await node.call("eth_sendTransaction", { from, data: code, gas: "0x100000" }));
  assert.equal(receipt.status, "0x1");
  return checksum(receipt.contractAddress);
};
async function checksum(address) {
  const low = address.toLowerCase().slice(2);
  const hash = (await node.call("web3_sha3", "0x" + Buffer.from(low).toString("hex"))).slice(2);
  return "0x" + [...low].map((c, i) => (parseInt(hash[i], 16) >= 8 ? c.toUpperCase() : c)).join("");
}
const balance = async (who, at = "latest") => BigInt(await node.call("eth_getBalance", who, at));

// From the public ledger alone: what came in, in smallest units, by asset.
async function sums() {
  const text = await (await fetch(`${site}/funding/ledger.csv`)).text();
  const [names, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  const of = (row, name) => row[names.indexOf(name)];
  const units = { settled: {}, pending: {} };
  for (const row of rows) {
    const slice = { assets: "settled", receivable: "pending" }[of(row, "account")];
    if (!slice) continue;
    assert.equal(of(row, "source"), "chain");
    const amount = BigInt(of(row, "amount").replace(".", ""));
    units[slice][of(row, "asset")] = (units[slice][of(row, "asset")] ?? 0n) + amount;
  }
  for (const slice of Object.values(units)) for (const [asset, v] of Object.entries(slice)) if (v === 0n) delete slice[asset];
  return units;
}
async function isSound() {
  const said = execFileSync(diurnal, ["check", "--data", data]).toString();
  writeFileSync(join(data, "ledger.csv"), await (await fetch(`${site}/funding/ledger.csv`)).text());
  execFileSync(diurnal, ["ledger", "verify", join(data, "ledger.csv")]);
  return said;
}

test("a gift is pending at once, settled when its block is final, and the sum is what the address holds", { skip }, async () => {
  configure();
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  const from = position();
  const was = await balance(ours, quantity(BigInt(from)));
  const one = await give(ours, ether / 4n + 1n);
  await until("it is pending", async () => (await sums()).pending.ETH === ether / 4n + 1n);
  assert.deepEqual((await sums()).settled, {});
  await give(ours, 3n * ether);
  await finalize();
  assert.deepEqual(await sums(), { settled: { ETH: 13n * ether / 4n + 1n }, pending: {} });
  assert.equal((await balance(ours)) - was, 13n * ether / 4n + 1n);
  const rows = events("payment");
  assert.equal(rows[0].object, one.transactionHash);
  assert.equal(rows[0].reference, one.transactionHash);
  await isSound();
});

test("what a contract pays on is counted by the difference of balances, and what is spent is not taken for less", { skip }, async () => {
  configure();
  const contract = await deploy(payer);
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  const was = await balance(ours, quantity(BigInt(position())));
  await give(contract, 7n * 10n ** 15n, { input: payTo(ours), gas: "0x30d40" });
  const spent = await give(other, ether, { from: ours });
  await give(ours, 2n * ether);
  await finalize();
  const fee = BigInt(spent.gasUsed) * BigInt(spent.effectiveGasPrice);
  assert.deepEqual(await sums(), { settled: { ETH: 2n * ether + 7n * 10n ** 15n }, pending: {} });
  assert.equal(await balance(ours), was + 2n * ether + 7n * 10n ** 15n - ether - fee);
  assert.match(events("payment")[1].object, new RegExp(`^${ours}@\\d+\\.\\.\\d+$`));
  assert.equal(health().ignored, 0);
  await isSound();
});

test("a restart in between counts nothing twice and leaves nothing out", { skip }, async () => {
  configure();
  const contract = await deploy(payer);
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  let sum = 0n;
  for (const signal of ["SIGTERM", "SIGKILL", "SIGKILL"]) {
    await give(ours, ether);
    await give(contract, ether / 2n, { input: payTo(ours), gas: "0x30d40" });
    sum += 3n * ether / 2n;
    await node.call("anvil_mine", "0x20");
    if (signal === "SIGKILL") await until("some of it", () => head() > 0);
    await stop(signal);
    await give(ours, ether / 10n);
    sum += ether / 10n;
    await node.call("anvil_mine", "0x10");
    await start();
  }
  await finalize();
  assert.deepEqual(await sums(), { settled: { ETH: sum }, pending: {} });
  await isSound();
});

test("a transaction that failed is none, though its value stands in the block", { skip }, async () => {
  configure();
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  await node.call("anvil_setCode", ours, refusing);
  const receipt = await give(ours, ether, { gas: "0x30d40" });
  assert.equal(receipt.status, "0x0");
  await node.call("anvil_setCode", ours, "0x");
  await finalize();
  assert.deepEqual(await sums(), { settled: {}, pending: {} });
});

test("tokens count by contract: by their place in the receipt, not when they say nothing, nor when another bears their name", { skip }, async () => {
  const coin = await deploy(token);
  const fake = await deploy(token);
  configure(`tokens = USDC ${coin}`);
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  await invoke(fake, transfer(ours, 5000000n));
  await invoke(coin, transfer(ours, 0n));
  await invoke(coin, transfer(ours, 9999n)); // less than a hundredth
  await node.call("evm_setAutomine", false);
  const both = [];
  for (const value of [25000000n, 1500000n])
    both.push(await node.call("eth_sendTransaction", { from: giver, to: coin, input: transfer(ours, value), gas: "0x30d40" }));
  await node.call("evm_mine");
  await node.call("evm_setAutomine", true);
  const logs = await Promise.all(both.map(async (hash) => (await settle(hash)).logs[0].logIndex));
  assert.deepEqual(logs, ["0x0", "0x1"]);
  await until("they are pending", async () => (await sums()).pending.USDC === 26500000n);
  await finalize();
  assert.deepEqual(await sums(), { settled: { USDC: 26500000n }, pending: {} });
  assert.deepEqual(events("payment").map((row) => row.object), both.map((hash) => `${hash}:0`));
  assert.equal(health().ignored, 1);
  await isSound();
});

test("a token that says a transfer and moves nothing is not counted", { skip }, async () => {
  const coin = await deploy(token);
  configure(`tokens = USDT ${coin}`);
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  await invoke(coin, say(ours, 700000000n));
  await finalize();
  assert.deepEqual(await sums(), { settled: {}, pending: {} });
  assert.ok(health().ignored > 0);
  assert.match(health().why, /moved less/);
});

test("a gift whose block is replaced before it is final is counted once when it comes again, and fails when it does not", { skip }, async () => {
  configure();
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  const back = await give(ours, ether);
  await give(ours, 2n * ether);
  await node.call("anvil_mine", "0x2");
  await until("both are pending", async () => (await sums()).pending.ETH === 3n * ether);
  const transaction = await node.call("eth_getRawTransactionByHash", back.transactionHash);
  await node.call("anvil_reorg", 4, []);
  assert.equal(await node.call("eth_getTransactionReceipt", back.transactionHash), null);
  await settle(await node.call("eth_sendRawTransaction", transaction));
  await finalize();
  assert.deepEqual((await sums()).settled, { ETH: ether });
  await node.call("anvil_mine", "0x120");
  await counted();
  await until("the other one has failed", async () => !(await sums()).pending.ETH);
  assert.deepEqual((await sums()).settled, { ETH: ether });
  assert.equal(events("failed").length, 1);
  await isSound();
});

test("a node that is down or of another network is said to be, and what it holds is counted after that", { skip }, async () => {
  configure();
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  await gate.shut();
  await until("it is noted", () => health().polls_failed > 1);
  assert.match(health().why, /does not answer/);
  await give(ours, ether);
  await node.call("anvil_mine", finality);
  gate.lie = (method, params, result) => (method === "eth_chainId" ? "0x1" : result);
  await gate.open();
  await until("it is paused", () => health().paused_at > 0);
  assert.match(health().paused_why, /chain id 1, .* 31337/);
  assert.deepEqual(await sums(), { settled: {}, pending: {} });
  gate.lie = null;
  await until("it goes on", () => health().paused_at === 0);
  await counted();
  assert.deepEqual((await sums()).settled, { ETH: ether });
  await isSound();
});

test("a final block that changes pauses the channel, and it goes on when the node says the same again", { skip }, async () => {
  configure();
  await node.call("anvil_mine", "0x50");
  await start();
  await begun();
  const at = position();
  gate.lie = (method, params, result) => (method === "eth_getBlockByNumber" && Number(result.number) === at ?
    { ...result, hash: "0x" + "11".repeat(32) } : result);
  await until("it is paused", () => health().paused_at > 0);
  assert.match(health().paused_why, new RegExp(`block ${at} `));
  await give(ours, ether);
  await node.call("anvil_mine", finality);
  await pause(1500);
  assert.equal(position(), at);
  gate.lie = null;
  await counted();
  assert.deepEqual((await sums()).settled, { ETH: ether });
  assert.equal(health().paused_at, 0);
});
