// Copy buttons: <button type="button" data-copy="text" data-done="Copied" hidden>. Without script,
// or where the browser has no clipboard (plain http), they stay hidden; the text is on the page.
if (navigator.clipboard) {
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const label = [...button.childNodes];
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
      } catch {
        return;
      }
      said.textContent = button.dataset.done;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.replaceChildren(...label); said.textContent = ""; }, 2000);
    });
  }
}
