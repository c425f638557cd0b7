// Adds the reader's own time where the clock there shows another one.
export function enhance(root) {
  for (const time of root.querySelectorAll("time[data-local]:not([data-ready])")) {
    time.dataset.ready = "";
    const written = time.dateTime.match(/([+-])(\d\d):(\d\d)$/);
    const moment = new Date(time.dateTime);
    if (!written || Number.isNaN(moment.getTime())) continue;
    const there = (written[1] === "-" ? -1 : 1) * (Number(written[2]) * 60 + Number(written[3]));
    if (there === -moment.getTimezoneOffset()) continue;
    const own = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(moment);
    const note = document.createElement("span");
    note.className = "local-time";
    note.textContent = time.dataset.local.replace("{time}", own);
    time.parentElement.append(note);
  }
}
