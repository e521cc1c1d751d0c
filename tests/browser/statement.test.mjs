// Without these tests the signed statement of addresses could not be read on a phone, by ear or on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, markup } from "./checks.mjs";
import { PHONE, browse, diurnal, reader, serve } from "./harness.mjs";

// Signed with a key made for this, which lies where no server's folder should have it.
function install(data) {
  const run = (...words) => execFileSync(diurnal, words, { stdio: "pipe", encoding: "utf8" });
  const file = (name, text) => { writeFileSync(join(data, name), text); return join(data, name); };
  const key = join(data, "away.key");
  run("statement", "keygen", key);
  const signed = run("statement", "sign", "--key", key, file("text.txt", run("statement", "text", "--data", data)));
  run("statement", "install", "--data", data, file("signed.txt", signed));
}

for (const language of ["en", "de", "ar"]) {
  describe(`the address statement in ${language}`, () => {
    let server, browser;
    before(async () => {
      server = await serve({ edit: (text) => text.replace("language = en", `language = ${language}`), prepare: install });
      browser = await browse();
    });
    after(async () => { await browser?.close(); await server?.stop(); });

    test("is accessible and calm, fits on a phone and a desktop, and its markup is right", async () => {
      const wrong = new Set();
      const r = await reader(browser, server, { viewport: PHONE });
      const response = await inspect(r.page, "/funding/statement", wrong);
      assert.equal(response.status(), 200);
      for (const line of await markup([["/funding/statement", await response.text()]])) wrong.add(line);
      assert.deepEqual([...wrong], []);
      r.calm();
      await r.close();
    });

    test("shows the whole of the text that can be downloaded, also on paper", async () => {
      const r = await reader(browser, server);
      await r.page.goto("/funding/statement");
      const text = await (await fetch(server.url + "/funding/statement.txt")).text();
      assert.equal((await r.page.locator("pre").textContent()).trim(), text.trim());
      await r.page.emulateMedia({ media: "print" });
      await r.page.setViewportSize({ width: 600, height: 800 });
      const cut = await r.page.evaluate(() => { const p = document.querySelector("pre"); return p.scrollWidth - p.clientWidth; });
      assert.equal(cut, 0);
      await r.close();
    });
  });
}
