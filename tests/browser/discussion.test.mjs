// Without these tests the discussion could stop working in a browser, with script or without it,
// while every test of the server stays green.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PHONE, REPORT, browse, markPage, reader, sameDocument, serve } from "./harness.mjs";

const FULL = "/2018/05/07/counting-what-the-water-took"; // 200 comments
const many = (text) => text + "\n[limits]\ncomments_burst = 1000\nvotes_burst = 1000\npages_burst = 10000\n";
let server, browser;

before(async () => {
  server = await serve({ edit: many });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Posts as a client without a browser; gives the new comment's number.
async function posted(body, parent = "") {
  const response = await fetch(server.url + REPORT + "/comments", {
    method: "POST", redirect: "manual", body: new URLSearchParams({ name: "Somebody", body, parent }),
  });
  assert.equal(response.status, 303);
  return Number(/#comment-(\d+)$/.exec(response.headers.get("location"))[1]);
}

const write = async (page, name, body) => {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Comment", { exact: true }).fill(body);
};
const send = (page) => page.getByRole("button", { name: "Post the comment" }).click();
const comment = (page, text) => page.locator("article.comment", { hasText: text });

// The first comments of the page as text, top-level ones only.
const order = (page) => page.locator("#comments > li > article").evaluateAll((list) => list.map((a) => a.id));
const scores = (page) => page.locator("#comments > li > article .score bdi").allTextContents();

for (const script of [true, false]) {
  const how = script ? "with script" : "without script";
  // One reader on one page. With script the page must be the same document at the end, unless the test says otherwise.
  const visit = async (path, work, { stays = script } = {}) => {
    const r = await reader(browser, server, { script });
    try {
      await r.page.goto(path);
      if (script) await markPage(r.page);
      await work(r.page, r);
      if (stays) assert.ok(await sameDocument(r.page), "the page was loaded anew");
      r.calm();
    } finally {
      await r.close();
    }
  };

  describe(how, () => {
    test("a preview shows the words above the form and keeps them; the author edits and deletes them", () => visit(REPORT, async (page) => {
      await write(page, "Ada of the Mill", `The *gauge* was wrong, ${how}.`);
      await page.getByRole("button", { name: "Preview" }).click();
      await page.locator("#comment-preview em", { hasText: "gauge" }).waitFor();
      assert.equal(await comment(page, `The gauge was wrong, ${how}.`).count(), 0);
      if (script) assert.ok(await sameDocument(page), "the preview loaded the page anew");
      await send(page);
      const mine = comment(page, `The gauge was wrong, ${how}.`);
      await mine.getByRole("link", { name: "Edit" }).click();
      await page.getByLabel("Comment", { exact: true }).fill(`The gauge was right, ${how}.`);
      await page.getByRole("button", { name: "Save" }).click();
      const edited = comment(page, `The gauge was right, ${how}.`);
      await edited.locator(".edited").waitFor();
      await edited.getByRole("link", { name: "Delete" }).click();
      await page.getByRole("button", { name: "Delete for good" }).click();
      await page.locator("#discussion").waitFor();
      assert.equal(await comment(page, `The gauge was right, ${how}.`).count(), 0);
    }, { stays: false }));

    test("a comment is posted and stands on the page for everybody", () => visit(REPORT, async (page) => {
      const text = `The gauge at the mill reads two metres, ${how}.`;
      await write(page, "Ada of the Mill", text);
      await send(page);
      const mine = comment(page, text);
      await mine.waitFor();
      assert.match(await mine.innerText(), /Ada of the Mill/);
      assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), "");
      if (!script) assert.match(page.url(), /#comment-\d+$/);
      if (script) await page.waitForFunction((id) => document.activeElement.id === id, await mine.getAttribute("id"));
      const other = await reader(browser, server, { script });
      await other.page.goto(REPORT);
      assert.equal(await comment(other.page, text).count(), 1);
      await other.close();
    }));

    test("a reply stands under the comment it answers", async () => {
      const parent = await posted(`Who has a boat, ${how}?`);
      await visit(REPORT, async (page) => {
        await page.locator(`#comment-${parent} a.reply`).click();
        await page.getByRole("heading", { name: "Reply to" }).waitFor();
        const text = `We have one at the ferry, ${how}.`;
        await write(page, "Ferry Two", text);
        await send(page);
        await comment(page, text).waitFor();
        assert.equal(await page.locator(`li:has(> #comment-${parent}) > .replies article.comment`, { hasText: text }).count(), 1);
        if (script) assert.equal(await page.locator("#discussion-list #reply").count(), 0);
      });
    });

    test("a reply can be called off", async () => {
      const parent = await posted(`Nobody will answer this, ${how}.`);
      await visit(REPORT, async (page) => {
        await page.locator(`#comment-${parent} a.reply`).click();
        assert.equal(await page.locator("#reply [name=parent]").inputValue(), String(parent));
        await page.locator("#reply .cancel").click();
        await page.locator("#reply .invitation").waitFor();
        assert.equal(await page.locator("#reply [name=parent]").count(), 0);
      });
    });

    test("a vote counts once, is changed and is taken back", async () => {
      const id = await posted(`Vote on this, ${how}.`);
      await visit(REPORT, async (page) => {
        const box = page.locator(`#comment-${id} .votes`);
        const is = async (score, pressed) => {
          await page.locator(`#comment-${id} .votes bdi`, { hasText: new RegExp(`^${score.replace("-", "[-−]")}$`) }).waitFor();
          assert.deepEqual(await box.locator("[aria-pressed=true]").evaluateAll((l) => l.map((b) => b.className)), pressed);
        };
        await box.locator(".up").click();
        await is("1", ["up"]);
        await box.locator(".down").click();
        await is("-1", ["down"]);
        await box.locator(".down").click();
        await is("0", []);
        await box.locator(".up").click();
        await is("1", ["up"]);
      });
    });

    test("the comments are sorted by newest, oldest and most voted", () => visit(FULL, async (page) => {
      const newest = await order(page);
      const chosen = async (name) => {
        await page.getByRole("link", { name, exact: true }).click();
        await page.locator(".discussion-bar [aria-current]", { hasText: name }).waitFor();
      };
      await chosen("Oldest");
      const oldest = await order(page);
      assert.match(page.url(), /sort=oldest/);
      assert.notDeepEqual(oldest, newest);
      assert.ok(Number(oldest[0].slice(8)) < Number(newest[0].slice(8)));
      await chosen("Most Voted");
      const figures = (await scores(page)).map((s) => Number(s.replace("−", "-")));
      assert.deepEqual(figures, [...figures].sort((a, b) => b - a));
      assert.ok(figures[0] > figures.at(-1));
      await page.goBack();
      await page.locator(".discussion-bar [aria-current]", { hasText: "Oldest" }).waitFor();
      assert.deepEqual(await order(page), oldest);
    }));

    test("more comments and all comments are reached, each once", () => visit(FULL, async (page) => {
      const seen = new Set(await order(page));
      await page.locator("#comments-next").click();
      if (script) await page.waitForFunction((n) => document.querySelectorAll("#comments > li > article").length > n, seen.size);
      else await page.waitForURL(/after=/);
      const then = await order(page);
      assert.equal(new Set(then).size, then.length);
      assert.equal(then.filter((id) => !seen.has(id)).length > 0, true);
      if (!script) await page.goto(FULL);
      await page.locator("#comments-all").click();
      await page.waitForURL(/all=1/);
      const ids = new Set();
      for (;;) {
        if (script) await page.waitForFunction(() => !document.getElementById("comments-next"));
        for (const id of await page.locator("#comments article.comment").evaluateAll((l) => l.map((a) => a.id))) ids.add(id);
        if (!(await page.locator("#comments-next").count())) break;
        await page.locator("#comments-next").click();
      }
      assert.equal(ids.size, 200);
    }));

    test("more replies of a thread are reached", async () => {
      const root = await posted(`A question with many replies, ${how}.`);
      for (let i = 0; i < 9; i++) await posted(`reply ${i} of ${how}`, root);
      await visit(REPORT, async (page) => {
        const thread = page.locator(`li:has(> #comment-${root})`);
        assert.equal(await comment(page, `reply 8 of ${how}`).count(), 0);
        await thread.locator(".replies-more a").click();
        await comment(page, `reply 8 of ${how}`).waitFor();
        const ids = await page.locator(`li:has(> #comment-${root}) .replies article`).evaluateAll((l) => l.map((a) => a.id));
        assert.equal(new Set(ids).size, ids.length);
        if (script) assert.equal(ids.length, 9);
      });
    });

    test("a permalink opens the place where the comment stands", () => visit("/comments/15", async (page) => {
      assert.match(page.url(), /#comment-15$/);
      const box = await page.locator("#comment-15").boundingBox();
      assert.ok(box.y >= -1 && box.y < 900, `the comment is at ${box.y}`);
    }));

    test("what is wrong is said in place and the words are kept", () => visit(REPORT, async (page) => {
      const text = `Kept words, ${how}: ` + "long ".repeat(4000);
      await write(page, "N".repeat(81), text);
      await send(page);
      await page.locator("#comment-errors").waitFor();
      assert.equal(await page.locator("#comment-name").getAttribute("aria-invalid"), "true");
      assert.match(await page.locator("#comment-name-error").innerText(), /80/);
      assert.equal((await page.getByLabel("Comment", { exact: true }).inputValue()).trim(), text.trim());
      assert.equal(await page.locator("#comment-name").inputValue(), "N".repeat(81));
      if (script) assert.equal(await page.evaluate(() => document.activeElement.id), "comment-errors");
      const mended = `Mended words, ${how}.`;
      await write(page, "Nora", mended);
      await send(page);
      await comment(page, mended).waitFor();
    }));

    test("markup in a comment stays text", () => visit(REPORT, async (page) => {
      const text = `<img src=x onerror="window.hacked=1"> <b>plain</b> ${how}`;
      await write(page, "<script>window.hacked=1</script>", text);
      await send(page);
      await comment(page, `plain`).filter({ hasText: how }).waitFor();
      assert.equal(await page.locator(".comments img, .comments script").count(), 0);
      if (script) assert.equal(await page.evaluate(() => window.hacked), undefined);
    }));

    test("only the keyboard is needed to post", () => visit(REPORT, async (page) => {
      await page.locator("#comment-name").evaluate((e) => e.scrollIntoView());
      await page.locator(".discussion-bar a").first().focus();
      for (let i = 0; i < 300; i++) {
        if (await page.locator("#comment-name:focus").count()) break;
        await page.keyboard.press("Tab");
      }
      const text = `Written by keys alone, ${how}.`;
      await page.keyboard.type("Keys");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.type(text);
      await page.keyboard.press("Tab"); // the comment rules
      await page.keyboard.press("Tab");
      assert.equal(await page.locator("#reply button:focus").count(), 1, "the button was not reached");
      await page.keyboard.press("Enter");
      await comment(page, text).waitFor();
    }));
  });
}

test("a draft survives leaving the page, and is gone once it is posted", async () => {
  const r = await reader(browser, server);
  await r.page.goto(REPORT);
  await write(r.page, "Draft", "Half a thought.");
  await r.page.goto("/");
  await r.page.goto(REPORT);
  assert.equal(await r.page.getByLabel("Comment", { exact: true }).inputValue(), "Half a thought.");
  assert.equal(await r.page.getByLabel("Name", { exact: true }).inputValue(), "Draft");
  await send(r.page);
  await comment(r.page, "Half a thought.").waitFor();
  await r.page.reload();
  assert.equal(await r.page.getByLabel("Comment", { exact: true }).inputValue(), "");
  r.calm();
  await r.close();
});

test("words survive when the server cannot be reached", async () => {
  const r = await reader(browser, server);
  await r.page.goto(REPORT);
  await markPage(r.page);
  await write(r.page, "Offline", "Nobody is listening.");
  await r.page.route("**/comments", (route) => route.abort());
  await send(r.page);
  await r.page.locator("#comment-unsent").waitFor();
  assert.equal(await r.page.getByLabel("Comment", { exact: true }).inputValue(), "Nobody is listening.");
  assert.equal(await sameDocument(r.page), true);
  await r.page.unroute("**/comments");
  await send(r.page);
  await comment(r.page, "Nobody is listening.").waitFor();
  assert.equal(await r.page.locator("#comment-unsent").count(), 0);
  await r.close();
});

test("the address and the IBAN are copied at a press, and the button says so", async () => {
  const r = await reader(browser, server, { permissions: ["clipboard-read", "clipboard-write"] });
  await r.page.goto(REPORT);
  const box = r.page.locator(".support").last();
  const read = () => r.page.evaluate(() => navigator.clipboard.readText());
  await box.getByText("Bitcoin", { exact: true }).first().click();
  await box.getByText("Bank transfer", { exact: true }).click();
  await box.getByRole("button", { name: "Copy Bitcoin", exact: true }).click();
  await box.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await read(), "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
  await box.getByRole("button", { name: "Copy IBAN" }).click();
  await r.page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("DE"));
  assert.equal(await read(), "DE89370400440532013000");
  r.calm();
  await r.close();
});

test("copy buttons are not shown without script, the address is", async () => {
  const r = await reader(browser, server, { script: false });
  await r.page.goto(REPORT);
  const wallet = r.page.locator(".support").last().locator(".support-wallet").first();
  await wallet.locator("summary").click();
  assert.equal(await r.page.locator("button.copy:visible").count(), 0);
  assert.ok(await wallet.locator(".support-address").isVisible());
  await r.page.waitForFunction(() => [...document.querySelectorAll("details[open] .qr")].some((e) => e.naturalWidth > 0));
  r.calm();
  await r.close();
});

test("without script a refused form and a preview stand where the reader looks, from the report and from a question", async () => {
  const r = await reader(browser, server, { script: false, viewport: PHONE });
  const inView = (what) => r.page.locator(what).evaluate((e) => {
    const box = e.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
  });
  await r.page.goto(REPORT);
  await write(r.page, "Mia", "I saw **it**.");
  await r.page.locator("#reply button[name=preview]").click();
  await r.page.locator("#comment-preview").waitFor();
  assert.ok(await inView("#comment-preview"));
  await r.page.goto(REPORT);
  await r.page.locator("#reply button[name=preview]").click();
  await r.page.locator("#comment-errors").waitFor();
  assert.ok(await inView("#comment-errors"));
  await r.page.goto(REPORT);
  await r.page.goto(REPORT + "#" + await r.page.locator(".question").first().getAttribute("id"));
  await r.page.locator(".question:target [name=name]").fill("W".repeat(500));
  await r.page.locator(".question:target [name=body]").fill("We knew.");
  await r.page.locator(".question:target .send button").click();
  await r.page.locator("#comment-errors").waitFor();
  assert.ok(await inView("#comment-errors"));
  r.calm();
  await r.close();
});

test("one's own held comment is shown to its author only", async () => {
  const strict = await serve({ edit: (text) => text + "\n[discussion]\nmoderation = hold_all\n" });
  try {
    for (const script of [true, false]) {
      const r = await reader(browser, strict, { script });
      await r.page.goto(REPORT);
      await write(r.page, "Patient", `Waiting ${script}.`);
      await send(r.page);
      await comment(r.page, `Waiting ${script}.`).waitFor();
      assert.equal(await r.page.locator(".comments-mine .held").count(), 1);
      r.calm();
      const other = await reader(browser, strict, { script });
      await other.page.goto(REPORT);
      assert.equal(await comment(other.page, `Waiting ${script}.`).count(), 0);
      await other.close();
      await r.close();
    }
  } finally {
    await strict.stop();
  }
});
