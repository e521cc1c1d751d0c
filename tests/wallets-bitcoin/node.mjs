// A node of Bitcoin (bcoin) or Bitcoin Cash (bcash) on its own regtest, in memory, for the tests beside this file.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
export const installed = existsSync(resolve(here, "node_modules/bcoin/bin/node"));
const password = "K";
const authorization = "Basic " + Buffer.from(`x:${password}`).toString("base64");

// They take no port 0, so the kernel is asked for free ones. Somebody else may take one before they do: then they end, and
// others are asked for.
async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function ask(url, method, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body),
    headers: { Authorization: authorization, "Content-Type": "application/json" } });
  const answer = await response.json();
  if (answer.error) throw new Error(`${url} ${JSON.stringify(body)}: ${answer.error.message}`);
  return answer;
}

async function begin(coin) {
  const folder = mkdtempSync(join(tmpdir(), `diurnal-${coin}-`));
  const [port, walletPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ["-r", join(here, "without-natives.cjs"), join(here, `node_modules/${coin}/bin/node`),
    "--network=regtest", "--memory=true", `--prefix=${folder}`, `--api-key=${password}`, `--wallet-api-key=${password}`,
    "--http-host=127.0.0.1", `--http-port=${port}`, "--wallet-http-host=127.0.0.1", `--wallet-http-port=${walletPort}`,
    "--listen=false", "--no-dns-seed", "--max-outbound=1", "--only=127.0.0.1:1", "--workers=false", "--log-level=none"],
  { stdio: ["ignore", "ignore", "inherit"] });
  let ended = false;
  child.once("exit", () => { ended = true; });
  const end = async () => {
    child.kill("SIGKILL"); // it is in memory: nothing is lost
    while (!ended) await new Promise((done) => child.once("exit", done));
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, walletPort, end, ended: () => ended };
}

let wallets = 0;
// A node with coins of its own to give.
export async function start(coin) {
  for (let tries = 0; ; tries++) {
    const child = await begin(coin);
    const url = `http://127.0.0.1:${child.port}/`;
    const wallet = `http://127.0.0.1:${child.walletPort}/wallet/primary`;
    const call = async (method, ...params) => (await ask(url, "POST", { method, params })).result;
    for (const last = Date.now() + 60000; Date.now() < last && !child.ended();) {
      try {
        await call("getblockcount");
        await ask(wallet, "GET");
        return { coin, url, user: "x", password, end: child.end, call,
          receive: async () => (await ask(`${wallet}/address`, "POST", { account: "default" })).address,
          // Pays each { address or script, value in satoshi } in one transaction; its id.
          send: async (...outputs) => (await ask(`${wallet}/send`, "POST", { rate: 10000, outputs })).hash,
          makeKey: async () => { // the account key of a wallet made anew
            const name = `newsroom${++wallets}`;
            await ask(wallet.replace("primary", name), "PUT", { type: "pubkeyhash" });
            return (await ask(wallet.replace("primary", `${name}/account/default`), "GET")).accountKey;
          },
          resend: () => ask(`http://127.0.0.1:${child.walletPort}/resend`, "POST", {}),
          balance: async () => (await ask(`${wallet}/balance`, "GET")).confirmed };
      } catch (why) {
        if (why instanceof SyntaxError) throw why;
        await new Promise((done) => setTimeout(done, 50)); // it tells nobody when it is ready
      }
    }
    await child.end();
    if (tries === 3) throw new Error(`${coin} does not start`);
  }
}
