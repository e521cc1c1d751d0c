// Without these tests a reader could ask to be told by mail and never get, find or be able to leave it,
// on a phone, in another language or without script, and nobody here would see it.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { inspect, markup } from "./checks.mjs";
import { PHONE, REPORT, browse, reader, serve } from "./harness.mjs";

// A mail server that takes everything; `next()` is the text part of the next mail.
function postbox() {
  const mails = [], waiting = [];
  const take = (text) => (waiting.length ? waiting.shift()(text) : mails.push(text));
  const server = createServer((socket) => {
    let text = "", inside = false;
    socket.on("error", () => {});
    socket.write("220 test\r\n");
    socket.on("data", (bytes) => {
      text += bytes.toString("utf8");
      for (;;) {
        const end = text.indexOf(inside ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + (inside ? 5 : 2));
        if (inside) take(line);
        socket.write(inside ? "250 taken\r\n" : line.startsWith("DATA") ? "354 go\r\n" : line.startsWith("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
        inside = !inside && line.startsWith("DATA");
      }
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({
    port: server.address().port, stop: () => server.close(),
    next: () => (mails.length ? Promise.resolve(mails.shift()) : new Promise((got) => waiting.push(got))),
  })));
}

// The addresses in a mail, whose parts are quoted-printable or, in Arabic, base64.
function links(mail) {
  const decoded = mail.replace(/Content-Transfer-Encoding: base64\r\n[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/g, (_, text) => Buffer.from(text, "base64").toString());
  const plain = decoded.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  return [...plain.matchAll(/https?:\/\/[^\s/]+(\/subscriptions\/[^\s<>"]+)/g)].map((m) => m[1]);
}

for (const language of ["en", "de", "ar"]) {
  describe(`following by mail, in ${language}`, () => {
    let box, server, browser;
    before(async () => {
      box = await postbox();
      server = await serve({ edit: (text) => text.replace("language = en", `language = ${language}`) +
        `\n[mail]\nserver = smtp://127.0.0.1:${box.port}\ntls = no\nfrom = news@example.org\n[limits]\npages_burst = 10000\ncomments_burst = 100\n` });
      browser = await browse();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
      box?.stop();
    });

    test("without script it is asked for, confirmed, made slower and left", async () => {
      const r = await reader(browser, server, { viewport: PHONE, script: false });
      const { page } = r;
      await page.goto(REPORT);
      await page.locator("p.follow a").click();
      await page.locator("#follow-email").fill("ada@example.net");
      await page.locator("form .send button").click();
      await page.waitForURL(/sent=1/);
      const manage = links(await box.next()).find((path) => !path.includes("/leave/"));
      await page.goto(manage);
      await page.locator("button[value=confirm]").click();
      await page.locator("select[name=pace]").selectOption("daily");
      await page.locator("button[value=pace]").click();
      assert.equal(await page.locator("select[name=pace]").inputValue(), "daily");
      await page.locator("select[name=pace]").selectOption("now");
      await page.locator("button[value=pace]").click();
      await page.goto(REPORT);
      await page.locator("#comment-name").fill("Bo");
      await page.locator("#comment-body").fill("The lane is dry.");
      await page.locator(".comment-form .send button").first().click();
      const leave = links(await box.next()).find((path) => path.includes("/leave/"));
      await page.goto(leave);
      await page.locator("form .send button").click();
      await page.locator("p[role=status]").waitFor();
      r.calm();
      await r.close();
    });

    test("every page of it fits, is accessible and valid", async () => {
      const r = await reader(browser, server);
      const wrong = new Set();
      const pages = [];
      await r.page.goto("/subscriptions?series=1");
      await r.page.locator("#follow-email").fill("eve@example.net");
      await r.page.locator("form .send button").click();
      await r.page.waitForURL(/sent=1/);
      const manage = links(await box.next()).find((path) => !path.includes("/leave/"));
      const kinds = ["/subscriptions?report=1", "/subscriptions?sent=1", manage, REPORT, "/series/flood-watch"];
      for (const path of kinds) pages.push([path, await (await inspect(r.page, path, wrong)).text()]);
      await r.page.goto(manage);
      await r.page.locator("button[value=confirm]").click();
      pages.push(["confirmed", await (await inspect(r.page, manage, wrong)).text()]);
      for (const line of await markup(pages)) wrong.add(line);
      assert.equal([...wrong].join("\n"), "");
      await r.close();
    });
  });
}
