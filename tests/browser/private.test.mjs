// One reader uses every feature of a site, in one browser that keeps what it is asked to keep.
// Every request, every cookie and every write to storage is recorded: nothing is sent elsewhere,
// nothing that was typed leaves the page, and nothing is stored under a name that the privacy page
// does not list.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { browser, Workspace, recordErrors } from "./workspace.mjs";
import { Host } from "./host.mjs";

const TYPED = "zebrafish";
const NUMBER = "47113";
const page = (front, text = "Text.") => `---\n${front}\n---\n\n${text}\n`;
const tool = (title, yaml) => page(`title: ${title}\ntool:\n${yaml.replace(/^/gm, "  ")}`);

const site = {
  "handsel.yaml": `title: Test site
base_url: https://site.example
allow_origins: [https://player.example]
giving: { who: We, why: To help, pays: Our work, contact: we@site.example }
license: CC BY 4.0
feedback: { endpoint: https://answers.example/take }
`,
  "content/index.md": page("title: Home", "Welcome."),
  "content/audiences.yaml": "team: { title: Small team, start: [guides/a.md] }\nalone: { title: Alone }\n",
  "content/guides/a.md": page("title: A guide\naudience: [team]\ntopics: [trust]", ":::tabs\n:::tab{title=\"One\"}\nFirst.\n:::\n:::tab{title=\"Two\"}\nSecond.\n:::\n:::\n\n## Part\n\nReciprocity."),
  "content/guides/b.md": page("title: Another\naudience: [alone]\ntopics: [price]\nlevel: advanced"),
  "content/guides/deep/c.md": page("title: Deep"),
  "content/guides/deep/index.md": page("title: Below"),
  "content/tips/one.md": page("title: One"),
  "content/tips/two.md": page("title: Two"),
  "content/tips/index.md": page("title: Tips"),
  "content/glossary/reciprocity.md": page("title: Reciprocity\nshort: Giving back what was given."),
  "content/tools/list.md": tool("List", "type: checklist\nremember: true\ngroups:\n  - { title: First, items: [{ text: One }, { text: Two }] }"),
  "content/tools/quiz.md": tool("Quiz", "type: quiz\nquestions:\n  - ask: One of two?\n    answers: |\n      - [x] This\n      - [ ] That\nbands: [{ from: 0, title: Low, text: Read on. }]"),
  "content/tools/sum.md": tool("Sum", "type: calculator\ninputs:\n  hours: { label: Hours, type: number, default: 7, min: 0, max: 99999 }\nresults:\n  twice: { label: Twice, value: hours * 2 }\nexamples:\n  - { name: One, with: { hours: 1 }, expect: { twice: 2 } }"),
  "content/videos/far.md": page("title: Elsewhere\nembed: https://player.example/embed/1\nduration: \"0:30\"\ntranscript: said.txt"),
  "content/videos/said.txt": "What is said.\n",
  "content/infographics/picture.md": page("title: A picture\nimage: picture.svg\nalt: Two boxes\nlong_description: One box and another."),
  "content/infographics/picture.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"40\"><rect width=\"30\" height=\"30\"/></svg>",
  "content/events/day.md": page("title: A day\nstart: 2099-06-01T18:00\ntimezone: Europe/Berlin\nplace: Here\ncost: free"),
  "content/paths/way.md": page("title: The way\noutcome: You can.\nsteps: [{ page: ../guides/a.md }, { page: ../guides/b.md }]"),
};

let workspace, host, chrome, context, tab;
const requests = [], stored = [], faults = [];
const foreign = () => requests.filter(({ url }) => !url.startsWith(`${host.origin}/`) && !url.startsWith("data:"));

before(async () => {
  workspace = await Workspace.open(site);
  workspace.handsel("build", "--today", "2026-11-22");
  host = await Host.open(join(workspace.folder, "public"));
  chrome = await browser();
  context = await chrome.newContext({ timezoneId: "America/New_York" });
  context.setDefaultTimeout(15_000);
  await context.exposeBinding("noteStored", (_, where, key) => stored.push([where, key]));
  await context.addInitScript(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      window.noteStored(this === sessionStorage ? "tab" : "device", key);
      return set.call(this, key, value);
    };
    for (const [owner, name] of [[window.indexedDB, "open"], [window.caches, "open"]]) {
      const open = owner?.[name];
      if (open) owner[name] = function (...all) { window.noteStored("database", String(all[0])); return open.apply(this, all); };
    }
    const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
    Object.defineProperty(document, "cookie", { get() { return cookie.get.call(this); }, set(value) { window.noteStored("cookie", value); } });
  });
  for (const other of ["https://player.example/**", "https://answers.example/**"]) {
    await context.route(other, (route) => route.fulfill({ contentType: "text/html", body: "<p>There.</p>" }));
  }
  tab = await context.newPage();
  context.on("request", (request) => requests.push({ url: request.url(), method: request.method(), body: request.postData() ?? "" }));
  recordErrors(tab, faults);
});

after(async () => {
  await chrome?.close();
  await host?.close();
  await workspace?.close();
});

const go = async (path) => {
  await tab.goto(host.origin + path);
  await tab.waitForLoadState("networkidle");
};

async function search() {
  await go("/guides/a/");
  await tab.locator("a.search-link").click();
  const input = tab.locator(".search-dialog .search-input");
  await input.fill(TYPED);
  await tab.waitForFunction(() => /No results/.test(document.querySelector(".search-status").textContent));
  await input.fill("another");
  await tab.locator(".search-dialog .results a").first().waitFor();
  await input.fill(TYPED);
  await tab.locator(".search-close").click();
  await tab.locator(".search-dialog").waitFor({ state: "hidden" });
  await tab.locator("a.search-link").click();
  await tab.waitForFunction(() => /No results/.test(document.querySelector(".search-status").textContent));
  await tab.locator(".search-all").click();
  await tab.waitForURL((url) => url.pathname === "/search/");
  await tab.waitForFunction(() => /No results/.test(document.querySelector(".search-status")?.textContent));
  assert.equal(await tab.locator("#SearchInput").inputValue(), TYPED, "the results page has the typed words");
  await tab.locator("#SearchInput").fill(`${TYPED} another`);
  await tab.locator("#SearchInput").press("Enter");
  await tab.locator(".results a").first().click();
  await tab.waitForURL("**/guides/b/");
  await tab.goBack();
  await tab.locator(".results a").first().waitFor();
  assert.equal(await tab.locator("#SearchInput").inputValue(), `${TYPED} another`);
  await tab.reload();
  await tab.locator(".results a").first().waitFor();
}

async function choices() {
  await go("/guides/a/");
  await tab.locator("header select, .colours select").first().selectOption("dark");
  await tab.locator("[role=tab]", { hasText: "Two" }).click();
  await go("/audiences/team/");
  await tab.locator("[data-audience-choice] button").click();
  await go("/guides/?level=advanced");
  await tab.locator(".facet-status").waitFor();
}

async function path() {
  await go("/paths/way/");
  await tab.locator(".step-list > li > a").first().click();
  await tab.waitForURL("**/guides/a/");
  await tab.locator("[data-on-path][data-ready] [data-continue]").click();
  await tab.waitForURL("**/guides/b/");
}

async function tools() {
  await go("/tools/list/");
  await tab.locator("input[data-key]").first().check();
  await tab.locator("[data-remember]").check();
  await go("/tools/quiz/");
  await tab.locator("input[data-answer]").first().check();
  await tab.locator("[data-action=check]").click();
  await go("/tools/sum/");
  await tab.locator("[data-input=hours] input").fill(NUMBER);
  await tab.waitForFunction(() => /94,?226/.test(document.querySelector("main").textContent));
}

async function otherPages() {
  await go("/infographics/picture/");
  await tab.locator("[data-lightbox]").click();
  await tab.locator("dialog.lightbox[open] img").waitFor();
  await tab.keyboard.press("Escape");
  await go("/events/day/");
  await tab.locator(".local-time").waitFor();
  await go("/tips/random/");
  await tab.waitForURL(/\/tips\/(one|two)\/$/);
}

test("nothing leaves the page except what the reader sends, and nothing is stored that the privacy page does not list", async () => {
  await search();
  await choices();
  await path();
  await tools();
  await otherPages();
  await go("/guides/b/");
  await tab.locator(".page-feedback input[value=no]").check();
  await tab.locator(".page-feedback summary").click();
  await tab.locator("#FeedbackText").fill(TYPED);
  await go("/videos/far/");
  assert.deepEqual(foreign(), [], "everything so far was requested from this site");
  assert.deepEqual(requests.filter(({ method, body }) => method !== "GET" || body), []);
  const isTyped = (text) => [TYPED, NUMBER].some((typed) => decodeURIComponent(text).includes(typed));
  assert.ok(host.requests.includes("/search/"), "the results page was requested");
  assert.deepEqual(host.requests.filter(isTyped), [], "the host received nothing that was typed");
  const requested = requests.filter(({ url }) => isTyped(url.split("#")[0]));
  assert.deepEqual(requested, [], "no requested address contains what was typed");

  await tab.locator(".facade-play").click();
  await tab.locator("iframe").waitFor();
  await tab.waitForLoadState("networkidle");
  assert.deepEqual(foreign().map(({ url }) => url), ["https://player.example/embed/1"], "after the click, the one host that was named");

  await go("/guides/b/");
  await tab.locator(".page-feedback input[value=no]").check();
  await tab.locator(".page-feedback summary").click();
  await tab.locator("#FeedbackText").fill(TYPED);
  await Promise.all([tab.waitForURL("https://answers.example/take"), tab.locator(".page-feedback button[type=submit]").click()]);
  const sent = requests.filter(({ method }) => method === "POST");
  assert.equal(sent.length, 1);
  assert.deepEqual([...new URLSearchParams(sent[0].body)], [["page", "/guides/b/"], ["helped", "no"], ["words", TYPED]]);

  await go("/privacy/");
  const named = await tab.locator("#device ~ ul code").allTextContents();
  const isNamed = (key) => named.some((name) => (name.endsWith("…") ? key.startsWith(name.slice(0, -1)) : key === name));
  assert.ok(stored.some(([, key]) => key === "colours") && stored.some(([, key]) => key.startsWith("path:")), "something was stored");
  assert.deepEqual(stored.filter(([where, key]) => !["tab", "device"].includes(where) || !isNamed(key)), []);
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(faults, []);
});
