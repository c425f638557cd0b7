#!/usr/bin/env node
// Measures how well the search finds, compared with Pagefind and MiniSearch on the same records in
// one run, and how fast it is in a browser.
//
//   benches/search.mjs quality [--verbose]         the judged queries of tests/search/queries over the corpora
//   benches/search.mjs latency FOLDER [WORDS …]    a published site: bytes and times of queries of two words
//
// Needs a program (HANDSEL_BIN, by default target/release/handsel), `tests/browser/prepare` run
// once, the Python package pagefind[bin], and the network once for MiniSearch, which is installed
// into target/search-bench.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openIndex } from "../static/js/search/index.js";
import { search } from "../static/js/search/rank.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = process.env.HANDSEL_BIN ?? join(root, "target/release/handsel");
const corpora = join(testData(), "corpora");
const bench = join(root, "target/search-bench");

// The folder of the corpora: the one that HANDSEL_TEST_DATA names, or one next to this checkout.
function testData() {
  if (process.env.HANDSEL_TEST_DATA) return process.env.HANDSEL_TEST_DATA;
  const siblings = readdirSync(join(root, ".."), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = siblings.map((entry) => join(root, "..", entry.name)).find((folder) => existsSync(join(folder, "corpora")));
  if (!found) throw new Error("set HANDSEL_TEST_DATA to a folder that contains `corpora`");
  return found;
}

const readBytes = async (url) => new Uint8Array(readFileSync(fileURLToPath(url)));

function queries() {
  const lines = readFileSync(join(root, "tests/search/queries"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  return lines.map((line, at) => {
    const [corpus, query, answers] = line.split("|").map((part) => part.trim());
    const marked = query.match(/^([tpqn]) (.*)$/);
    return { corpus, sort: marked?.[1] ?? "-", text: marked?.[2] ?? query, answers: answers.split(",").map((answer) => answer.trim()), isHeldOut: at % 3 === 2 };
  });
}

// The same queries while they are being typed, with two thirds of the last word. Names and
// questions are included, typos are not.
function unfinished(all) {
  const half = (query) => {
    const last = query.text.match(/[a-z]{5,}$/i)?.[0];
    return last && { ...query, sort: "u", text: query.text.slice(0, query.text.length - Math.floor(last.length / 3)) };
  };
  return all.filter(({ sort }) => !"tp".includes(sort)).map(half).filter(Boolean);
}

// Builds a corpus as a site; returns its records and the address of each source file.
async function prepare(corpus) {
  const folder = mkdtempSync(join(tmpdir(), "handsel-search-"));
  cpSync(join(corpora, corpus), join(folder, "content"), { recursive: true });
  writeFileSync(join(folder, "handsel.yaml"), `title: ${corpus}\nraw_html: allow\n`);
  try { execFileSync(program, ["build", "--lenient", "--quiet", "--no-cache"], { cwd: folder, stdio: "pipe" }); } catch (fault) { throw new Error(String(fault.stderr)); }
  const output = join(folder, "public");
  const languages = await openIndex(pathToFileURL(join(output, "search/index/")), readBytes);
  const language = languages.get("en");
  const pages = JSON.parse(readFileSync(join(output, "pages.json"), "utf8"));
  const address = new Map(pages.map(({ source, address }) => [source.replace(/^content\//, ""), address.slice(1)]));
  const records = [];
  for (const number of await numbers(language)) {
    const page = await language.page(number);
    page.sections.forEach((section, at) => records.push({ id: `${number}-${at}`, address: page.address, title: page.sections[0].heading, ...section, heading: at ? section.heading : "" }));
  }
  return { folder, language, address, records };
}

async function numbers(language) { return [...(await language.allFacets()).keys()]; }

async function ours({ language }, text) {
  const { found } = await search(language, text);
  const addresses = [];
  for (const { page } of found.slice(0, 5)) addresses.push((await language.page(page)).address);
  return addresses;
}

// MiniSearch, configured as in VitePress.
function miniSearch(records) {
  const from = createRequire(join(bench, "package.json"));
  const MiniSearch = from("minisearch");
  const Index = MiniSearch.default ?? MiniSearch;
  const index = new Index({ fields: ["title", "heading", "text"], storeFields: ["address"], searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, heading: 2, text: 1 } } });
  index.addAll(records);
  return (text) => [...new Set(index.search(text).slice(0, 200).map(({ address }) => address))].slice(0, 5);
}

async function pagefind(corpus, records, chromium) {
  const folder = join(bench, corpus);
  rmSync(folder, { recursive: true, force: true });
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const byPage = new Map();
  for (const record of records) byPage.set(record.address, [...(byPage.get(record.address) ?? []), record]);
  for (const [address, sections] of byPage) {
    const body = sections.map(({ anchor, level, heading, text }, at) => `${at ? `<h${level} id="${escape(anchor)}">${escape(heading)}</h${level}>` : ""}<p>${escape(text)}</p>`).join("\n");
    mkdirSync(join(folder, address), { recursive: true });
    writeFileSync(join(folder, address, "index.html"), `<!doctype html><html lang="en"><title>${escape(sections[0].title)}</title><main><h1>${escape(sections[0].title)}</h1>${body}</main></html>`);
  }
  execFileSync("python3", ["-m", "pagefind", "--site", folder], { stdio: "pipe" });
  const server = await serve(folder);
  const page = await chromium.newPage();
  await page.goto(server.url + byPage.keys().next().value);
  return {
    find: (text) => page.evaluate(async (text) => {
      const pagefind = await import("/pagefind/pagefind.js");
      const { results } = await pagefind.search(text);
      return Promise.all(results.slice(0, 5).map(async (result) => (await result.data()).url));
    }, text).then((urls) => urls.map((url) => decodeURI(url).replace(/^\//, ""))),
    close: async () => { await page.close(); server.close(); },
  };
}

function serve(folder) {
  const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
  const fetched = [];
  const server = createServer((request, response) => {
    let path = decodeURIComponent(request.url.split("?")[0]);
    if (path.endsWith("/")) path += "index.html";
    const file = join(folder, path);
    if (!file.startsWith(folder) || !existsSync(file)) { response.writeHead(404).end(); return; }
    const bytes = readFileSync(file);
    fetched.push({ path, bytes: bytes.length });
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(bytes);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({ url: `http://127.0.0.1:${server.address().port}/`, fetched, close: () => server.close() })));
}

async function openBrowser() {
  const { browser } = await import("../tests/browser/workspace.mjs");
  return browser();
}

async function quality(isVerbose) {
  mkdirSync(bench, { recursive: true });
  if (!existsSync(join(bench, "node_modules/minisearch"))) {
    writeFileSync(join(bench, "package.json"), "{}\n");
    execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "minisearch"], { cwd: bench, stdio: "inherit" });
  }
  const judged = queries(), all = [...judged, ...unfinished(judged)], chromium = await openBrowser(), results = [];
  for (const corpus of new Set(all.map(({ corpus }) => corpus))) {
    const site = await prepare(corpus);
    const mini = miniSearch(site.records);
    const other = await pagefind(corpus, site.records, chromium);
    console.error(`${corpus}: ${site.language.pages} pages, ${site.records.length} sections`);
    for (const query of all.filter((query) => query.corpus === corpus)) {
      const expected = query.answers.map((source) => site.address.get(source));
      if (expected.some((address) => address === undefined)) throw new Error(`${query.text}: ${query.answers} is not a page of ${corpus}`);
      const answers = { Handsel: await ours(site, query.text), Pagefind: await other.find(query.text), MiniSearch: mini(query.text) };
      for (const [engine, found] of Object.entries(answers)) {
        const rank = found.findIndex((address) => expected.includes(address)) + 1;
        results.push({ engine, query, rank });
        if (isVerbose && engine === "Handsel" && (rank === 0 || rank > 2)) console.log(`${rank || "-"} ${corpus} “${query.text}” → ${found.join(" ")}`);
      }
    }
    await other.close();
    rmSync(site.folder, { recursive: true, force: true });
  }
  await chromium.close();
  const table = (title, isIncluded) => {
    const counted = results.filter(({ query }) => isIncluded(query));
    for (const engine of ["Handsel", "Pagefind", "MiniSearch"]) {
      const own = counted.filter((one) => one.engine === engine);
      const mrr = own.reduce((sum, { rank }) => sum + (rank ? 1 / rank : 0), 0) / own.length;
      const success = own.filter(({ rank }) => rank && rank <= 3).length / own.length;
      console.log(`| ${title} | ${own.length} | ${engine} | ${mrr.toFixed(3)} | ${success.toFixed(3)} |`);
    }
  };
  console.log("| queries | number | engine | MRR@5 | success@3 |\n|---|--:|---|--:|--:|");
  table("all", ({ sort }) => sort !== "u");
  table("used for tuning", ({ sort, isHeldOut }) => sort !== "u" && !isHeldOut);
  table("held out", ({ sort, isHeldOut }) => sort !== "u" && isHeldOut);
  table("with typos", ({ sort }) => sort === "t");
  table("half typed", ({ sort }) => sort === "p");
  table("used for tuning, two thirds of the last word typed", ({ sort, isHeldOut }) => sort === "u" && !isHeldOut);
  table("held out, two thirds of the last word typed", ({ sort, isHeldOut }) => sort === "u" && isHeldOut);
}

async function latency(folder, given) {
  const server = await serve(folder), chromium = await openBrowser();
  const words = given.length ? given : await someWords(folder);
  const rows = [];
  for (const text of words) {
    const context = await chromium.newContext();
    const page = await context.newPage();
    server.fetched.length = 0;
    await page.goto(server.url);
    await page.keyboard.press("/");
    await page.locator(".search-input").waitFor();
    await page.waitForLoadState("networkidle");
    // Lists that were fetched when the search was opened count as fetched for the query.
    const early = server.fetched.filter(({ path }) => path.includes("/search/index/")).reduce((sum, { bytes }) => sum + bytes, 0);
    server.fetched.length = 0;
    await page.evaluate(() => {
      const list = document.querySelector(".search-dialog .results");
      document.querySelector(".search-input").addEventListener("input", () => { window.typed = performance.now(); window.shown = undefined; }, { capture: true });
      new MutationObserver(() => { if (list.querySelector("a")) window.shown ??= performance.now() - window.typed; }).observe(list, { childList: true });
    });
    await page.locator(".search-input").fill(text);
    await page.waitForFunction(() => window.shown !== undefined, null, { timeout: 20000 });
    const cold = await page.evaluate(() => window.shown);
    const bytes = server.fetched.reduce((sum, { bytes }) => sum + bytes, early);
    // One more key: everything is already fetched except what that key needs.
    await page.locator(".search-input").press("Backspace");
    await page.waitForFunction(() => window.shown !== undefined, null, { timeout: 20000 });
    const next = await page.evaluate(() => window.shown);
    rows.push({ text, cold, next, bytes });
    await context.close();
  }
  const manifest = readFileSync(join(folder, "search/index.bin")).length;
  const files = readdirSync(join(folder, "search/index"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const total = files.reduce((sum, entry) => sum + readFileSync(join(entry.parentPath ?? entry.path, entry.name)).length, 0);
  console.log(`${files.length} files, ${(total / 1e6).toFixed(1)} MB; the list of lists ${(manifest / 1e3).toFixed(1)} kB, fetched when the search is opened`);
  console.log("| query | first result ms | next key ms | fetched kB (with the list) |\n|---|--:|--:|--:|");
  for (const { text, cold, next, bytes } of rows) console.log(`| ${text} | ${cold.toFixed(0)} | ${next.toFixed(0)} | ${(bytes / 1e3).toFixed(0)} (${((bytes + manifest) / 1e3).toFixed(0)}) |`);
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  console.log(`median: first ${median(rows.map(({ cold }) => cold)).toFixed(0)} ms, next ${median(rows.map(({ next }) => next)).toFixed(0)} ms, ${(median(rows.map(({ bytes }) => bytes)) / 1e3).toFixed(0)} kB`);
  await chromium.close();
  server.close();
}

// Pairs of words from titles, spread over the site.
async function someWords(folder) {
  const pages = JSON.parse(readFileSync(join(folder, "pages.json"), "utf8"));
  const step = Math.max(1, Math.floor(pages.length / 12));
  return pages.filter((_, at) => at % step === 0).slice(0, 12).map(({ title }) => (title.match(/\p{L}{3,}/gu) ?? [title]).slice(0, 2).join(" "));
}

const [task, ...rest] = process.argv.slice(2);
if (task === "quality") await quality(rest.includes("--verbose"));
else if (task === "latency" && rest.length) await latency(rest[0], rest.slice(1));
else { console.error("search.mjs: `quality [--verbose]` or `latency FOLDER [WORDS …]`"); process.exit(2); }
