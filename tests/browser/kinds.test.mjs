// The kinds of page in a browser: built, served by a plain file server under the site's own policy,
// with and without JavaScript. Every request and every write to storage is recorded: nothing leaves
// the site, and nothing is stored that the reader did not ask for.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { browser, Workspace, recordErrors } from "./workspace.mjs";

const page = (front, text = "Text.") => `---\n${front}\n---\n\n${text}\n`;

const site = {
  "handsel.yaml": "title: Test site\ntimezone: Europe/Berlin\npage_size: 3\nbase_url: https://site.example\nallow_origins: [https://player.example]\n",
  "content/index.md": page("title: Home", "Welcome. [Tips](tips/index.md)"),
  "content/audiences.yaml": "alone: { title: Alone }\nteam: { title: Small team, start: [guides/b.md] }\n",
  "content/guides/a.md": page("title: A guide\ntime: 10 min\naudience: [alone]", "Reciprocity comes first, then reciprocity again."),
  "content/guides/b.md": page("title: Another guide\ntime: 5 min\naudience: [team]"),
  "content/tips/index.md": page("title: Tips"),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((number) => [
    `content/tips/t${number}.md`,
    page(`title: Tip ${number}\ntopics: [${number % 2 ? "odd" : "even"}]\nlevel: ${number > 5 ? "advanced" : "beginner"}\naudience: [${number === 7 ? "team" : "alone"}]`),
  ])),
  "content/glossary/reciprocity.md": page("title: Reciprocity\nshort: Giving back what was given."),
  "content/videos/own.md": page("title: Our own\nsrc: talk.webm\nduration: \"0:30\"\ncaptions: talk.vtt\ntranscript: talk.vtt\nchapters: [{ at: \"0:00\", title: Begin }, { at: \"0:05\", title: Go on }]"),
  "content/videos/talk.webm": "not really a video",
  "content/videos/talk.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n\n00:05.000 --> 00:06.000\n<v Ada>Go on.\n",
  "content/videos/far.md": page("title: Elsewhere\nembed: https://player.example/embed/1\nduration: \"0:30\"\ntranscript: said.txt"),
  "content/videos/said.txt": "What is said.\n",
  "content/infographics/picture.md": page("title: A picture\nimage: picture.svg\nalt: Two boxes\nlong_description: One box and another."),
  "content/infographics/shown.md": page("title: 'Two \"boxes\" & <b>one</b> line'\nimage: picture.svg\nalt: 'A \"box\" < a line'\nlong_description: One box and a line.\nlicense: CC BY 4.0"),
  "content/infographics/picture.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"40\"><rect width=\"30\" height=\"30\"/></svg>",
  "content/faq/questions.md": page("title: Questions", "## How long?\n\nAn hour.\n\n## What does it cost?\n\nNothing."),
  "content/events/day.md": page("title: A day\nstart: 2099-06-01T18:00\nplace: Here\ncost: free"),
  "content/paths/way.md": page("title: The way\noutcome: You can.\nsteps: [{ page: ../guides/a.md }, { page: ../guides/b.md, optional: true }, { page: ../tips/t1.md }]"),
};

const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".vtt": "text/vtt", ".ics": "text/calendar", ".webm": "video/webm" };

let workspace, server, origin, chrome, globalHeaders;

before(async () => {
  workspace = await Workspace.open(site);
  await workspace.remove("content/guides/give-first.md");
  await workspace.remove("content/guides/other.md");
  workspace.handsel("build", "--today", "2026-11-22");
  const headers = await readFile(join(workspace.folder, "public/_headers"), "utf8");
  globalHeaders = Object.fromEntries([...headers.split(/\n(?=\S)/)[0].matchAll(/^ +([^:]+): (.*)$/gm)].map(([, name, value]) => [name.toLowerCase(), value]));
  server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const file = join(workspace.folder, "public", path.endsWith("/") ? `${path}index.html` : path);
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", ...globalHeaders });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  chrome = await browser();
});

after(async () => {
  await chrome?.close();
  server?.close();
  await workspace?.close();
});

// Opens a page that records its requests and what it stores.
async function visit(path, options = {}) {
  const context = await chrome.newContext({ timezoneId: "America/New_York", ...options });
  const tab = await context.newPage();
  tab.requests = [];
  tab.faults = [];
  tab.on("request", (request) => tab.requests.push(request.url()));
  recordErrors(tab, tab.faults);
  tab.on("console", (message) => { if (/Content Security Policy|TrustedHTML/.test(message.text())) tab.faults.push(message.text()); });
  await context.addInitScript(() => {
    const write = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      const stored = JSON.parse(window.name || "[]");
      stored.push([key, value]);
      window.name = JSON.stringify(stored);
      return write.call(this, key, value);
    };
  });
  await tab.goto(origin + path);
  await tab.waitForLoadState("networkidle");
  tab.stored = () => tab.evaluate(() => JSON.parse(window.name || "[]"));
  tab.done = async () => {
    assert.deepEqual(tab.faults, []);
    const foreign = tab.requests.filter((url) => !url.startsWith(origin) && !url.startsWith("data:") && !tab.allowed?.test(url));
    assert.deepEqual(foreign, []);
    await context.close();
  };
  return tab;
}

test("a video from another site is requested only after the click", async () => {
  const tab = await visit("/videos/far/");
  assert.match(await tab.locator(".facade-note").textContent(), /player\.example/);
  assert.equal(tab.requests.filter((url) => url.includes("player.example")).length, 0);
  await tab.route("https://player.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>playing</p>" }));
  await tab.locator(".facade-play").click();
  await tab.locator("iframe").waitFor();
  await tab.waitForFunction(() => true);
  assert.equal(await tab.locator("iframe").getAttribute("src"), "https://player.example/embed/1");
  tab.allowed = /^https:\/\/player\.example\//;
  assert.deepEqual(await tab.stored(), []);
  await tab.done();
});

test("times in the transcript and in chapters seek the video", async () => {
  const tab = await visit("/videos/own/");
  const moved = await tab.evaluate(() => {
    const video = document.querySelector("video");
    const set = [];
    Object.defineProperty(video, "currentTime", { set: (value) => set.push(value), get: () => 0 });
    video.play = () => Promise.resolve();
    document.querySelectorAll("[data-seek]").forEach((link) => link.click());
    return set;
  });
  assert.deepEqual(moved, [0, 5, 1, 5]);
  assert.equal(new URL(tab.url()).pathname, "/videos/own/");
  await tab.done();
  const plain = await visit("/videos/own/", { javaScriptEnabled: false });
  assert.equal(await plain.locator(".transcript p").count(), 3);
  assert.match(await plain.locator(".chapters a").last().getAttribute("href"), /talk\.webm#t=5$/);
  await plain.done();
});

test("an image opens over the page and closes again", async () => {
  const tab = await visit("/infographics/picture/");
  await tab.locator("[data-lightbox]").click();
  await tab.locator("dialog.lightbox[open] img").waitFor();
  await tab.keyboard.press("Escape");
  await tab.waitForFunction(() => !document.querySelector("dialog[open]"));
  assert.ok(await tab.locator("[data-lightbox]").evaluate((link) => link === document.activeElement));
  await tab.done();
});

test("the embed code of an image, pasted into a page of another site, shows the image, names its source and requests nothing else", async () => {
  const tab = await visit("/infographics/shown/");
  await tab.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await tab.locator(".embed-code summary").click();
  await tab.locator(".embed-code button.copy").click();
  const lines = await tab.evaluate(() => navigator.clipboard.readText());
  await tab.done();

  const context = await chrome.newContext();
  const other = await context.newPage();
  const requested = [];
  await context.route("**/*", async (route) => {
    const address = new URL(route.request().url());
    requested.push(address.href);
    if (address.href === "https://diary.example/today/") {
      return route.fulfill({ contentType: "text/html", body: `<!doctype html><meta charset="utf-8"><title>Today</title><link rel="icon" href="data:,"><p>I found this:</p>${lines}` });
    }
    if (address.origin !== "https://site.example") return route.abort();
    const response = await fetch(origin + address.pathname);
    const headers = { ...globalHeaders, "content-type": response.headers.get("content-type") };
    return route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) });
  });
  await other.goto("https://diary.example/today/");
  await other.waitForLoadState("networkidle");
  assert.deepEqual(requested, ["https://diary.example/today/", "https://site.example/infographics/picture.svg"]);
  assert.deepEqual(await other.locator("img").evaluate((image) => [image.complete, image.naturalWidth, image.alt]), [true, 80, 'A "box" < a line']);
  assert.ok(await other.locator("img").evaluate((image) => image.getBoundingClientRect().width > 80), "it takes the available width");
  assert.equal((await other.locator("figcaption").textContent()).trim(), 'Two "boxes" & <b>one</b> line, Test site, CC BY 4.0');
  await other.locator("figcaption a").click();
  await other.waitForURL("https://site.example/infographics/shown/");
  assert.equal((await other.locator("h1").textContent()).trim(), 'Two "boxes" & <b>one</b> line');
  await context.close();
});

test("a question's address opens it", async () => {
  const tab = await visit("/faq/questions/#what-does-it-cost");
  assert.deepEqual(await tab.locator("details.question").evaluateAll((all) => all.map((one) => one.open)), [false, true]);
  await tab.done();
  const plain = await visit("/faq/questions/", { javaScriptEnabled: false });
  await plain.locator("summary").first().click();
  assert.ok(await plain.locator("details p").first().isVisible());
  await plain.done();
});

test("the reader's local time is shown next to the event's where they differ", async () => {
  const tab = await visit("/events/day/");
  assert.match(await tab.locator(".local-time").textContent(), /12:00/);
  await tab.done();
  const there = await visit("/events/day/", { timezoneId: "Europe/Berlin" });
  assert.equal(await there.locator(".local-time").count(), 0);
  await there.done();
});

test("progress on a path is stored from the first step, shown, and cleared on request", async () => {
  const tab = await visit("/paths/way/");
  assert.deepEqual(await tab.stored(), []);
  await tab.locator(".step-list > li > a").first().click();
  await tab.waitForURL("**/guides/a/");
  await tab.locator("[data-on-path][data-ready] [data-continue]").click();
  await tab.waitForURL("**/guides/b/");
  assert.deepEqual(await tab.stored(), [["path:/paths/way/", "[\"/guides/a/\"]"]]);
  await tab.goto(`${origin}/paths/way/`);
  const state = tab.locator(".path-progress");
  await state.waitFor();
  assert.match(await state.textContent(), /Continue with: Tip 1 · 1 min left/);
  assert.equal(await tab.locator("li[data-step] input:checked").count(), 1);
  await state.locator("button").click();
  assert.ok(await state.isHidden());
  assert.equal(await tab.evaluate(() => localStorage.length), 0);
  await tab.done();
  const plain = await visit("/guides/a/", { javaScriptEnabled: false });
  assert.match(await plain.locator(".on-path").textContent(), /Step 1 of 3/);
  await plain.done();
});

test("a term of the glossary is explained on focus and hover, and links to its page", async () => {
  const tab = await visit("/guides/a/");
  const word = tab.locator("a.term[data-ready]");
  await word.waitFor();
  assert.equal(await tab.locator("a.term").count(), 1);
  const note = tab.locator(".term-note");
  assert.ok(await note.isHidden());
  await word.focus();
  assert.ok(await note.isVisible());
  assert.equal(await note.textContent(), "Giving back what was given.");
  await tab.keyboard.press("Escape");
  assert.ok(await note.isHidden());
  await word.hover();
  await note.waitFor();
  await note.hover();
  await tab.waitForTimeout(400);
  assert.ok(await note.isVisible(), "the pointer can move into it");
  await tab.done();
  const plain = await visit("/guides/a/", { javaScriptEnabled: false });
  assert.ok(await plain.locator(".term-note").isHidden());
  await plain.locator("a.term").click();
  assert.equal(new URL(plain.url()).pathname, "/glossary/reciprocity/");
  assert.match(await plain.locator("main").textContent(), /Where this term is used\s+A guide/);
  await plain.done();
});

test("a list is filtered across all of its pages, and suggests which filter to drop where nothing matches", async () => {
  const tab = await visit("/tips/");
  const shown = () => tab.locator("ul.cards > li:not([hidden])").count();
  assert.equal(await shown(), 3);
  await tab.locator("[data-facet=topic] [data-value=even]").click();
  await tab.waitForFunction(() => document.querySelectorAll("ul.cards > li").length === 7);
  assert.equal(await shown(), 3);
  assert.match(tab.url(), /\?topic=even$/);
  await tab.locator("[data-facet=audience] [data-value=team]").click();
  await tab.waitForFunction(() => document.querySelectorAll("ul.cards > li:not([hidden])").length === 0);
  const state = tab.locator(".facet-status");
  assert.match(await state.textContent(), /No pages match all of these filters\./);
  await state.locator("button", { hasText: "Without “even”: 1" }).click();
  assert.equal(await shown(), 1);
  await tab.goto(`${origin}/tips/?level=advanced`);
  await tab.waitForFunction(() => document.querySelectorAll("ul.cards > li:not([hidden])").length === 2);
  assert.deepEqual(await tab.stored(), []);
  await tab.done();
  const plain = await visit("/tips/", { javaScriptEnabled: false });
  await plain.locator("[data-facet=topic] a").first().click();
  assert.match(new URL(plain.url()).pathname, /^\/topics\//);
  await plain.goto(`${origin}/tips/`);
  assert.ok(await plain.locator("[data-facet=kind]").isHidden(), "all are tips");
  await plain.locator("[data-facet=level] a", { hasText: "Advanced" }).click();
  assert.equal(new URL(plain.url()).pathname, "/levels/advanced/");
  assert.deepEqual(await plain.locator("ul.compact-list a").allTextContents(), ["Tip 6", "Tip 7"]);
  assert.equal(await plain.locator("meta[name=robots]").getAttribute("content"), "noindex");
  const events = plain.locator(".facets a", { hasText: "Events" });
  assert.equal(await events.getAttribute("href"), "/events/", "a folder of one kind needs no second list");
  await plain.goto(`${origin}/search/`);
  await plain.locator(".facets a", { hasText: "up to 5 min" }).click();
  assert.equal(new URL(plain.url()).pathname, "/times/5/");
  await plain.done();
});

test("pages for a chosen audience come first, nothing is hidden, and one press clears the choice", async () => {
  const tab = await visit("/audiences/team/");
  assert.deepEqual(await tab.stored(), []);
  await tab.locator("[data-audience-choice] button").click();
  assert.deepEqual(await tab.stored(), [["audience", "{\"key\":\"team\",\"title\":\"Small team\",\"href\":\"/audiences/team/\"}"]]);
  await tab.goto(`${origin}/guides/`);
  await tab.waitForFunction(() => !document.querySelector("[data-audience-note]").hidden);
  assert.deepEqual(await tab.locator(".card-title").allTextContents(), ["Another guide", "A guide"]);
  await Promise.all([tab.waitForNavigation(), tab.locator("[data-audience-note] button").click()]);
  await tab.waitForFunction(() => document.querySelector("[data-audience-note]").hidden);
  assert.deepEqual(await tab.locator(".card-title").allTextContents(), ["A guide", "Another guide"]);
  assert.equal(await tab.evaluate(() => localStorage.length), 0);
  await tab.done();
});

test("a random tip needs no server, and its list needs no JavaScript", async () => {
  const tab = await visit("/tips/random/");
  await tab.waitForURL(/\/tips\/t\d\/$/);
  await tab.done();
  const plain = await visit("/tips/random/", { javaScriptEnabled: false });
  assert.equal(await plain.locator("[data-random] a").count(), 7);
  await plain.done();
});
