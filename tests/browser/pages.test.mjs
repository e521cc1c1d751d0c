// Without these tests a page could be unreadable on a phone, closed to people who cannot see or use a
// mouse, broken markup, too heavy, or ask another host for something, and nothing would tell.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { inspect, markup } from "./checks.mjs";
import { REPORT, browse, reader, root, serve } from "./harness.mjs";
import { pageKinds, preparePages } from "./page-kinds.mjs";

let server, browser, kinds;

before(async () => {
  server = await serve({ edit: (text) => text + "\n[limits]\npages_burst = 10000\ncomments_burst = 100\n" });
  await preparePages(server);
  kinds = await pageKinds(server);
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("every kind of page is accessible, calm and fits, on a phone and a desktop, light and dark", async () => {
  const r = await reader(browser, server);
  const wrong = new Set();
  for (const path of kinds) await inspect(r.page, path, wrong);
  try { r.calm(); } catch (e) { wrong.add(e.message); }
  await r.close();
  assert.equal([...wrong].join("\n"), "");
});

test("no element has an id twice, and no page needs script to be read", async () => {
  const r = await reader(browser, server, { script: false });
  for (const path of kinds) {
    await r.page.goto(path);
    const html = await r.page.content();
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
    assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], path);
    assert.ok((await r.page.locator("main").innerText()).trim().length > 10, path);
  }
  r.calm();
  await r.close();
});

test("the Nu HTML checker finds no error on any kind of page", async () => {
  const pages = [];
  for (const path of kinds) pages.push([path, await (await fetch(server.url + path)).text()]);
  assert.equal((await markup(pages)).join("\n"), "");
});

test("a first visit to a report with 200 comments takes four requests beside the icon and 30 KB", async () => {
  const asked = [];
  let bytes = 0;
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  const sizes = [];
  page.on("requestfinished", (request) => {
    asked.push(request.url());
    sizes.push(request.sizes().then((s) => { bytes += s.responseBodySize; }));
  });
  await page.goto("/2018/05/07/counting-what-the-water-took");
  await page.waitForLoadState("networkidle");
  await Promise.all(sizes);
  await context.close();
  assert.ok(asked.filter((url) => !url.endsWith("/icons/site.svg")).length <= 4, asked.join("\n"));
  assert.ok(bytes <= 30 * 1024, `${bytes} bytes`);
});

test("all scripts together weigh less than 12 KB compressed", async () => {
  const folder = join(root, "theme/js");
  const sum = readdirSync(folder).reduce((n, file) => n + brotliCompressSync(readFileSync(join(folder, file))).length, 0);
  assert.ok(sum < 12 * 1024, `${sum} bytes`);
});

test("text can be doubled in size on a phone without losing anything sideways", async () => {
  const r = await reader(browser, server, { viewport: { width: 320, height: 640 } }); // WCAG 1.4.10: 1280 px at 400 %
  for (const path of kinds) {
    await r.page.goto(path);
    assert.ok(await r.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
  }
  await r.close();
});

test("the parts of a report stand in their order", async () => {
  const r = await reader(browser, server, { script: false });
  await r.page.goto(REPORT);
  const html = await r.page.content();
  const parts = ['class="masthead"', 'class="series-nav"', 'class="meter"', "<h1", 'class="byline"', 'class="between"', 'class="support', 'class="text"', 'class="support', 'class="discussion"', 'class="discussion-bar"', 'id="comments"', 'id="reply"', 'class="foot"'];
  let at = 0;
  for (const part of parts) {
    const next = html.indexOf(part, at);
    assert.ok(next >= 0, `${part} is missing or too early`);
    at = next + 1;
  }
  await r.close();
});
