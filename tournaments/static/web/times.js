// Times in the reader's zone, with UTC on hover, and countdowns that tick by the server's clock.

const server = Date.parse(document.documentElement.dataset.now);
const ahead = Number.isNaN(server) ? 0 : server - Date.now();
const now = () => Date.now() + ahead;

const local = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});

function duration(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const [d, h, m] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60];
  const parts = d ? [[d, "d"], [h, "h"]]
    : h ? [[h, "h"], [m, "min"]]
    : m >= 10 ? [[m, "min"]]
    : [[m, "min"], [left % 60, "s"]];
  return parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}`).join(" ") || "0 s";
}

function tick() {
  for (const time of document.querySelectorAll("time.countdown")) {
    const left = (Date.parse(time.dateTime) - now()) / 1000;
    const text = left > 0
      ? `${time.dataset.before} in ${duration(left)}`
      : `${time.dataset.after} ${duration(-left)} ago`;
    if (time.textContent !== text) time.textContent = text;
  }
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = new Date(now()).toISOString().slice(11, 19) + " UTC";
  }
}

function localise(root = document) {
  for (const time of root.querySelectorAll("time.moment")) {
    time.textContent = local.format(new Date(time.dateTime));
  }
}

localise();
tick();
setInterval(tick, 1000);
document.addEventListener("page:changed", () => localise());
document.addEventListener("htmx:afterSwap", () => localise());
