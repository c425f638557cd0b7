// The preview's script: listens to the server while the tab is visible, and passes on its events.
import { follow, pageStatus, swapFiles } from "./page.js";
import { beginBar, countProblems, refreshBar, showAbout, showDisconnected } from "./bar.js";
import { askFormulas, beginFormulas } from "./formulas.js";
import { begin, putFirst, showProblems, showStatus } from "./panel.js";
import { goto, know, knowSource, openSource } from "./source.js";

// Browsers allow only a few connections to one server. A hidden tab closes its own, and updates when it is visible again.
const HIDDEN_WAIT = 3000, RETRY_FIRST = 200, RETRY_MAX = 2000, DISCONNECTED_AFTER = 1500;

// Known from the first stream on. If there are too many streams, a tab that knows the token keeps its own.
let token = null;
let stream = null, retry = RETRY_FIRST, timer = 0, hiding = 0, disconnectedSince = 0;

function connect() {
  clearTimeout(timer);
  if (stream || document.hidden) return;
  stream = new EventSource(`/_handsel/events?path=${encodeURIComponent(location.pathname)}${token ? `&token=${token}` : ""}`);
  const on = (name, take) => stream.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("hello", (hello) => { retry = RETRY_FIRST; disconnectedSince = 0; showDisconnected(false); token = hello.token; know(hello); refreshBar(); });
  on("page", (page) => {
    knowSource(page.source);
    putFirst(page.source);
    showStatus(page, pageStatus !== "found");
    showAbout(page.about, page.status);
    follow(page);
    askFormulas(page.source);
  });
  on("problems", (problems) => { showProblems(problems); countProblems(problems); });
  on("files", swapFiles);
  on("goto", goto);
  // Browsers differ in when they reconnect, so this script reconnects itself.
  stream.addEventListener("error", () => {
    disconnect();
    disconnectedSince ||= Date.now();
    showDisconnected(Date.now() - disconnectedSince > DISCONNECTED_AFTER);
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
