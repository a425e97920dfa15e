// The drop zone, and progress while a file is on its way. Without this script the form is sent as it is.
// A lost connection is told, and the same file can be sent again under the same key: it cannot count twice.

const STILL = 20000;
const LOST = "Nothing counts before its last byte is here.";
const UNSURE = "Whether the file arrived is not known. Send it again: if it did, you get its receipt.";

function enhance() {
  document.querySelectorAll("form[data-upload]:not([data-ready])").forEach(dress);
}

function dress(form) {
  form.dataset.ready = "";
  const zone = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  const hint = form.querySelector("[data-drop-hint]");
  const invitation = hint.textContent;
  hint.hidden = false;

  const chosen = () => {
    const file = input.files[0];
    hint.textContent = file ? `${file.name}, ${size(file.size)}` : invitation;
  };
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    zone.addEventListener(kind, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = event.dataTransfer.files;
    if (files.length === 1) input.files = files;
    chosen();
    if (files.length > 1) hint.textContent = "One file at a time. For several forecasters, give each a column.";
  });
  input.addEventListener("change", chosen);
  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    const most = Number(form.dataset.most);
    if (most && file.size > most) {
      tell(form, `${file.name} has ${size(file.size)}; at most ${size(most)} are taken. Send it as .gz or Parquet.`);
      return;
    }
    form.elements.key.value = key();
    send(form, new FormData(form, event.submitter), file);
  });
}

function send(form, body, file) {
  const request = new XMLHttpRequest();
  const { bar, again, cancel } = parts(form);
  const began = performance.now();
  let moved = began;
  let sent = 0;
  const watch = setInterval(() => {
    if (sent < file.size && performance.now() - moved > STILL) tell(form, `No byte has moved for ${Math.round((performance.now() - moved) / 1000)} s. Still trying.`);
  }, 1000);
  const leaving = (event) => event.preventDefault();
  const over = (words) => {
    clearInterval(watch);
    removeEventListener("beforeunload", leaving);
    busy(form, false);
    cancel.hidden = true;
    if (!words) return;
    tell(form, words);
    again.hidden = false;
    again.onclick = () => send(form, body, file);
  };
  busy(form, true);
  again.hidden = true;
  cancel.hidden = false;
  cancel.onclick = () => request.abort();
  bar.hidden = false;
  bar.value = 0;
  tell(form, `Sending ${file.name}.`);
  addEventListener("beforeunload", leaving);

  request.upload.addEventListener("progress", (event) => {
    moved = performance.now();
    sent = event.loaded;
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    tell(form, progress(event, (moved - began) / 1000));
  });
  request.upload.addEventListener("load", () => {
    sent = file.size;
    bar.removeAttribute("value");
    cancel.hidden = true;
    tell(form, "Sent. Waiting for the server, which checks it row by row.");
  });
  request.addEventListener("abort", () => over(`Cancelled. ${LOST}`));
  request.addEventListener("error", () => {
    const whole = sent >= file.size;
    bar.value = whole ? 1 : sent / file.size;
    over(whole ? `The connection was lost. ${UNSURE}` : `The connection was lost after ${size(sent)} of ${size(file.size)}. ${LOST}`);
  });
  request.addEventListener("load", () => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.status >= 500 || !page.querySelector("main")) {
      over(`The server could not answer (${request.status}). ${UNSURE}`);
      return;
    }
    over("");
    arrive(request, page);
  });
  request.open("POST", form.action);
  request.send(body);
}

function arrive(request, page) {
  if (new URL(request.responseURL).href !== location.href) history.pushState({}, "", request.responseURL);
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  enhance();
  document.dispatchEvent(new Event("page:changed"));
  const result = document.querySelector("[data-result]");
  if (result) {
    result.focus();
    result.scrollIntoView({ block: "nearest" });
  }
}

function parts(form) {
  const status = form.querySelector("[data-status]");
  return {
    status, bar: status.querySelector("progress"), words: status.querySelector("[data-words]"),
    again: status.querySelector("[data-again]"), cancel: status.querySelector("[data-cancel]"),
  };
}

function tell(form, text) {
  const { status, words, bar } = parts(form);
  if (status.hidden) bar.hidden = true;
  status.hidden = false;
  if (words.textContent !== text) words.textContent = text;
}

function busy(form, is) {
  for (const button of form.querySelectorAll("button[name]")) button.disabled = is;
}

function progress(event, seconds) {
  const share = Math.floor((100 * event.loaded) / event.total);
  const left = Math.ceil(((event.total - event.loaded) * seconds) / Math.max(1, event.loaded));
  const time = seconds > 2 && left > 1 ? `, about ${left < 90 ? `${left} s` : `${Math.ceil(left / 60)} min`} to go` : "";
  return `${share}% of ${size(event.total)} sent${time}.`;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// `randomUUID` exists on https and localhost only.
function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

addEventListener("popstate", () => location.reload());
document.addEventListener("page:changed", enhance);
enhance();
