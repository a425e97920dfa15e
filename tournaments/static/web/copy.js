// Buttons that copy: `data-copy` names the element whose text they take. Without script they stay hidden.

const SHOWN = 2000;

async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    return true;
  } catch {
    // Outside of https there is no clipboard to write to: select the text and ask the old way.
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  }
}

function dress(button) {
  const said = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    button.textContent = (await copied(source)) ? "Copied" : "Press Ctrl+C to copy";
    setTimeout(() => (button.textContent = said), SHOWN);
  });
}

// Once, and again after a page has swapped in what changed.
function dressAll() {
  document.querySelectorAll("[data-copy][hidden]").forEach(dress);
}

document.addEventListener("page:changed", dressAll);
dressAll();
