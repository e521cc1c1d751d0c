// Without this, our signatures could hold in our own eyes only: here a receiver checks them with the library that the
// makers of Standard Webhooks give to receivers, over TLS.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
const folder = mkdtempSync(join(tmpdir(), "diurnal-webhooks-"));
const file = (name) => join(folder, name);
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const former = `whsec_${Buffer.alloc(64, 7).toString("base64")}`;
let server, port, requests, waiting;

before(async () => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("tls.key"), "-out", file("tls.crt"),
    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], { stdio: "pipe" });
  server = createServer({ key: readFileSync(file("tls.key")), cert: readFileSync(file("tls.crt")) }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.writeHead(204).end();
    const got = { headers: request.headers, body: Buffer.concat(parts).toString() };
    if (waiting.length) waiting.shift()(got);
    else requests.push(got);
  });
  server.on("tlsClientError", () => {}); // clients that do not trust it
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  port = server.address().port;
});
after(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});
test.beforeEach(() => { requests = []; waiting = []; });

const next = () => (requests.length ? Promise.resolve(requests.shift()) : new Promise((got) => waiting.push(got)));

const report = `---
series: Daily Field Report
title: Floodwater
date: 2018-05-04
slug: floodwater
state: published
---
The river rose.
`;

let count = 0;
async function serving(settings, work, host = "localhost") {
  const data = file(`room${++count}`);
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "diurnal.ini"),
    `[site]\ntitle = The Millbrook Diurnal\n\n[webhook.tool]\nurl = https://${host}:${port}/hook\nsecret = ${secret}\n${settings}`);
  const child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let site;
    await new Promise((done, failed) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        site = /^listening on (\S+)/.exec(line)?.[1] ?? site;
        if (line === "ready") done();
      });
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
    });
    writeFileSync(file("report.md"), report);
    execFileSync(diurnal, ["publish", "--data", data, file("report.md")], { stdio: "pipe" });
    return await work(data, site);
  } finally {
    child.kill("SIGTERM");
    await new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done()));
  }
}

const say = (site, name, body) => fetch(`${site}/2018/05/04/floodwater/comments`, {
  method: "POST", redirect: "manual", headers: { Origin: site }, body: new URLSearchParams({ name, body }),
}).then((response) => assert.equal(response.status, 303));

const check = (data) => new Promise((done) => {
  execFile(diurnal, ["webhook", "test", "--data", data, "tool"], { timeout: 60000 }, (error, out, why) =>
    done({ status: error ? error.code : 0, out, why }));
});

const trusted = () => `allow_private = yes\nca_file = ${file("tls.crt")}\n`;

test("the library of Standard Webhooks takes our messages, whatever is in them", async () => {
  await serving(trusted(), async (data, site) => {
    for (const words of ["plain", "“Überschwemmung” — 洪水 🌊 \\ \" </script>", "يومية ميلبروك", "a\n\n* b\n* c"]) {
      await say(site, "Tove Ø", words);
      const { headers, body } = await next();
      const message = new Webhook(secret).verify(body, headers);
      assert.equal(message.type, "comment.published");
      assert.equal(message.data.comment.name, "Tove Ø");
      assert.equal(headers["content-type"], "application/json");
    }
  });
});

test("it takes none that was changed, is signed with another secret, or is old", async () => {
  await serving(trusted(), async (data, site) => {
    await say(site, "Tove", "words");
    const { headers, body } = await next();
    const refuses = (secretOf, changedBody, changedHeaders) =>
      assert.throws(() => new Webhook(secretOf).verify(changedBody, { ...headers, ...changedHeaders }));
    new Webhook(secret).verify(body, headers);
    refuses(former, body, {});
    refuses(secret, body.replace("words", "worse"), {});
    refuses(secret, body, { "webhook-id": `${headers["webhook-id"]}x` });
    refuses(secret, body, { "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) });
    refuses(secret, body, { "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 3600) });
  });
});

test("while a secret is changed the library takes both", async () => {
  await serving(`${trusted()}former_secret = ${former}\n`, async (data) => {
    const said = await check(data);
    assert.equal(said.status, 0, said.why);
    const { headers, body } = await next();
    for (const either of [secret, former]) assert.equal(new Webhook(either).verify(body, headers).type, "webhook.test");
    assert.match(said.out, new RegExp(`it answered 204; the message was ${headers["webhook-id"]}`));
  });
});

test("a certificate that nobody vouches for, and another name's, get no message", async () => {
  for (const [settings, host] of [["allow_private = yes\n", "localhost"], [trusted(), "127.0.0.1"]]) {
    await serving(settings, async (data) => {
      const said = await check(data);
      assert.equal(said.status, 1);
      assert.match(said.why, /no certificate that is trusted/);
    }, host);
  }
  assert.equal(requests.length, 0);
});

test("the sample of the manual is what the library makes of it", () => {
  const text = readFileSync(resolve(root, "docs/webhooks.md"), "utf8");
  const header = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(text)[1];
  const key = /`(whsec_[\w+/=]+)`/.exec(text)[1];
  const body = /^\{.*\}$/m.exec(text)[0];
  assert.equal(new Webhook(key).sign(header("webhook-id"), new Date(header("webhook-timestamp") * 1000), body), header("webhook-signature"));
  JSON.parse(body);
});
