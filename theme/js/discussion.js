// The discussion without page loads: posting, replying, voting, sorting, reading on. The pages that
// a browser without script would load are fetched and their parts put in place, so there is one
// markup, the server's. They come as documents from XMLHttpRequest: no text becomes markup here.
// Whatever fails is left to the browser: the link is followed, the form sent.
const box = document.getElementById("discussion");
const words = box.dataset;
const draftKey = "draft " + location.pathname;
const tokenLeast = 3200, tokenMost = 12 * 3600 * 1000; // milliseconds; discussion/comment_form.h
const byId = (id) => document.getElementById(id);

// A later request for another view of the list makes what an earlier one brings unwanted.
let turn = 0;
let shown = location.search;
// Where the form stands when it is not under a comment, and its heading there.
let home = null, homeTitle = "";
let tokenAt = 0;

function ask(method, url, type, data, work) {
  return new Promise((done, failed) => {
    const x = new XMLHttpRequest();
    x.open(method, url);
    x.responseType = type;
    x.timeout = 20000;
    x.setRequestHeader("Diurnal-Script", "1");
    if (work) x.setRequestHeader("Diurnal-Work", work);
    x.onload = () => done(x);
    x.onerror = x.ontimeout = () => failed(new Error(url));
    x.send(data);
  });
}

// Sends; under attack (428) the server first wants a proof of work for the act on that object.
async function send(url, type, data, act, object) {
  const x = await ask("POST", url, type, data);
  if (x.status !== 428) return x;
  say(words.working);
  const { proof } = await import(words.work);
  return ask("POST", url, type, data, await proof(act, object, words.worker));
}

async function page(url) {
  const x = await ask("GET", url, "document");
  if (x.status !== 200 || !x.response?.getElementById("discussion-list")) throw new Error(url);
  return x.response;
}

function say(text) {
  byId("discussion-said").textContent = "";
  setTimeout(() => { byId("discussion-said").textContent = text; }, 50);
}

// Says below the element, to everybody, that it did not work; null takes that back.
function fail(below) {
  byId("comment-unsent")?.remove();
  if (!below) return;
  const line = document.createElement("p");
  line.id = "comment-unsent";
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = words.failed;
  below.after(line);
}

// Storage may be forbidden; then nothing is remembered.
function remember(storage, key, value) {
  try {
    if (value === undefined) return window[storage].getItem(key);
    window[storage].setItem(key, value);
  } catch { /* see above */ }
  return null;
}

// ---- the list

function replyForm() {
  return byId("reply")?.querySelector("form");
}

function show(doc) {
  goHome();
  const list = doc.getElementById("discussion-list");
  const form = doc.getElementById("reply");
  if (byId("reply") && !byId("discussion-list").contains(byId("reply"))) form?.remove();
  byId("discussion-list").replaceWith(document.adoptNode(list));
  byId("discussion-heading").textContent = doc.getElementById("discussion-heading").textContent;
  if (!byId("reply") && form) box.append(document.adoptNode(form));
  mark();
}

async function go(url, push) {
  const mine = ++turn;
  byId("discussion-list").setAttribute("aria-busy", "true");
  const doc = await page(url);
  if (mine !== turn) return;
  show(doc);
  if (push) history.pushState(null, "", url);
  shown = location.search;
  (box.querySelector(".discussion-bar [aria-current]") ?? byId("discussion-heading")).focus({ preventScroll: true });
  say(words.sorted);
  await rest(mine);
}

// "View all comments" comes in pieces, one after another.
async function rest(mine) {
  if (!new URLSearchParams(location.search).has("all")) return;
  let next;
  while (mine === turn && (next = byId("comments-next"))) {
    const doc = await page(next.href);
    if (mine !== turn) return;
    append(doc);
  }
  say(words.loaded);
}

function repliesOf(item) {
  let list = item.querySelector(":scope > .replies");
  if (!list) {
    list = document.createElement("ol");
    list.className = "replies";
    item.append(list);
    const more = item.querySelector(":scope > .replies-more");
    if (more) item.append(more);
  }
  return list;
}

// Moves list items to the end of another list, but those that are there already. Returns the first.
function take(items, list) {
  let first = null;
  for (const item of [...items]) {
    const id = item.querySelector("article")?.id;
    if (id && byId(id)) continue;
    list.append(document.adoptNode(item));
    first ??= item.querySelector("article");
  }
  return first;
}

// The threads of another piece; one that goes on from an earlier piece joins it.
function append(doc) {
  let first = null;
  for (const item of [...doc.querySelectorAll("#comments > li")]) {
    const root = item.dataset.thread && byId("comment-" + item.dataset.thread);
    const replies = item.querySelector(":scope > .replies");
    const taken = root && replies ? take(replies.children, repliesOf(root.closest("li"))) : take([item], byId("comments"));
    first ??= taken;
  }
  box.querySelector(".comments-more").replaceWith(document.adoptNode(doc.querySelector(".comments-more")));
  mark();
  return first;
}

async function more(link) {
  const mine = turn;
  const doc = await page(link.href);
  if (mine !== turn) return;
  append(doc)?.focus({ preventScroll: true });
  say(words.loaded);
}

async function moreReplies(link) {
  const doc = await page(link.href);
  const from = doc.querySelector("#comments > li");
  const item = link.closest("li");
  const next = from.querySelector(":scope > .replies-more");
  const first = take(from.querySelectorAll(":scope > .replies > li"), repliesOf(item));
  item.querySelector(":scope > .replies-more").remove();
  if (next) item.append(document.adoptNode(next));
  mark();
  first?.focus({ preventScroll: true });
  say(words.loaded);
}

// ---- the form

function setParent(section, id) {
  section.querySelector("[name=parent]")?.remove();
  section.querySelector(".cancel")?.parentNode.remove();
  const invitation = section.querySelector(".invitation");
  if (invitation) invitation.hidden = Boolean(id);
  if (!id) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "parent";
  field.value = id;
  section.querySelector("form").prepend(field);
  const cancel = document.createElement("a");
  cancel.className = "cancel";
  cancel.href = "#reply";
  cancel.textContent = words.cancel;
  const line = document.createElement("p");
  line.append(cancel);
  byId("reply-heading").after(line);
}

function reply(link) {
  const section = byId("reply");
  const article = link.closest("article");
  if (!section) return false;
  article.after(section);
  setParent(section, article.id.slice("comment-".length));
  byId("reply-heading").textContent = words.reply.replace("{name}", article.querySelector(".by b").textContent);
  byId("comment-body").focus();
  return true;
}

function goHome() {
  const section = byId("reply");
  if (!home || !section || home.nextSibling === section) return false;
  home.after(section);
  setParent(section, 0);
  byId("reply-heading").textContent = homeTitle;
  return true;
}

function keepDraft() {
  const { name, email, body } = replyForm().elements;
  remember("sessionStorage", draftKey, JSON.stringify([name.value, email.value, body.value]));
}

function restoreDraft() {
  const form = replyForm();
  const kept = remember("sessionStorage", draftKey);
  if (!form || !kept) return;
  const fields = [form.elements.name, form.elements.email, form.elements.body];
  if (fields.some((field) => field.value)) return;
  JSON.parse(kept).forEach((text, i) => { fields[i].value = text; });
}

// A signed time of when typing began; see discussion/comment_form.h.
async function fetchToken() {
  if (tokenAt) return;
  tokenAt = Date.now();
  try {
    const x = await ask("GET", "/me?report=" + words.report, "json");
    const form = replyForm();
    if (!form || !x.response?.token) return;
    form.querySelector("[name=token]")?.remove();
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "token";
    field.value = x.response.token;
    form.append(field);
    tokenAt = Date.now();
  } catch { /* without one the comment is taken as from a page without script */ }
}

async function post(form, button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  fail(null);
  try {
    if (button.name) {
      const x = await ask("POST", form.action, "document", new URLSearchParams(new FormData(form, button)));
      refused(x.response);
      button.removeAttribute("aria-disabled");
      return;
    }
    const token = form.elements.token;
    const age = Date.now() - tokenAt;
    if (token && age < tokenLeast) await new Promise((go) => { setTimeout(go, tokenLeast - age); });
    if (token && age > tokenMost) token.remove();
    const x = await send(form.action, "document", new URLSearchParams(new FormData(form)), "comment", words.report);
    if (x.status === 201) await posted(form, x.getResponseHeader("Location"));
    else refused(x.response);
  } catch {
    fail(form.querySelector(".send"));
  }
  button.removeAttribute("aria-disabled");
}

// The form comes back with what is wrong with it, in the place where it stands.
function refused(doc) {
  const section = doc?.getElementById("reply");
  if (!section) throw new Error("no form");
  byId("reply").replaceWith(document.adoptNode(section));
  tokenAt = 0;
  (byId("comment-errors") ?? byId("comment-error") ?? byId("comment-preview"))?.focus();
}

async function posted(form, url) {
  remember("localStorage", "wrote", "1");
  form.elements.body.value = "";
  form.elements.token?.remove();
  tokenAt = 0;
  keepDraft();
  goHome();
  const doc = await page(url);
  const id = new URL(url, location).hash.slice(1);
  const article = place(doc, id);
  if (!article) {
    location.assign(url);
    return;
  }
  byId("discussion-heading").textContent = doc.getElementById("discussion-heading").textContent;
  mark();
  article.scrollIntoView({ block: "center" });
  article.focus({ preventScroll: true });
  say(article.querySelector(".held") ? words.held : words.posted);
}

// An answer to a question in the text. The question's box stays what the address leads to, so it stays
// open, and gets the fetched page's contents.
async function answer(form) {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  fail(null);
  try {
    const x = await send(form.action, "document", new URLSearchParams(new FormData(form)), "comment", words.report);
    if (x.status === 201) await answered(form.closest(".question"), x.getResponseHeader("Location"));
    else form.submit(); // refused: the page that says why has the words
  } catch {
    fail(form.querySelector(".send"));
  }
  button.removeAttribute("aria-disabled");
}

async function answered(question, url) {
  remember("localStorage", "wrote", "1");
  const doc = await page(url);
  for (const id of [question.id, question.id.replace("question", "asked")]) {
    byId(id)?.replaceChildren(...[...doc.getElementById(id)?.childNodes ?? []].map((node) => document.adoptNode(node)));
  }
  const article = place(doc, new URL(url, location).hash.slice(1));
  byId("discussion-heading").textContent = doc.getElementById("discussion-heading").textContent;
  mark();
  question.querySelector("a")?.focus({ preventScroll: true });
  say(article?.querySelector(".held") ? words.held : words.posted);
}

// Puts the new comment of the fetched page where it belongs on this one. Null: this page has no
// such place.
function place(doc, id) {
  const article = doc.getElementById(id);
  if (!article || byId(id)) return byId(id);
  const waiting = article.closest(".comments-mine");
  const above = article.closest("li").parentNode.closest("li")?.querySelector("article");
  if (waiting) {
    const before = box.querySelector(".comments-mine");
    if (before) before.replaceWith(document.adoptNode(waiting));
    else byId("discussion-list").prepend(document.adoptNode(waiting));
  } else if (above) {
    if (!byId(above.id)) return null;
    repliesOf(byId(above.id).closest("li")).append(document.adoptNode(article.closest("li")));
  } else if (!byId("comments")) {
    show(doc);
  } else if (new URLSearchParams(location.search).get("sort") === "oldest") {
    byId("comments").append(document.adoptNode(article.closest("li")));
  } else {
    byId("comments").prepend(document.adoptNode(article.closest("li")));
  }
  return byId(id);
}

// ---- votes

function setVote(form, value) {
  const set = (button, on, vote) => {
    button.value = on ? 0 : vote;
    if (on) button.setAttribute("aria-pressed", "true");
    else button.removeAttribute("aria-pressed");
  };
  set(form.querySelector(".up"), value > 0, 1);
  set(form.querySelector(".down"), value < 0, -1);
}

async function vote(form, button) {
  fail(null);
  const id = form.closest("article").id.slice("comment-".length);
  const x = await send(form.action, "json", new URLSearchParams({ value: button.value }), "vote", id);
  if (x.status !== 200) throw new Error("vote");
  remember("localStorage", "wrote", "1");
  setVote(form, x.response.value);
  form.querySelector(".score bdi").textContent = x.response.text;
  say(words.voted);
}

// The links that a page made for its author has.
function own(form) {
  const article = form.closest("article");
  if (article.querySelector(".own-acts")) return;
  const line = document.createElement("p");
  line.className = "acts own-acts";
  for (const act of ["edit", "delete"]) {
    const link = document.createElement("a");
    link.href = article.id.replace("comment-", "/comments/") + "/" + act;
    link.textContent = words[act];
    link.setAttribute("aria-describedby", article.id.replace("comment", "by"));
    line.append(link, " ");
  }
  article.append(line);
}

// A cached page does not know its reader: /me says which votes and comments are theirs. Only who
// has written or voted from here asks.
async function mark() {
  if (!remember("localStorage", "wrote")) return;
  const forms = [...box.querySelectorAll(".votes:not([data-marked])")].slice(0, 500);
  if (!forms.length) return;
  forms.forEach((form) => { form.dataset.marked = ""; });
  const idOf = (form) => form.closest("article").id.slice("comment-".length);
  try {
    const x = await ask("GET", "/me?comments=" + forms.map(idOf).join(","), "json");
    for (const form of forms) {
      const value = x.response.votes[idOf(form)];
      if (value) setVote(form, value);
      if (x.response.mine.includes(Number(idOf(form)))) form.querySelectorAll("button").forEach((b) => { b.disabled = true; });
      if (x.response.editable.includes(Number(idOf(form)))) own(form);
    }
  } catch { /* the marks are missing, nothing else */ }
}

// ---- what the reader does

function follow(link) {
  if (link.matches(".reply")) return reply(link);
  if (link.matches(".cancel")) return goHome();
  if (link.matches(".discussion-bar a, .comments-back, #comments-all")) return go(link.href, true);
  if (link.matches("#comments-next")) return more(link);
  if (link.matches(".replies-more a")) return moreReplies(link);
  return false;
}

box.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const done = follow(link);
  if (!done) return;
  event.preventDefault();
  if (done !== true) done.catch(() => location.assign(link.href));
});

box.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches(".votes")) vote(event.target, event.submitter).catch(() => fail(event.target.parentNode));
  else post(event.target, event.submitter ?? event.target.querySelector("button"));
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".question form")) return;
  event.preventDefault();
  answer(event.target);
});

box.addEventListener("input", (event) => {
  if (event.target.form === replyForm()) keepDraft();
});

box.addEventListener("focusin", (event) => {
  if (event.target.form && event.target.form === replyForm()) fetchToken();
});

addEventListener("popstate", () => {
  if (location.search !== shown) go(location.href, false).catch(() => location.reload());
});

if (byId("reply") && !replyForm().elements.parent) {
  home = document.createComment("");
  homeTitle = byId("reply-heading").textContent;
  byId("reply").before(home);
}
restoreDraft();
(byId("comment-errors") ?? byId("comment-error"))?.focus();
mark();
rest(turn).catch(() => {});

// What others do meanwhile. It comes after the page and is not missed where it does not.
if (window.EventSource) {
  const live = () => import(byId("discussion-live").dataset.script).then((m) => m.start({ report: words.report, after: words.live, byId, page, say, mark, again: () => go(location.href, false) })).catch(() => {});
  if (document.readyState === "complete") live();
  else addEventListener("load", live);
}
