// Without these tests open pages could stop hearing of what others write, or move under their reader,
// while the stream itself is fine.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { REPORT, browse, diurnal, markPage, reader, sameDocument, serve } from "./harness.mjs";

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

// Up, by somebody who has not voted yet.
async function voted(id) {
  const vote = (path, cookie) => fetch(server.url + path, { method: "POST", redirect: "manual", body: new URLSearchParams({ value: "1" }), headers: cookie ? { cookie } : {} });
  let response = await vote(`/comments/${id}/vote`);
  if (response.status === 307) response = await vote(response.headers.get("location"), response.headers.getSetCookie().map((c) => c.split(";")[0]).join("; "));
  assert.equal(response.status, 303);
}

// A gift within the goal's month, entered by hand.
function given(amount) {
  execFileSync(diurnal, ["contribution", "add", "--data", server.data, "--channel", "bank", "--amount", amount, "--currency", "USD", "--date", "2018-05-20"], { stdio: "pipe" });
}

const streams = (r) => r.asked.filter((url) => url.includes("/live/events"));

// A line to the server that can be cut: then what comes waits until it is mended.
async function breakable() {
  const open = new Set();
  let mended = Promise.resolve(), mend = () => {};
  const proxy = createServer(async (near) => {
    near.on("error", () => {});
    await mended;
    const far = connect(Number(new URL(server.url).port), "127.0.0.1");
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.on("close", () => { far.destroy(); open.delete(near); });
    open.add(near);
    near.pipe(far).pipe(near);
  });
  await new Promise((done) => proxy.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    cut() {
      mended = new Promise((done) => { mend = done; });
      open.forEach((socket) => socket.destroy());
    },
    mend: () => mend(),
    end() { mend(); proxy.close(); open.forEach((socket) => socket.destroy()); },
  };
}

// A reader on a page whose stream is open.
async function visit(work, { path = REPORT, by = server } = {}) {
  const r = await reader(browser, by);
  try {
    const heard = r.page.waitForResponse((answer) => answer.url().includes("/live/events"));
    await r.page.goto(path);
    await heard;
    await markPage(r.page);
    await work(r.page, r);
    assert.ok(await sameDocument(r.page), "the page was loaded anew");
    if (by === server) r.calm(); // the browser complains of a line that is cut
  } finally {
    await r.close();
  }
}

async function broken(work) {
  const wire = await breakable();
  try {
    await visit((page, r) => work(page, wire, r), { by: wire });
  } finally {
    wire.end();
  }
}

const line = (page) => page.locator("#discussion-live button");
const score = (page, id) => page.locator(`#comment-${id} .score bdi`).first();
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

  test("a broken connection loses nothing", () => broken(async (page, wire) => {
    await posted("Before the break");
    await line(page).waitFor();
    wire.cut();
    await posted("During the break");
    wire.mend();
    await page.waitForFunction(() => document.querySelector("#discussion-live button").textContent.startsWith("2 "), null, { timeout: 20000 });
  }));

  test("after a broken connection scores and the meter are right again, of what was loaded later too", () => broken(async (page, wire) => {
    const early = Number((await page.locator("#comments article").first().getAttribute("id")).slice(8));
    const before = await score(page, early).textContent();
    const late = await posted("Asked for, and then voted on");
    await line(page).click();
    await at(page, late).waitFor();
    const meter = await page.locator("section.meter .meter-now").textContent();
    wire.cut();
    await voted(early);
    await voted(late);
    given("812.00");
    wire.mend();
    await page.waitForFunction(([id, text]) => document.querySelector(`#comment-${id} .score bdi`).textContent !== text, [early, before], { timeout: 30000 });
    await page.waitForFunction((id) => document.querySelector(`#comment-${id} .score bdi`).textContent.includes("1"), late);
    await page.waitForFunction((text) => document.querySelector("section.meter .meter-now").textContent !== text, meter);
    assert.equal(await line(page).count(), 0);
  }));

  test("a score that came over the stream is not set back by an older page", () => broken(async (page, wire) => {
    const id = await posted("Voted on before and after");
    await line(page).click();
    await at(page, id).waitFor();
    wire.cut();
    await voted(id);
    const old = await (await fetch(server.url + REPORT)).text();
    await page.route("**" + REPORT, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: old }));
    const again = page.waitForResponse((answer) => answer.url().includes("/live/events"));
    wire.mend();
    await again;
    const asked = page.waitForResponse((answer) => answer.url().endsWith(REPORT));
    await voted(id);
    await page.waitForFunction((n) => document.querySelector(`#comment-${n} .score bdi`).textContent.includes("2"), id);
    await asked;
    await page.waitForTimeout(500); // for what must not happen there is no event
    assert.match(await score(page, id).textContent(), /2/);
  }));

  for (const path of ["/", "/funding"]) {
    test(`the meter of ${path} is live`, () => visit(async (page) => {
      const before = await page.locator("section.meter .meter-now").textContent();
      given("41.00");
      await page.waitForFunction((text) => document.querySelector("section.meter .meter-now").textContent !== text, before, { timeout: 20000 });
    }, { path }));
  }

  test("a tab with a meter only and one with a report share one stream", () => visit(async (page, r) => {
    const two = await r.context.newPage();
    const both = r.context.waitForEvent("request", (request) => /reports=\d+&/.test(request.url()));
    await two.goto(REPORT);
    await both;
    await posted("With a front page open");
    await line(two).waitFor();
    const before = await page.locator("section.meter .meter-now").textContent();
    given("3.00");
    await page.waitForFunction((text) => document.querySelector("section.meter .meter-now").textContent !== text, before, { timeout: 20000 });
  }, { path: "/" }));
});
