// What others do while the page is open: a stream of server-sent events (site/live_feed.h says what is
// in it) tells numbers, never markup. New comments wait behind a quiet line until the reader asks for
// them; then the page with just those is fetched, as a document, and its parts are put in place. Scores,
// removed comments and the meter change where they stand. A stream that comes back tells of comments it
// missed, but not of votes or gifts: then the page is asked for again. One tab of the browser holds the
// stream and tells the others; without Web Locks (plain http) each tab has its own. A page without a
// discussion has the meter only (js/meter.js): its report is 0.
const name = "diurnal-live";
const most = 50; // comments asked for at once; LISTING_SOME in discussion/listing.h
const levels = 5; // LISTING_NESTED
const quiet = 5000, later = 60000; // milliseconds
const stale = 1500; // a page may be as old as a second (http/cache.h)
const soon = 2000; // a stream opened later may have been open before: none comes back sooner (live/live.h)

let on; // what the page's own script lends
let report = 0, after = 0;
let channel = null, source = null, release = null, joined = null;
let failures = 0, timer = 0, lineTimer = 0;
const waiting = new Set(); // new comments that were not asked for yet
let moved = false; // more has happened than can be put in place

const words = () => on.byId("discussion-live").dataset;
const article = (id) => on.byId("comment-" + id);
const spread = (ms, work) => setTimeout(work, Math.random() * ms);

// ---- the line

function line() {
  lineTimer = 0;
  const place = on.byId("discussion-live");
  const count = waiting.size;
  if (!count && !moved) {
    place.replaceChildren();
    return;
  }
  let button = place.firstElementChild;
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.addEventListener("click", () => show().catch(() => location.reload()));
    place.append(button);
  }
  const lines = words().new.split("|");
  const text = moved ? words().moved : lines[Math.min(count, lines.length) - 1];
  if (button.textContent !== text) button.textContent = text;
}

// At once, and then not more often than is good to hear.
function tell() {
  if (lineTimer) return;
  line();
  lineTimer = setTimeout(line, quiet);
}

// ---- new comments, when they are asked for

async function fetchSome(ids) {
  return on.page(location.pathname + "?comments=" + ids.sort((a, b) => a - b).join(","));
}

function repliesOf(item) {
  let list = item.querySelector(":scope > .replies");
  if (!list) {
    list = document.createElement("ol");
    list.className = "replies";
    item.append(list);
  }
  return list;
}

function levelOf(item) {
  let n = 1;
  while ((item = item.parentNode.closest("li[data-thread]"))) n++;
  return n;
}

function putReply(item, thread) {
  const to = item.querySelector(":scope > article a.to");
  const parent = article(to ? /(\d+)$/.exec(to.href)[1] : thread.dataset.thread);
  let host = parent?.closest("li");
  if (!host || host.querySelector(":scope > .replies-more")) return false;
  if (levelOf(host) >= levels) host = host.parentNode.closest("li");
  else to?.remove();
  repliesOf(host).append(document.adoptNode(item));
  return true;
}

// Where a new thread belongs on this page; null: not on this piece of it.
function putThread(item) {
  const list = on.byId("comments");
  const query = new URLSearchParams(location.search);
  const sort = query.get("sort") ?? "newest";
  if (!list || ["after", "thread", "only", "question", "comments"].some((key) => query.has(key))) return false;
  if (sort !== "newest" && on.byId("comments-next")) return false;
  if (sort === "newest") list.prepend(document.adoptNode(item));
  else list.append(document.adoptNode(item));
  return true;
}

// True when it is on the page now, or is not to be shown any more.
function put(doc, id) {
  const there = doc.getElementById("comment-" + id);
  if (!there || article(id)) return true;
  const item = there.closest("li");
  const thread = item.parentNode.closest("li[data-thread]");
  return thread ? putReply(item, thread) : putThread(item);
}

async function show() {
  const all = [...waiting].sort((a, b) => a - b);
  if (moved || all.length > most) {
    await on.again();
    waiting.clear();
    moved = false;
    line();
    return;
  }
  const doc = await fetchSome(all).catch(() => null); // gone meanwhile
  const placed = all.filter((id) => doc && put(doc, id));
  all.forEach((id) => waiting.delete(id));
  if (doc) on.byId("discussion-heading").textContent = doc.getElementById("discussion-heading").textContent;
  moved = placed.length < all.length && Boolean(doc);
  line();
  on.mark();
  const first = placed.map(article).find(Boolean);
  first?.focus({ preventScroll: true });
  first?.scrollIntoView({ block: "nearest" });
  if (first) on.say(words().shown);
}

// ---- what changes where it stands

function removed(id) {
  waiting.delete(id);
  const there = article(id);
  if (!there || there.querySelector(":scope > .removed") || there.contains(document.activeElement)) return;
  const text = document.createElement("p");
  text.className = "removed";
  text.id = "by-" + id;
  text.textContent = words().removed;
  there.replaceChildren(text);
}

async function changed(ids) {
  const here = ids.filter((id) => article(id));
  if (!here.length) return;
  const doc = await fetchSome(here);
  for (const id of here) {
    const fresh = doc.getElementById("comment-" + id);
    const old = article(id);
    if (fresh && old && !old.contains(document.activeElement)) old.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  on.mark();
}

function comments(data) {
  data.gone.forEach(removed);
  data.new.forEach((id) => { if (!article(id)) waiting.add(id); });
  // Whoever is on the page all ask: not in the same moment.
  if (data.changed.length) spread(quiet, () => changed(data.changed).catch(() => {}));
  moved ||= data.many || waiting.size > most;
  tell();
}

const scoreOf = (id) => article(id)?.querySelector(":scope > .acts .score bdi");
const scores = (all) => all.forEach((text, id) => { const score = scoreOf(id); if (score) score.textContent = text; });

function votes(data) {
  for (const id in data.scores) if (scoreOf(id)) told.set(id, data.scores[id]);
  scores(told);
}

const scoresIn = (doc) => new Map([...doc.querySelectorAll("article.comment > .acts .score bdi")].map((score) => [score.closest("article").id.slice(8), score.textContent]));

// What this page shows of the reader's way through the discussion, then what was loaded into it.
async function allScores(doc) {
  const known = scoresIn(doc);
  scores(known);
  const rest = [...scoresIn(document).keys()].filter((id) => !known.has(id));
  while (rest.length) scores(scoresIn(await fetchSome(rest.splice(0, most))));
}

let freshTimer = 0, broken = false;
const told = new Map(); // scores since the stream is open: newer than any page
function refresh() {
  freshTimer ||= setTimeout(async () => {
    freshTimer = 0;
    const doc = await on.page(location.pathname + location.search).catch(() => null);
    const old = document.querySelector("section.meter");
    const now = doc?.querySelector("section.meter");
    if (old && now) old.replaceWith(document.adoptNode(now));
    if (!doc || !broken) return;
    broken = false;
    await allScores(doc).catch(() => {}); // one of them is gone
    scores(told);
  }, stale + Math.random() * quiet);
}

function heard({ event, data, id }) {
  after = Math.max(after, id);
  if (event === "meter") return refresh();
  if (event === "open") {
    told.clear();
    broken ||= performance.now() > soon;
    return broken && refresh();
  }
  if (data.report !== report) return undefined;
  if (event === "comments") return comments(data);
  if (event === "votes") return votes(data);
  moved = true; // "missed"
  return tell();
}

// ---- the stream

function say(message) {
  heard(message);
  channel?.postMessage(message);
}

function connect() {
  source?.close();
  clearTimeout(timer);
  const from = Math.min(...joined.values());
  const reports = [...joined.keys()].filter(Boolean).slice(0, 8);
  source = new EventSource("/live/events?reports=" + reports.join(",") + (reports.length ? "&after=" + from : ""));
  source.onopen = () => {
    failures = 0;
    say({ event: "open", id: 0 });
  };
  source.onerror = () => {
    // The browser comes back by itself from a broken connection, but not from a refusal.
    if (source.readyState !== EventSource.CLOSED || ++failures > 5) return;
    timer = setTimeout(connect, later * (1 + Math.random()));
  };
  for (const event of ["comments", "votes", "meter", "missed"]) {
    source.addEventListener(event, (e) => {
      const id = Number(e.lastEventId) || 0;
      for (const [key, last] of joined) joined.set(key, Math.max(last, id));
      say({ event, data: JSON.parse(e.data), id });
    });
  }
}

// A tab of this browser: one with another report, or that has seen less, makes the stream begin anew.
function join(tab) {
  const known = joined.get(tab.report);
  if (known !== undefined && known <= tab.after) return;
  joined.delete(tab.report);
  joined = new Map([[tab.report, tab.after], ...joined]);
  clearTimeout(timer);
  timer = setTimeout(connect, 100); // others may join in the same moment
}

function lead() {
  joined = new Map();
  join({ report, after });
  channel?.postMessage({ who: true });
  return new Promise((done) => { release = done; });
}

function receive({ data }) {
  if (data.event) heard(data);
  else if (data.who) channel.postMessage({ report, after });
  else if (joined) join(data);
}

function begin() {
  if (!navigator.locks || !window.BroadcastChannel) {
    lead();
    return;
  }
  channel = new BroadcastChannel(name);
  channel.onmessage = receive;
  channel.postMessage({ report, after });
  navigator.locks.request(name, lead).catch(() => {});
}

// A page that is left, or kept to come back to, gives the stream to another tab.
function stop() {
  source?.close();
  channel?.close();
  clearTimeout(timer);
  source = channel = joined = null;
  release?.();
}

export function start(page) {
  on = page;
  report = Number(on.report);
  after = report ? Number(on.after) : Infinity;
  begin();
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
}
