// Without these tests what the public may check of the money could be out of reach for who has a phone, no
// script, no sight, or another language than ours.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, markup } from "./checks.mjs";
import { PHONE, REPORT, browse, diurnal, markPage, reader, sameDocument, serve } from "./harness.mjs";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// The code of a gift's receipt, as the newsroom would send it.
function receipt(server, number) {
  const mac = createHmac("sha256", readFileSync(join(server.data, "keys/link")));
  for (const part of ["receipt", String(number)]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(part.length));
    mac.update(length).update(part);
  }
  const bits = [...mac.digest().subarray(0, 10)].map((b) => b.toString(2).padStart(8, "0")).join("");
  return `${number}-` + bits.match(/.{5}/g).map((b) => BASE32[parseInt(b, 2)]).join("");
}

for (const [language, direction] of [["en", "ltr"], ["de", "ltr"], ["ar", "rtl"]]) {
  describe(`the money in ${language}`, () => {
    let server, browser;
    const run = (...words) => execFileSync(diurnal, [...words, "--data", server.data], { stdio: "pipe" });
    const give = (amount, date) => run("contribution", "add", "--channel", "bank", "--amount", amount, "--currency", "USD", "--date", date);

    before(async () => {
      server = await serve({ edit: (text) => text.replace("language = en", `language = ${language}`) + "\n[limits]\npages_burst = 10000\nsign_in_burst = 1000\nsign_in_rate = 1000\n" });
      run("goal", "set", "--currency", "USD", "--amount", "6000", "--period", "2018-06", "--label", "A boat");
      run("goal", "mark", "--period", "2018-06", "--amount", "9000", "--label", "A second boat, with a label as long as labels of marks are ever allowed to be");
      run("goal", "mark", "--period", "2018-06", "--amount", "12000");
      give("7000", "2018-06-02");
      run("goal", "close", "--period", "2018-05");
      give("12.50", "2018-05-31");
      run("contribution", "reverse", "--id", "3", "--reason", "sent back");
      browser = await browse();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    test("the whole of each gift is seen on a phone, its state too, without script", async () => {
      const r = await reader(browser, server, { script: false, viewport: { width: 390, height: 844 } });
      await r.page.goto("/funding");
      const box = r.page.locator('.table[aria-labelledby="contributions"]');
      assert.ok(await box.locator("td.state").count() > 5);
      const hidden = await box.evaluate((e) => e.scrollWidth - e.clientWidth);
      const height = await box.locator("tbody tr").first().evaluate((e) => e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight));
      assert.equal(hidden, 0);
      assert.ok(height < 5, `a row takes ${height} lines`);
      await r.close();
    });

    test("every page of it is accessible, calm, well marked up, runs its way and fits a phone and a desktop", async () => {
      const r = await reader(browser, server);
      const wrong = new Set();
      const pages = [];
      for (const path of ["/funding", "/funding/goals/2", "/funding/goals/3", "/funding/ledger", "/funding/receipt", "/embed/meter", "/embed/meter?goal=2018-05"]) {
        const response = await inspect(r.page, path, wrong);
        pages.push([path, await response.text()]);
        const dir = await r.page.evaluate(() => getComputedStyle(document.querySelector("main")).direction);
        if (dir !== direction) wrong.add(`${path} runs ${dir}`);
      }
      for (const line of await markup(pages)) wrong.add(line);
      try { r.calm(); } catch (e) { wrong.add(e.message); }
      await r.close();
      assert.equal([...wrong].join("\n"), "");
    });

    test("a giver without script finds the own gift by the code of the receipt, on a phone", async () => {
      const r = await reader(browser, server, { script: false, viewport: PHONE });
      await r.page.goto("/funding");
      await r.page.locator('a[href="/funding/receipt"]').click();
      await r.page.locator("#code").fill("1-NOT-A-CODE");
      await r.page.locator("form.receipt button").click();
      assert.equal(await r.page.locator('[role="alert"]').count(), 1);
      assert.equal(await r.page.locator("#code").inputValue(), "1-NOT-A-CODE");
      await r.page.locator("#code").fill(receipt(server, 3));
      await r.page.locator("form.receipt button").click();
      assert.equal(await r.page.locator("tbody tr").count(), 4); // the gift, and its reversal
      assert.ok(!r.page.url().includes("3-"), "the code stands in the address");
      assert.equal((await markup([["/funding/receipt", await r.page.content()]])).join("\n"), "");
      await r.close();
    });

    test("the meter moves in place when a gift is booked", async () => {
      const r = await reader(browser, server);
      await r.page.goto("/funding");
      await r.page.waitForLoadState("networkidle");
      await markPage(r.page);
      const before = await r.page.locator(".meter-now").innerText();
      give("100", "2018-06-03");
      await r.page.waitForFunction((text) => document.querySelector(".meter-now").innerText !== text, before);
      assert.ok(await sameDocument(r.page));
      r.calm();
      await r.close();
    });

    test("the picture of the meter is one that a browser draws, with its words", async () => {
      const r = await reader(browser, server);
      await r.page.goto(REPORT);
      const size = await r.page.evaluate(async () => {
        const img = new Image();
        img.src = "/embed/meter.svg";
        await img.decode();
        return [img.naturalWidth, img.naturalHeight];
      });
      assert.deepEqual(size, [500, 180]);
      await r.close();
    });
  });
}
