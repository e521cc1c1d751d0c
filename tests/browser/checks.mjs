// What is held against a page by the accessibility checker and by the checker of markup.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import axe from "axe-core";

export const everything = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// The rules whose result hangs on colours and sizes. The others see the same markup at every width and
// in both colour schemes, so they run once, on the phone.
export const seen = { type: "rule", values: ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "meta-viewport", "css-orientation-lock"] };

// axe-core over the page that is open: what it holds against it, as lines. The one filter: the embedded
// meter is a part of another page, which has the heading.
export async function accessible(page, path, rules) {
  const own = path.startsWith("/embed/") ? { "page-has-heading-one": { enabled: false } } : {};
  await page.evaluate(axe.source);
  const lines = await page.evaluate(async ([runOnly, rules]) => {
    const { violations } = await window.axe.run(document, { runOnly, rules, resultTypes: ["violations"] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}: ${n.failureSummary}`));
  }, [rules, own]);
  return lines.map((line) => `${path}: ${line}`);
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
