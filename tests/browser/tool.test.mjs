// Calculators in a real browser: the machine compared with the build's, bit by bit, and the page as
// a reader uses it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Workspace, browser, open } from "./workspace.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const TOOL = "content/tools/rate.md";

const tool = (formula = "rate * 8", extra = "") => `---
title: What should I charge per hour?
tool:
  type: calculator
${extra}  inputs:
    income: { label: "Income <img src=x onerror=alert(1)>", type: money, unit: EUR, default: 36000, min: 0, max: 500000 }
    weeks: { label: Weeks off, type: number, default: 7, min: 0, max: 51, help: All of them }
    billable: { label: Part you can bill, type: percent, default: 60%, min: 5%, max: 100% }
    region: { label: Where you pay tax, type: choice, options: { north: "<b>North</b>", south: South } }
    constructor: { label: Extras, type: choices, options: { wifi: Wifi, desk: A desk } }
    start: { label: Begin on, type: date, default: 2024-02-28 }
    secret: { label: A secret, type: number, default: 1, min: 1, max: 9, private: true }
    fair: { label: Fair, type: toggle }
  tables:
    tax: { north: 21%, south: 19% }
    prices: { wifi: 10, desk: 25 }
  steps:
    hours: { label: Hours you can bill, value: (52 - weeks) * 40 * billable }
    need: { label: What has to come in, value: "(income + total(prices, constructor)) / (1 - lookup(tax, region))" }
  results:
    rate: { label: Charge at least, value: need / hours * secret, unit: EUR/hour, big: true }
    day: { label: For a day of 8 hours, value: ${formula}, unit: EUR }
    until: { label: Two days later, value: "add_days(start, 2)" }
    said: { label: Fair, value: fair }
  say:
    - { when: hours < 600, text: "Under 600 hours, **{rate}** may feel high." }
    - { text: "Charge at least **{rate}**, from {until}." }
  examples:
    - { name: Designer, with: { weeks: 7 }, expect: { hours: 1080 } }
---

For people who work for themselves.
`;

let workspace, chromium, context;

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

before(async () => {
  workspace = await Workspace.open({ [TOOL]: tool(), "content/tools/lang.md": tool().replace("title:", "lang: de\ntitle:"), "content/guides/with.md": "---\ntitle: With\nsummary: A tool in a guide.\n---\n\nText.\n\n::tool{page=\"../tools/rate.md\" weeks=30 region=\"south\" constructor=\"wifi\"}\n\n::tool{page=\"../tools/rate.md\"}\n", "content/tools/closed.md": tool("rate * 8", "  share: false\n") });
  await workspace.serve();
  chromium = await browser();
  context = await chromium.newContext({ permissions: ["clipboard-read", "clipboard-write"], viewport: { width: 1280, height: 900 } });
});

after(async () => {
  await chromium?.close();
  await workspace?.close();
});

const visit = (address = "tools/rate/") => open(context, `${workspace.url}${address}`);
const result = (page, name = 0) => page.locator(".tool-results output").nth(name).textContent();
const field = (page, name) => page.locator(`#Tool-${name}`);

test("both machines agree to the bit", async () => {
  const { tables, vectors } = JSON.parse(await readFile(join(here, "../../target/tool-vectors.json"), "utf8"));
  const page = await visit();
  const script = await page.evaluate(() => document.querySelector("script[src*='/tool/calculator.js']").src.replace("calculator.js", "machine.js"));
  let compared = 0;
  for (let at = 0; at < vectors.length; at += 2000) {
    const wrong = await page.evaluate(async ({ script, tables, vectors }) => {
      const { run } = await import(script);
      const view = new DataView(new ArrayBuffer(8));
      const value = (known) => {
        if (known?.bits === undefined) return known;
        if (known.bits === "nan") return NaN;
        view.setBigUint64(0, BigInt(`0x${known.bits}`));
        return view.getFloat64(0);
      };
      const bits = (found) => {
        if (typeof found !== "number") return JSON.stringify(found);
        if (found !== found) return "nan";
        view.setFloat64(0, found);
        return view.getBigUint64(0).toString(16).padStart(16, "0");
      };
      const wrong = [];
      for (const { formula, program, inputs, value: recorded } of vectors) {
        const found = bits(run({ ...program, tables }, inputs.map(value)).at(-1));
        const expected = recorded?.bits ?? JSON.stringify(recorded);
        if (found !== expected) wrong.push(`${formula} with ${JSON.stringify(inputs)}: ${found}, not ${expected}`);
      }
      return wrong;
    }, { script, tables, vectors: vectors.slice(at, at + 2000) });
    assert.deepEqual(wrong.slice(0, 5), []);
    compared += Math.min(2000, vectors.length - at);
  }
  assert.ok(compared >= 20_300, `${compared} vectors`);
  await page.close();
});

test("without JavaScript the form, the result for its defaults, the calculation and the examples are shown", async () => {
  const plain = await chromium.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${workspace.url}tools/rate/`);
  assert.equal(await result(page), "€42.19\u00a0/\u00a0hour");
  assert.equal(await result(page, 2), "1 March 2024");
  assert.match(await page.locator(".tool-message:visible").textContent(), /Charge at least €42\.19/);
  assert.equal(await page.locator(".tool-actions").isVisible(), false);
  assert.equal(await page.locator(".examples tbody tr").count(), 1);
  assert.match(await page.locator(".tool-calculation").textContent(), /\(52 − Weeks off\) × 40 × Part you can bill/);
  assert.match(await page.content(), /form-action 'none'/);
  await plain.close();
});

test("results update with each key, and are announced once typing ends", async () => {
  const page = await visit();
  await field(page, "weeks").fill("30");
  assert.equal(await result(page), "€86.31\u00a0/\u00a0hour");
  assert.match(await page.locator(".tool-message:visible").textContent(), /Under 600 hours, €86\.31/);
  assert.equal(await page.locator(".tool-calculation tbody td[data-slot]").first().textContent(), "528");
  await page.locator(".tool-results [role=status], .tool [role=status]").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector(".tool [role=status]").textContent.startsWith("Charge at least: €86.31"));
  await field(page, "region").selectOption("south");
  await page.getByLabel("Wifi").check();
  await page.getByLabel("A desk").check();
  assert.equal(await result(page), "€84.26\u00a0/\u00a0hour");
  await field(page, "start").fill("2023-12-30");
  assert.equal(await result(page, 2), "1 January 2024");
  await page.getByLabel("Fair").check();
  assert.equal(await result(page, 3), "Yes");
  assert.deepEqual(page.faults, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.equal(await page.locator(".tool img, .tool b").count(), 0);
  await page.close();
});

test("errors are reported at their fields and in a summary, and answers are kept", async () => {
  const page = await visit();
  await field(page, "weeks").fill("seven");
  assert.equal(await result(page), "–");
  assert.equal(await page.locator("#Tool-weeks-error").isVisible(), false);
  await field(page, "weeks").blur();
  assert.equal(await page.locator("#Tool-weeks-error").textContent(), "Enter a number");
  assert.equal(await field(page, "weeks").getAttribute("aria-invalid"), "true");
  assert.equal(await page.locator("#Tool-errors a").textContent(), "Weeks off: Enter a number");
  await field(page, "weeks").fill("60");
  assert.equal(await page.locator("#Tool-weeks-error").textContent(), "Must be at most 51");
  await page.locator("#Tool-errors a").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "Tool-weeks");
  await field(page, "weeks").fill("7");
  assert.equal(await page.locator("#Tool-errors").isVisible(), false);
  assert.equal(await result(page), "€42.19\u00a0/\u00a0hour");
  await field(page, "income").fill("");
  await field(page, "income").press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "Tool-errors");
  assert.equal(await field(page, "weeks").inputValue(), "7");
  await page.close();
});

test("numbers are read as people write them", async () => {
  const page = await visit("tools/lang/");
  for (const typed of ["1 200,50", "1.200,50", "1200,50", "1’200,50 €", "1\u202f200,5"]) {
    await field(page, "income").fill(typed);
    assert.equal(await page.locator(".tool-calculation tbody td[data-slot]").nth(1).textContent(), "1.519,62\u00a0€", typed);
  }
  for (const typed of ["1,2,3", "1.2.3", "12.34,5", "e5", "--1", "1,200,50"]) {
    await field(page, "income").fill(typed);
    assert.equal(await result(page), "–", typed);
  }
  await page.close();
  const english = await visit();
  await field(english, "income").fill("€1,200.50");
  assert.equal(await english.locator(".tool-calculation tbody td[data-slot]").nth(1).textContent(), "€1,519.62");
  await english.close();
});

test("a link contains the answers, sorted, without defaults and secrets, and is not trusted", async () => {
  const page = await visit();
  await field(page, "weeks").fill("30");
  await field(page, "secret").fill("3");
  await field(page, "region").selectOption("south");
  await page.getByLabel("Wifi").check();
  await page.locator("[data-action=link]").click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${workspace.url}tools/rate/#constructor=wifi&region=south&weeks=30`);
  await page.close();
  const opened = await open(context, link);
  assert.equal(await field(opened, "weeks").inputValue(), "30");
  assert.equal(await result(opened), "€84.20\u00a0/\u00a0hour");
  await opened.close();
  const hostile = await visit("tools/rate/#weeks=8&weeks=9&__proto__=1&constructor=<img src=x onerror=alert(1)>,%zz&region=<b>&income=1e99&secret=5&toString=1&start=2023-02-30&fair=maybe");
  assert.deepEqual(
    await hostile.evaluate(() => ["weeks", "region", "income", "secret", "start"].map((name) => document.getElementById(`Tool-${name}`).value)),
    ["8", "north", "36000", "1", "2024-02-28"],
  );
  assert.equal(await hostile.locator(".tool input:checked").count(), 0);
  assert.equal(await hostile.locator(".tool img").count(), 0);
  assert.deepEqual(hostile.faults, []);
  await hostile.close();
  const closed = await visit("tools/closed/#weeks=30");
  assert.equal(await field(closed, "weeks").inputValue(), "7");
  assert.equal(await closed.locator("[data-action=link]").count(), 0);
  await closed.close();
});

test("an embedded calculator starts with its own answers", async () => {
  const page = await visit("guides/with/#weeks=3");
  const results = await page.locator(".tool .main-result output").allTextContents();
  assert.deepEqual(results, ["€84.20\u00a0/\u00a0hour", "€42.19\u00a0/\u00a0hour"]);
  await page.locator("#Tool-2-weeks").fill("30");
  assert.deepEqual(await page.locator(".tool .main-result output").allTextContents(), ["€84.20\u00a0/\u00a0hour", "€86.31\u00a0/\u00a0hour"]);
  await page.locator("#Tool-1 [data-action=link]").click();
  await page.waitForFunction(() => document.querySelector("#Tool-1 [data-action=link]").textContent === document.body.dataset.copied);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("reset restores the defaults, the keyboard is enough, and printing shows everything", async () => {
  const page = await visit();
  await field(page, "weeks").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("30");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "Tool-billable");
  const seen = [];
  for (let step = 0; step < 40 && !seen.includes("reset"); step++) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => document.activeElement.dataset.action ?? document.activeElement.id));
  }
  await page.keyboard.press("Enter");
  assert.equal(await field(page, "weeks").inputValue(), "7");
  assert.equal(await result(page), "€42.19\u00a0/\u00a0hour");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".tool-actions").isVisible(), false);
  assert.equal(await page.locator(".tool-results").isVisible(), true);
  assert.equal(await page.evaluate(() => document.querySelector(".corner").offsetParent.className), "tool-results gift-tag", "the tag frames the results");
  assert.equal(await page.locator(".examples table").isVisible(), true);
  await page.close();
});

test("an edited formula is computed with the typed answers", async () => {
  const page = await visit();
  await field(page, "weeks").fill("30");
  await workspace.put(TOOL, tool("rate * 6"));
  await page.waitForFunction(() => document.querySelectorAll(".tool-results output")[1].textContent.startsWith("€517.84"));
  assert.equal(await field(page, "weeks").inputValue(), "30");
  assert.equal(await result(page), "€86.31\u00a0/\u00a0hour");
  await workspace.put(TOOL, tool());
  await page.close();
});

test("the preview shows each formula as written next to its value, and a build does not", async () => {
  const page = await visit();
  const opener = page.locator(".formulas-button");
  await opener.click();
  const row = (name) => page.locator(".formulas tbody tr", { has: page.getByRole("rowheader", { name: new RegExp(`^${name}( |$)`) }) });
  const cells = async (name) => (await row(name).locator("td").allTextContents()).slice(1);
  assert.deepEqual(await cells("hours"), ["(52 - weeks) * 40 * billable", "1,080", "1080"]);
  assert.deepEqual(await cells("rate"), ["need / hours * secret", "€42.19\u00a0/\u00a0hour", "42.19409282700422"]);
  assert.deepEqual(await cells("until"), ["add_days(start, 2)", "1 March 2024", ""]);
  assert.deepEqual(await cells("say 1"), ["hours < 600", "false", ""]);
  await field(page, "weeks").fill("30");
  assert.deepEqual(await cells("weeks"), ["Weeks off", "30", ""]);
  assert.deepEqual(await cells("hours"), ["(52 - weeks) * 40 * billable", "528", ""]);
  assert.equal((await cells("say 1"))[1], "true");
  // The line is the one in the file, and changes with it.
  const line = tool().split("\n").findIndex((line) => line.includes("hours: {")) + 1;
  assert.equal(await row("hours").getByRole("button").textContent(), String(line));
  const written = (line, formula) => page.waitForFunction(([line, formula]) => {
    const rows = [...document.querySelector("handsel-preview").shadowRoot.querySelectorAll(".formulas tbody tr")];
    return rows.some((row) => row.textContent.startsWith(`${line}hours`) && row.textContent.includes(formula) && row.textContent.includes("528"));
  }, [line, formula]);
  await workspace.put(TOOL, tool().replace("  inputs:", "  # A remark.\n  inputs:").replace("* 40 *", "* 20 * 2 *"));
  await written(line + 1, "* 20 * 2 *");
  // A formula that cannot be computed leaves the table as it was, with the values of the page that
  // is still shown.
  await workspace.put(TOOL, tool("rate * nothing"));
  await page.getByText("`nothing`").first().waitFor();
  assert.deepEqual(await cells("hours"), ["(52 - weeks) * 20 * 2 * billable", "528", ""]);
  await workspace.put(TOOL, tool());
  await written(line, "* 40 *");
  await field(page, "weeks").fill("many");
  assert.equal((await cells("hours"))[1], "–");
  await field(page, "weeks").press("Alt+Shift+F");
  assert.equal(await page.locator(".formulas").isVisible(), false);
  assert.deepEqual(page.faults, []);
  await page.close();
  const guide = await visit("guides/with/");
  assert.equal(await guide.locator(".formulas-button").isVisible(), true);
  await guide.locator(".formulas-button").click();
  assert.deepEqual(await guide.locator(".formulas table").evaluateAll((tables) => tables.map((table) => table.dataset.of)), ["Tool-1", "Tool-2"]);
  await guide.close();
  const other = await visit("guides/other/");
  assert.equal(await other.locator(".formulas-button").isVisible(), false);
  await other.close();
  workspace.handsel("build", "--quiet");
  assert.doesNotMatch(await readFile(join(workspace.folder, "public/tools/rate/index.html"), "utf8"), /need \/ hours \* secret|_handsel/);
});

test("without JavaScript, Enter in the only field of a guide's tool sends nothing", async () => {
  const one = "---\ntitle: One\ntool:\n  type: calculator\n  inputs: { a: { label: A, default: 1 } }\n  results: { b: { label: B, value: a } }\n---\n\nText.\n";
  await workspace.put("content/tools/one.md", one);
  await workspace.put("content/guides/one.md", "---\ntitle: One guide\nsummary: S.\n---\n\n::tool{page=\"../tools/one.md\"}\n");
  const plain = await chromium.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  const requested = [];
  for (;;) { if ((await page.goto(`${workspace.url}guides/one/`)).ok()) break; }
  // The browser may request the page's icon at any time.
  page.on("request", (request) => { if (!request.url().includes("/favicon.")) requested.push(request.url()); });
  await page.locator("#Tool-1-a").fill("secret");
  await page.locator("#Tool-1-a").press("Enter");
  await page.locator("#Tool-1-a").press("End");
  assert.equal(page.url(), `${workspace.url}guides/one/`);
  assert.equal(await page.locator("#Tool-1-a").inputValue(), "secret");
  assert.deepEqual(requested, []);
  await plain.close();
});

test("axe finds nothing, in light and dark, with errors shown", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const plain = await chromium.newContext({ colorScheme, bypassCSP: true, viewport: { width: 1000, height: 900 } });
    const page = await plain.newPage();
    await page.goto(`${workspace.url}tools/rate/`);
    await page.locator(".tool.enhanced").waitFor();
    await page.locator(".tool-calculation summary").click();
    await field(page, "weeks").fill("seven");
    await field(page, "weeks").blur();
    await page.locator("#Tool-errors").waitFor();
    await page.evaluate(axe);
    const found = await page.evaluate(async () => (await axe.run("main")).violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 120)).join(" ")}`));
    assert.deepEqual(found, [], colorScheme);
    await plain.close();
  }
});

test("it fits a phone, and the result stays in view", async () => {
  const phone = await chromium.newContext({ viewport: { width: 320, height: 640 } });
  const page = await open(phone, `${workspace.url}tools/rate/`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), "the page scrolls sideways");
  await field(page, "weeks").scrollIntoViewIfNeeded();
  assert.ok(await page.evaluate(() => { const { top, bottom } = document.querySelector(".tool-results .main-result output").getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }));
  await phone.close();
});

test("a hundred steps take less than a frame, and script and data stay small", async () => {
  const steps = Array.from({ length: 100 }, (_, at) => `    s${at + 1}: s${at} * 1.01 + round(s${at} ^ 0.5, 2)\n`).join("");
  await workspace.put("content/tools/long.md", `---\ntitle: Long\ntool:\n  type: calculator\n  inputs:\n    s0: { label: Begin, type: number, default: 1, min: 0 }\n  steps:\n${steps}  results:\n    end: { label: End, value: s100 }\n---\n\nLong.\n`);
  const page = await visit("tools/long/");
  const times = await page.evaluate(() => {
    const field = document.getElementById("Tool-s0");
    return Array.from({ length: 21 }, (_, at) => {
      field.value = String(at + 2);
      const started = performance.now();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return performance.now() - started;
    }).sort((a, b) => a - b);
  });
  console.log(`100 steps: ${times[10].toFixed(2)} ms, the median of 21`);
  // The minimum is the time of the work alone; the other times include what else the machine did.
  assert.ok(times[0] <= 16, `${times[0]} ms`);
  await page.close();
  const rate = await visit();
  const data = await rate.evaluate(() => document.querySelector(".tool > script").textContent);
  const scripts = await Promise.all(["numbers", "machine", "format", "tool-shared", "calculator"].map((name) => readFile(join(here, `../../static/js/tool/${name}.js`))));
  const sizes = scripts.map((bytes) => gzipSync(bytes, { level: 9 }).length);
  const all = sizes.reduce((sum, size) => sum + size, 0) + gzipSync(data).length;
  console.log(`machine and calculator: ${sizes[0] + sizes[1] + sizes[4]} bytes, all with data: ${all}`);
  assert.ok(sizes[0] + sizes[1] + sizes[4] <= 6144 && all <= 10240, `${sizes}, ${all}`);
  await rate.close();
});
