// The pictures of docs/screenshots: screenshots.mjs FOLDER, started by tools/screenshots.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PHONE, REPORT, browse, reader, root, serve } from "./harness.mjs";

const folder = process.argv[2];
const desktop = { width: 1200, height: 1000 };
const browser = await browse();

async function shot(server, name, path, { prepare, ...options } = {}) {
  const r = await reader(browser, server, { viewport: desktop, ...options });
  await r.page.goto(path);
  await prepare?.(r.page);
  await r.page.screenshot({ path: join(folder, name + ".png") });
  await r.close();
}

const english = await serve();
await shot(english, "front", "/");
await shot(english, "report", REPORT, { viewport: { width: 1200, height: 1300 } });
await shot(english, "report-phone", REPORT, { viewport: PHONE, deviceScaleFactor: 2 });
await shot(english, "discussion", REPORT, { prepare: (page) => page.locator("#discussion").evaluate((e) => e.scrollIntoView()) });
await shot(english, "funding", "/funding", { viewport: { width: 1200, height: 1300 } });
await shot(english, "desk", english.desk, {
  prepare: async (page) => {
    await page.getByLabel("Name").fill("Mara Lindqvist");
    await page.getByLabel("E-mail address").fill("mara@millbrook.example");
    await page.getByLabel("New password").fill("a long river and a short bridge");
    await page.locator("form .buttons button").click();
    await page.goto("/desk/reports/8");
  },
});
await english.stop();

if (existsSync(join(root, "theme/words/ar.ini"))) {
  const arabic = await serve({ edit: (text) => text.replace("language = en", "language = ar") });
  await shot(arabic, "arabic", REPORT, { viewport: { width: 1200, height: 1300 } });
  await arabic.stop();
} else {
  console.log("theme/words/ar.ini is not there: no arabic.png");
}
await browser.close();
