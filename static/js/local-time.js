// Adds the reader's own time to times in another time zone.
export function enhance(root) {
  for (const time of root.querySelectorAll("time[data-local]:not([data-ready])")) {
    time.dataset.ready = "";
    const zone = time.dateTime.match(/([+-])(\d\d):(\d\d)$/);
    const moment = new Date(time.dateTime);
    if (!zone || Number.isNaN(moment.getTime())) continue;
    const offset = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
    if (offset === -moment.getTimezoneOffset()) continue;
    const own = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(moment);
    const note = document.createElement("span");
    note.className = "local-time";
    note.textContent = time.dataset.local.replace("{time}", own);
    time.parentElement.append(note);
  }
}
