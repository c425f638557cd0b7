#!/usr/bin/env node
// Runs Lighthouse on this repository's own site with its settings for mobile, with simulated
// throttling.
//
//   cargo build --release && npm ci --prefix benches && benches/lighthouse.mjs [RUNS]
//
// The variable PAGES selects other pages, and BLOCKED lists patterns of addresses that are not
// loaded (`*.js`). The script prints one line for each page: the four scores, and the medians of
// their components over all runs (3 by default). The site is built for the address at which it is
// served, and served compressed and with its own `_headers`, as a static host does.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const PAGES = process.env.PAGES?.split(" ") ?? ["", "guides/give-first/", "tips/put-the-answer-first/", "tools/gift-or-trade/", "tools/cost-of-a-guide/", "guides/", "topics/reciprocity/"];
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".webp": "image/webp", ".png": "image/png", ".xml": "application/xml", ".txt": "text/plain; charset=utf-8" };
const runs = Number(process.argv[2] ?? 3);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = process.env.HANDSEL_BIN ?? join(root, "target/release/handsel");
const folder = mkdtempSync(join(tmpdir(), "handsel-lighthouse-"));
const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));

const server = createServer(respond);
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://localhost:${server.address().port}/`;
execFileSync(program, ["build", "--quiet", "--no-cache", "--output", folder, "--base-url", url], { cwd: root, stdio: "inherit" });
const headers = headersOf(readFileSync(join(folder, "_headers"), "utf8"));
const chrome = await launch({ chromePath: chromium, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
try {
  console.log("| page | performance | accessibility | best practices | SEO | LCP ms | CLS | TBT ms | kB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|");
  for (const page of PAGES) await measure(page);
} finally {
  await chrome.kill();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(page) {
  const seen = [];
  for (let run = 0; run < runs; run++) {
    const { lhr } = await lighthouse(url + page, { port: chrome.port, logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices", "seo"], blockedUrlPatterns: process.env.BLOCKED?.split(" ") });
    seen.push(lhr);
  }
  const median = (of) => seen.map(of).sort((a, b) => a - b)[Math.floor(seen.length / 2)];
  const score = (name) => Math.round(100 * median((lhr) => lhr.categories[name].score));
  const value = (name) => median((lhr) => lhr.audits[name].numericValue);
  const scores = ["performance", "accessibility", "best-practices", "seo"].map(score);
  console.log(`| /${page} | ${scores.join(" | ")} | ${Math.round(value("largest-contentful-paint"))} | ${value("cumulative-layout-shift").toFixed(3)} | ${Math.round(value("total-blocking-time"))} | ${Math.round(value("total-byte-weight") / 1024)} |`);
  const weighed = new Set(Object.values(seen[0].categories).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id)));
  for (const { id, score, title } of Object.values(seen[0].audits)) if (weighed.has(id) && score !== null && score < 0.9) console.error(`  ${page || "home"}: ${id}: ${title}`);
}

function respond({ url }, response) {
  const path = decodeURIComponent(new URL(url, "http://host").pathname);
  const file = [join(folder, path), join(folder, path, "index.html")].find((file) => existsSync(file) && statSync(file).isFile());
  const bytes = readFileSync(file ?? join(folder, "404.html"));
  const type = TYPES[extname(file ?? ".html")] ?? "application/octet-stream";
  const isText = /text|json|xml/.test(type);
  const own = headers.filter(([pattern]) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern)).flatMap(([, lines]) => lines);
  response.writeHead(file ? 200 : 404, { ...Object.fromEntries(own), "content-type": type, ...(isText ? { "content-encoding": "gzip" } : {}) });
  response.end(isText ? gzipSync(bytes) : bytes);
}

// `_headers`: a pattern, and its headers below it.
function headersOf(text) {
  const blocks = [];
  for (const line of text.split("\n").filter(Boolean)) {
    if (line.startsWith(" ")) blocks.at(-1)[1].push(line.trim().split(/:\s*(.*)/s).slice(0, 2));
    else blocks.push([line, []]);
  }
  return blocks;
}
