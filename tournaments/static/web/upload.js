// The drop zone, and progress while a file is on its way. Without this script the form is sent as it is.

const LEAVING = "page:changed";

function enhance() {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const zone = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  const hint = form.querySelector("[data-drop-hint]");
  const status = form.querySelector("[data-status]");
  hint.hidden = false;

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
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    send(form, event.submitter, status);
  });
}

function send(form, submitter, status) {
  const body = new FormData(form, submitter);
  const request = new XMLHttpRequest();
  const bar = status.querySelector("progress");
  const words = status.querySelector("[data-words]");
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  status.hidden = false;
  bar.value = 0;
  words.textContent = "Sending the file.";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    words.textContent = "The file has arrived. It is being checked row by row.";
  });
  request.addEventListener("load", () => arrive(request));
  request.addEventListener("error", () => {
    for (const button of buttons) button.disabled = false;
    bar.value = 0;
    words.textContent = "The connection was lost. Send the file again: if it had arrived, you get the same receipt.";
  });
  request.open("POST", form.action);
  request.send(body);
}

function arrive(request) {
  if (new URL(request.responseURL).href !== location.href) history.pushState({}, "", request.responseURL);
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  enhance();
  document.dispatchEvent(new Event(LEAVING));
  const result = document.querySelector("[data-result]");
  if (result) {
    result.focus();
    result.scrollIntoView({ block: "nearest" });
  }
}

addEventListener("popstate", () => location.reload());
enhance();
