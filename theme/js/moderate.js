// The desk's queue by keyboard. Keys count only while a comment (or something in it that takes no
// text) has the focus, so they are in nobody's way (WCAG 2.1.4); Tab reaches the first comment.
const queue = document.getElementById('queue');
const keys = { a: 'approve', h: 'hide', s: 'spam', d: 'delete' };

const said = document.createElement('p');
said.className = 'unseen';
said.setAttribute('role', 'status');
const help = document.createElement('p');
help.className = 'quiet keys';
help.textContent = queue.dataset.help;
queue.before(help, said);

const all = () => [...queue.querySelectorAll('article.desk-comment')];
all()[0]?.setAttribute('tabindex', '0');
const here = () => document.activeElement?.closest('article.desk-comment');

function step(by) {
  const list = all();
  const at = list.indexOf(here());
  const to = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
  to?.focus();
  to?.scrollIntoView({ block: 'nearest' });
}

// XMLHttpRequest, for it makes a document of the page where fetch would want a policy to parse by.
const send = (url, body) => new Promise((done) => {
  const request = new XMLHttpRequest();
  request.open('POST', url);
  request.responseType = 'document';
  request.onload = () => done(request);
  request.onerror = () => done(null);
  request.send(body);
});

let passed = false; // the form is the browser's now
function leave(form, button) {
  passed = true;
  form.requestSubmit(button);
}

// A decision in place: the comment goes from the list, the focus to the next. What asks back
// (deleting) or fails is left to the page itself.
async function decide(article, button) {
  const form = button.form;
  if (button.value === 'delete' || !form.querySelector('[name=show]')) return leave(form, button);
  const answer = await send(form.getAttribute('action'), new URLSearchParams(new FormData(form, button)));
  if (!answer) {
    said.textContent = queue.dataset.failed;
    return undefined;
  }
  if (answer.status !== 200 || !answer.responseXML) return leave(form, button);
  const list = all();
  const next = list[list.indexOf(article) + 1] ?? list[list.indexOf(article) - 1];
  const undo = answer.responseXML.querySelector('form.undo');
  document.querySelector('form.undo')?.remove();
  if (undo) queue.before(undo);
  if (article.nextElementSibling?.matches('.tick')) article.nextElementSibling.remove();
  article.remove();
  said.textContent = queue.dataset.done;
  if (next) next.focus(); else location.reload();
  return undefined;
}

let busy = false;
let moved = -Infinity; // when the last decision moved another comment under the finger
async function act(article, button) {
  busy = true;
  await decide(article, button);
  busy = false;
  moved = performance.now();
}

// A tap decides in place like a key; a second tap that was meant for the comment now gone does nothing.
queue.addEventListener('submit', (event) => {
  const article = event.target.closest('article.desk-comment');
  const button = event.submitter;
  const listed = event.target.querySelector('[name=show]');
  if (passed || !article || !listed || !['approve', 'hide', 'spam'].includes(button?.value)) return;
  event.preventDefault();
  if (!busy && performance.now() - moved > 400) act(article, button);
});

document.addEventListener('keydown', (event) => {
  const target = event.target;
  if (busy || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.matches('input:not([type=checkbox]), textarea, select')) return;
  const article = here();
  if (!article) return;
  if (event.key === 'j' || event.key === 'k') {
    event.preventDefault();
    step(event.key === 'j' ? 1 : -1);
    return;
  }
  if (event.key === 'u') document.getElementById('undo')?.click();
  if (event.key === 'o') article.querySelector('a.open').click();
  if (event.key === 'x') document.getElementById(article.id.replace('c', 't'))?.click();
  if (event.key === 'r') {
    event.preventDefault();
    article.querySelector('select')?.focus();
  }
  const button = keys[event.key] && article.querySelector(`button[value=${keys[event.key]}]`);
  if (!button) return;
  event.preventDefault();
  act(article, button);
});
