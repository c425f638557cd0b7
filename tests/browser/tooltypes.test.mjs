// Checklists, quizzes, decisions and comparisons as readers meet them: built, on a plain host under
// the site's own policy, with and without scripts, by keyboard, and inside other pages.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { after, afterEach, before, test } from "node:test";
import { Workspace, browser, open } from "./workspace.mjs";
import { Host, recordFaults } from "./host.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const scripts = join(dirname(fileURLToPath(import.meta.url)), "../../static/js/tool");

const EVIL = "<img src=x onerror=window.hit=1>";
const front = (title, tool) => `---\ntitle: ${title}\nsummary: A tool.\ntool:\n${tool.replace(/^/gm, "  ")}\n---\n\nText.\n`;

const checklist = front("List", `type: checklist
groups:
  - title: First
    items:
      - { text: One, key: one, why: "Because of *one*." }
      - { text: "${EVIL}", key: __proto__ }
  - title: Second
    items: [{ text: Two, key: constructor }]
done: All is done.`);

const decision = front("Choice", `type: decision
questions:
  where: { ask: "Where? ${EVIL}", answers: { Left: l, Right: why, "${EVIL}": r } }
  why: { ask: Why?, help: Think., answers: { Because: l, Not at all: r } }
outcomes:
  l: { title: Go left, text: "A [link](../other.md)." }
  r: { title: Go right }`);

const quiz = front("Quiz", `type: quiz
questions:
  - ask: One of two?
    answers: |
      - [x] This
        It is *so*.
      - [ ] That ${EVIL}
  - ask: Two of three?
    answers: |
      - [x] A
      - [x] B
      - [ ] C
    because: Both.
bands:
  - { from: 0, title: Low, text: Read on. }
  - { from: 2, title: High, text: Well done. }`);

const compare = front("Weigh", `type: compare
ours: [b]
disclosure: We make the second.
criteria: { x: Speed, __proto__: "Peace ${EVIL}" }
options:
  a: { label: First, scores: { x: 5, __proto__: { score: 1, why: "It is loud." } } }
  b: { label: Second, scores: { x: 2, __proto__: 4 } }`);

const site = {
  "handsel.yaml": "title: Tools\nbase_url: https://site.example/sub/\n",
  "content/index.md": "---\ntitle: Home\n---\n\nWelcome.\n",
  "content/other.md": "# Other\n\nText.\n",
  "content/tools/list.md": checklist,
  "content/tools/choice.md": decision,
  "content/tools/quiz.md": quiz,
  "content/tools/weigh.md": compare,
  "content/guides/many.md": `---\ntitle: Many\nsummary: Tools in a guide.\n---\n\nSome text.\n\n## Tools\n\n::tool{page="../tools/list.md" done="one"}\n\n::tool{page="../tools/choice.md" where=right}\n\n::tool{page="../tools/choice.md"}\n\n::tool{page="../tools/quiz.md"}\n\n::tool{page="../tools/weigh.md" x=4}\n`,
};
const PAGES = ["tools/list/", "tools/choice/", "tools/quiz/", "tools/weigh/", "guides/many/"];

let chromium, workspace, host, policy, contexts = [];

before(async () => {
  workspace = await Workspace.open(site);
  workspace.handsel("build", "--quiet");
  policy = (await readFile(join(workspace.folder, "public/_headers"), "utf8")).match(/Content-Security-Policy: (.*)/)[1];
  assert.match(policy, /require-trusted-types-for 'script'/);
  host = await Host.open(join(workspace.folder, "public"), "/sub/");
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await host?.close();
  await workspace?.close();
});
afterEach(async () => {
  const finished = contexts;
  contexts = [];
  for (const { context, page, faults } of finished) {
    assert.deepEqual(faults, []);
    if (!page.isClosed() && page.hasScripts) assert.equal(await page.evaluate(() => window.hit), undefined, "a label ran as code");
    await context.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
  }
});

// A page under the policy that the site sends, which never turns text into markup (Trusted Types).
async function visit(path, { width = 1000, dark = false, scripts = true } = {}) {
  const context = await chromium.newContext({ viewport: { width, height: 800 }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: scripts, reducedMotion: "reduce" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: host.origin });
  await context.route("**/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
  });
  const page = await context.newPage();
  page.hasScripts = scripts;
  const faults = recordFaults(page, host.origin);
  contexts.push({ context, page, faults });
  await page.goto(host.url + path);
  if (scripts) await page.locator("[data-needs-script]").first().waitFor();
  return page;
}

// Returns what a button copies. The button's label changes back after a moment, so the test waits
// for the clipboard.
async function copied(page, button) {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await button.press("Enter");
  for (;;) {
    const text = await page.evaluate(() => navigator.clipboard.readText());
    if (text) return text;
  }
}

// Waits until the status has shown a text. Every text is recorded, because a script may remove it
// at once.
const announced = (page, text) => page.waitForFunction((text) => window.announced?.includes(text), text);
const recordAnnouncements = (page) => page.evaluate(() => {
  window.announced = [];
  const status = document.querySelector("#Tool [role=status]");
  new MutationObserver(() => window.announced.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
});
const focused = (page) => page.evaluate(() => document.activeElement.dataset.node ?? document.activeElement.className);

async function assertAxeFindsNothing(page, where) {
  // axe adds a style element, which the policy rightly refuses, so this runs in a page without the
  // policy.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const reported = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${where}: ${id}: ${node.target.join(" ")} ${node.failureSummary}`));
  assert.deepEqual(reported, []);
}

test("axe finds nothing: each type, before and after use, dark, at 320 pixels, within a guide", async () => {
  const context = await chromium.newContext({ reducedMotion: "reduce" });
  for (const path of PAGES) {
    for (const [width, scheme] of [[1000, "light"], [320, "dark"]]) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.goto(host.url + path);
      await page.locator("[data-needs-script]").first().waitFor();
      await assertAxeFindsNothing(page, `${path} at ${width}`);
      for (const summary of await page.locator("main summary:visible").all()) await summary.click();
      for (const box of await page.locator("main input[type=checkbox]").all()) await box.check();
      for (const answer of await page.locator("[data-start] a[data-answer]:visible").all()) if (await answer.isVisible()) await answer.click();
      for (const check of await page.locator("[data-action=check]").all()) await check.click();
      for (const slider of await page.locator("input[type=range]").all()) await slider.fill("0");
      await assertAxeFindsNothing(page, `${path} at ${width}, used`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is wider than ${width} pixels`);
      await page.close();
    }
  }
  await context.unrouteAll({ behavior: "ignoreErrors" });
  await context.close();
});

test("without JavaScript everything is shown, except controls that need it", async () => {
  for (const path of PAGES) {
    const page = await visit(path, { scripts: false });
    assert.equal(await page.locator("[data-needs-script]:visible").count(), 0, path);
    await page.close();
  }
  const list = await visit("tools/list/", { scripts: false });
  await list.getByLabel("Two", { exact: true }).check();
  await list.locator(".why summary").first().click();
  assert.ok(await list.getByText("Because of one.").isVisible());
  const choice = await visit("tools/choice/", { scripts: false });
  assert.equal(await choice.locator("[data-node]:visible").count(), 4);
  await choice.getByRole("link", { name: "Because" }).click();
  assert.match(choice.url(), /#Tool-l$/);
  assert.ok(await choice.locator("#Tool-l").isVisible());
  const questions = await visit("tools/quiz/", { scripts: false });
  await questions.locator(".solution summary").first().click();
  assert.ok(await questions.getByText("✓ Correct answer: This").isVisible());
  assert.ok(await questions.getByText("Well done.").isVisible());
  const weigh = await visit("tools/weigh/", { scripts: false });
  assert.deepEqual(await weigh.locator("tfoot .score").allTextContents(), ["3.0", "3.0"]);
  assert.ok(await weigh.getByText("We make the second.").isVisible());
});

test("a decision by keyboard alone: one question at a time, back, the browser's Back, restart, a link", async () => {
  const page = await visit("tools/choice/");
  const address = page.url();
  assert.equal(await page.locator("[data-node]:visible").count(), 1);
  await page.locator("a[data-answer]:visible").nth(1).focus();
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "why");
  assert.equal(page.url(), address, "the address holds no answer");
  assert.match(await page.locator(".decision-history").innerText(), /Where\?[^]*Right/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "r");
  assert.ok(await page.getByText("Go right").first().isVisible());
  await recordAnnouncements(page);
  const link = await copied(page, page.locator("[data-action=link]"));
  await announced(page, "Copied");
  assert.equal(new URL(link).hash, "#where=right&why=not-at-all");
  await page.goBack();
  assert.equal(await focused(page), "why");
  await page.locator("[data-action=back]").focus();
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "where");
  await page.goBack();
  assert.equal(await focused(page), "why");
  await page.locator("[data-action=restart]").press("Enter");
  assert.equal(await focused(page), "where");
  assert.equal(await page.locator("[data-action=back]").isVisible(), false);

  const again = await visit("tools/choice/" + new URL(link).hash);
  assert.equal(await again.locator("[data-node]:visible").getAttribute("data-node"), "r");
  await again.locator(".decision-history button").first().click();
  assert.equal(await focused(again), "where");
  const odd = await visit("tools/choice/#where=right&where=left&why=nonsense&__proto__=1&constructor=2");
  assert.equal(await odd.locator("[data-node]:visible").getAttribute("data-node"), "why");
});

test("a checklist counts, copies and shares; the device stores ticks only if the reader asks for it", async () => {
  const page = await visit("tools/list/");
  const stored = () => page.evaluate(() => ({ ...localStorage }));
  await recordAnnouncements(page);
  await page.getByLabel("One", { exact: true }).focus();
  await page.keyboard.press("Space");
  assert.match(await page.locator(".tool-progress").innerText(), /1 of 3 done/);
  assert.deepEqual(await stored(), {});
  await announced(page, "1 of 3 done");
  // With the keyboard alone: select another option and clear the first one.
  const ticked = () => page.locator(".points input:checked").evaluateAll((boxes) => boxes.map((box) => box.dataset.key));
  const goTo = async (key, press) => {
    for (let step = 0; step < 20; step++) {
      if (await page.evaluate(() => document.activeElement.dataset.key) === key) return;
      await page.keyboard.press(press);
    }
    assert.fail(`${press} does not reach ${key}`);
  };
  await goTo("constructor", "Tab");
  await page.keyboard.press("Space");
  assert.deepEqual(await ticked(), ["one", "constructor"]);
  await announced(page, "2 of 3 done");
  await goTo("one", "Shift+Tab");
  await page.keyboard.press("Space");
  assert.deepEqual(await ticked(), ["constructor"]);
  await announced(page, "1 of 3 done");
  await page.reload();
  assert.equal(await page.locator(".points input:checked").count(), 0, "nothing was stored");
  await page.getByLabel("One", { exact: true }).check();
  await page.locator("[data-remember]").check();
  assert.deepEqual(await stored(), { "tool:/sub/tools/list/": '["one"]' });
  await page.locator("input[data-key=__proto__]").check();
  await page.reload();
  assert.deepEqual(await page.locator(".points input:checked").evaluateAll((boxes) => boxes.map((box) => box.dataset.key)), ["one", "__proto__"]);

  const label = await page.locator("input[data-key=__proto__] + span").innerText();
  const written = `# List\n\n## First\n\n- [x] One\n- [x] ${label}\n\n## Second\n\n- [ ] Two\n\n${host.url}tools/list/\n`;
  assert.equal(await copied(page, page.locator("[data-action=markdown]")), written);
  assert.equal(new URL(await copied(page, page.locator("[data-action=link]"))).hash, "#done=one.__proto__");

  // Other people's answers are shown and do not replace those stored here.
  await page.goto("about:blank");
  await page.goto(`${host.url}tools/list/#done=constructor.nonsense`);
  await page.locator("[data-needs-script]").first().waitFor();
  assert.deepEqual(await page.locator(".points input:checked").evaluateAll((boxes) => boxes.map((box) => box.dataset.key)), ["constructor"]);
  assert.equal(await page.locator("[data-remember]").isChecked(), false);
  await page.getByLabel("One", { exact: true }).check();
  assert.equal((await stored())["tool:/sub/tools/list/"], '["one","__proto__"]');

  await page.locator("[data-remember]").check();
  await page.locator("[data-remember]").uncheck();
  assert.deepEqual(await stored(), {});
  await page.locator("input[data-key=__proto__]").check();
  assert.ok(await page.getByText("All is done.").isVisible());
  await page.locator("[data-action=clear]").click();
  assert.equal(await page.locator(".points input:checked").count(), 0);
  assert.deepEqual(await stored(), {});
});

test("stored answers that cannot be read are ignored", async () => {
  const page = await visit("tools/list/");
  await page.evaluate(() => localStorage.setItem("tool:/sub/tools/list/", '{"done": ['));
  await page.reload();
  await page.getByLabel("One", { exact: true }).check();
  assert.match(await page.locator(".tool-progress").innerText(), /1 of 3 done/);
});

test("a quiz checks answers on request, shows the verdict in words, and clears it when an answer changes", async () => {
  const page = await visit("tools/quiz/");
  assert.equal(await page.locator(".solution:visible, .quiz-result:visible").count(), 0);
  await page.getByLabel("This", { exact: true }).focus();
  await page.keyboard.press("Space");
  assert.equal(await page.locator(".verdict:visible").count(), 0);
  assert.ok(await page.getByLabel("This", { exact: true }).evaluate((input) => input === document.activeElement), "nothing moves on by itself");
  await page.getByLabel("A", { exact: true }).check();
  await recordAnnouncements(page);
  await page.locator("[data-action=check]").press("Enter");
  assert.match(await focused(page), /quiz-result/);
  assert.equal(await page.locator(".quiz-result .score").innerText(), "1 of 2 correct");
  assert.deepEqual(await page.locator(".verdict:visible").allInnerTexts(), ["✓ Correct", "✗ Wrong"]);
  assert.ok(await page.getByText("Read on.").isVisible() && !(await page.getByText("Well done.").isVisible()));
  await announced(page, "1 of 2 correct");
  await page.getByLabel("B", { exact: true }).check();
  assert.equal(await page.locator(".verdict:visible").count(), 0);
  const link = await copied(page, page.locator("[data-action=link]"));
  assert.equal(new URL(link).hash, "#1=1&2=1.2");
  const again = await visit("tools/quiz/" + new URL(link).hash);
  await again.locator("[data-action=check]").click();
  assert.equal(await again.locator(".quiz-result .score").innerText(), "2 of 2 correct");
  assert.ok(await again.getByText("Well done.").isVisible());
  await again.locator("[data-action=again]").click();
  assert.equal(await again.locator("#Tool input:checked").count(), 0);
  assert.equal(await again.locator(".quiz-result:visible").count(), 0);
});

test("a comparison is weighted by keyboard, shows every total, and announces it after the last change", async () => {
  const page = await visit("tools/weigh/");
  const totals = () => page.locator("tfoot .score").allTextContents();
  const highest = () => page.locator("tfoot .highest").evaluateAll((marks) => marks.map((mark) => !mark.hidden));
  assert.deepEqual([await totals(), await highest()], [["3.0", "3.0"], [true, true]]);
  assert.equal(await page.getByText("All criteria have equal weight here.").isVisible(), false);
  await recordAnnouncements(page);
  await page.getByLabel("Speed").focus();
  await page.keyboard.press("ArrowRight");
  assert.deepEqual([await totals(), await highest()], [["3.4", "2.8"], [true, false]]);
  await announced(page, "First: 3.4, Second: 2.8");
  assert.deepEqual(await page.locator("thead th").allInnerTexts(), ["First", "Second ours"], "the order stays the same");
  assert.equal(new URL(await copied(page, page.locator("[data-action=link]"))).hash, "#x=3");
  for (const slider of await page.locator("input[type=range]").all()) await slider.fill("0");
  assert.deepEqual([await totals(), await highest()], [["–", "–"], [false, false]]);
  await page.locator("[data-action=reset]").click();
  assert.deepEqual(await totals(), ["3.0", "3.0"]);
  const odd = await visit("tools/weigh/#x=9999&__proto__=0&constructor=4");
  assert.deepEqual(await odd.locator("input[type=range]").evaluateAll((all) => all.map((one) => one.value)), ["2", "0"]);
});

test("tools within a guide start with its answers, are independent, and link to their own pages", async () => {
  const page = await visit("guides/many/#where=left&done=constructor");
  assert.deepEqual(await page.locator(".points input:checked").evaluateAll((boxes) => boxes.map((box) => box.dataset.key)), ["one"]);
  const [first, second] = [page.locator("#Tool-2"), page.locator("#Tool-3")];
  assert.equal(await first.locator("[data-node]:visible").getAttribute("data-node"), "why");
  assert.equal(await second.locator("[data-node]:visible").getAttribute("data-node"), "where");
  await second.getByRole("link", { name: "Left" }).click();
  assert.equal(await second.locator("[data-node]:visible").getAttribute("data-node"), "l");
  assert.equal(await first.locator("[data-node]:visible").getAttribute("data-node"), "why");
  await page.goBack();
  assert.equal(await second.locator("[data-node]:visible").getAttribute("data-node"), "where");
  assert.equal(await copied(page, second.locator("[data-action=link]")), `${host.url}tools/choice/`);
  assert.deepEqual(await page.locator("#Tool-5 input[type=range]").evaluateAll((all) => all.map((one) => one.value)), ["4", "2"]);
  assert.deepEqual(await page.locator("#Tool-5 tfoot .score").allTextContents(), ["3.7", "2.7"]);
  const sources = await page.locator("script[src*='/tool/']").evaluateAll((all) => all.map((one) => one.src.split("/").at(-1)));
  assert.deepEqual(sources, ["checklist.js", "decision.js", "quiz.js", "compare.js"]);
  const twice = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at));
  assert.deepEqual(twice, []);
});

test("nothing is sent while tools are used", async () => {
  const page = await visit("guides/many/");
  await page.waitForLoadState("networkidle");
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  for (const box of await page.locator("main input[type=checkbox]:not([data-remember])").all()) await box.check();
  await page.locator("#Tool-3").getByRole("link", { name: "Left" }).click();
  await page.locator("[data-action=check]").click();
  await page.locator("input[type=range]").first().fill("1");
  for (const button of await page.locator("[data-action=link]").all()) await button.click();
  await page.waitForTimeout(300);
  assert.deepEqual(requested, []);
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {});
});

test("in print: explanations are open, buttons are hidden, and a decision shows the path taken", async () => {
  const list = await visit("tools/list/");
  await list.emulateMedia({ media: "print" });
  assert.equal(await list.locator("button:visible").count(), 0);
  assert.ok(await list.getByText("Because of one.").isVisible());
  const choice = await visit("tools/choice/");
  await choice.getByRole("link", { name: "Left" }).click();
  await choice.emulateMedia({ media: "print" });
  assert.match(await choice.locator(".decision-history").innerText(), /Where\?[^]*Left/);
  assert.ok(await choice.getByText("Go left").first().isVisible());
  const quiz = await visit("tools/quiz/");
  await quiz.getByLabel("This", { exact: true }).check();
  await quiz.emulateMedia({ media: "print" });
  assert.equal(await quiz.locator("button:visible").count(), 0);
  assert.equal(await quiz.locator("[data-question]:visible").count(), 2);
  assert.ok(await quiz.getByLabel("This", { exact: true }).isChecked());
  const weigh = await visit("tools/weigh/");
  await weigh.locator("input[data-key=x]").fill("0");
  await weigh.emulateMedia({ media: "print" });
  assert.equal(await weigh.locator("button:visible").count(), 0);
  assert.deepEqual(await weigh.locator("tfoot .score:visible").allTextContents(), ["1.0", "4.0"]);
  assert.ok(await weigh.getByText("We make the second.").isVisible());
});

test("scripts are small, evaluate nothing and write no markup", async () => {
  const size = async (name) => gzipSync(await readFile(join(scripts, name))).length;
  const shared = await size("tool-shared.js");
  for (const name of ["checklist.js", "quiz.js", "decision.js", "compare.js"]) {
    assert.ok((await size(name)) + shared <= 3 << 10, `${name} with what it shares: ${(await size(name)) + shared} bytes`);
    const text = (await readFile(join(scripts, name), "utf8")) + (await readFile(join(scripts, "tool-shared.js"), "utf8"));
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|sendBeacon|XMLHttpRequest/);
  }
});

test("in the preview an edit changes the tool and keeps the answers", async () => {
  const own = await Workspace.open(site);
  const context = await chromium.newContext();
  try {
    await own.serve();
    const page = await open(context, `${own.url}tools/list/`);
    await page.getByLabel("One", { exact: true }).check();
    await own.put("content/tools/list.md", checklist.replace("text: Two", "text: Two and more"));
    await page.getByLabel("Two and more").waitFor();
    assert.ok(await page.getByLabel("One", { exact: true }).isChecked());
    const guide = await open(context, `${own.url}guides/many/`);
    await guide.locator("#Tool-3").getByRole("link", { name: "Right" }).click();
    await own.put("content/tools/choice.md", decision.replace("Why?", "And why?"));
    await guide.locator("#Tool-3").getByText("And why?").first().waitFor();
    assert.equal(await guide.locator("#Tool-3 [data-node]:visible").getAttribute("data-node"), "why");
    assert.deepEqual(page.faults.concat(guide.faults), []);
  } finally {
    await context.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
    await own.close();
  }
});
