// The form that reports a comment to the moderators: while the discussion is under attack it brings a proof
// of work (docs/rules.md). Whatever fails is left to the browser, which sends the form as it is.
const form = document.querySelector("form[data-work]");
const object = /\/comments\/(\d+)/.exec(form.action)[1];

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { proof } = await import(form.dataset.work);
    const work = await proof("flag", object, form.dataset.worker);
    if (work) {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "Diurnal-Work": work },
      });
      if (answer.redirected) {
        location.assign(answer.url);
        return;
      }
    }
  } catch { /* see above */ }
  form.submit();
});
