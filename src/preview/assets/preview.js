// The preview's script: listens to the server for as long as the tab is looked at, and hands on what it says.
import { follow, standing, swapFiles } from "./page.js";
import { beginBar, countProblems, refreshBar, showAbout, showLost } from "./bar.js";
import { askFormulas, beginFormulas } from "./formulas.js";
import { begin, putFirst, showProblems, showStanding } from "./panel.js";
import { goto, know, knowSource, openSource } from "./source.js";

// Browsers allow a handful of connections to one server. A tab that nobody looks at lets go of its own, and is right again
// a moment after it is looked at.
const HIDDEN_WAIT = 3000, RETRY_FIRST = 200, RETRY_MAX = 2000, LOST_AFTER = 1500;

// Known from the first stream on. A tab that knows it keeps its stream when there are too many.
let token = null;
let stream = null, retry = RETRY_FIRST, timer = 0, hiding = 0, lostSince = 0;

function connect() {
  clearTimeout(timer);
  if (stream || document.hidden) return;
  stream = new EventSource(`/_handsel/events?path=${encodeURIComponent(location.pathname)}${token ? `&token=${token}` : ""}`);
  const on = (name, take) => stream.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("hello", (hello) => { retry = RETRY_FIRST; lostSince = 0; showLost(false); token = hello.token; know(hello); refreshBar(); });
  on("page", (page) => {
    knowSource(page.source);
    putFirst(page.source);
    showStanding(page, standing !== "found");
    showAbout(page.about, page.standing);
    follow(page);
    askFormulas(page.source);
  });
  on("problems", (told) => { showProblems(told); countProblems(told); });
  on("files", swapFiles);
  on("goto", goto);
  // Browsers differ in when they try again by themselves, so we do.
  stream.addEventListener("error", () => {
    disconnect();
    lostSince ||= Date.now();
    showLost(Date.now() - lostSince > LOST_AFTER);
    timer = setTimeout(connect, retry);
    retry = Math.min(retry * 1.6, RETRY_MAX);
  });
}

function disconnect() {
  stream?.close();
  stream = null;
}

addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(() => { clearTimeout(timer); disconnect(); }, HIDDEN_WAIT);
  else { retry = RETRY_FIRST; connect(); }
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", connect);

begin(openSource);
beginFormulas();
beginBar();
connect();
