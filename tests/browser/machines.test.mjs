// Validates feeds and the sitemap with their grammars: RFC 4287 (atom.rng) and the schema of
// sitemaps.org, for this repository's own site and for one with difficult words.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { memoryPages, validateXML } from "xmllint-wasm";
import { Workspace, program } from "./workspace.mjs";
import { listFiles } from "./host.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const page = (title, front) => `---\ntitle: ${JSON.stringify(title)}\nsummary: ${JSON.stringify(`About ${title}.`)}\n${front}---\n\nText.\n`;
const FILES = {
  "handsel.yaml": "title: \"Hens & <ducks> ]]> \\\"all\\\"\"\nbase_url: https://example.org/höfe/\nlanguage: de-CH\ngiving: { who: Ä & Ö }\n",
  "content/index.md": page("Höfe", ""),
  "content/authors.yaml": "ada: { title: 'Ada <b>', url: 'https://ada.example/?a=1&b=2' }\n",
  "content/guides/one.md": page("Keep <hens> & 'ducks'", "topics: [birds & bees]\naudience: [farmers]\nauthors: [ada]\npublished: 2026-01-02\nupdated: 2026-02-03\n"),
  "content/guides/日本語 ؟.md": page("漆は木の液です \u{1F986}", "topics: [birds & bees]\nlang: ja\npublished: 2026-01-03\n"),
  "content/tips/undated.md": page("Undated", ""),
  "content/tips/dated.md": page("Dated\ttoo", "published: 2024-02-29\n"),
};

let folder, workspace, atom, sitemaps;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "handsel-machines-"));
  execFileSync(program, ["build", "--quiet", "--no-cache", "--output", folder], { cwd: join(here, "../.."), stdio: "inherit" });
  workspace = await Workspace.open(FILES);
  workspace.handsel("build", "--quiet");
  atom = { schema: [await readFile(join(here, "atom.rng"), "utf8")], extension: "relaxng" };
  sitemaps = { schema: [await readFile(join(dirname(createRequire(import.meta.url).resolve("sitemap/package.json")), "schema/sitemap.xsd"), "utf8")], extension: "schema" };
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await workspace?.close();
});

async function faults(grammar, fileName, contents) {
  const { errors } = await validateXML({ ...grammar, xml: [{ fileName, contents }], maxMemoryPages: memoryPages.GiB });
  return errors.map(({ rawMessage }) => rawMessage);
}

async function each(name, grammar, least) {
  const found = [];
  let checked = 0;
  for (const site of [folder, join(workspace.folder, "public")]) {
    for (const file of (await listFiles(site)).filter((file) => file.endsWith(name))) {
      found.push(...(await faults(grammar, file, await readFile(join(site, file), "utf8"))));
      checked += 1;
    }
  }
  assert.deepEqual(found, []);
  assert.ok(checked >= least, `only ${checked}`);
}

test("every feed is valid under RFC 4287", () => each("feed.xml", atom, 15));

test("every sitemap is valid under the schema of sitemaps.org", () => each("sitemap.xml", sitemaps, 2));

test("an invalid feed or sitemap is reported", async () => {
  const feed = await readFile(join(workspace.folder, "public/feed.xml"), "utf8");
  const invalid = [
    feed.replace(/<title>[^]*?<\/title>/, ""), feed.replace(/(<id>.*?<\/id>)/, "$1$1"), feed.replace("T00:00:00Z<", "T00:00:00<"), feed.replace(/ href="[^"]*"/, ""),
    feed.replace("<generator>", "<maker>We</maker><generator>"), feed.replace("<summary>", "<summary type=\"markdown\">"), feed.replace(/ term="[^"]*"/, ""), feed.replace("</feed>", ""),
  ];
  for (const [at, text] of invalid.entries()) assert.ok(text !== feed && (await faults(atom, "feed.xml", text)).length, `number ${at}`);
  const sitemap = await readFile(join(workspace.folder, "public/sitemap.xml"), "utf8");
  for (const text of [sitemap.replace(/<lastmod>[^<]*/, "<lastmod>yesterday"), sitemap.replace("<loc>", "<priority>2</priority><loc>")]) {
    assert.ok(text !== sitemap && (await faults(sitemaps, "sitemap.xml", text)).length);
  }
});
