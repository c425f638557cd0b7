// The live preview as a writer meets it: real files, a real server, a real browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Workspace, browser, guide, open } from "./workspace.mjs";
import { settled } from "./host.mjs";

let chromium, context, workspace, pages;

before(async () => { chromium = await browser(); });
after(() => chromium.close());
beforeEach(async () => {
  workspace = await Workspace.open();
  context = await chromium.newContext({ viewport: { width: 1200, height: 800 } });
  pages = [];
});
afterEach(async () => {
  for (const page of pages) {
    assert.deepEqual(await page.evaluate(() => window.violations), [], "the policy was violated");
  }
  await context.close();
  await workspace.close();
});

const GUIDE = "content/guides/give-first.md";
const visit = async (path = "guides/give-first/") => {
  const page = await open(context, workspace.url + path);
  pages.push(page);
  return page;
};
// Also waits for the theme's scripts, which run after the page is painted, add buttons, and remove
// a color scheme that the reader did not choose.
const visitSettled = async (path) => {
  const page = await visit(path);
  await settled(page);
  return page;
};
const text = (page, words) => page.locator("main", { hasText: words }).waitFor({ timeout: 5000 });
const ui = (page, selector) => page.locator(`handsel-preview ${selector}`);

test("a saved sentence is painted, and nothing else changes", async () => {
  await workspace.serve();
  const page = await visitSettled();
  await page.evaluate(() => {
    const paragraphs = [...document.querySelectorAll("main p")];
    window.kept = paragraphs.filter((paragraph) => /^Paragraph/.test(paragraph.textContent));
    document.querySelector("main details").open = true;
    const input = document.createElement("input");
    input.id = "typed";
    document.querySelector("main details").append(input);
  });
  await page.locator("#typed").fill("what the reader typed");
  assert.equal(await page.locator("main button.copy").count(), 1);
  await page.evaluate(() => scrollTo({ top: 600, behavior: "instant" }));
  const top = await page.evaluate(() => scrollY);
  await workspace.put(GUIDE, guide("The last sentence.").replace("The first sentence.", "The first sentence, fixed.").replace("Paragraph 12 says", "Paragraph 12 tells"));
  await text(page, "Paragraph 12 tells");
  await text(page, "The first sentence, fixed.");
  const now = await page.evaluate(() => ({
    kept: window.kept.filter((paragraph) => paragraph.isConnected).length,
    all: window.kept.length,
    isOpen: document.querySelector("main details").open,
    typed: document.querySelector("#typed")?.value,
    focus: document.activeElement.id,
    buttons: document.querySelectorAll("main button.copy").length,
  }));
  assert.deepEqual(now, { kept: now.all, all: 33, isOpen: true, typed: "what the reader typed", focus: "typed", buttons: 1 });
  assert.equal(page.faults.length, 0, page.faults.join("\n"));
  void top;
});

test("the scroll position stays when the edited block is in view, and follows it when it is not", async () => {
  await workspace.serve();
  const page = await visitSettled();
  await page.evaluate(() => scrollTo({ top: 300, behavior: "instant" }));
  const first = await page.evaluate(() => [...document.querySelectorAll("main p")].find((p) => { const r = p.getBoundingClientRect(); return r.top > 200 && r.bottom < innerHeight - 200; }).textContent);
  await workspace.put(GUIDE, guide("The last sentence.").replace(first, `${first} More of it.`));
  await text(page, "More of it.");
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => scrollY), 300);
  await workspace.put(GUIDE, guide("The very last sentence.").replace(first, `${first} More of it.`));
  await text(page, "The very last sentence.");
  await page.waitForFunction(() => {
    const block = [...document.querySelectorAll("main p")].find((p) => p.textContent.includes("The very last"));
    const { top, bottom } = block.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
});

test("blocks are added and removed in place, with the theme's additions", async () => {
  await workspace.serve();
  const page = await visitSettled();
  await page.evaluate(() => { window.frame = document.querySelector("main .code-frame"); });
  await workspace.put(GUIDE, guide("The last sentence.").replace("The first sentence.", "A new beginning.\n\nThe first sentence.\n\n```sh\necho two\n```"));
  await text(page, "A new beginning.");
  await page.waitForFunction(() => document.querySelectorAll("main button.copy").length === 2);
  const order = await page.evaluate(() => document.querySelector("main").innerText);
  assert.ok(order.indexOf("A new beginning.") < order.indexOf("The first sentence.") && order.indexOf("The first sentence.") < order.indexOf("echo two"));
  await workspace.put(GUIDE, guide("The last sentence."));
  await page.waitForFunction(() => !document.querySelector("main").innerText.includes("echo two"));
  assert.equal(await page.locator("main button.copy").count(), 1);
});

test("source lines are updated without a reload, and attributes set by scripts and readers stay", async () => {
  const lined = (first, open) => `---\ntitle: Lines\nsummary: With lines.\n---\n\n<p>${first}</p>\n<p class="a b">Second.</p>\n<details${open}><summary>S</summary>x</details>\n`;
  const path = "content/guides/lines.md";
  await workspace.put(path, lined("First.", ""));
  await workspace.serve();
  const page = await visitSettled("guides/lines/");
  assert.equal(await page.locator("main p.a").getAttribute("data-source-line"), "7");
  await page.evaluate(() => {
    window.second = [...document.querySelectorAll("main p")].find((p) => p.textContent === "Second.");
    window.second.classList.add("by-script");
    window.second.setAttribute("data-by", "script");
    document.documentElement.dataset.theme = "dark";
    document.querySelector("main details").open = true;
  });
  await workspace.put(path, lined("First of all.", "").replace('class="a b"', 'class="b c"').replace("With lines.", "With lines.\nlevel: beginner"));
  await text(page, "First of all.");
  const now = await page.evaluate(() => [window.second.isConnected, window.second.className.split(" ").sort().join(" "), window.second.dataset.by, document.documentElement.dataset.theme, document.querySelector("main details").open, window.second.dataset.sourceLine]);
  assert.deepEqual(now, [true, "b by-script c", "script", "dark", true, "8"]);
});

test("a new title changes the tab, and the pages that list it", async () => {
  await workspace.serve();
  const page = await visit(), list = await visit("guides/");
  await workspace.put(GUIDE, guide("The last sentence.", "Give before you take"));
  await page.waitForFunction(() => document.title.startsWith("Give before you take"));
  await text(list, "Give before you take");
});

test("problems appear over the last good page, and disappear", async () => {
  await workspace.serve();
  const page = await visit();
  await workspace.put(GUIDE, guide("See [this](gone.md)."));
  await ui(page, ".panel article").first().waitFor();
  const reported = await ui(page, ".panel").innerText();
  assert.match(reported, /error\[broken-link\]/);
  assert.match(reported, /\^\^\^/);
  assert.match(reported, /1 error/);
  assert.match(await page.locator("main").innerText(), /The first sentence/);
  await ui(page, ".panel .fold").click();
  assert.equal(await ui(page, ".panel article").first().isVisible(), false);
  await workspace.put(GUIDE, guide("The last sentence."));
  await ui(page, ".panel").waitFor({ state: "hidden" });
  assert.match(workspace.log, /All problems are fixed\./);
});

test("broken front matter keeps the last good page", async () => {
  await workspace.serve();
  const page = await visit();
  await workspace.put(GUIDE, guide("The last sentence.").replace("title: Give first", "title: [Give first"));
  await ui(page, ".panel article").first().waitFor();
  await ui(page, ".page-notice").waitFor();
  assert.match(await page.locator("main").innerText(), /The first sentence/);
  await page.reload();
  await text(page, "The first sentence");
  await workspace.put(GUIDE, guide("Whole again."));
  await text(page, "Whole again.");
  await ui(page, ".page-notice").waitFor({ state: "hidden" });
});

test("a site that starts with errors is served, and recovers", async () => {
  await workspace.put("handsel.yaml", "title: [\n");
  await workspace.put(GUIDE, "---\ntitle: [x\n---\n\nText.\n");
  await workspace.serve();
  const page = await visit();
  await ui(page, ".panel article").first().waitFor();
  assert.match(await page.locator("main").innerText(), /cannot be shown\./);
  await workspace.put("handsel.yaml", "title: Test site\n");
  await workspace.put(GUIDE, guide("The last sentence."));
  await text(page, "The last sentence.");
  await page.waitForFunction(() => document.querySelector("handsel-preview")?.shadowRoot.querySelector(".panel").hidden);
});

test("a broken template is reported, and fixed", async () => {
  await workspace.serve();
  const page = await visit();
  await workspace.put("templates/page.html", "{% extends \"base.html\" %}{% block main %}{{ oops \n{% endblock %}");
  await workspace.put("templates/guide.html", "{% extends \"base.html\" %}{% block main %}{{ oops \n{% endblock %}");
  await ui(page, ".panel article").first().waitFor();
  assert.match(await page.locator("main").innerText(), /The first sentence/);
  await workspace.remove("templates/page.html");
  await workspace.remove("templates/guide.html");
  await ui(page, ".panel").waitFor({ state: "hidden" });
});

test("a deleted page shows a notice with a link to its section; it can come back", async () => {
  await workspace.serve();
  const page = await visit();
  await workspace.remove(GUIDE);
  await ui(page, ".page-notice").waitFor();
  assert.match(await ui(page, ".page-notice").innerText(), /deleted/);
  assert.equal(await ui(page, ".page-notice a").getAttribute("href"), "/guides/");
  await workspace.put(GUIDE, guide("Back again."));
  await text(page, "Back again.");
  await ui(page, ".page-notice").waitFor({ state: "hidden" });
});

test("a page that is requested before it is written appears once it is", async () => {
  await workspace.serve();
  const page = await visit("guides/to-come/");
  assert.equal(await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseStatus), 404);
  await workspace.put("content/guides/to-come.md", "---\ntitle: To come\nsummary: It came.\n---\n\nHere it is.\n");
  await text(page, "Here it is.");
});

test("styles swap in place", async () => {
  await workspace.serve();
  const page = await visit();
  const own = () => page.evaluate(() => getComputedStyle(document.querySelector("main")).getPropertyValue("--own"));
  await page.evaluate(() => {
    window.isSame = true;
    window.bare = 0;
    const look = () => { if (getComputedStyle(document.querySelector("main")).getPropertyValue("--own") === "") window.bare++; requestAnimationFrame(look); };
    look();
  });
  assert.equal(await own(), "1");
  await workspace.put("static/css/own.css", "main { --own: 2; }\n");
  await page.waitForFunction(() => getComputedStyle(document.querySelector("main")).getPropertyValue("--own") === "2");
  assert.deepEqual(await page.evaluate(() => [window.isSame, window.bare]), [true, 0]);
  await page.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet][href*=own]").length === 1);
});

test("a changed image is shown", async () => {
  const dot = (color) => `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="${color}"/></svg>`;
  await workspace.put("content/guides/dot.svg", dot("red"));
  await workspace.put("content/guides/picture.md", "---\ntitle: Picture\nsummary: One.\n---\n\nA dot: ![a dot](dot.svg)\n");
  await workspace.serve();
  const page = await visit("guides/picture/");
  const before = await page.locator("main img").getAttribute("src");
  await workspace.put("content/guides/dot.svg", dot("green"));
  await page.waitForFunction((before) => document.querySelector("main img").getAttribute("src") !== before, before);
});

test("when other devices can connect, no page can open the editor", async () => {
  await workspace.serve("--host", "0.0.0.0");
  assert.match(workspace.log + (await new Promise((done) => setTimeout(() => done(workspace.log), 200))), /Everyone on your network can see the site/);
  const page = await visit();
  assert.equal(await ui(page, ".edit").isVisible(), false);
});

test("two tabs and another device each follow their own page", async () => {
  await workspace.serve();
  const one = await visit(), two = await visit(), other = await visit("guides/other/");
  const device = await chromium.newContext({ viewport: { width: 390, height: 800 } });
  const phone = await open(device, `${workspace.url}guides/give-first/`);
  await other.evaluate(() => { window.fetched = 0; const own = window.fetch; window.fetch = (...all) => { window.fetched++; return own(...all); }; });
  await workspace.put(GUIDE, guide("Seen by all."));
  for (const page of [one, two, phone]) await text(page, "Seen by all.");
  await workspace.put("content/guides/other.md", "---\ntitle: Other\nsummary: Another.\n---\n\nOther words.\n");
  await text(other, "Other words.");
  assert.match(workspace.log, /saved guides\/other\.md/);
  await device.close();
});

test("a restarted server is found again, with the changes made meanwhile", async () => {
  await workspace.serve();
  const page = await visit();
  assert.equal(await workspace.end(), 0);
  await ui(page, ".disconnected").waitFor();
  await workspace.put(GUIDE, guide("Written while nobody looked."));
  await workspace.serve();
  await text(page, "Written while nobody looked.");
  await ui(page, ".disconnected").waitFor({ state: "hidden" });
  await page.keyboard.press("Alt+Shift+KeyE");
  await ui(page, ".message.visible").waitFor();
});

test("Alt-click and the keyboard request the editor at the block's line", async () => {
  await workspace.serve();
  const page = await visit();
  const requested = [];
  page.on("request", (request) => { if (request.url().endsWith("/_handsel/open")) requested.push({ ...request.postDataJSON(), token: request.headers()["handsel-token"] }); });
  await page.locator("main p", { hasText: "The first sentence." }).click({ modifiers: ["Alt"] });
  await ui(page, ".message.visible").waitFor();
  assert.match(await ui(page, ".message").innerText(), /No editor is set/);
  assert.equal(requested[0].file, GUIDE);
  assert.match(requested[0].token, /^[0-9a-f]{32}$/);
  assert.equal(requested[0].line, 6);
  await page.keyboard.press("Alt+Shift+KeyE");
  await page.waitForFunction(() => true);
  await assert.doesNotReject(async () => { while (requested.length < 2) await page.waitForTimeout(20); });
});

test("an editor is started with file and line, and no shell", async () => {
  const seen = join(workspace.folder, "seen.txt");
  await workspace.put("bin/code", `#!/bin/sh\nprintf '%s\\n' "$@" > '${seen}'\n`);
  const { chmod } = await import("node:fs/promises");
  await chmod(join(workspace.folder, "bin/code"), 0o755);
  workspace.environment = { VISUAL: `'${join(workspace.folder, "bin/code")}' --reuse-window` };
  await workspace.serve();
  const page = await visit();
  await ui(page, ".edit").click();
  await ui(page, ".message.visible").waitFor();
  assert.match(await ui(page, ".message").innerText(), /Opened line \d+ in code/);
  const lines = await waitFor(() => readFile(seen, "utf8"));
  assert.match(lines, /^--reuse-window\n-g\n.*content\/guides\/give-first\.md:\d+\n$/);
});

test("goto brings a tab to a line", async () => {
  await workspace.serve();
  const page = await visit("guides/other/");
  assert.match(workspace.handsel("serve", "--goto", `${GUIDE}:7`), /Shown: \/guides\/give-first\//);
  await page.waitForURL("**/guides/give-first/");
  await page.locator("handsel-preview .bar").waitFor();
  await page.waitForTimeout(300);
  assert.match(workspace.handsel("serve", "--goto", `${GUIDE}:80`), /Shown/);
});

test("the toolbar works by keyboard alone, and stays folded or open", async () => {
  await workspace.put(GUIDE, guide("The last sentence.").replace("summary:", "draft: true\nsummary:"));
  await workspace.serve();
  const page = await visit();
  assert.match(await ui(page, ".facts").innerText(), /Draft[\s\S]*words/);
  await page.keyboard.press("Alt+Shift+KeyB");
  await page.keyboard.press("Enter");
  await ui(page, ".facts").waitFor({ state: "hidden" });
  await page.reload();
  await ui(page, ".bar").waitFor();
  assert.equal(await ui(page, ".facts").isVisible(), false);
  await page.keyboard.press("Alt+Shift+KeyB");
  await page.keyboard.press("Enter");
  await ui(page, ".facts").waitFor();
  await page.keyboard.press("Shift+Tab");
  assert.equal(await page.evaluate(() => document.querySelector("handsel-preview").shadowRoot.activeElement.className), "folder");
});

test("the time from a write to painted text", async () => {
  await workspace.serve();
  const page = await visit();
  const times = [];
  for (let at = 0; at < 25; at++) {
    const sentence = `Sentence number ${at}.`;
    const painted = page.evaluate((sentence) => new Promise((done) => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector("main").textContent.includes(sentence)) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now()), 0));
      }).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true });
    }), sentence);
    await page.waitForTimeout(60);
    const started = performance.timeOrigin + performance.now();
    await workspace.put(GUIDE, guide(sentence));
    times.push(await painted - started);
  }
  times.sort((a, b) => a - b);
  console.log(`painted after a save: median ${times[12].toFixed(1)} ms, worst ${times.at(-1).toFixed(1)} ms`);
  assert.ok(times[12] < 500, "a save takes too long to appear");
});

async function waitFor(read) {
  for (let tries = 0; ; tries++) {
    try { return await read(); } catch (error) {
      if (tries > 100) throw error;
      await new Promise((done) => setTimeout(done, 30));
    }
  }
}
