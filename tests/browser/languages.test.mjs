// Without these tests a newsroom in another language could get pages that run the wrong way, break at
// the edge of a phone or still speak English, and nobody here would see it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { accessible, markup, seen } from "./checks.mjs";
import { DESKTOP, PHONE, REPORT, browse, markPage, reader, root, sameDocument, serve } from "./harness.mjs";
import { pageKinds, preparePages } from "./page-kinds.mjs";

const languages = [["de", "ltr"], ["ar", "rtl"]];

for (const [language, direction] of languages) {
  const skip = existsSync(join(root, `theme/words/${language}.ini`)) ? false : `theme/words/${language}.ini is not there yet`;
  describe(`in ${language}`, { skip }, () => {
    let server, browser, kinds;
    before(async () => {
      server = await serve({ edit: (text) => text.replace("language = en", `language = ${language}`) + "\n[limits]\npages_burst = 10000\ncomments_burst = 100\n" });
      await preparePages(server);
      kinds = (await pageKinds(server)).filter((path) => !path.includes("all=1"));
      browser = await browse();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    test("every kind of page says its language, runs its way and fits a phone and a desktop", async () => {
      const wrong = new Set();
      const pages = [];
      for (const viewport of [PHONE, DESKTOP]) {
        const r = await reader(browser, server, { viewport });
        for (const path of [...kinds, "/desk/sign-in", server.desk]) {
          const response = await r.page.goto(path);
          const found = await r.page.evaluate(() => ({
            lang: document.documentElement.lang, dir: document.documentElement.dir,
            over: document.documentElement.scrollWidth - innerWidth, skip: document.querySelector(".skip")?.textContent,
            align: getComputedStyle(document.querySelector("main")).direction,
          }));
          if (found.lang !== language || found.dir !== direction || found.align !== direction) wrong.add(`${path}: ${JSON.stringify(found)}`);
          if (found.skip === "Skip to content") wrong.add(`${path}: speaks English`);
          if (found.over > 0) wrong.add(`${path}: ${found.over} px too wide at ${viewport.width}`);
          if (viewport === PHONE) {
            pages.push([path, await response.text()]);
            for (const line of await accessible(r.page, path, seen)) wrong.add(line);
          }
        }
        try { r.calm(); } catch (e) { wrong.add(e.message); }
        await r.close();
      }
      for (const line of await markup(pages)) wrong.add(line);
      assert.equal([...wrong].join("\n"), "");
    });

    test("a comment is posted, answered and voted on in place", async () => {
      const r = await reader(browser, server, { viewport: PHONE });
      const { page } = r;
      await page.goto(REPORT);
      await markPage(page);
      const words = "الماء وصل إلى الباب in one line with English";
      const write = async (name, text) => {
        await page.locator("#comment-name").fill(name);
        await page.locator("#comment-body").fill(text);
        await page.locator("#reply .send button:not([name])").click();
        await page.locator("article.comment", { hasText: text }).waitFor();
      };
      await write("ليلى", words);
      const mine = page.locator("article.comment", { hasText: words });
      await mine.locator("a.reply").click();
      await write("Jonas", "An answer to it.");
      assert.equal(await page.locator("li", { has: page.locator("article", { hasText: words }) }).locator(".replies article", { hasText: "An answer to it." }).count(), 1);
      const other = page.locator("#comments article.comment:has(.up:enabled)").last();
      const before = await other.locator("bdi").innerText();
      await other.locator(".up").click();
      await page.waitForFunction(([id, was]) => document.querySelector(`#${id} .score bdi`).textContent !== was, [await other.getAttribute("id"), before]);
      assert.ok(await sameDocument(page));
      r.calm();
      await r.close();
    });
  });
}
