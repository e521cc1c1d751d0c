// Without these tests open pages could stop hearing of what others write, or move under their reader,
// while the stream itself is fine.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { REPORT, browse, markPage, reader, sameDocument, serve } from "./harness.mjs";

const many = (text) => text + "\n[limits]\ncomments_rate = 100000\ncomments_burst = 1000\nvotes_burst = 1000\npages_burst = 10000\n";
const OTHER = "/2018/05/07/counting-what-the-water-took";
let server, browser, number = 0;

before(async () => {
  server = await serve({ edit: many });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function posted(body, parent = "", path = REPORT) {
  const response = await fetch(server.url + path + "/comments", {
    method: "POST", redirect: "manual", body: new URLSearchParams({ name: "Somebody", body: `${body} (${++number})`, parent }),
  });
  assert.equal(response.status, 303, await response.text());
  return Number(/#comment-(\d+)$/.exec(response.headers.get("location"))[1]);
}

const streams = (r) => r.asked.filter((url) => url.includes("/live/events"));

// A reader on a page whose stream is open.
async function visit(work, { path = REPORT } = {}) {
  const r = await reader(browser, server);
  try {
    const heard = r.page.waitForResponse((answer) => answer.url().includes("/live/events"));
    await r.page.goto(path);
    await heard;
    await markPage(r.page);
    await work(r.page, r);
    assert.ok(await sameDocument(r.page), "the page was loaded anew");
    r.calm();
  } finally {
    await r.close();
  }
}

const line = (page) => page.locator("#discussion-live button");
const at = (page, id) => page.locator(`#comment-${id}`);

describe("live", () => {
  test("new comments wait behind a line and come when they are asked for", () => visit(async (page) => {
    const first = await posted("The ferry runs again");
    await line(page).getByText("1 new comment").waitFor();
    assert.equal(await at(page, first).count(), 0);
    const second = await posted("So does the bus", first);
    await page.waitForFunction(() => document.querySelector("#discussion-live button").textContent.startsWith("2 "), null, { timeout: 10000 });
    await line(page).click();
    await at(page, second).waitFor();
    assert.equal(await page.locator(`li:has(> #comment-${first}) > .replies > li > #comment-${second}`).count(), 1, "the reply is not under its comment");
    assert.equal(await page.evaluate(() => document.activeElement.id), `comment-${first}`);
    assert.equal(await line(page).count(), 0);
    assert.ok((await page.locator("#comments > li > article").first().getAttribute("id")) === `comment-${first}`);
  }));

  test("what is being read does not move", () => visit(async (page) => {
    await page.locator("#comments article").nth(2).scrollIntoViewIfNeeded();
    const where = () => page.evaluate(() => document.querySelectorAll("#comments article")[2].getBoundingClientRect().top);
    const before = await where();
    await posted("While you read", "", OTHER);
    await line(page).waitFor();
    assert.equal(await where(), before);
  }, { path: OTHER }));

  test("a reply to a reply stands under it, at its level", async () => {
    const root = await posted("Level one");
    let parent = root;
    for (let i = 2; i <= 5; i++) parent = await posted(`Level ${i}`, parent);
    await visit(async (page) => {
      const sixth = await posted("Level six", parent);
      await line(page).click();
      await at(page, sixth).waitFor();
      assert.equal(await page.locator(`.replies:has(> li > #comment-${parent}) > li > #comment-${sixth}`).count(), 1);
      await page.reload();
      await markPage(page);
      assert.equal(await page.locator(`.replies:has(> li > #comment-${parent}) > li > #comment-${sixth}`).count(), 1, "the server would place it elsewhere");
    }, { path: `${REPORT}?thread=${root}` });
  });

  test("scores change where they stand", async () => {
    const id = await posted("To be voted on");
    await visit(async (page) => {
      const other = await reader(browser, server);
      await other.page.goto(`/comments/${id}`);
      await other.page.locator(`#comment-${id} .up`).click();
      await page.waitForFunction((n) => document.querySelector(`#comment-${n} .score bdi`).textContent.includes("1"), id);
      await other.close();
    });
  });

  test("two tabs share one stream, and the second takes it over", () => visit(async (page, r) => {
    const two = await r.context.newPage();
    await two.goto(REPORT);
    await two.waitForFunction(() => true);
    const id = await posted("Heard in both tabs");
    await line(page).waitFor();
    await line(two).waitFor();
    const opened = streams(r).length;
    assert.equal(opened, 1, `streams were opened: ${streams(r)}`);
    const again = two.waitForRequest((request) => request.url().includes("/live/events"));
    await two.evaluate(() => { window.neverLoadedAnew = true; });
    await page.goto("/about");
    await again;
    await posted("Heard by the one that is left");
    await two.waitForFunction(() => document.querySelector("#discussion-live button").textContent.startsWith("2 "), null, { timeout: 15000 });
    await line(two).click();
    await at(two, id).waitFor();
    await markPage(page);
  }));

  test("tabs of two reports share one stream too", () => visit(async (page, r) => {
    const two = await r.context.newPage();
    const both = r.context.waitForEvent("request", (request) => /reports=\d+,\d+/.test(request.url()));
    await two.goto(OTHER);
    await both;
    await posted("On the other report", "", OTHER);
    await line(two).waitFor();
    assert.equal(await line(page).count(), 0);
    await posted("On the first report");
    await line(page).waitFor();
  }));

  test("a broken connection loses nothing", () => visit(async (page, r) => {
    await posted("Before the break");
    await line(page).waitFor();
    await r.context.setOffline(true);
    await posted("During the break");
    await r.context.setOffline(false);
    await page.waitForFunction(() => document.querySelector("#discussion-live button").textContent.startsWith("2 "), null, { timeout: 20000 });
  }));
});
