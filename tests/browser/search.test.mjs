// The search as a reader meets it: a built site on a plain file server, in a folder of its host, in
// a real browser.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Workspace, browser, recordErrors } from "./workspace.mjs";
import { settled } from "./host.mjs";

const page = (title, front, body) => `---\ntitle: ${title}\nsummary: About ${title}.\n${front}---\n\n${body}\n`;
const files = {
  "handsel.yaml": "title: Workshop\nbase_url: https://example.org/help/\n",
  "content/index.md": page("Workshop", "", "Welcome."),
  "content/guides/varnish.md": page("Varnish a table", "topics: [wood, finish]\nlevel: beginner\naudience: [makers]\n", "Begin with dry wood.\n\n## Sand it first\n\nUse paper of grain 240, then wipe the dust away. The first coat soaks in.\n\n## Brush it on\n\nThin coats dry well. Wait for a night between two coats."),
  "content/guides/oil.md": page("Oil a table", "topics: [wood]\nlevel: advanced\ndisclosure: A mill lent us a press.\nsources:\n  - { title: The linseed papers, url: https://example.org/papers }\n  - https://nutshell.example/\n", "Oil soaks in. Wipe off what stays. Never pour varnish over fresh oil.\n\n## Dispose of rags\n\nOily rags can burn by themselves."),
  "content/tips/brushes.md": page("Clean brushes at once", "topics: [tools]\n", "A brush with dry varnish is lost. `cleanBrushes()` is what we shout."),
  "content/guides/japanisch.md": page("Lack auf Japanisch", "lang: ja\n", "漆は木の液です。\n\n## 道具\n\n筆を使います。*よく*乾いた布で木目に沿ってうすくのばしながら何度も塗り重ねると硝子のような艶が出てくるのでたいそう美しい。"),
  "content/guides/hostile.md": page("\"<img src=x onerror=alert(1)>\"", "", "Zebra <b>bold</b> `<script>alert(2)</script>` zebra."),
  "content/guides/shown.md": page("What is shown", "", "Its text.\n\n## The script\n\n::include{file=\"sharpen.sh\"}\n\n## After it\n\nMore."),
  "content/guides/sharpen.sh": "echo whetstone\n",
  "content/tools/price.md": page("What does it cost", "tool:\n  type: calculator\n  inputs:\n    sheets: { label: How many leaves of gold, default: 3, help: Count the torn ones. }\n  results:\n    price: { label: The sum, value: sheets * 2 }\n  say:\n    - text: \"For {price} a **gilder** comes.\"\n", "Words."),
  "content/offers/advice.md": page("An hour of advice", "what_you_get: A *lacquerer* looks at your chest.\nduration: 60 min\ncost: free of charge\nhow: By telephone.\nafter: Nothing is kept.\ncontact: mailto:a@example.org\n", "Text."),
  "content/videos/talk.md": page("A talk", "embed: https://example.org/talk\nduration: \"1:00\"\ntranscript: talk.vtt\n", "Text."),
  "content/videos/talk.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>Shellac comes from an insect.\n",
  ...Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`content/tips/plain-${at}.md`, page(`Plain tip ${at}`, "", `Sandpaper number ${at} is kept in the drawer.`)])),
};

let chromium, workspace, server, base, context;

before(async () => {
  chromium = await browser();
  workspace = await Workspace.open(files);
  workspace.handsel("build", "--quiet");
  const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
  const policy = readFileSync(join(workspace.folder, "public/_headers"), "utf8").match(/Content-Security-Policy: (.*)/)[1];
  server = createServer((request, response) => {
    let path = decodeURIComponent(request.url.split("?")[0]);
    if (!path.startsWith("/help/")) return response.writeHead(404).end();
    path = path.slice(5);
    if (path.endsWith("/")) path += "index.html";
    const file = join(workspace.folder, "public", path);
    if (!existsSync(file)) return response.writeHead(404).end();
    const headers = { "content-type": types[extname(file)] ?? "application/octet-stream" };
    if (path.endsWith(".html")) headers["content-security-policy"] = policy;
    response.writeHead(200, headers).end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${server.address().port}/help/`;
});
after(async () => { await chromium.close(); server.close(); await workspace.close(); });
beforeEach(async () => { context = await chromium.newContext(); });
afterEach(() => context.close());

async function visit(path = "", options) {
  if (options) { await context.close(); context = await chromium.newContext(options); }
  const tab = await context.newPage();
  tab.faults = [];
  tab.fetched = [];
  recordErrors(tab, tab.faults);
  tab.on("console", (message) => { if (message.type() === "error") tab.faults.push(message.text()); });
  tab.on("request", (request) => tab.fetched.push(request.url()));
  await tab.goto(base + path);
  if (options?.javaScriptEnabled !== false) await settled(tab);
  return tab;
}
const input = (tab) => tab.locator(".search-dialog .search-input");
const titles = (tab) => tab.locator(".results .result > a").allTextContents();
const openDialog = async (tab, key = "/") => { await tab.keyboard.press(key); await input(tab).waitFor(); };
const query = async (tab, text) => {
  const status = tab.locator(".search-dialog .search-status");
  await input(tab).fill("");
  await tab.waitForFunction(() => document.querySelector(".search-dialog .search-status").textContent === "");
  await input(tab).fill(text);
  await status.filter({ hasText: /\S/ }).waitFor();
  return titles(tab);
};

test("a slash opens the search, of which nothing is loaded before", async () => {
  const tab = await visit("guides/oil/");
  assert.ok(!tab.fetched.some((url) => /search\/|search\.[0-9a-f]+\.css/.test(new URL(url).pathname)), tab.fetched.join("\n"));
  await openDialog(tab);
  assert.equal(await tab.evaluate(() => document.activeElement.className), "search-input");
  assert.deepEqual((await query(tab, "varnish"))[0], "Varnish a table");
  assert.ok(tab.fetched.every((url) => url.startsWith(base)), "every request is below the site's path");
  assert.deepEqual(tab.faults, []);
});

test("everything that a page shows is found: an included file, a tool, the fields of its kind, a transcript, sources", async () => {
  const tab = await visit();
  await openDialog(tab);
  const first = async (text) => {
    await query(tab, text);
    const result = tab.locator(".results .result").first();
    return [new URL(await result.locator("a").getAttribute("href"), base).href.slice(base.length), await result.locator(".result-path").allTextContents(), await result.locator("mark").allTextContents()];
  };
  assert.deepEqual(await first("whetstone"), ["guides/shown/#the-script", ["GuideThe script"], ["whetstone"]]);
  assert.deepEqual(await first("gold"), ["tools/price/#Tool", ["Tool"], ["gold"]]);
  assert.deepEqual(await first("gilder"), ["tools/price/#Tool", ["Tool"], ["gilder"]]);
  assert.deepEqual(await first("torn"), ["tools/price/#Tool", ["Tool"], ["torn"]]);
  assert.deepEqual(await first("lacquerer"), ["offers/advice/", ["Free advice"], ["lacquerer"]]);
  assert.deepEqual(await first("insect"), ["videos/talk/#Transcript", ["Video"], ["insect"]]);
  assert.deepEqual(await first("lent press"), ["guides/oil/", ["Guide"], ["lent", "press"]]);
  assert.deepEqual(await first("linseed"), ["guides/oil/#Sources", ["Guide"], ["linseed"]]);
  assert.deepEqual(await query(tab, "nutshell"), [], "an address is not text");
  await query(tab, "gilder");
  const text = await tab.locator(".results .result-text").first().textContent();
  assert.ok(!/[{}]/.test(text), text);
  assert.equal(await tab.locator("#Tool").count(), 0);
  await tab.locator(".results .result > a").first().click();
  await tab.locator("section.tool#Tool").waitFor();
  for (const place of ["videos/talk/#Transcript", "guides/oil/#Sources"]) {
    await tab.goto(base + place);
    await tab.locator(":target h2").waitFor();
  }
  assert.deepEqual(tab.faults, []);
});

test("Ctrl+K opens the search too, and a slash typed in a field does not", async () => {
  const tab = await visit();
  await openDialog(tab, "Control+k");
  await tab.keyboard.press("Escape");
  await tab.locator(".search-dialog").waitFor({ state: "hidden" });
  await tab.evaluate(() => { const area = document.createElement("textarea"); document.body.append(area); area.focus(); });
  await tab.keyboard.press("/");
  assert.equal(await tab.locator(".search-dialog[open]").count(), 0);
  assert.equal(await tab.evaluate(() => document.activeElement.value), "/");
});

test("half a word, a typo and a part of a name are enough", async () => {
  const tab = await visit();
  await openDialog(tab);
  assert.equal((await query(tab, "varn"))[0], "Varnish a table");
  assert.equal((await query(tab, "vranish"))[0], "Varnish a table");
  assert.match(await tab.locator(".search-status").textContent(), /No results for “vranish”\. Showing results for “varnish”\. Results: 3/);
  assert.equal((await query(tab, "vrnsh"))[0], undefined, "two typos in a short word make another word");
  assert.deepEqual(await query(tab, "shout clean"), ["Clean brushes at once"]);
});

test("a result shows why it was found and links to its section", async () => {
  const tab = await visit();
  await openDialog(tab);
  assert.equal((await query(tab, "night coats"))[0], "Varnish a table");
  const first = tab.locator(".results .result").first();
  assert.match(await first.locator(".result-path").textContent(), /Guide.*Brush it on/);
  assert.deepEqual((await first.locator(".result-text mark").allTextContents()).map((mark) => mark.toLowerCase()), ["coats", "night", "coats"]);
  assert.ok((await first.locator("a").getAttribute("href")).endsWith("/help/guides/varnish/#brush-it-on"));
  await tab.keyboard.press("Enter");
  await tab.waitForURL(/guides\/varnish\/#brush-it-on$/);
});

test("all words first, then some of them", async () => {
  const tab = await visit();
  await openDialog(tab);
  const found = await query(tab, "varnish oil rags");
  assert.equal(found[0], "Oil a table");
  assert.equal(await tab.locator(".result-group").textContent(), "Results with some of the words");
  assert.ok(found.includes("Varnish a table"));
});

test("words between quotation marks are found as a phrase", async () => {
  const tab = await visit();
  await openDialog(tab);
  assert.deepEqual((await query(tab, "first coat")).slice(0, 1), ["Varnish a table"]);
  assert.deepEqual(await query(tab, "\"first coat\""), ["Varnish a table"]);
  assert.deepEqual(await query(tab, "\"coat first\""), []);
  assert.match(await tab.locator(".search-status").textContent(), /No results/);
});

test("arrow keys select, Escape closes, and the typed words stay", async () => {
  const tab = await visit();
  await openDialog(tab);
  await query(tab, "varnish");
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("ArrowDown");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "SearchResult-2");
  await tab.keyboard.press("ArrowUp");
  await tab.keyboard.press("ArrowUp");
  assert.equal(await tab.evaluate(() => document.activeElement.className), "search-input");
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("Escape");
  await tab.locator(".search-dialog").waitFor({ state: "hidden" });
  await tab.goto(`${base}guides/oil/`);
  await openDialog(tab);
  assert.equal(await input(tab).inputValue(), "varnish");
  await tab.locator(".results .result").first().waitFor();
});

test("the results page can be shared, filtered and returned to", async () => {
  const tab = await visit("search/#q=table");
  await tab.locator(".results .result").first().waitFor();
  assert.deepEqual((await titles(tab)).sort(), ["Oil a table", "Varnish a table"]);
  await tab.locator(".search-filters label", { hasText: "Beginner" }).waitFor();
  assert.deepEqual(await tab.locator(".search-filters fieldset", { hasText: "Level" }).locator(".count").allTextContents(), ["1", "1"]);
  await tab.locator(".search-filters label", { hasText: "Beginner" }).locator("input").check();
  await tab.waitForURL(/search\/#q=table&level=beginner$/);
  await tab.waitForFunction(() => document.querySelectorAll(".results .result").length === 1);
  assert.deepEqual(await titles(tab), ["Varnish a table"]);
  await tab.locator(".results a").first().click();
  await tab.waitForURL(/guides\/varnish/);
  await tab.goBack();
  await tab.locator(".results .result").first().waitFor();
  assert.deepEqual(await titles(tab), ["Varnish a table"]);
  assert.ok(await tab.locator(".search-filters label", { hasText: "Beginner" }).locator("input").isChecked());
  await tab.goBack();
  await tab.waitForFunction(() => document.querySelectorAll(".results .result").length === 2);
  await tab.evaluate(() => document.querySelector("a.skip-link").click());
  await tab.waitForURL(/search\/#Main$/);
  assert.equal(await tab.locator("#SearchInput").inputValue(), "table", "skipping to the content starts no new search");
  assert.equal(await tab.locator(".results .result").count(), 2);
  assert.deepEqual(tab.fetched.filter((url) => new URL(url).search), [], "no query is sent to a host");
  assert.deepEqual(tab.faults, []);
});

test("the address of all results hides the query from the host", async () => {
  const tab = await visit("guides/oil/");
  await openDialog(tab);
  await query(tab, "varnish & oil");
  await tab.locator(".search-all").click();
  await tab.waitForURL(/\/help\/search\/#q=/);
  await tab.locator(".results .result").first().waitFor();
  assert.equal(await tab.locator("#SearchInput").inputValue(), "varnish & oil");
  await tab.locator("#SearchInput").fill("oil + rags");
  await tab.locator("#SearchInput").press("Enter");
  await tab.reload();
  await tab.locator(".results .result").first().waitFor();
  assert.equal(await tab.locator("#SearchInput").inputValue(), "oil + rags");
  assert.deepEqual(tab.fetched.filter((url) => new URL(url).search), []);
  assert.deepEqual(tab.faults, []);
});

test("an address of an earlier version, with the words in its query string, still works", async () => {
  const tab = await visit("search/?q=table&level=beginner");
  await tab.locator(".results .result").first().waitFor();
  assert.deepEqual(await titles(tab), ["Varnish a table"]);
  await tab.waitForURL(/\/help\/search\/#q=table&level=beginner$/);
  await tab.locator("#SearchInput").fill("oil");
  await tab.waitForURL(/\/help\/search\/#q=oil&level=beginner$/);
});

test("many results are shown a page at a time", async () => {
  const tab = await visit("search/#q=sandpaper");
  await tab.locator(".results .result").first().waitFor();
  assert.match(await tab.locator(".search-status").textContent(), /30/);
  assert.equal(await tab.locator(".results .result").count(), 20);
  await tab.locator(".search-more").click();
  await tab.waitForFunction(() => document.querySelectorAll(".results .result").length === 30);
  assert.ok(await tab.locator(".search-more").isHidden());
});

test("a script without spaces is found, in the index of its language", async () => {
  const tab = await visit("guides/japanisch/");
  await openDialog(tab);
  assert.deepEqual(await query(tab, "木の液"), ["Lack auf Japanisch"]);
  assert.deepEqual(await tab.locator(".result-text mark").allTextContents(), ["木の液"]);
  const marks = async (text) => { await query(tab, text); return tab.locator(".results mark").allTextContents(); };
  assert.deepEqual(await marks("艶"), ["艶が"], "one character, after the 32nd of its run");
  assert.deepEqual(await marks("液 布"), ["液で"], "and not only as the last word");
  assert.deepEqual((await query(tab, "varnish"))[0], "Varnish a table", "words that this language lacks are found in the others");
});

test("text of pages is never inserted as HTML", async () => {
  const tab = await visit();
  await openDialog(tab);
  assert.deepEqual(await query(tab, "zebra"), ["<img src=x onerror=alert(1)>"]);
  assert.match(await tab.locator(".result-text").textContent(), /<script>alert\(2\)<\/script>/);
  await query(tab, "<img src=x onerror=alert(1)>");
  assert.equal(await tab.locator(".search-dialog img").count(), 0);
  assert.deepEqual(tab.faults, []);
});

test("without JavaScript the results page offers the lists and explains why", async () => {
  const tab = await visit("guides/oil/", { javaScriptEnabled: false, reducedMotion: "reduce" });
  await tab.locator("a.search-link").click();
  await tab.waitForURL(/\/help\/search\/$/);
  const main = await tab.locator("main").textContent();
  assert.match(main, /needs JavaScript/);
  assert.equal(await tab.locator("main a", { hasText: "A to Z" }).count(), 1);
  await tab.locator(".search-topics a", { hasText: "wood" }).click();
  await tab.waitForURL(/topics\/wood\/$/);
});

test("when the index cannot be loaded, the results page takes over", async () => {
  const tab = await visit("guides/oil/");
  await tab.route(/\/search\/index(\/|\.bin)/, (route) => route.abort());
  await tab.keyboard.press("/");
  await tab.waitForURL(/\/help\/search\/$/);
  await tab.locator("[data-search-failed]").waitFor({ state: "visible" });
});

test("in the preview a saved word is found", async () => {
  const preview = await Workspace.open(files);
  try {
    await preview.serve();
    const tab = await context.newPage();
    await tab.goto(`${preview.url}guides/oil/`);
    await openDialog(tab);
    assert.equal((await query(tab, "rags"))[0], "Oil a table");
    await preview.put("content/guides/oil.md", files["content/guides/oil.md"].replace("Oily rags", "Oily rags and quartzite"));
    await tab.locator("main", { hasText: "quartzite" }).waitFor({ timeout: 10000 });
    await tab.reload();
    await openDialog(tab);
    assert.equal((await query(tab, "quartzite"))[0], "Oil a table");
  } finally { await preview.close(); }
});

test("a page in another script gets suitable spacing and no italics; other pages load nothing for it", async () => {
  const measure = async (path) => {
    const tab = await visit(path);
    const of = (locator, name) => locator.first().evaluate((element, name) => getComputedStyle(element)[name], name);
    const heading = tab.locator("h1");
    const seen = { line: parseFloat(await of(heading, "lineHeight")) / parseFloat(await of(heading, "fontSize")), spacing: await of(heading, "letterSpacing") };
    const em = tab.locator("main em");
    if (await em.count()) Object.assign(seen, { slant: await of(em, "fontStyle"), dots: await of(em, "textEmphasisStyle") });
    return { ...seen, isLoaded: tab.fetched.some((url) => /\/scripts\.[0-9a-f]+\.css$/.test(url)) };
  };
  const { line, spacing, ...japanese } = await measure("guides/japanisch/");
  assert.ok(line > 1.3 && ["normal", "0px"].includes(spacing), `${line} ${spacing}`);
  assert.deepEqual(japanese, { slant: "normal", dots: "dot", isLoaded: true });
  assert.equal((await measure("guides/oil/")).isLoaded, false);
});
