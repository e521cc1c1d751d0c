// The proof of work that is asked for while the discussion is under attack (docs/votes.md): fetches a
// challenge, has a worker find the number, and gives the text for the header Diurnal-Work. Loaded
// only when the server asks for it.

// The one script address that is made from text, and the one policy that our pages allow for it.
const policy = window.trustedTypes?.createPolicy("diurnal-work", {
  createScriptURL(url) {
    if (!/^\/assets\/[\w-]+\/js\/work-worker\.js$/.test(url)) throw new TypeError(url);
    return url;
  },
});

export async function proof(act, object, workerUrl) {
  const answer = await fetch(`/challenge?for=${act}&object=${object}`, { credentials: "same-origin" });
  const asked = await answer.json();
  if (!asked.wanted) return null;
  const worker = new Worker(policy ? policy.createScriptURL(workerUrl) : workerUrl, { type: "module" });
  try {
    return await new Promise((found, failed) => {
      worker.onmessage = (event) => found(event.data);
      worker.onerror = () => failed(new Error("work"));
      worker.postMessage(asked);
    });
  } finally {
    worker.terminate();
  }
}
