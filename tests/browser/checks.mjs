// What is held against a page by the accessibility checker and by the checker of markup.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import axe from "axe-core";
import { DESKTOP, PHONE } from "./harness.mjs";

export const everything = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// The rules whose result hangs on colours and sizes. The others see the same markup at every width and
// in both colour schemes, so they run once, on the phone.
export const seen = { type: "rule", values: ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "meta-viewport", "css-orientation-lock"] };

// axe-core over the page that is open: what it holds against it, as lines. The one filter: the embedded
// meter is a part of another page, which has the heading.
export async function accessible(page, path, rules) {
  const own = path.startsWith("/embed/") ? { "page-has-heading-one": { enabled: false } } : {};
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe.source);
  const lines = await page.evaluate(async ([runOnly, rules]) => {
    const { violations } = await window.axe.run(document, { runOnly, rules, resultTypes: ["violations"] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}: ${n.failureSummary}`));
  }, [rules, own]);
  return lines.map((line) => `${path}: ${line}`);
}

// Opens one page and looks at it on a phone and a desktop, in light and dark colours: it must fit and be
// accessible. What is wrong is added to the set `wrong`. Returns the response.
export async function inspect(page, path, wrong) {
  await page.setViewportSize(PHONE);
  const response = await page.goto(path);
  await page.locator("main").waitFor();
  // Closed boxes must be right too, and what is laid out only as it comes into sight.
  await page.evaluate(() => {
    for (const box of document.querySelectorAll("details")) box.open = true;
    for (const li of document.querySelectorAll("#comments > li")) li.style.contentVisibility = "visible";
  });
  let rules = everything;
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wrong.add(`${path}: ${over} px too wide at ${viewport.width}`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const line of await accessible(page, path, rules)) wrong.add(`${viewport.width} px, ${colorScheme}: ${line}`);
      rules = seen;
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  return response;
}

// The Nu HTML checker over pages as [path, html]: every error, as lines. No filter.
export async function markup(pages) {
  const folder = mkdtempSync(join(tmpdir(), "diurnal-markup-"));
  try {
    const files = pages.map(([, html], i) => {
      const file = join(folder, `${i}.html`);
      writeFileSync(file, html);
      return file;
    });
    const jar = join(createRequire(import.meta.url).resolve("vnu-jar"), "..", "build/dist/vnu.jar");
    const { stderr } = await promisify(execFile)("java", ["-jar", jar, "--exit-zero-always", "--errors-only", "--format", "json", ...files], { maxBuffer: 1 << 26 });
    return JSON.parse(stderr).messages.map((m) => `${pages[Number(/(\d+)\.html$/.exec(m.url)[1])][0]}: ${m.message}: ${m.extract}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
