// A node of Ethereum (anvil) for the tests beside this file, and a door in front of it that can be shut or made to lie;
// and contracts, written in the machine's own words.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const binary = resolve(here, "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
export const installed = existsSync(binary);

export async function anvil(settings = []) {
  const begun = Math.floor(Date.now() / 1000) - 3000; // each mined block is at least a second later
  const child = spawn(binary, ["--host", "127.0.0.1", "--port", "0", "--timestamp", String(begun), ...settings],
    { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((done, failed) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port) done(`http://127.0.0.1:${port}`);
    });
    child.once("exit", (code) => failed(new Error(`anvil ended with ${code}`)));
  });
  const end = async () => {
    child.kill("SIGTERM");
    await new Promise((done) => (child.exitCode === null && child.signalCode === null ? child.once("exit", done) : done()));
  };
  return { url, end, call: (method, ...params) => call(url, method, params) };
}

let calls = 0;
export async function call(url, method, params) {
  const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: ++calls, method, params }) });
  const answer = await response.json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

// What Diurnal asks goes through here. `lie(method, params, result)` may give another result.
export async function door(url) {
  const state = { lie: null };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const question = JSON.parse(Buffer.concat(parts));
    let answer;
    try {
      answer = { jsonrpc: "2.0", id: question.id, result: await call(url, question.method, question.params) };
      if (state.lie) answer.result = state.lie(question.method, question.params, answer.result);
    } catch (why) {
      answer = { jsonrpc: "2.0", id: question.id, error: { code: -32000, message: String(why.message) } };
    }
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  state.url = `http://127.0.0.1:${port}/`;
  state.open = () => new Promise((done) => server.listen(port, "127.0.0.1", done));
  state.shut = () => new Promise((done) => { server.closeAllConnections?.(); server.close(done); });
  return state;
}

const words = Object.fromEntries(Object.entries({
  STOP: 0x00, ADD: 0x01, SUB: 0x03, LT: 0x10, EQ: 0x14, SHR: 0x1c, CALLER: 0x33, CALLVALUE: 0x34, CALLDATALOAD: 0x35,
  CODECOPY: 0x39, POP: 0x50, MSTORE: 0x52, SLOAD: 0x54, SSTORE: 0x55, JUMP: 0x56, JUMPI: 0x57, GAS: 0x5a, JUMPDEST: 0x5b,
  DUP1: 0x80, DUP2: 0x81, DUP3: 0x82, SWAP1: 0x90, LOG3: 0xa3, CALL: 0xf1, RETURN: 0xf3, REVERT: 0xfd,
}));
const hex = (n, bytes) => n.toString(16).padStart(2 * bytes, "0");

// "36 CALLDATALOAD :label JUMP label: STOP": numbers are pushed, :label pushes a place, label: is one.
export function assemble(text) {
  const tokens = text.trim().split(/\s+/);
  const size = (t) => (t.endsWith(":") ? 1 : t.startsWith(":") ? 3 : /^\d/.test(t) ? 1 + pushed(t).length / 2 : 1);
  const places = {};
  let at = 0;
  for (const t of tokens) {
    if (t.endsWith(":")) places[t.slice(0, -1)] = at;
    at += size(t);
  }
  return tokens.map((t) => {
    if (t.endsWith(":")) return hex(words.JUMPDEST, 1);
    if (t.startsWith(":")) return "61" + hex(places[t.slice(1)], 2);
    if (/^\d/.test(t)) return hex(0x5f + pushed(t).length / 2, 1) + pushed(t);
    return hex(words[t], 1);
  }).join("");
}
function pushed(t) {
  const digits = BigInt(t).toString(16);
  return digits.length % 2 ? "0" + digits : digits;
}

// Code that puts `runtime` in its place, after `first` has run.
export function deployment(runtime, first = "") {
  const length = runtime.length / 2;
  const before = assemble(first || "0 POP");
  const copy = (from) => assemble(`${length} 0x${hex(from, 2)} 0 CODECOPY ${length} 0 RETURN`);
  const from = before.length / 2 + copy(0x101).length / 2;
  // the offset is pushed in two bytes whatever it is
  const code = before + copy(from + 0x100).replace(`61${hex(from + 0x100, 2)}`, `61${hex(from, 2)}`);
  return "0x" + code + runtime;
}

const transferTopic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
// A token of ERC-20 as far as it is looked at: balances stand in the storage under the address itself. Whoever deploys it
// has all. The function 0x00000001 says a transfer and moves nothing.
export const token = deployment(assemble(`
  0 CALLDATALOAD 224 SHR
  DUP1 0x70a08231 EQ :balance JUMPI
  DUP1 0xa9059cbb EQ :transfer JUMPI
  DUP1 1 EQ :say JUMPI
  fail: 0 0 REVERT
  balance: 4 CALLDATALOAD SLOAD 0 MSTORE 32 0 RETURN
  transfer: 36 CALLDATALOAD CALLER SLOAD DUP2 DUP2 LT :fail JUMPI
    DUP2 SWAP1 SUB CALLER SSTORE
    4 CALLDATALOAD DUP1 SLOAD DUP3 ADD SWAP1 SSTORE :tell JUMP
  say: 36 CALLDATALOAD
  tell: 0 MSTORE 4 CALLDATALOAD CALLER ${transferTopic} 32 0 LOG3
    1 0 MSTORE 32 0 RETURN`), `0xffffffffffffffff CALLER SSTORE`);
// Sends what comes to the address in its call.
export const payer = deployment(assemble("0 0 0 0 CALLVALUE 0 CALLDATALOAD GAS CALL POP STOP"));
export const refusing = "0x" + assemble("0 0 REVERT");
const word = (v) => hex(BigInt(v), 32);
export const transfer = (to, value) => "0xa9059cbb" + word(to) + word(value);
export const say = (to, value) => "0x00000001" + word(to) + word(value);
export const payTo = (to) => "0x" + word(to);
