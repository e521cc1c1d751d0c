// One address of every kind of public page, and what must be there for them to exist.
import { REPORT } from "./harness.mjs";

const FULL = "/2018/05/07/counting-what-the-water-took";

// A comment with hostile and long words, a reply to it and nine more.
export async function preparePages(server) {
  const post = async (body, parent = "") => {
    const response = await fetch(server.url + REPORT + "/comments", {
      method: "POST", redirect: "manual",
      body: new URLSearchParams({ name: "M. <b>" + "W".repeat(60), email: "m@example.org", body, parent }),
    });
    if (response.status !== 303) throw new Error(`a comment was answered with ${response.status}`);
    return Number(/#comment-(\d+)$/.exec(response.headers.get("location"))[1]);
  };
  const first = await post("A word without end: " + "flood".repeat(60) + "\n\n    " + "code ".repeat(60) + "\n\n1. one\n2. two\n\n> quoted");
  for (let i = 0, parent = first; i < 9; i++) parent = await post(`deeper, ${i}`, parent);
  for (let i = 0; i < 8; i++) await post(`beside, ${i}`, first);
}

export async function pageKinds(server) {
  const html = await (await fetch(server.url + FULL)).text();
  const next = /id="comments-next" href="([^"#]*)/.exec(html)[1].replaceAll("&amp;", "&");
  const thread = /class="replies-more"><a href="([^"#]*)/.exec(await (await fetch(server.url + REPORT)).text())[1].replaceAll("&amp;", "&");
  const asking = /id="(question-\d+)"/.exec(await (await fetch(server.url + REPORT)).text())[1];
  const some = [...html.matchAll(/id="comment-(\d+)"/g)].slice(0, 3).map((m) => Number(m[1])).sort((a, b) => a - b);
  const kinds = [
    "/", "/series", "/series/flood-watch", "/2018/05", "/archive", "/about", "/no-such-page",
    REPORT, REPORT + "?sort=votes", REPORT + "?reply=9", FULL, FULL + "?all=1", FULL + "?comments=" + some.join(","), next, thread,
    `${REPORT}#${asking}`, REPORT + "?only=answers", REPORT + "?" + asking.replace("-", "="), REPORT + "/questions",
    "/series/daily-field-report/questions",
    "/embed/meter", "/mine", "/2018/05/08/ten-thousand-answers",
  ];
  return [...kinds, "/funding", "/funding/ledger", "/funding/goals/2", "/funding/receipt", "/embed/meter?goal=2018-04"];
}
