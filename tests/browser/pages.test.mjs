// Without these tests a page could be unreadable on a phone, closed to people who cannot see or use a
// mouse, broken markup, too heavy, or ask another host for something, and nothing would tell.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import axe from "axe-core";
import { DESKTOP, PHONE, REPORT, browse, reader, root, serve } from "./harness.mjs";
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

// axe-core over one page: what it holds against it, as lines. It runs inside the page, as the reader's browser would.
// The embedded meter is a part of another page, which has the heading.
async function accessible(page, path, rules) {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (only) => {
    const { violations } = await window.axe.run(document, { runOnly: { type: only.type, values: only.values }, resultTypes: ["violations"], rules: { "page-has-heading-one": { enabled: !only.embed } } });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}: ${n.failureSummary}`));
  }, { ...rules, embed: path.startsWith("/embed/") });
  return violations.map((line) => `${path}: ${line}`);
}

const everything = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// The rules whose result hangs on colours and sizes. The others see the same markup at every width and
// in both colour schemes, so they run once, on the phone.
const seen = { type: "rule", values: ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "meta-viewport", "css-orientation-lock"] };

for (const viewport of [PHONE, DESKTOP]) {
  for (const dark of [false, true]) {
    test(`every kind of page is accessible, calm and fits ${viewport.width} px, ${dark ? "dark" : "light"}`, async () => {
      const rules = viewport === PHONE && !dark ? everything : seen;
      const r = await reader(browser, server, { viewport, dark });
      const wrong = new Set();
      for (const path of kinds) {
        await r.page.goto(path);
        await r.page.locator("main").waitFor();
        // Closed boxes must be right too, and what is laid out only as it comes into sight.
        await r.page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; for (const li of document.querySelectorAll("#comments > li")) li.style.contentVisibility = "visible"; });
        const over = await r.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) wrong.add(`${path}: ${over} px too wide`);
        for (const line of await accessible(r.page, path, rules)) wrong.add(line);
      }
      try { r.calm(); } catch (e) { wrong.add(e.message); }
      await r.close();
      assert.equal([...wrong].join("\n"), "");
    });
  }
}

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
  const folder = mkdtempSync(join(tmpdir(), "diurnal-markup-"));
  try {
    const files = [];
    for (const [i, path] of kinds.entries()) {
      const response = await fetch(server.url + path);
      const file = join(folder, `${i}.html`);
      writeFileSync(file, await response.text());
      files.push(file);
    }
    const jar = join(createRequire(import.meta.url).resolve("vnu-jar"), "..", "build/dist/vnu.jar");
    const { stderr } = await promisify(execFile)("java", ["-jar", jar, "--exit-zero-always", "--errors-only", "--format", "json", ...files], { maxBuffer: 1 << 26 });
    const errors = JSON.parse(stderr).messages.map((m) => `${kinds[Number(/(\d+)\.html$/.exec(m.url)[1])]}: ${m.message}: ${m.extract}`);
    assert.equal(errors.join("\n"), "");
  } finally {
    rmSync(folder, { recursive: true });
  }
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
  const { readdirSync, readFileSync } = await import("node:fs");
  const { brotliCompressSync } = await import("node:zlib");
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
