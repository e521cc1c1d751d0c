// Without these tests the desk's queue could be lost to who works by keyboard or on a phone, a reader without
// script could not flag, or an author would not find the page of the own removed comment, in any language.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, markup } from "./checks.mjs";
import { PHONE, REPORT, browse, markPage, reader, sameDocument, serve } from "./harness.mjs";

const email = "owner@millbrook.example";
const password = "a long river and a short bridge";
const limits = "\n[limits]\nsign_in_burst = 100\ndesk_burst = 10000\ncomments_burst = 1000\nflags_burst = 1000\npages_burst = 10000\n";

async function found(browser, server) {
  const r = await reader(browser, server, { script: false });
  await r.page.goto(server.desk);
  await r.page.locator("[name=name]").fill("Olga Varga");
  await r.page.locator("[name=email]").fill(email);
  await r.page.locator("[name=password]").fill(password);
  await r.page.locator("main form button").first().click();
  await r.page.locator(".desk-out").waitFor();
  await r.close();
}

async function signIn(page, next) {
  await page.goto(next);
  await page.locator("[name=email]").fill(email);
  await page.locator("[name=password]").fill(password);
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => url.pathname === new URL(next, url).pathname);
}

// A comment by the visitor of this page, written without script's help; its number.
async function say(page, words) {
  const response = await page.request.post(REPORT + "/comments", {
    form: { name: "Writer", body: words }, maxRedirects: 0, headers: { "Sec-Fetch-Site": "same-origin" } });
  assert.equal(response.status(), 303);
  return Number(/#comment-(\d+)$/.exec(response.headers().location)[1]);
}

for (const language of ["en", "de", "ar"]) {
  describe(`moderation in ${language}`, () => {
    let server, browser, flagged, removed, author, desk;
    before(async () => {
      server = await serve({ edit: (text) => text.replace("language = en", `language = ${language}`) + limits });
      browser = await browse();
      await found(browser, server);
      author = await reader(browser, server, { viewport: PHONE }); // with script, which the checker needs
      desk = await reader(browser, server);
      removed = await say(author.page, "Words that will not stand, " + "flood".repeat(40));
      flagged = await say(author.page, "A rude word for the ferryman");
      await signIn(desk.page, "/desk/comments");
    });
    after(async () => {
      await author?.close();
      await desk?.close();
      await browser?.close();
      await server?.stop();
    });

    test("a reader flags without script, and the thanks stand on a page of their own", async () => {
      const r = await reader(browser, server, { script: false, viewport: PHONE });
      await r.page.goto(`${REPORT}?sort=newest`);
      await r.page.locator(`#comment-${flagged} a.flag`).click();
      await r.page.locator("#flag-note").fill("It names a man “who drinks”.");
      await r.page.locator("main form button").click();
      assert.equal(await r.page.locator("#flag-note").inputValue(), "It names a man “who drinks”.");
      await r.page.locator("#reason-insult").check();
      await r.page.locator("main form button").click();
      await r.page.locator("[role=status]").waitFor();
      r.calm();
      await r.close();
    });

    test("a comment is removed with a reason; its author finds out why on the phone and appeals", async () => {
      await desk.page.goto(`/desk/comments/${removed}`);
      await desk.page.locator("details summary").click();
      await desk.page.locator(`#c${removed}-note`).fill("Please without the name.");
      await desk.page.locator(`#c${removed}-reason`).selectOption("personal_data");
      await desk.page.locator("button[value=hide]").click();
      await desk.page.locator("[role=status]").first().waitFor();
      await author.page.goto(`/comments/${removed}`);
      await author.page.waitForURL(/\/appeal$/);
      await author.page.locator("#appeal-body").fill("It was my own name.");
      await author.page.locator("main form button").click();
      await author.page.locator("[role=status]").waitFor();
      author.calm();
    });

    test("all its pages are accessible, fit a phone, and their markup is right", async () => {
      const wrong = new Set();
      const pages = [];
      const look = async (r, path, status = 200) => {
        const response = await inspect(r.page, path, wrong);
        if (response.status() !== status) wrong.add(`${path}: ${response.status()}`);
        pages.push([path, await response.text()]);
      };
      await desk.page.goto(`/desk/comments/${flagged}`);
      await desk.page.locator("#staff-note").fill("I asked the ferryman.");
      await desk.page.locator("form[action$='/notes'] button").click();
      for (const path of [`/comments/${flagged}/flag`, `/comments/${flagged}/flag?done=1`, `/comments/${removed}/appeal`, REPORT])
        await look(author, path);
      for (const path of ["/desk/comments", "/desk/comments?show=flagged", "/desk/comments?show=mine", "/desk/comments?q=word",
        `/desk/comments?like=visitor&of=${flagged}`, `/desk/comments/${flagged}`, `/desk/comments/${removed}`, "/desk/acts",
        "/desk/appeals", "/desk/appeals/1", "/desk/series/1"]) await look(desk, path);
      await desk.page.goto("/desk/comments?show=flagged");
      await desk.page.locator("#bulk-which").selectOption("all");
      const [asked] = await Promise.all([desk.page.waitForResponse((r) => r.request().method() === "POST"),
        desk.page.locator("#bulk button[value=hide]").click()]);
      pages.push(["the question about many", await asked.text()]);
      desk.calm();
      for (const line of await markup(pages)) wrong.add(line);
      assert.equal([...wrong].join("\n"), "");
    });

    test("taps decide in place, and the second of two quick ones decides nothing", async () => {
      const r = await reader(browser, server, { viewport: PHONE, storageState: await desk.context.storageState() });
      for (let i = 0; i < 3; i++) await say(author.page, `Tap ${i}`);
      await r.page.goto("/desk/comments?show=newest");
      await markPage(r.page);
      const comments = r.page.locator("article.desk-comment");
      const [first, second] = [await comments.nth(0).getAttribute("id"), await comments.nth(1).getAttribute("id")];
      await r.page.evaluate(([gone, next]) => {
        new MutationObserver((_, seen) => { // the second tap comes as soon as the list has moved
          if (document.getElementById(gone)) return;
          seen.disconnect();
          document.querySelector(`#${next} button[value=hide]`).click();
        }).observe(document.getElementById("queue"), { childList: true });
      }, [first, second]);
      await r.page.locator(`#${first} button[value=hide]`).click();
      await r.page.locator(`#${first}`).waitFor({ state: "detached" });
      await r.page.locator("#undo").waitFor();
      assert.equal(await comments.first().getAttribute("id"), second);
      assert.ok(await sameDocument(r.page));
      await r.page.waitForTimeout(500); // what counts as two quick ones is a time
      await r.page.locator(`#${second} button[value=hide]`).click();
      await r.page.locator(`#${second}`).waitFor({ state: "detached" });
      assert.ok(await sameDocument(r.page));
      r.calm();
      await r.close();
    });

    test("the queue is worked through by keyboard alone, and the last act undone", async () => {
      const { page } = desk;
      await page.setViewportSize({ width: 1280, height: 900 });
      for (let i = 0; i < 4; i++) await say(author.page, `Key ${i}`);
      await page.goto("/desk/comments?show=newest");
      const first = page.locator("article.desk-comment").first();
      const count = await page.locator("article.desk-comment").count();
      await first.focus();
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      assert.ok(await first.evaluate((e) => e === document.activeElement));
      const id = (await first.getAttribute("id")).slice(1);
      await page.keyboard.press("x");
      assert.ok(await page.locator(`#t${id}`).isChecked());
      await page.keyboard.press("r");
      await page.locator(`#c${id}-reason`).selectOption("copy");
      await page.keyboard.press("h"); // in the choice of reasons letters are its own
      assert.equal(await page.locator("article.desk-comment").count(), count);
      await first.focus();
      await page.keyboard.press("h");
      await page.locator(`#c${id}`).waitFor({ state: "detached" });
      assert.ok(!(await (await fetch(server.url + REPORT)).text()).includes(`id="comment-${id}"`));
      assert.ok(await page.evaluate(() => document.activeElement.matches("article.desk-comment")));
      await page.keyboard.press("u");
      await page.locator("[role=status]").first().waitFor();
      await page.locator(`#c${id}`).waitFor();
      assert.ok((await (await fetch(server.url + REPORT)).text()).includes(`id="comment-${id}"`));
      desk.calm();
    });
  });
}
