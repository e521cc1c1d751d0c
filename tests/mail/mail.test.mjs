// Without this, our mails could be well-formed in our own eyes only: here a real SMTP server takes them over
// TLS, another author's parser reads them, and another author's verifier checks their DKIM signatures.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { authenticate } from "mailauth";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
const folder = mkdtempSync(join(tmpdir(), "diurnal-mail-"));
const file = (name) => join(folder, name);
let mails, servers;

before(() => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("tls.key"), "-out", file("tls.crt"),
    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], { stdio: "pipe" });
  execFileSync("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file("rsa.pem")], { stdio: "pipe" });
  execFileSync("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", file("weak.pem")], { stdio: "pipe" });
  execFileSync("openssl", ["genpkey", "-algorithm", "ED25519", "-out", file("ed25519.pem")], { stdio: "pipe" });
});
after(() => rmSync(folder, { recursive: true, force: true }));

// A server that takes mails from user "news" with the password "right".
async function listen(options = {}) {
  const server = new SMTPServer({
    key: readFileSync(file("tls.key")), cert: readFileSync(file("tls.crt")), logger: false, authOptional: false,
    onAuth: (auth, session, done) =>
      auth.username === "news" && auth.password === "right" ? done(null, { user: "news" }) : done(new Error("no")),
    onData: (stream, session, done) => {
      const parts = [];
      stream.on("data", (part) => parts.push(part));
      stream.on("end", () => {
        mails.push({ text: Buffer.concat(parts), envelope: session.envelope, secure: session.secure, name: session.hostNameAppearsAs });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {}); // clients that break off on purpose
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  servers.push(server);
  return server.server.address().port;
}

// The data folder of a newsroom that sends by that server.
function newsroom(name, settings, site = "title = The Millbrook Diurnal\nlanguage = en\n") {
  const data = file(name);
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "diurnal.ini"), `[site]\n${site}url = https://diurnal.example\n\n[mail]\nfrom = news@diurnal.example\n${settings}`);
  return data;
}

async function serving(data, work) {
  const child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((done, failed) => {
      createInterface({ input: child.stdout }).on("line", (line) => line === "ready" && done());
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
    });
    return await work();
  } finally {
    child.kill("SIGTERM");
    await new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done()));
  }
}

const send = (data, to = "reader@example.net") => new Promise((done) => {
  execFile(diurnal, ["mail", "test", "--data", data, "--to", to], { timeout: 60000 }, (error, out, why) =>
    done({ status: error ? error.code : 0, out, why }));
});

let count = 0;
async function sent(settings, site) {
  const data = newsroom(`room${++count}`, settings, site);
  return serving(data, () => send(data));
}

test.beforeEach(() => { mails = []; servers = []; });
test.afterEach(async () => { for (const s of servers) await new Promise((done) => s.close(done)); });

const login = (port) => `server = smtp://localhost:${port}\nuser = news\npassword = right\nca_file = ${file("tls.crt")}\n`;

test("over STARTTLS and with AUTH a mail arrives whole, for one recipient", async () => {
  const result = await sent(login(await listen()));
  assert.equal(result.status, 0, result.why);
  assert.equal(mails.length, 1);
  assert.equal(mails[0].secure, true);
  assert.deepEqual(mails[0].envelope.rcptTo.map((to) => to.address), ["reader@example.net"]);
  const mail = await simpleParser(mails[0].text);
  assert.equal(mail.subject, "A test from The Millbrook Diurnal");
  assert.deepEqual(mail.from.value, [{ address: "news@diurnal.example", name: "The Millbrook Diurnal" }]);
  assert.deepEqual(mail.to.value.map((to) => to.address), ["reader@example.net"]);
  assert.match(mail.messageId, /^<test_\d+\.[0-9a-f]{24}@diurnal\.example>$/);
  assert.ok(Math.abs(mail.date - Date.now()) < 120000);
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
  assert.match(mail.text, /“diurnal mail test”/);
  assert.match(mail.html, /<a href="https:\/\/diurnal\.example\/">The Millbrook Diurnal<\/a>/);
});

test("over TLS from the first byte too", async () => {
  const port = await listen({ secure: true });
  const result = await sent(login(port).replace("smtp://", "smtps://"));
  assert.equal(result.status, 0, result.why);
  assert.equal(mails.length, 1);
});

test("a certificate that nobody vouches for, and another name's, end it before the password is said", async () => {
  let asked = 0;
  const port = await listen({ onAuth: (auth, session, done) => { asked++; done(new Error("no")); } });
  for (const settings of [login(port).replace(/ca_file.*\n/, ""), login(port).replace("localhost", "127.0.0.1")]) {
    const result = await sent(settings);
    assert.equal(result.status, 1);
    assert.match(result.why, /cannot be used/);
  }
  assert.equal(asked, 0);
  assert.equal(mails.length, 0);
});

test("a wrong password is the server's trouble, and is not shown", async () => {
  const result = await sent(login(await listen()).replace("right", "wrong-word"));
  assert.equal(result.status, 1);
  assert.match(result.why, /cannot be used/);
  assert.doesNotMatch(result.why, /wrong-word/);
  assert.equal(mails.length, 0);
});

for (const [language, title] of [["en", "Zeitung für Überschwemmungen, «München» — 洪水 🌊"], ["ar", "يومية ميلبروك"], ["de", "Quote \" and \\ back"]]) {
  test(`the site's name and language come through: ${language}`, async () => {
    const result = await sent(login(await listen()), `title = ${title}\nlanguage = ${language}\n`);
    assert.equal(result.status, 0, result.why);
    const mail = await simpleParser(mails[0].text);
    assert.equal(mail.from.value[0].name, title);
    assert.ok(mail.subject.includes(title), mail.subject);
    assert.ok(mail.text.includes(title));
    assert.match(mail.html, language === "ar" ? /lang="ar" dir="rtl"/ : /dir="ltr"/);
    assert.ok(mails[0].text.toString("latin1").split("\r\n").every((line) => line.length <= 998));
  });
}

// What DNS says is what the program tells the operator to put there.
function resolver(said) {
  const [, name, text] = /in DNS must stand: (\S+) TXT "([^"]+)"/.exec(said);
  return async (asked, type) => {
    if (asked === name && type === "TXT") return [[text]];
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  };
}

async function verify(text, said) {
  const { dkim } = await authenticate(text, { resolver: resolver(said), ip: "127.0.0.1", helo: "x", mta: "x", sender: "news@diurnal.example",
    disableArc: true, disableDmarc: true, disableBimi: true });
  return dkim.results.map((r) => [r.status.result, r.algo, r.signingDomain]);
}

for (const [key, algorithm] of [["rsa.pem", "rsa-sha256"], ["ed25519.pem", "ed25519-sha256"]]) {
  test(`DKIM by ${algorithm} passes, and fails when a header or the text was changed`, async () => {
    for (const site of ["title = Millbrook\nlanguage = en\n", "title = يومية ميلبروك\nlanguage = ar\n"]) {
      mails = [];
      const result = await sent(login(await listen()) + `dkim_key = ${file(key)}\ndkim_selector = s1\nreply_to = desk@diurnal.example\n`, site);
      assert.equal(result.status, 0, result.why);
      const text = mails[0].text.toString("latin1");
      assert.deepEqual(await verify(Buffer.from(text, "latin1"), result.out), [["pass", algorithm, "diurnal.example"]]);
      const changed = [
        text.replace(/^To: .*$/m, "To: <other@example.net>"),
        text.replace(/^Subject: /m, "Subject: x"),
        text.replace(/(\r\n\r\n[^]*\r\n\r\n)/, "$1x"),
        "Subject: another\r\n" + text,
        "From: another@example.org\r\n" + text,
        text.replace(/^(Auto-Submitted: ).*$/m, "$1no"),
      ];
      for (const one of changed) {
        assert.notEqual(one, text);
        const [[outcome]] = await verify(Buffer.from(one, "latin1"), result.out);
        assert.notEqual(outcome, "pass");
      }
      // What servers on the way may do: fold anew, add their own headers.
      const carried = "Received: from a by b\r\n" + text.replace(/^Auto-Submitted: /m, "Auto-Submitted:\r\n\t ");
      assert.equal((await verify(Buffer.from(carried, "latin1"), result.out))[0][0], "pass");
    }
  });
}

test("a key that is too weak is refused when the program starts", () => {
  const data = newsroom("weak", `server = smtp://localhost:25\ndkim_key = ${file("weak.pem")}\n`);
  assert.throws(() => execFileSync(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: "pipe", timeout: 20000 }),
    (error) => error.status === 1 && /RSA of 2048/.test(error.stderr));
});
