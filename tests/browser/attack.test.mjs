// Without these tests the proof of work could lock out the very readers it is to protect: the policy of our
// pages could forbid the worker, or a page without script lose what was typed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { REPORT, browse, diurnal, markPage, reader, sameDocument, serve } from "./harness.mjs";

let server, browser;
const attack = (mode) => promisify(execFile)(diurnal, ["attack", mode, "--data", server.data]);

before(async () => {
  server = await serve({ edit: (text) => text + "\n[limits]\ncomments_burst = 1000\nvotes_burst = 1000\n" });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function visit(script, work) {
  const r = await reader(browser, server, { script });
  try {
    await r.page.goto(REPORT);
    if (script) await markPage(r.page);
    await work(r.page, r);
    if (script) assert.ok(await sameDocument(r.page), "the page was loaded anew");
    r.calm();
  } finally {
    await r.close();
  }
}

const write = async (page, body) => {
  await page.getByLabel("Name", { exact: true }).fill("Ada of the Mill");
  await page.getByLabel("Comment", { exact: true }).fill(body);
  await page.getByRole("button", { name: "Post the comment" }).click();
};
const seen = async (text) => (await (await fetch(server.url + REPORT)).text()).includes(text);

describe("under attack", () => {
  before(() => attack("on"));
  after(() => attack("auto"));

  test("a browser with script does the work in a worker, and the comment appears at once", () => visit(true, async (page) => {
    const text = "The sluice held, said with a little work.";
    await write(page, text);
    await page.locator("article.comment", { hasText: text }).waitFor();
    assert.ok(await seen(text));
  }));

  test("a vote does too", () => visit(true, async (page) => {
    const box = page.locator(".votes:has(.up:not([disabled]))").first();
    const before = await box.locator("bdi").innerText();
    await box.locator(".up").click();
    await box.locator(".up[aria-pressed=true]").waitFor();
    assert.notEqual(await box.locator("bdi").innerText(), before);
  }));

  test("so does a flag, and without script it is refused with its words kept", async () => {
    const id = /id="comment-(\d+)"/.exec(await (await fetch(server.url + REPORT)).text())[1];
    for (const script of [true, false]) {
      const r = await reader(browser, server, { script });
      await r.page.goto(`/comments/${id}/flag`);
      await r.page.locator("input[type=radio]").first().check();
      await r.page.locator("#flag-note").fill("I doubt it.");
      await r.page.locator("main form button").click();
      if (script) await r.page.waitForURL(/done=1/);
      else await r.page.getByText("The discussion is under attack").waitFor();
      if (!script) assert.equal(await r.page.locator("#flag-note").inputValue(), "I doubt it.");
      r.calm();
      await r.close();
    }
  });

  test("without script the comment waits for a moderator, and its author sees it", () => visit(false, async (page) => {
    const text = "The sluice held, said without script.";
    await write(page, text);
    await page.locator("article.comment", { hasText: text }).getByText("Waiting for approval").waitFor();
    assert.ok(!(await seen(text)));
  }));

  test("without script a vote is refused in words", () => visit(false, async (page) => {
    await page.locator(".votes .up:not([disabled])").first().click();
    await page.getByText("The discussion is under attack").waitFor();
  }));
});

test("a first vote comes again with its cookie by itself, with script and without", async () => {
  for (const script of [true, false]) {
    await visit(script, async (page) => {
      await page.locator(".votes .up:not([disabled])").first().click();
      await page.locator(".votes .up[aria-pressed=true]").waitFor();
    });
  }
});
