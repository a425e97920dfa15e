// Files that are dropped, moments in the reader's zone (forms speak UTC), and a short name made of a name while it is typed.

const pad = (n) => String(n).padStart(2, "0");
const day = (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
const local = (d) => `${day(d)}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
const utc = (d) => d.toISOString().slice(0, 16);

function moment(part) {
  const input = part.querySelector("input[data-utc]");
  const echo = part.querySelector("[data-echo]");
  const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" })
    .formatToParts(new Date()).find((one) => one.type === "timeZoneName").value;
  part.querySelector("[data-zone]").textContent = `in your zone, ${zone}`;
  if (input.value) input.value = local(new Date(`${input.value}Z`));
  const say = () => {
    const given = new Date(input.value);
    echo.textContent = Number.isNaN(given.getTime()) ? "It counts where “At this time” is chosen." : `That is ${utc(given).replace("T", ", ")} UTC.`;
  };
  const own = input.form.querySelector("input[type=radio][value=at]");
  input.addEventListener("input", () => {
    if (own) own.checked = true;
    say();
  });
  input.form.addEventListener("formdata", (event) => {
    const given = new Date(input.value);
    event.formData.set(input.name, Number.isNaN(given.getTime()) ? "" : utc(given));
  });
  say();
}

function short(input) {
  const name = document.getElementById(input.dataset.slugOf);
  const made = () => name.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 36);
  let own = input.value !== "";
  input.addEventListener("input", () => { own = input.value !== ""; });
  name.addEventListener("input", () => { if (!own) input.value = made(); });
}

// Files: drop them, and see that they are on their way. The form itself is sent as it is.
function files(form) {
  const zone = form.querySelector(".drop");
  const input = zone.querySelector("input[type=file]");
  const hint = form.querySelector("[data-drop-hint]");
  hint.hidden = false;
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
    else hint.textContent = "One file at a time.";
  });
  form.addEventListener("submit", () => { form.querySelector("[data-status]").hidden = false; });
  addEventListener("pageshow", () => { form.querySelector("[data-status]").hidden = true; });
}

function enhance() {
  document.querySelectorAll("form[data-files]").forEach(files);
  document.querySelectorAll("[data-moment]").forEach(moment);
  document.querySelectorAll("input[data-slug-of]").forEach(short);
}

enhance();
