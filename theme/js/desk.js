// Asks before words are left that were not saved. The desk works without it.
const form = document.querySelector('form.desk-form');
if (form) {
  let unsaved = Boolean(form.querySelector('[role=alert]') || document.getElementById('preview'));
  form.addEventListener('input', () => { unsaved = true; });
  form.addEventListener('submit', () => { unsaved = false; });
  addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
}

// In a report's editor: a question about the passage that is selected is put into the text as a link,
// [passage](<ask:question>), escaped so that both come out as they were. Without script it is typed.
const body = document.getElementById('report-body');
const tool = document.getElementById('ask-tool');
if (body && tool) {
  body.closest('p').after(tool.content.cloneNode(true));
  const part = (name) => document.querySelector(`.ask-tool .ask-${name}`);
  const say = (key) => { part('said').textContent = key ? part('said').dataset[key] : ''; };
  let from = 0, to = 0;

  // Why this passage cannot be a link; empty when it can.
  const trouble = (passage) => {
    if (!passage.trim()) return 'select';
    if (/\n\s*\n/.test(passage)) return 'paragraph';
    return /\]\s?\(|<https?:/.test(passage) ? 'link' : '';
  };
  const begin = () => {
    from = body.selectionStart;
    to = body.selectionEnd;
    while (from < to && /\s/.test(body.value[from])) from++;
    while (to > from && /\s/.test(body.value[to - 1])) to--;
    const why = trouble(body.value.slice(from, to));
    say(why);
    part('box').hidden = Boolean(why);
    (why ? body : part('box').querySelector('input')).focus();
  };
  const insert = () => {
    const input = part('box').querySelector('input');
    const question = input.value.trim();
    if (!question) return input.focus();
    const passage = body.value.slice(from, to).replace(/(?<!\\)[[\]]/g, '\\$&');
    const asked = question.replace(/[\\<>]/g, '\\$&').replace(/&(?=#?\w+;)/g, '&amp;');
    body.focus();
    body.setSelectionRange(from, to);
    const link = `[${passage}](<ask:${asked}>)`;
    // What is put in like typing can be taken back like typing.
    if (!document.execCommand('insertText', false, link)) body.setRangeText(link, from, to, 'end');
    body.dispatchEvent(new Event('input', { bubbles: true }));
    input.value = '';
    part('box').hidden = true;
    say('done');
  };
  part('begin').addEventListener('click', begin);
  part('insert').addEventListener('click', insert);
  part('box').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    insert();
  });
}
