// Images in a browser: the smallest one that fits is requested, those further down load later, and
// nothing moves when they arrive.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as zlib from "node:zlib";
import { writeFile } from "node:fs/promises";
import { Workspace, browser } from "./workspace.mjs";
import { Host, listFiles, recordFaults } from "./host.mjs";

const paragraphs = Array.from({ length: 60 }, (_, at) => `Paragraph ${at + 1}, with some words so that there is a text to scroll through.`).join("\n\n");
const CONTENT = `---\ntitle: Pictures\nsummary: Three of them.\n---\n\n![The first](one.png)\n\nText after it.\n\n${paragraphs}\n\n![The second](two.png)\n\nThe end.\n`;

let chromium, workspace, host;

before(async () => {
  workspace = await Workspace.open({ "handsel.yaml": "title: Test site\n", "content/guides/pictures.md": CONTENT });
  for (const name of ["one", "two"]) await writeFile(`${workspace.folder}/content/guides/${name}.png`, png(1800, 900));
  workspace.handsel("build", "--quiet");
  host = await Host.open(`${workspace.folder}/public`, "/");
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await host?.close();
  await workspace?.close();
});

const stripes = (x) => [x % 256, (x * 7) % 256, 90];

// A striped image, or one with the color that `color` returns for each point (three values, or
// four). PNG (third edition), §11: a header, deflated lines that begin with their filter, an end.
function png(width, height, color = stripes) {
  const values = color(0, 0).length;
  const line = (y) => {
    const line = Buffer.alloc(1 + values * width);
    for (let x = 0; x < width; x++) line.set(color(x, y), 1 + values * x);
    return line;
  };
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const number = (value) => { const four = Buffer.alloc(4); four.writeUInt32BE(value); return four; };
    return Buffer.concat([number(data.length), body, number(checksum(body))]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, values === 4 ? 6 : 2, 0, 0, 0], 8);
  const lines = zlib.deflateSync(Buffer.concat(Array.from({ length: height }, (_, y) => line(y))));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", lines), chunk("IEND", Buffer.alloc(0))]);
}

// Node has this function from version 22 on.
function checksum(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

async function visit(options) {
  const context = await chromium.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.faults = recordFaults(page, host.origin);
  page.requested = [];
  page.on("request", (request) => { if (request.resourceType() === "image") page.requested.push(new URL(request.url()).pathname); });
  await page.addInitScript(() => {
    window.moved = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value; }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${host.url}guides/pictures/`, { waitUntil: "networkidle" });
  page.shown = (alt) => page.getByAltText(alt).evaluate((image) => ({ width: image.clientWidth, height: image.clientHeight, natural: image.naturalWidth, source: image.currentSrc, isDone: image.complete && image.naturalWidth > 0 }));
  return { context, page };
}

for (const [name, options, least, most] of [
  ["a phone", { viewport: { width: 360, height: 740 } }, 360, 480],
  ["a phone with three pixels for one", { viewport: { width: 360, height: 740 }, deviceScaleFactor: 3 }, 1000, 1200],
  ["a large screen", { viewport: { width: 1920, height: 1000 } }, 656, 800],
]) {
  test(`${name} requests the smallest image that is sharp, and no other`, async () => {
    const { context, page } = await visit(options);
    const first = await page.shown("The first");
    const file = Number(first.source.match(/\.(\d+)\.[0-9a-f]{8}\.webp$/)?.[1]);
    assert.ok(file >= least && file <= most, first.source);
    const firstRequests = page.requested.filter((path) => /one/.test(path));
    assert.deepEqual(firstRequests, [new URL(first.source).pathname], "one request");
    const pixels = first.width * (options.deviceScaleFactor ?? 1);
    assert.ok(file >= pixels, `${file} for ${pixels}`);
    assert.deepEqual(page.faults, []);
    await context.close();
  });
}

test("an image further down loads later, its space is reserved, and nothing moves when it arrives", async () => {
  const { context, page } = await visit({ viewport: { width: 360, height: 740 } });
  assert.ok(!page.requested.some((path) => /two/.test(path)), page.requested.join(" "));
  const waiting = await page.shown("The second");
  assert.ok(!waiting.isDone && Math.abs(waiting.height - waiting.width / 2) <= 1, JSON.stringify(waiting));
  await page.getByAltText("The second").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector("img[alt='The second']").naturalWidth > 0);
  const loaded = await page.shown("The second");
  assert.deepEqual([loaded.width, loaded.height], [waiting.width, waiting.height]);
  assert.equal(page.requested.filter((path) => /two/.test(path)).length, 1);
  assert.equal(await page.evaluate(() => window.moved), 0);
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("without JavaScript images are the same", async () => {
  const { context, page } = await visit({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  assert.ok((await page.shown("The first")).isDone);
  assert.equal(page.requested.filter((path) => /one/.test(path)).length, 1);
  await context.close();
});

// Only a program built with `--features avif` can make these images. `tests/run --long` builds one
// and sets HANDSEL_AVIF.
test("AVIF is preferred to WebP where the settings ask for it, and shows the same image", async (t) => {
  const avifSite = await Workspace.open({ "handsel.yaml": "title: Test site\nimages: { avif: true, widths: [400] }\n", "content/guides/avif.md": "---\ntitle: Pictures\nsummary: Two.\n---\n\n![Full](full.png) ![Glass](glass.png) ![Flat](flat.png)\n" });
  t.after(() => avifSite.close());
  // The first image has soft waves, one half of the second is translucent, and the third is flat.
  const waves = (x, y) => [128 + 100 * Math.sin(x / 37 + y / 23), 128 + 90 * Math.sin(x / 51 - y / 31), 128 + 80 * Math.cos(y / 19)].map(Math.round);
  await writeFile(`${avifSite.folder}/content/guides/full.png`, png(800, 400, waves));
  await writeFile(`${avifSite.folder}/content/guides/glass.png`, png(800, 400, (x, y) => [...waves(x, y), x < 400 ? 255 : 0]));
  await writeFile(`${avifSite.folder}/content/guides/flat.png`, png(800, 400, (x) => (x < 400 ? [200, 40, 30] : [20, 90, 210])));
  try { avifSite.handsel("build", "--quiet"); } catch (fault) {
    if (process.env.HANDSEL_AVIF || !/AVIF support is not compiled in/.test(String(fault.stderr ?? fault))) throw fault;
    return t.skip("this program was built without AVIF");
  }
  const avifHost = await Host.open(`${avifSite.folder}/public`, "/");
  t.after(() => avifHost.close());
  const page = await chromium.newPage({ viewport: { width: 360, height: 740 } });
  await page.goto(`${avifHost.url}guides/avif/`, { waitUntil: "networkidle" });
  for (const [alt, expected] of [["Full", [[...waves(200, 200), 255], [...waves(600, 200), 255]]], ["Glass", [[...waves(200, 200), 255], [...waves(600, 200), 0]]]]) {
    const seen = await page.getByAltText(alt).evaluate(async (image) => {
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const at = (share) => [...context.getImageData(Math.round(canvas.width * share), canvas.height / 2, 1, 1).data];
      return { source: image.currentSrc, ratio: canvas.width / canvas.height, colors: [at(.25), at(.75)] };
    });
    assert.match(seen.source, /\.400\.[0-9a-f]{8}\.avif$/);
    assert.equal(seen.ratio, 2);
    const isNear = (one, other) => (one[3] === 0 ? other[3] < 4 : one.every((value, at) => Math.abs(value - other[at]) <= 12));
    assert.ok(expected.every((color, at) => isNear(color, seen.colors[at])), JSON.stringify(seen));
  }
  assert.match(await page.getByAltText("Flat").evaluate((image) => image.currentSrc), /\.400\.[0-9a-f]{8}\.webp$/, "for a flat drawing AVIF is larger");
  assert.deepEqual((await listFiles(`${avifSite.folder}/public`)).filter((path) => /flat.*avif$/.test(path)), []);
  await page.close();
});
