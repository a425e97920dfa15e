// A page that waits for the server asks again every two seconds, and swaps in what changed.

const EVERY = 2000;

async function look() {
  const part = document.querySelector("[data-live=waiting]");
  if (!part) return;
  if (document.hidden) return void setTimeout(look, EVERY);
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh && fresh.innerHTML !== part.innerHTML) {
        part.replaceWith(fresh);
        document.dispatchEvent(new Event("page:changed"));
      }
    }
  } catch {
    // The next look may find the server again.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
