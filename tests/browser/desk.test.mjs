// Without these tests the desk could be locked, or writing, publishing and moderating broken in a real
// browser (cookies, forms, the password's form), or its pages be closed to some of the staff.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { inspect, markup } from "./checks.mjs";
import { REPORT, browse, diurnal, reader, serve } from "./harness.mjs";

const email = "owner@millbrook.example";
const password = "a long river and a short bridge";
let server, browser;

before(async () => {
  server = await serve({ edit: (text) => text + "\n[discussion]\nmoderation = hold_all\n[limits]\nsign_in_burst = 100\ndesk_burst = 10000\n"
    + "[webhook.a-tool-that-is-not-there]\nurl = http://127.0.0.1:1/\nallow_private = yes\nsecret = whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n" });
  browser = await browse();
  const r = await reader(browser, server, { script: false });
  await r.page.goto(server.desk);
  await r.page.getByLabel("Name").fill("Olga Varga");
  await r.page.getByLabel("E-mail address").fill(email);
  await r.page.getByLabel("New password").fill(password);
  await r.page.getByRole("button", { name: "Set the password and sign in" }).click();
  await r.page.getByRole("heading", { name: "Olga Varga" }).waitFor();
  await r.close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signIn(page, next = "/desk") {
  await page.goto(next);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === next);
}

for (const script of [true, false]) {
  const how = script ? "with script" : "without script";
  describe(how, () => {
    test("one signs in, reaches the page one asked for, and signs out", async () => {
      const r = await reader(browser, server, { script });
      await signIn(r.page, "/desk/reports");
      await r.page.getByRole("button", { name: "Sign out" }).click();
      await r.page.goto("/desk/reports");
      await r.page.getByLabel("Password").waitFor();
      r.calm();
      await r.close();
    });

    test("a wrong password is refused, and says nothing about the address", async () => {
      const r = await reader(browser, server, { script });
      const said = [];
      for (const who of [email, "nobody@millbrook.example"]) {
        await r.page.goto("/desk");
        await r.page.getByLabel("E-mail address").fill(who);
        await r.page.getByLabel("Password").fill("not the password at all");
        await r.page.getByRole("button", { name: "Sign in" }).click();
        assert.equal(await r.page.getByLabel("E-mail address").inputValue(), who);
        said.push(await r.page.locator("[role=alert], .error").first().innerText());
      }
      assert.equal(said[0], said[1]);
      await r.close();
    });

    test("a report is written, saved, previewed and published, and readers see it", async () => {
      const r = await reader(browser, server, { script });
      const { page } = r;
      await signIn(page);
      await page.getByRole("link", { name: "Write a report" }).click();
      await page.getByLabel("Series").fill("Daily Field Report");
      await page.getByLabel("Headline").fill(`The Ferry Runs Again, ${how}`);
      await page.getByLabel("Date", { exact: true }).fill("2018-05-09");
      await page.getByLabel("Text").fill("At noon the ferry took **eleven** people across.\n\nIt will run until dusk.");
      await page.getByRole("button", { name: "Preview" }).click();
      assert.equal(await page.locator("#preview strong", { hasText: "eleven" }).count(), 1);
      assert.match(await page.getByLabel("Text").inputValue(), /until dusk/);
      await page.getByRole("button", { name: "Save the draft" }).click();
      await page.waitForURL(/\/desk\/reports\/\d+/);
      const front = await (await fetch(server.url + "/")).text();
      assert.ok(!front.includes(`The Ferry Runs Again, ${how}`), "a draft is on the front page");
      await page.getByRole("button", { name: "Publish", exact: true }).click();
      const address = await page.locator("main .meta a[href^='/2018/05/09/']").getAttribute("href");
      const other = await reader(browser, server, { script });
      await other.page.goto("/");
      await other.page.getByRole("link", { name: `The Ferry Runs Again, ${how}` }).click();
      await other.page.waitForURL((url) => url.pathname === address);
      assert.match(await other.page.locator("h1").innerText(), /^Daily Field Report – May 9, 2018: The Ferry Runs Again/);
      other.calm();
      await other.close();
      r.calm();
      await r.close();
    });

    test("a report that is wrong comes back with its words", async () => {
      const r = await reader(browser, server, { script });
      await signIn(r.page, "/desk/reports/new");
      await r.page.getByLabel("Series").fill("Daily Field Report");
      await r.page.getByLabel("Headline").fill("x".repeat(201));
      await r.page.getByLabel("Text").fill("Words that must not be lost.");
      await r.page.getByRole("button", { name: "Save the draft" }).click();
      assert.equal(await r.page.getByLabel("Headline").getAttribute("aria-invalid"), "true");
      assert.equal((await r.page.getByLabel("Text").inputValue()).trim(), "Words that must not be lost.");
      r.calm();
      await r.close();
    });

    test("a held comment is approved and then stands on the page", async () => {
      const words = `Please let this through, ${how}.`;
      const answer = await fetch(server.url + REPORT + "/comments", {
        method: "POST", redirect: "manual", body: new URLSearchParams({ name: "Waiting", body: words }),
      });
      assert.equal(answer.status, 303);
      assert.ok(!(await (await fetch(server.url + REPORT)).text()).includes(words));
      const r = await reader(browser, server, { script });
      await signIn(r.page);
      await r.page.goto("/desk/comments?show=held");
      await r.page.locator("article", { hasText: words }).getByRole("button", { name: "Publish", exact: true }).click();
      await r.page.locator("article", { hasText: words }).waitFor({ state: "detached" }); // decided in place
      r.calm();
      await r.close();
      const other = await reader(browser, server, { script });
      await other.page.goto(REPORT);
      await other.page.locator("article.comment", { hasText: words }).waitFor();
      await other.close();
    });

    test("a contribution is entered and moves the meter", async () => {
      const r = await reader(browser, server, { script });
      const now = async () => Number(/\$([\d,.]+)/.exec(await r.page.locator(".meter-now strong").innerText())[1].replaceAll(",", ""));
      await r.page.goto(REPORT);
      const were = await now();
      await signIn(r.page, "/desk/funding/contributions/new");
      await r.page.getByLabel("Amount").fill("12.00");
      await r.page.locator("form [name=date]").fill("2018-05-08");
      const channel = r.page.locator("form [name=channel]");
      if (await channel.evaluate((e) => e.tagName) === "SELECT") await channel.selectOption("bank");
      else await channel.fill("bank");
      await r.page.locator("form .buttons button").first().click();
      await r.page.waitForURL(/\/desk\/funding(?!\/contributions\/new)/);
      await r.page.goto(REPORT);
      assert.equal(await now(), were + 12);
      r.calm();
      await r.close();
    });
  });
}

describe("the pages of the desk and the withdrawn report", () => {
  const kinds = ["/desk", "/desk/reports", "/desk/reports/new", "/desk/reports/8", "/desk/reports/8/revisions", "/desk/reports/8/withdraw",
    "/desk/series", "/desk/series/new", "/desk/pages", "/desk/pages/about", "/desk/new-page", "/desk/comments", "/desk/comments/9",
    "/desk/discussions/8", "/desk/comments/9/ban", "/desk/comments/9/filter", "/desk/rules", "/desk/rules/site/0", "/desk/rules/report/8", "/desk/filter", "/desk/funding", "/desk/funding/goals/new", "/desk/funding/goals/1", "/desk/funding/goals/1/marks", "/desk/funding/goals/1/close", "/desk/funding/contributions/new", "/desk/funding/contributions", "/desk/funding/contributions?channel=bank", "/desk/funding/contributions/1", "/desk/funding/contributions/1/correct", "/desk/funding/contributions/1/reverse", "/desk/funding/givers", "/desk/funding/givers/export", "/desk/funding/second-person", "/desk/funding/export", "/desk/funding/bank-statement", "/desk/funding/bank-mapping/bank", "/desk/staff", "/desk/staff/new",
    "/desk/staff/1", "/desk/account", "/desk/mail", "/desk/webhooks", "/desk/audit", "/desk/no-such-page", "/2018/05/09/taken-back"];

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "diurnal-withdrawn-"));
    for (const state of ["published", "withdrawn"]) {
      const file = join(folder, "report.md");
      writeFileSync(file, `---\nseries: Flood Watch\ntitle: Taken Back\nslug: taken-back\ndate: 2018-05-09\nstate: ${state}\n${state === "withdrawn" ? "reason: The figures were wrong.\n" : ""}---\nText.\n`);
      await promisify(execFile)(diurnal, ["publish", "--data", server.data, file]);
    }
    rmSync(folder, { recursive: true });
  });

  test("are accessible, calm and fit, on a phone and a desktop, light and dark, and their markup is right", async () => {
    const r = await reader(browser, server);
    const wrong = new Set();
    const pages = [];
    const look = async (path) => {
      const response = await inspect(r.page, path, wrong);
      const expected = { "/desk/no-such-page": 404, "/2018/05/09/taken-back": 410 }[path] ?? 200;
      if (response.status() !== expected) wrong.add(`${path}: ${response.status()}`);
      pages.push([path, await response.text()]);
    };
    await look("/desk/sign-in");
    await signIn(r.page);
    for (const path of kinds) await look(path);
    try { r.calm(); } catch (e) { wrong.add(e.message); }
    await r.close();
    for (const line of await markup(pages)) wrong.add(line);
    assert.equal([...wrong].join("\n"), "");
  });
});
