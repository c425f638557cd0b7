// How the theme renders short, long and small content: at 360, 720 and 1280 pixels, in both color
// schemes.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Workspace, browser } from "./workspace.mjs";
import { Host, settled, recordFaults } from "./host.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 720, 1280];
const page = (title, text, front = "") => `---\ntitle: ${title}\nsummary: What ${title} gives.\n${front}---\n\n${text}\n`;
const calculator = `tool:
  type: calculator
  inputs:
    income: { label: Income, type: money, unit: EUR, default: 1000, min: 0, max: 1e15 }
    speed: { label: Speed, type: number, unit: kilometer/hour, default: 12.5 }
  results:
    loss: { label: Loss, value: "income - 12345678.5", unit: EUR, big: true }
    fast: { label: Fast, value: "speed * 10000000", unit: kilometer/hour }
    third: { label: Third, value: "income / 3", unit: EUR }
`;

const FILES = {
  "handsel.yaml": "title: Test site\ngiving: { who: Us, why: To help, pays: \"We do, with our evenings.\" }\n",
  "content/index.md": page("Home", "Welcome. [Short](short.md)"),
  "content/short.md": page("Short", "A few words."),
  "content/icon.md": page("Icon", "Press ![+](icon.svg) now, or [![wide](wide.svg)](short.md).\n\n![alone](wide.svg)"),
  "content/icon.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><path d="M0 0h24v24H0z" fill="#ad3c0a"/></svg>`,
  "content/wide.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100" width="400" height="100"><path d="M0 0h400v100H0z" fill="#ad3c0a"/></svg>`,
  "content/marks.md": page("Marks", "Some <mark>marked words</mark>, [a <mark>marked</mark> link](short.md) and ==more==.\n\n> A quote with <mark>marked words</mark>."),
  "content/tools/loss.md": page("Loss", "Text.", calculator),
  "content/guides/red/setup.md": page("Setup", "How zebras are set up in red, for all who want to know it."),
  "content/guides/blue/setup.md": page("Setup", "How zebras are set up in blue, for all who want to know it."),
  "content/guides/other.md": page("Only one", "What zebras are, with nothing else of this name."),
  "content/paths/way.md": page("The way", "Text.", "outcome: You know.\nsteps: [{ page: ../guides/other.md }, { page: ../long.md, optional: true }]\n"),
  "content/long.md": page("Long", "Text.", "time: 20 min\n"),
};

let workspace, host, chrome;

before(async () => {
  workspace = await Workspace.open();
  for (const [path, text] of Object.entries(FILES)) await workspace.put(path, text);
  workspace.handsel("build");
  host = await Host.open(`${workspace.folder}/public`);
  chrome = await browser();
  if (process.env.SCREENSHOTS) await mkdir(process.env.SCREENSHOTS, { recursive: true });
});

after(async () => {
  await chrome?.close();
  await host?.close();
  await workspace?.close();
});

// Runs a check on a page at each width in each scheme. `SCREENSHOTS` names a folder for
// screenshots.
async function everywhere(path, check, ready = async () => {}) {
  for (const colorScheme of ["light", "dark"]) for (const width of WIDTHS) {
    const context = await chrome.newContext({ viewport: { width, height: 900 }, colorScheme, serviceWorkers: "block" });
    const tab = await context.newPage();
    const faults = recordFaults(tab, host.origin);
    await tab.goto(host.url + path);
    await settled(tab);
    await ready(tab);
    if (process.env.SCREENSHOTS) await tab.screenshot({ path: `${process.env.SCREENSHOTS}/${path.replace(/\W+/g, "-")}${width}-${colorScheme}.png`, fullPage: true });
    await check(tab, `${path} at ${width} in ${colorScheme}`);
    assert.deepEqual(faults, [], path);
    await context.close();
  }
}

const contrast = async (tab) => {
  await tab.evaluate(axe);
  return tab.evaluate(async () => {
    const found = await axe.run(document, { runOnly: ["color-contrast"] });
    return found.violations.flatMap(({ nodes }) => nodes.map(({ html, any }) => `${html} ${any[0]?.message}`));
  });
};

test("a short page ends with its footer", async () => {
  await everywhere("short/", async (tab, where) => {
    const [height, seen, foot] = await tab.evaluate(() => [document.documentElement.scrollHeight, innerHeight, document.querySelector(".site-footer").getBoundingClientRect().bottom + scrollY]);
    assert.ok(height <= Math.max(seen, Math.ceil(foot)), `${where}: ${height} for a footer that ends at ${foot}`);
  });
});

test("the Back to top link is visible when it has the focus", async () => {
  await everywhere("short/", async (tab, where) => {
    await tab.locator(".back-to-top a").focus();
    const { top, bottom } = await tab.locator(".back-to-top a").evaluate((link) => { const { top, bottom } = link.getBoundingClientRect(); return { top, bottom }; });
    assert.ok(top >= 0 && bottom <= 900, `${where}: ${top} to ${bottom}`);
    assert.equal(await tab.locator(".back-to-top a").evaluate((link) => {
      const { left, top, width, height } = link.getBoundingClientRect();
      return link.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }), true, where);
  });
});

test("a number stays on one line with its sign and unit, whatever it is", async () => {
  await everywhere("tools/loss/", async (tab, where) => {
    for (const income of ["1000", "1", "999999999999999", "12345677"]) {
      await tab.locator("#Tool-income").fill(income);
      const found = await tab.evaluate(() => [...document.querySelectorAll(".tool-results output")].map((output) => {
        const range = document.createRange();
        range.selectNodeContents(output);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        const { right } = range.getBoundingClientRect();
        return { text: output.textContent, lines: lines.size, isInside: right <= output.closest("dd").getBoundingClientRect().right + 1, size: getComputedStyle(output).fontSize };
      }));
      for (const { text, lines, isInside, size } of found) assert.ok(lines === 1 && isInside && parseFloat(size) >= 12, `${where}: ${text} in ${lines} lines, ${size}, ${isInside}`);
    }
    assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), where);
  });
});

test("an image in a sentence stays in its line", async () => {
  await everywhere("icon/", async (tab, where) => {
    const found = await tab.evaluate(() => {
      const [icon, , alone] = document.querySelectorAll(".prose img");
      const range = document.createRange();
      range.selectNodeContents(icon.parentElement.firstChild);
      const words = range.getBoundingClientRect(), own = icon.getBoundingClientRect();
      return { isInLine: own.top < words.bottom && own.bottom > words.top && own.left >= words.right - 1, extra: alone.parentElement.getBoundingClientRect().height - alone.getBoundingClientRect().height };
    });
    assert.equal(found.isInLine, true, where);
    assert.ok(found.extra < 8, `${where}: ${found.extra} pixels around an image that is alone`);
  });
});

test("marked words have enough contrast, in texts and in search results", async () => {
  const settle = async (tab) => tab.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
  await everywhere("marks/", async (tab, where) => assert.deepEqual(await contrast(tab), [], where), settle);
  await everywhere("search/#q=zebra", async (tab, where) => {
    assert.ok(await tab.locator(".result mark").count() >= 3, where);
    assert.deepEqual(await contrast(tab), [], where);
  }, async (tab) => { await tab.locator(".result").nth(2).waitFor(); });
});

test("results with the same title show their addresses", async () => {
  const tab = await chrome.newPage();
  await tab.goto(`${host.url}search/#q=zebras`);
  await tab.locator(".result").nth(2).waitFor();
  const results = await tab.locator(".result").evaluateAll((items) => items.map((item) => [item.querySelector("a").textContent, item.querySelector(".result-address")?.textContent ?? ""]));
  assert.deepEqual(results.sort(), [["Only one", ""], ["Setup", "guides/blue/setup"], ["Setup", "guides/red/setup"]]);
  await tab.close();
});

test("a path counts the optional step that the reader continues with", async () => {
  const tab = await chrome.newPage();
  await tab.goto(`${host.url}paths/way/`);
  await settled(tab);
  await tab.locator("li[data-step] input").first().check();
  assert.match(await tab.locator(".path-progress").textContent(), /Long · 20 min/);
  await tab.close();
});
