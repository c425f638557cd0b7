// What a reader can do on a page, with JavaScript and without it. The site is under a sub-path on a
// plain host.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Workspace, browser } from "./workspace.mjs";
import { Host, settled, recordFaults } from "./host.mjs";

const paragraphs = (number) => Array.from({ length: number }, (_, at) => `Paragraph ${at + 1} says what one needs to know about it, in a sentence or two, so that there is something to read.`).join("\n\n");
const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2400 1200" width="2400" height="1200"><path d="M0 0h2400v1200H0z" fill="#ad3c0a"/></svg>`;
const tabs = "::::tabs\n:::tab{title=\"Linux\"}\nOn Linux.\n:::\n:::tab{title=\"Windows\"}\nOn Windows.\n:::\n::::\n";

const FILES = {
  "handsel.yaml": `title: Test site
base_url: https://example.org/docs/
edit_url: https://code.example.org/edit/main/{path}
report_url: https://code.example.org/new?title={title}&at={url}
theme:
  accent: "#0a6b5e"
  tokens: { measure: 40rem, paper: { light: "#ffffff", dark: "#101418" } }
`,
  "content/index.md": "---\ntitle: Home\nsummary: A home.\n---\n\nWelcome. [Give first](guides/give-first.md)\n",
  "content/guides/give-first.md": `---
title: Give first & ask later
summary: What a first gift does.
next: other.md
---

A sentence with a note.[^1] And [a page elsewhere](https://elsewhere.example/page).

## The picture

:::figure{src="picture.svg" alt="A large field" caption="A field, seen from above."}
:::

## The code

\`\`\`sh title="run.sh" mark="2" numbers
echo one
echo two
echo three
\`\`\`

${tabs}

## The table

| one | two | three | four | five | six | seven |
|---|---|---|---|---|---|---|
| ${Array.from({ length: 7 }, (_, at) => `a cell with several words, number ${at}`).join(" | ")} |

:::details{summary="More of it"}
What was folded away.
:::

## The end

${paragraphs(30)}

[^1]: What the note says, with [a link](https://elsewhere.example/note).
`,
  "content/guides/write-a-guide.md": "---\ntitle: Write a guide\nsummary: How to.\n---\n\nText.\n",
  "content/guides/picture.svg": picture,
  "content/guides/other.md": `---\ntitle: Other words\nsummary: Another.\n---\n\n${tabs}\n\n[Back](give-first.md)\n`,
  "content/handbook/index.md": "---\ntitle: Handbook\nsummary: All of it.\n---\n\nThe handbook.\n",
  "content/handbook/part/index.md": "---\ntitle: A part\nsummary: A part of it.\n---\n\nA part.\n",
  ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`content/handbook/part/step-${at + 10}.md`, `---\ntitle: Step ${at + 10}\nsummary: A step.\n---\n\n## One\n\n${paragraphs(3)}\n\n## Two\n\nText.\n`])),
};
const GUIDE = "guides/give-first/";

let chromium, workspace, host, context, pages;

before(async () => {
  workspace = await Workspace.open(FILES);
  workspace.handsel("build", "--quiet");
  host = await Host.open(`${workspace.folder}/public`, "/docs/");
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await host?.close();
  await workspace?.close();
});
beforeEach(() => { pages = []; });
afterEach(async () => {
  for (const { faults } of pages) assert.deepEqual(faults, []);
  await context?.close();
});

async function visit(path = GUIDE, options = {}) {
  context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  pages.push({ page, faults: recordFaults(page, host.origin) });
  await page.goto(host.url + path);
  if (options.javaScriptEnabled !== false) await settled(page);
  return page;
}
const PHONE = { viewport: { width: 360, height: 740 } };
const style = (locator, name) => locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);
const token = (page, name) => style(page.locator("html"), name);
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());

test("theme settings apply: tokens in both color schemes, and the paper color in the browser's frame", async () => {
  const page = await visit();
  const accent = () => page.locator(".prose a").first().evaluate((link) => getComputedStyle(link).color);
  assert.equal(await accent(), "rgb(10, 107, 94)");
  await page.emulateMedia({ colorScheme: "dark" });
  const [red, green, blue] = (await accent()).match(/\d+/g).map(Number);
  assert.ok(green > 140 && red < green && blue < green, `a lighter green: ${red} ${green} ${blue}`);
  assert.equal(await style(page.locator("body"), "background-color"), "rgb(16, 20, 24)");
  assert.equal(await page.locator("meta[name=theme-color]").last().getAttribute("content"), "#101418");
  assert.equal(await token(page, "--measure"), "40rem");
});

test("a chosen color scheme applies before the next page has a body, in other tabs, and until it is reset", async () => {
  const page = await visit();
  await context.addInitScript(() => {
    new MutationObserver(() => { if (document.body && !("atBody" in window)) window.atBody = document.documentElement.dataset.theme ?? ""; }).observe(document, { childList: true, subtree: true });
  });
  const other = await context.newPage();
  await other.goto(host.url);
  await settled(other);
  await page.locator("[data-color-scheme] select").selectOption("dark");
  await other.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.goto(`${host.url}guides/other/`);
  await settled(page);
  assert.equal(await page.evaluate(() => window.atBody), "dark");
  assert.equal(await page.locator("meta[name=theme-color]").last().getAttribute("media"), "all");
  await page.locator("[data-color-scheme] select").selectOption("auto");
  await page.reload();
  assert.equal(await page.evaluate(() => window.atBody), "");
});

// The times at which scripts were requested, except the one that sets the color scheme and the one
// that loads the others.
const fetchedScripts = (page) => page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => /\.js$/.test(name) && !/\/(site|theme)\.js$/.test(name)).map(({ startTime }) => startTime));

test("the first page is painted before its scripts are fetched", async () => {
  const page = await visit();
  const painted = await page.evaluate(() => performance.getEntriesByName("first-paint")[0].startTime);
  const fetched = await fetchedScripts(page);
  assert.ok(fetched.length > 5 && fetched.every((at) => at >= painted), `${fetched} for ${painted}`);
});

test("any input loads the scripts, even without a paint event; the first key counts, and later pages load them at once", async () => {
  context = await chromium.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => { PerformanceObserver.prototype.observe = () => {}; });
  await page.goto(host.url + GUIDE, { waitUntil: "networkidle" });
  assert.deepEqual(await fetchedScripts(page), []);
  await page.keyboard.press("?");
  await page.locator("#Keys[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".next-title a").click();
  await page.waitForURL("**/guides/other/");
  await settled(page);
});

test("tabs: arrow keys, one choice for all pages, and plain sections without JavaScript", async () => {
  let page = await visit();
  const tab = (name) => page.getByRole("tab", { name });
  await tab("Linux").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await tab("Windows").getAttribute("aria-selected"), "true");
  assert.ok(await page.getByRole("tabpanel", { name: "Windows" }).isVisible());
  assert.ok(await page.getByText("On Linux.").isHidden());
  await page.goto(`${host.url}guides/other/`);
  await settled(page);
  assert.ok(await page.getByText("On Windows.").isVisible());
  await context.close();
  page = await visit(GUIDE, { javaScriptEnabled: false });
  assert.ok(await page.getByText("On Linux.").isVisible() && await page.getByText("On Windows.").isVisible());
  assert.ok(await page.locator(".tab-title").first().isVisible());
});

test("a copy button copies the code without its line numbers, and reports it", async () => {
  const page = await visit(GUIDE, { permissions: ["clipboard-read", "clipboard-write"] });
  const button = page.locator("figure.code button.copy");
  await button.click();
  await page.locator("#Copied", { hasText: "Copied" }).waitFor({ state: "attached" });
  assert.equal(await page.locator("#Copied").getAttribute("role"), "status");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "echo one\necho two\necho three");
});

test("a footnote's text is shown next to its number, and hides again", async () => {
  const page = await visit();
  const number = page.locator(".footnote-ref a[data-ready]").first();
  const box = page.locator("#Footnote");
  await number.hover();
  await box.waitFor();
  assert.match(await box.innerText(), /^What the note says, with a link\.$/m);
  await box.hover();
  await page.waitForTimeout(400);
  assert.ok(await box.isVisible(), "the pointer can move into it");
  await page.keyboard.press("Escape");
  assert.ok(await box.isHidden());
  await page.mouse.move(0, 0);
  await page.locator("h1").evaluate((title) => { title.tabIndex = -1; title.focus(); });
  for (let at = 0; at < 12 && !(await box.isVisible()); at++) await page.keyboard.press("Tab");
  assert.equal(await number.getAttribute("aria-describedby"), "Footnote");
  const inside = await box.evaluate((box) => { const { left, right, top, bottom } = box.getBoundingClientRect(); return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight; });
  assert.ok(inside);
});

test("an image that is larger than shown opens in a dialog, and the focus returns", async () => {
  const page = await visit();
  const button = page.getByRole("button", { name: "Enlarge image" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "A large field" });
  await dialog.waitFor();
  const wide = (image) => image.evaluate((image) => image.getBoundingClientRect().width);
  assert.ok(await wide(dialog.locator("img")) > 1.4 * await wide(page.locator(".prose figure img").first()));
  assert.match(await dialog.innerText(), /A field, seen from above\./);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.className), "enlarge");
});

test("keyboard shortcuts: ? lists them, letters navigate, lists take the focus, and single keys can be turned off", async () => {
  const page = await visit();
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await page.keyboard.press("?");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /Next: Other words/);
  assert.ok(await dialog.locator("[data-list=SectionNav]").isHidden(), "a list that the page lacks is not offered");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.keyboard.press("c");
  await page.waitForFunction(() => document.activeElement.closest("nav")?.id === "Toc");
  await page.keyboard.press("n");
  await page.waitForURL("**/guides/other/");
  await page.keyboard.press("h");
  await page.waitForURL("**/docs/");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await dialog.getByRole("checkbox").uncheck();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.goto(host.url + GUIDE);
  await settled(page);
  await page.keyboard.press("?");
  await page.keyboard.press("n");
  assert.ok(await dialog.isHidden());
  assert.match(page.url(), /give-first/);
});

test("keyboard shortcuts do not interfere with typing", async () => {
  const page = await visit();
  await page.evaluate(() => document.querySelector("main").append(Object.assign(document.createElement("input"), { id: "typed" })));
  await page.locator("#typed").focus();
  await page.keyboard.type("nothing?");
  assert.equal(await page.locator("#typed").inputValue(), "nothing?");
  assert.match(page.url(), /give-first/);
});

test("the table of contents follows the scroll position, and on a phone opens as a sheet that closes on a choice", async () => {
  let page = await visit();
  const current = (page) => page.locator(".toc [aria-current]");
  await page.locator("#the-table").evaluate((heading) => scrollTo({ top: heading.getBoundingClientRect().top + scrollY - 40, behavior: "instant" }));
  await current(page).filter({ hasText: "The table" }).waitFor();
  await context.close();
  page = await visit(GUIDE, PHONE);
  assert.ok(await page.locator("#Toc").isHidden());
  await page.keyboard.press("c");
  assert.ok(await page.locator("#Toc").isVisible(), "by key");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "On this page" }).click();
  await page.locator("#Toc").getByRole("link", { name: "The end" }).click();
  await page.locator("#Toc").waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelector("#the-end").getBoundingClientRect().top < innerHeight / 2);
});

test("the table of contents opens without JavaScript too", async () => {
  const page = await visit(GUIDE, { ...PHONE, javaScriptEnabled: false });
  await page.getByRole("button", { name: "On this page" }).click();
  assert.ok(await page.locator("#Toc").getByRole("link", { name: "The table" }).isVisible());
});

test("the section navigation keeps its folds and its scroll position", async () => {
  const page = await visit("handbook/part/step-30/");
  const tree = page.locator("#SectionNav");
  assert.equal(await tree.locator("[aria-current=page]").innerText(), "Step 30");
  const top = await tree.evaluate((tree) => { tree.scrollTop -= 120; return tree.scrollTop; });
  await tree.getByRole("link", { name: "Step 28" }).click();
  await page.waitForURL("**/step-28/");
  await settled(page);
  assert.equal(await tree.evaluate((tree) => tree.scrollTop), top);
  const fold = tree.getByRole("button", { name: "Show or hide A part" });
  await fold.click();
  assert.equal(await fold.getAttribute("aria-expanded"), "false");
  assert.ok(await tree.getByRole("link", { name: "Step 12" }).isHidden());
  assert.ok(await tree.getByRole("link", { name: "Step 28" }).isVisible(), "the current page stays in view");
  await page.reload();
  await settled(page);
  assert.ok(await tree.getByRole("link", { name: "Step 12" }).isHidden());
  await fold.click();
  assert.ok(await tree.getByRole("link", { name: "Step 12" }).isVisible());
});

test("a page is prefetched when the pointer rests on its link, unless the browser saves data", async () => {
  let page = await visit();
  const ahead = (page) => page.locator("head link[rel=prefetch]");
  const asked = page.waitForRequest((request) => request.url() === `${host.url}guides/other/`);
  await page.locator(".next-title a").hover();
  await asked;
  assert.equal(await ahead(page).count(), 1);
  await page.locator(".prose a[href^=https]").first().hover();
  await page.waitForTimeout(200);
  assert.equal(await ahead(page).count(), 1, "nothing from other sites");
  await context.close();
  context = await chromium.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  page = await context.newPage();
  await page.goto(host.url + GUIDE);
  await settled(page);
  await page.locator(".next-title a").hover();
  await page.waitForTimeout(300);
  assert.equal(await ahead(page).count(), 0);
});

test("pages change in a view transition, and without one under reduced motion", async () => {
  for (const [reducedMotion, expected] of [["no-preference", true], ["reduce", false]]) {
    const page = await visit("guides/other/", { reducedMotion });
    await context.addInitScript(() => window.addEventListener("pagereveal", ({ viewTransition }) => { window.moved = Boolean(viewTransition); }));
    await page.reload();
    await page.getByRole("link", { name: "Back", exact: true }).click();
    await page.waitForURL(`**/${GUIDE}`);
    await page.waitForFunction(() => "moved" in window);
    assert.equal(await page.evaluate(() => window.moved), expected, reducedMotion);
    await context.close();
  }
});

test("skip links come first, and Back to top scrolls to the top", async () => {
  const page = await visit();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  assert.ok(await page.locator(".skip-link").first().evaluate((link) => link.getBoundingClientRect().top >= 0));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "Main");
  const toTop = page.getByRole("link", { name: "Back to top" });
  const isInView = () => toTop.evaluate((link) => { const { top, bottom } = link.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; });
  assert.equal(await isInView(), false, "not needed on the first screen");
  await page.evaluate(() => scrollTo(0, 3000));
  await page.waitForFunction(() => scrollY > 2000);
  assert.equal(await isInView(), true);
  await toTop.click();
  await page.waitForFunction(() => scrollY === 0);
});

test("the keyboard reaches every control in the order of the page, each with a name and a focus ring", async () => {
  const page = await visit();
  const expected = await page.evaluate(() => [...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")].filter((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && !element.closest("dialog")).length);
  const seen = await page.evaluate(() => { window.reached = []; return 0; });
  assert.equal(seen, 0);
  const missing = [];
  for (let at = 0; at < expected; at++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const element = document.activeElement;
      const order = window.reached.length ? window.reached.at(-1).compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING : 1;
      window.reached.push(element);
      const ring = [element, element.closest(".gift-tag, .color-scheme")].filter(Boolean).some((shown) => getComputedStyle(shown).outlineStyle !== "none" && parseFloat(getComputedStyle(shown).outlineWidth) >= 2);
      const label = element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent;
      return { what: `${element.localName} ${element.className}`, name: label.trim(), inOrder: Boolean(order), ring };
    });
    if (!now.name && !/^(table|pre)/.test(now.what)) missing.push(`${now.what} has no name`);
    if (!now.ring) missing.push(`${now.what} “${now.name}” has no focus ring`);
    if (!now.inOrder) missing.push(`${now.what} “${now.name}” is out of order`);
  }
  assert.deepEqual(missing, []);
  assert.ok(expected > 25, String(expected));
});

test("a table that is too wide scrolls within itself, by keyboard too", async () => {
  const page = await visit(GUIDE, PHONE);
  const table = page.locator(".prose table");
  const size = await table.evaluate((table) => ({ inside: table.scrollWidth, shown: table.clientWidth, tab: table.tabIndex }));
  assert.ok(size.inside > size.shown && size.tab === 0, JSON.stringify(size));
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), true);
});

test("heading anchors, and links to edit the page and to report a problem", async () => {
  const page = await visit();
  const anchor = page.locator("h2#the-table .anchor");
  assert.equal(await anchor.getAttribute("href"), "#the-table");
  assert.equal(await page.getByRole("link", { name: "Edit this page" }).getAttribute("href"), "https://code.example.org/edit/main/content/guides/give-first.md");
  const report = new URL(await page.getByRole("link", { name: "Report a problem" }).getAttribute("href"));
  assert.deepEqual([...report.searchParams], [["title", "Give first & ask later"], ["at", "https://example.org/docs/guides/give-first/"]]);
});

test("marked lines of code keep their mark in forced colors", async () => {
  const page = await visit(GUIDE, { colorScheme: "dark", forcedColors: "active" });
  const edge = (line) => style(page.locator(`.line${line}`).first(), "border-inline-start-color");
  assert.notEqual(await edge(".mark"), await edge(":not(.mark)"));
  assert.notEqual(await style(page.locator(".gift-tag").first(), "border-top-style"), "none");
});

test("a missing address: pages with similar words are suggested, none for nonsense, and links onward work without JavaScript", async () => {
  for (const path of ["guides/giv-frist/", "old/place/give_first.html", "guides/first"]) {
    const page = await visit();
    pages.length = 0;
    await page.goto(host.url + path);
    const first = page.locator("[data-suggestions] li a").first();
    await first.waitFor();
    assert.equal(await first.innerText(), "Give first & ask later", path);
    assert.equal(await first.getAttribute("href"), "/docs/guides/give-first/");
    await first.click();
    await page.waitForURL(`**/docs/${GUIDE}`);
    await context.close();
  }
  let page = await visit();
  pages.length = 0;
  await page.goto(`${host.url}xyzzy-qwv/`, { waitUntil: "networkidle" });
  assert.ok(await page.locator("[data-suggestions]").isHidden());
  await context.close();
  page = await visit("nowhere/", { javaScriptEnabled: false });
  pages.length = 0;
  assert.ok(await page.getByRole("link", { name: "Browse all pages from A to Z" }).isVisible());
  assert.ok(await page.locator("[data-suggestions]").isHidden());
});

test("in print: light colors, no page frame, all of the text, and link addresses spelled out", async () => {
  const page = await visit(GUIDE, { colorScheme: "dark" });
  await page.locator("[data-color-scheme] select").selectOption("dark");
  await page.emulateMedia({ media: "print" });
  assert.equal(await style(page.locator("body"), "background-color"), "rgb(255, 255, 255)");
  assert.equal(await style(page.locator(".prose p").first(), "color"), "rgb(0, 0, 0)");
  for (const selector of [".header-tools", ".toc", ".back-to-top", ".tab-list", "button.copy", "button.enlarge", ".feedback", "[data-keys]"]) {
    for (const part of await page.locator(selector).all()) assert.ok(await part.isHidden(), selector);
  }
  const after = await page.locator(".prose a[href^=https]").first().evaluate((link) => getComputedStyle(link, "::after").content);
  assert.match(after, /https:\/\/elsewhere\.example\/page/);
  assert.ok(await page.getByText("On Linux.").isVisible() && await page.getByText("On Windows.").isVisible());
  const folded = page.getByText("What was folded away.");
  assert.ok(await folded.evaluate((text) => text.getBoundingClientRect().height > 0));
});
