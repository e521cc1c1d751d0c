// Without these tests a reader could press a passage and see nothing, answer and find the answer nowhere, or
// an author's question could come out of the desk's editor as something else than what was typed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, markup } from "./checks.mjs";
import { PHONE, REPORT, browse, diurnal, reader, serve } from "./harness.mjs";

const many = (text) => text + "\n[limits]\ncomments_burst = 1000\npages_burst = 10000\ndesk_burst = 10000\nsign_in_burst = 100\n";
let server, browser, question;

before(async () => {
  server = await serve({ edit: many });
  browser = await browse();
  question = /id="question-(\d+)"/.exec(await (await fetch(server.url + REPORT)).text())[1];
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const publish = (name, text, at = server) => {
  const file = join(at.data, name);
  writeFileSync(file, text);
  execFileSync(diurnal, ["publish", file, "--data", at.data], { stdio: "pipe" });
};
const head = "---\nseries: Flood Watch\ntitle: Who saw it\ndate: 2018-05-08\nslug: who-saw-it\nstate: published\n---\n";
const inside = (page) => page.locator(".question .inside").first();

for (const script of [true, false]) {
  describe(script ? "with script" : "without script", () => {
    const visit = async (path, work, more = {}) => {
      const r = await reader(browser, server, { script, ...more });
      try {
        await r.page.goto(path);
        await work(r.page);
        r.calm();
      } finally {
        await r.close();
      }
    };

    test("the passage opens its question behind its block and the way back closes it", () => visit(REPORT, async (page) => {
      assert.equal(await inside(page).isVisible(), false);
      await page.locator("mark.ask a").click();
      await inside(page).waitFor();
      assert.match(page.url(), new RegExp(`#question-${question}$`));
      assert.match(await inside(page).innerText(), /Old Bricks/);
      await inside(page).getByRole("link", { name: "Back to the text" }).click();
      await inside(page).waitFor({ state: "hidden" });
    }));

    test("with the keyboard alone one opens the question and comes to its form", () => visit(REPORT, async (page) => {
      await page.locator("mark.ask a").focus();
      await page.keyboard.press("Enter");
      await inside(page).waitFor();
      const name = inside(page).getByLabel("Your name");
      for (let i = 0; i < 12 && !(await name.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press("Tab");
      assert.ok(await name.evaluate((e) => e === document.activeElement));
    }));

    test("an answer is sent from the box and stands in the box and in the discussion", () => visit(`${REPORT}#question-${question}`, async (page) => {
      const text = `We heard it in the kitchen, ${script}.`;
      await inside(page).getByLabel("Your name").fill("Kettle");
      await inside(page).getByLabel("Your answer").fill(text);
      await inside(page).getByRole("button", { name: "Send answer" }).click();
      const mine = page.locator("article.comment", { hasText: text });
      await mine.waitFor();
      assert.match(page.url(), script ? /#question-\d+$/ : /#comment-\d+$/);
      if (script) await page.waitForFunction((text) => document.querySelector(".question").innerText.includes(text), text);
      await mine.getByRole("link", { name: "Answer to:" }).click();
      await inside(page).waitFor();
      assert.match(await inside(page).innerText(), new RegExp(text));
      await inside(page).getByRole("link", { name: /See all \d+ answers/ }).click();
      await page.getByRole("link", { name: "Answers to:" }).waitFor();
      const shown = await page.locator("#comments > li > article .to-question").count();
      assert.equal(shown, await page.locator("#comments > li > article").count(), "answers alone are listed");
    }));

    test("an answer that was refused comes back with its words, as the answer it was", () => visit(`${REPORT}#question-${question}`, async (page) => {
      const text = `Words to keep, ${script}.`;
      await page.locator(".question form").evaluate((f) => { f.noValidate = true; });
      await inside(page).getByLabel("Your answer").fill(text);
      await inside(page).getByRole("button", { name: "Send answer" }).click();
      await page.getByRole("heading", { name: "Answer to:" }).waitFor();
      assert.equal(await page.getByLabel("Comment", { exact: true }).inputValue(), text);
      await page.getByLabel("Name", { exact: true }).fill("Kettle");
      await page.getByRole("button", { name: "Post the comment" }).click();
      const mine = page.locator("article.comment", { hasText: text });
      await mine.waitFor();
      assert.equal(await mine.getByRole("link", { name: "Answer to:" }).count(), 1);
    }));

    test("answers alone are listed when they are asked for", () => visit(REPORT, async (page) => {
      const all = await page.locator("#comments > li").count();
      await page.getByRole("link", { name: /answers to questions/ }).click();
      await page.waitForURL(/only=answers/);
      await page.waitForFunction((n) => document.querySelectorAll("#comments > li").length < n, all);
      assert.equal(await page.locator("#comments > li > article .to-question").count(), await page.locator("#comments > li").count());
      await page.getByRole("link", { name: /^All \d+ comments$/ }).click();
      await page.waitForFunction((n) => document.querySelectorAll("#comments > li").length >= n, all);
    }));
  });
}

// Every shape a question has, in each language: open with and without answers, closed, dropped, listed.
for (const language of ["en", "de", "ar"]) {
  test(`questions are accessible, well-formed and fit in ${language}`, async () => {
    const own = await serve({ edit: (text) => many(text).replace(/^language = .*$/m, `language = ${language}`) });
    try {
      publish("r.md", head + "A [gone passage](<ask:Who went?>) and [one](<ask:Who stayed? " + "x".repeat(200) + ">).\n", own);
      const path = "/2018/05/08/who-saw-it";
      const ids = [...(await (await fetch(own.url + path)).text()).matchAll(/class="question" id="question-(\d+)"/g)].map((m) => m[1]);
      await fetch(own.url + path + "/comments", { method: "POST", redirect: "manual", body: new URLSearchParams({ name: "A", body: "b", question: ids[0] }) });
      publish("r.md", head + "Here is [one](<ask:Who stayed? " + "x".repeat(200) + ">).\n\n- In a [list *too*](<ask:هل رأيت؟>)\n\n> And [quoted](<ask:Why?>)\n\n| a |\n|---|\n| [cell](<ask:In a table?>) |\n", own);
      const paths = [`${REPORT}#question-${question}`, `${REPORT}?only=answers`, `${REPORT}?question=${question}`, path,
        `${path}#question-${ids[1]}`, `${path}?question=${ids[0]}`, "/series/flood-watch/questions", "/series/daily-field-report/questions",
        `${path}/questions`];
      const r = await reader(browser, own, { viewport: PHONE });
      const wrong = new Set();
      const pages = [];
      for (const p of paths) {
        await inspect(r.page, p, wrong);
        pages.push([p, await (await fetch(own.url + p.split("#")[0])).text()]);
      }
      if (language === "ar") assert.equal(await r.page.evaluate(() => getComputedStyle(document.body).direction), "rtl");
      r.calm();
      await r.close();
      assert.equal([...wrong, ...(await markup(pages))].join("\n"), "");
    } finally {
      await own.stop();
    }
  });
}

describe("at the desk", () => {
  const email = "owner@millbrook.example", password = "a long river and a short bridge";
  let r;
  before(async () => {
    r = await reader(browser, server);
    await r.page.goto(server.desk);
    await r.page.getByLabel("Name").fill("Olga Varga");
    await r.page.getByLabel("E-mail address").fill(email);
    await r.page.getByLabel("New password").fill(password);
    await r.page.getByRole("button", { name: "Set the password and sign in" }).click();
    await r.page.getByRole("heading", { name: "Olga Varga" }).waitFor();
  });
  after(() => r?.close());

  const select = (page, passage) => page.getByLabel("Text", { exact: true }).evaluate((area, passage) => {
    const at = area.value.indexOf(passage);
    area.focus();
    area.setSelectionRange(at, at + passage.length);
  }, passage);

  test("a passage is selected and asked about, whatever stands in it and in the question", async () => {
    const { page } = r;
    await page.goto("/desk/reports/new");
    await page.getByLabel("Series").fill("Flood Watch");
    await page.getByLabel("Headline").fill("Asked from the desk");
    const text = page.getByLabel("Text", { exact: true });
    await text.fill("The [old] dike broke.\n\nAnother paragraph with [a link](https://example.org/).\n");
    const ask = page.getByRole("button", { name: "Ask readers about the selected passage" });
    await select(page, "");
    await ask.click();
    await page.getByText("First select the passage").waitFor();
    await select(page, "broke.\n\nAnother");
    await ask.click();
    await page.getByText("within one paragraph").waitFor();
    await select(page, "with [a link](https");
    await ask.click();
    await page.getByText("must not contain a link").waitFor();
    await select(page, " [old] dike ");
    await ask.click();
    const asked = String.raw`Was it <high> & "dry" \o/ &amp; safe?`;
    await page.getByLabel("Question to readers").fill(asked);
    await page.getByLabel("Question to readers").press("Enter");
    await page.getByText("The question is in the text.").waitFor();
    assert.match(await text.inputValue(), /^The \[\\\[old\\\] dike\]\(<ask:/);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("is published").first().waitFor();
    const answer = await page.getByRole("link", { name: /See/ }).first().getAttribute("href");
    await page.goto(answer);
    assert.equal(await page.locator("mark.ask a").innerText(), "[old] dike");
    assert.equal(await page.locator(".question .asks span[id]").innerText(), asked);
    r.calm();
  });

  test("the desk's pages of questions are accessible and well-formed, and an answer is named in the report", async () => {
    const { page } = r;
    await page.goto(`/desk/questions/${question}`);
    await page.getByRole("button", { name: "Name it as used in the report" }).last().click();
    await page.getByText("The answer is named").waitFor();
    const wrong = new Set();
    const pages = [];
    for (const path of ["/desk/questions", "/desk/questions?show=used", `/desk/questions/${question}`, "/desk/reports/new"]) {
      await inspect(page, path, wrong);
      pages.push([path, await (await page.context().request.get(path)).text()]);
    }
    assert.equal([...wrong, ...(await markup(pages))].join("\n"), "");
    await page.goto(`${REPORT}#question-${question}`);
    assert.match(await inside(page).innerText(), /Used in the report, with thanks to/);
    await inspect(page, `${REPORT}#question-${question}`, wrong);
    assert.equal([...wrong].join("\n"), "");
    r.calm();
  });
});
