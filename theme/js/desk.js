// Asks before words are left that were not saved. The desk works without it.
const form = document.querySelector('form.desk-form');
if (form) {
  let unsaved = Boolean(form.querySelector('[role=alert]') || document.getElementById('preview'));
  form.addEventListener('input', () => { unsaved = true; });
  form.addEventListener('submit', () => { unsaved = false; });
  addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
}
