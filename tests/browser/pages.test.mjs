// Every page of this repository's own site, built and served by a plain static host: what browsers,
// validators and people with assistive technology find there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { browser, program } from "./workspace.mjs";
import { Host, listFiles, settled, recordFaults } from "./host.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// These recommended rules are about the style of the source, not about its correctness.
const STYLE_RULES = ["void-style", "no-trailing-whitespace", "attribute-boolean-style", "attribute-empty-style", "no-inline-style", "long-title", "doctype-style", "no-implicit-button-type"];

let chromium, folder, host, files, pages;

const assertNone = (found) => assert.ok(found.length === 0, `${found.length} faults:\n${found.join("\n")}`);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "handsel-pages-"));
  execFileSync(program, ["build", "--quiet", "--no-cache", "--output", folder], { cwd: root, stdio: "inherit" });
  files = await listFiles(folder);
  // A page that redirects at once has nothing to check.
  const isWhole = async (file) => !/http-equiv="refresh"/.test(await readFile(join(folder, file), "utf8"));
  const html = files.filter((file) => file.endsWith(".html"));
  const whole = await Promise.all(html.map(isWhole));
  pages = html.filter((_, at) => whole[at]);
  host = await Host.open(folder);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await host?.close();
  await rm(folder, { recursive: true, force: true });
});

// Stops the page that redirects to a random one from doing so, so that it can be examined.
async function withoutRandomRedirect(context) {
  await context.route("**/js.*/random.js", (route) => route.fulfill({ contentType: "text/javascript", body: "export const enhance = () => {};" }));
  return context;
}

const address = (file) => host.url + file.replace(/index\.html$/, "");

// The findings of axe-core on the page, as text; it runs all rules except the experimental ones.
async function axeFinds(page) {
  await page.evaluate(axe);
  // Scrollable elements become keyboard stops when the page has been laid out.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary.split("\n").slice(1, 3).join(" ").trim()}`));
}

test("no page requests another host, violates its policy or fails; axe finds nothing; every link has a target", async () => {
  const context = await withoutRandomRedirect(await chromium.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" }));
  const found = [], links = new Set(), ids = new Map();
  const waiting = [...pages];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await inspect(await context.newPage(), file);
  };
  const inspect = async (page, file) => {
    const faults = recordFaults(page, host.origin);
    await page.goto(address(file));
    await settled(page);
    const seen = await page.evaluate(() => ({
      links: [...document.querySelectorAll("a[href], area[href]")].map(({ href }) => href),
      ids: [...document.querySelectorAll("[id]")].map(({ id }) => id),
      policy: document.querySelector("meta[http-equiv=Content-Security-Policy]")?.content ?? "",
      data: [...document.querySelectorAll("script[type='application/ld+json']")].map((script) => JSON.parse(script.textContent)["@context"]),
    }));
    found.push(...faults.map((fault) => `${file}: ${fault}`));
    found.push(...seen.ids.filter((id, at, all) => all.indexOf(id) !== at).map((id) => `${file}: the id ${id} is used twice`));
    if (!seen.policy.includes("require-trusted-types-for 'script'")) found.push(`${file}: has no policy`);
    if (seen.data.some((context) => context !== "https://schema.org")) found.push(`${file}: structured data without a context`);
    for (const link of seen.links) if (link.startsWith(host.url)) links.add(link);
    ids.set(file, new Set(seen.ids));
    found.push(...(await axeFinds(page)).map((fault) => `${file}: ${fault}`));
    await page.close();
  };
  await Promise.all([work(), work(), work()]);
  for (const link of links) {
    const { pathname, hash } = new URL(link);
    const path = decodeURIComponent(pathname.slice(1));
    const target = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    if (!files.includes(target)) found.push(`a link points to ${pathname}, which does not exist`);
    else if (hash.length > 1 && ids.has(target) && !ids.get(target).has(decodeURIComponent(hash.slice(1)))) found.push(`a link points to ${pathname}${hash}, but the page has no such anchor`);
  }
  assertNone(found);
  assert.ok(pages.length > 40, `only ${pages.length} pages`);
  await context.close();
});

// One page for each template that the site uses, identified by the attributes of its body, and for
// each type of tool.
async function oneOfEach() {
  const each = new Map();
  for (const file of pages) {
    const text = await readFile(join(folder, file), "utf8");
    const tool = file.startsWith("tools/") ? text.match(/ data-tool="([^"]*)"/)?.[1] : "";
    const kind = `${text.match(/<body[^>]* class="([^"]*)"/)?.[1] ?? file} ${tool}`;
    if (!each.has(kind)) each.set(kind, file);
  }
  return [...each.values()];
}

test("one page of every template: axe finds nothing in dark mode, on a phone, and with the lists open", async () => {
  const found = [];
  const context = await withoutRandomRedirect(await chromium.newContext({ viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce", hasTouch: true }));
  for (const file of await oneOfEach()) {
    const page = await context.newPage();
    await page.goto(address(file));
    await settled(page);
    found.push(...(await axeFinds(page)).map((fault) => `${file}: ${fault}`));
    const button = page.locator(".toolbar button, .menu-button").first();
    if (await button.isVisible()) {
      await button.click();
      found.push(...(await axeFinds(page)).map((fault) => `${file}, opened: ${fault}`));
    }
    await page.close();
  }
  assertNone(found);
  await context.close();
});

test("nothing is wider than a window of 320 pixels (1280 at 400 %) or 640 pixels (1280 at 200 %), and nothing is cut off", async () => {
  const found = [];
  for (const width of [320, 640]) {
    const context = await withoutRandomRedirect(await chromium.newContext({ viewport: { width, height: 700 } }));
    const page = await context.newPage();
    for (const file of await oneOfEach()) {
      await page.goto(address(file));
      await settled(page);
      const wide = await page.evaluate(() => ({ is: document.scrollingElement.scrollWidth, has: document.scrollingElement.clientWidth }));
      if (wide.is > wide.has) found.push(`${file}: ${wide.is} wide in ${wide.has}`);
      // The page clips what is wider, so that check is not enough: no text may be outside the
      // window except in scrollable elements, nor be cut off by elements that do not scroll.
      const past = await page.evaluate(() => {
        const within = (element, is) => { for (let at = element; at && at !== document.body; at = at.parentElement) if (is(getComputedStyle(at))) return true; return false; };
        const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".visually-hidden, .skip-link, .anchor, math, svg, select, dialog") && element.getBoundingClientRect().width > 1;
        const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
        const texts = [...document.body.querySelectorAll("*")].filter((element) => (hasText(element) || element.matches("input, img, textarea")) && isShown(element));
        const isPast = (element) => { const { left, right } = element.getBoundingClientRect(); return left < -1 || right > innerWidth + 1; };
        const isCut = (element) => /hidden|clip/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;
        const scrolls = (element) => within(element, ({ overflowX }) => /auto|scroll/.test(overflowX));
        return texts.filter((element) => isPast(element) && !scrolls(element) || isCut(element)).map((element) => `${element.localName}.${element.className} “${element.textContent.trim().slice(0, 40)}”`);
      });
      found.push(...past.map((text) => `${file} at ${width}: ${text} is cut off`));
    }
    await context.close();
  }
  assertNone(found);
});

// What the browser reports to assistive technology about the focused element.
async function focusedNode(session) {
  const { result } = await session.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await session.send("Accessibility.getPartialAXTree", { objectId: result.objectId, fetchRelatives: false });
  return { name: nodes[0].name?.value?.trim() ?? "", role: nodes[0].role?.value ?? "" };
}

test("one page of every template: the focus follows the order of the page, and each stop has a name, a ring and a visible position", async () => {
  const found = [];
  const walk = async (viewport) => {
    const context = await withoutRandomRedirect(await chromium.newContext({ viewport, reducedMotion: "reduce" }));
    for (const file of await oneOfEach()) {
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await page.goto(address(file));
      await settled(page);
      await page.evaluate(() => new Promise((done) => { document.activeElement.blur(); requestAnimationFrame(() => requestAnimationFrame(done)); }));
      const report = (what) => found.push(`${file} at ${viewport.width}: ${what}`);
      let stops = 0;
      for (; stops < 400; stops += 1) {
        await page.keyboard.press("Tab");
        const now = await page.evaluate(() => {
          const [element, before] = [document.activeElement, window.before];
          if (element === document.body || before && element.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING) return null;
          window.before = element;
          const boxes = [...element.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
          const hits = ({ left, top, width, height }) => [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([x, y]) => {
            const hit = document.elementFromPoint(left + x * width, top + y * height);
            return hit && (element.contains(hit) || hit.contains(element) && hit !== document.body && hit !== document.documentElement || element.labels?.[0]?.contains(hit));
          });
          const rings = [element, element.closest(".gift-tag, .color-scheme, .check, .option")].filter(Boolean).map((shown) => getComputedStyle(shown));
          // Of two elements in one list, the later one is below the earlier one or after it.
          const list = element.closest("ul, ol, dl, fieldset, p");
          const [one, other] = [before && [...before.getClientRects()].at(-1), boxes[0] ?? element.getBoundingClientRect()];
          const isBack = before && list && before.closest("ul, ol, dl, fieldset, p") === list && other.left < one.right && (other.bottom <= one.top || other.top < one.bottom && other.right <= one.left);
          return {
            what: `${element.localName}.${element.className} “${element.textContent.trim().slice(0, 30)}”`, isBack, isSeen: boxes.some(hits), isLast: element.tabIndex > 0,
            // The browser draws these inside its own controls.
            hasRing: element.localName === "video" || rings.some(({ outlineStyle, outlineWidth, boxShadow }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 || boxShadow !== "none"),
          };
        });
        if (!now) break;
        const { name, role } = await focusedNode(session);
        if (!name) report(`${now.what} (${role}) has no name`);
        if (!now.hasRing) report(`${now.what} has no focus ring`);
        if (!now.isSeen) report(`${now.what} has the focus but is not visible`);
        if (now.isBack) report(`${now.what} comes after an element that follows it`);
        if (now.isLast) report(`${now.what} has a positive tabindex`);
      }
      if (stops < 8 || stops === 400) report(`${stops} stops`);
      await page.close();
    }
    await context.close();
  };
  // A window of a usual size, and the same at 200 %.
  await Promise.all([{ width: 1280, height: 800 }, { width: 640, height: 400 }].map(walk));
  assertNone(found);
});

test("without JavaScript one page of every template shows its text, its lists and its links onward", async () => {
  const context = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const found = [];
  for (const file of await oneOfEach()) {
    await page.goto(address(file));
    const dead = await page.locator("button:visible:not([popovertarget], [type=submit], form button), dialog:visible, [data-color-scheme]:visible").count();
    if (dead) found.push(`${file}: ${dead} controls that do nothing`);
    if (!(await page.locator("main h1").first().isVisible())) found.push(`${file}: no title`);
    if (!(await page.locator("footer.site-footer").isVisible())) found.push(`${file}: no footer`);
    const folded = await page.locator(".tab:not(:visible)").count();
    if (folded) found.push(`${file}: ${folded} tabs cannot be seen`);
  }
  assertNone(found);
  await context.close();
});

test("no tool shifts the layout when its script loads", async () => {
  const tools = pages.filter((file) => /^tools\/[^/]+\/index\.html$/.test(file));
  assert.ok(tools.length >= 5, tools.join(" "));
  const context = await chromium.newContext({ viewport: { width: 412, height: 823 } });
  await context.addInitScript(() => {
    window.moved = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.moved += entry.value; }).observe({ type: "layout-shift", buffered: true });
  });
  const found = [];
  for (const file of tools) {
    const page = await context.newPage();
    await page.goto(address(file), { waitUntil: "networkidle" });
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
    const moved = await page.evaluate(() => window.moved);
    if (moved > 0) found.push(`${file}: ${moved}`);
    await page.close();
  }
  assertNone(found);
  await context.close();
});

test("html-validate finds nothing on any page", async () => {
  const rules = { ...Object.fromEntries(STYLE_RULES.map((rule) => [rule, "off"])), "valid-id": ["error", { relaxed: true }] };
  const validator = new HtmlValidate(new StaticConfigLoader({ root: true, extends: ["html-validate:recommended"], rules }));
  const found = [];
  for (const file of files.filter((file) => file.endsWith(".html"))) {
    const { results } = await validator.validateString(await readFile(join(folder, file), "utf8"), file);
    for (const { messages } of results) found.push(...messages.map(({ line, column, ruleId, message }) => `${file}:${line}:${column} ${ruleId}: ${message}`));
  }
  assertNone(found);
});

test("feeds, the sitemap and machine-readable lists are well formed, and the addresses in them exist", async () => {
  const page = await chromium.newPage();
  const found = [];
  const addresses = [];
  for (const file of files.filter((file) => file.endsWith(".xml"))) {
    const text = await readFile(join(folder, file), "utf8");
    const read = await page.evaluate((text) => {
      const read = new DOMParser().parseFromString(text, "application/xml");
      const all = (name) => [...read.getElementsByTagName(name)];
      return {
        fault: read.querySelector("parsererror")?.textContent, top: read.documentElement.localName,
        locs: all("loc").map((loc) => loc.textContent),
        dates: [...all("lastmod"), ...all("updated"), ...all("published")].map((date) => date.textContent),
        entries: all("entry").map((entry) => ["id", "title", "updated", "link"].filter((name) => !entry.getElementsByTagName(name).length)),
        ids: all("id").map((id) => id.textContent),
      };
    }, text);
    if (read.fault) found.push(`${file}: ${read.fault}`);
    if (!["feed", "urlset", "sitemapindex"].includes(read.top)) found.push(`${file}: begins with ${read.top}`);
    if (read.dates.some((date) => Number.isNaN(Date.parse(date)))) found.push(`${file}: an invalid date`);
    if (read.entries.some((missing) => missing.length)) found.push(`${file}: an entry without ${read.entries.find((missing) => missing.length)}`);
    if (new Set(read.ids).size !== read.ids.length) found.push(`${file}: an id is used twice`);
    addresses.push(...read.locs);
  }
  for (const file of files.filter((file) => file.endsWith(".json"))) {
    const value = JSON.parse(await readFile(join(folder, file), "utf8"));
    if (file.endsWith("feed.json") && (value.version !== "https://jsonfeed.org/version/1.1" || !value.items.every((item) => item.id && item.url && Date.parse(item.date_published ?? item.date_modified)))) found.push(`${file}: not a JSON Feed`);
  }
  const { pathname } = new URL(addresses[0]);
  assert.ok(pathname.startsWith("/") && addresses.length > 40);
  for (const loc of addresses) {
    const path = decodeURIComponent(new URL(loc).pathname.slice(1));
    if (!files.includes(path.endsWith("/") || path === "" ? `${path}index.html` : path)) found.push(`the sitemap lists ${loc}, which does not exist`);
  }
  assertNone(found);
  await page.close();
});

test("a guide page loads at most 14 kB of compressed CSS and 12 kB of compressed scripts", async () => {
  const { gzipSync } = await import("node:zlib");
  const context = await chromium.newContext();
  const page = await context.newPage();
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname.slice(1)));
  await page.goto(address("guides/give-first/index.html"), { waitUntil: "networkidle" });
  const sizes = { css: 0, js: 0 };
  for (const path of new Set(requested)) {
    const kind = path.split(".").at(-1);
    if (kind in sizes) sizes[kind] += gzipSync(await readFile(join(folder, decodeURIComponent(path))), { level: 9 }).length;
  }
  assert.ok(sizes.css > 0 && sizes.css <= 14 * 1024, `${sizes.css} bytes of CSS`);
  assert.ok(sizes.js > 0 && sizes.js <= 12 * 1024, `${sizes.js} bytes of scripts`);
  await context.close();
});
