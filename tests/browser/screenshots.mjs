// Writes the screenshots in docs/images, which the README shows, from this repository's own site.
// Run it after a change that they show: `node screenshots.mjs`. It needs the packages that `prepare`
// installs, and pngquant.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Host } from "./host.mjs";
import { browser, program } from "./workspace.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SCREENSHOTS = [
  { name: "guide", address: "guides/give-first/", viewport: DESKTOP },
  { name: "guide-dark", address: "guides/give-first/", viewport: PHONE, colorScheme: "dark" },
  { name: "home", address: "", viewport: DESKTOP },
  { name: "missing", address: "guides/give-frist/", viewport: DESKTOP },
  { name: "tip", address: "tips/put-the-answer-first/", viewport: PHONE },
];

const folder = await mkdtemp(join(tmpdir(), "handsel-screenshots-"));
execFileSync(program, ["build", "--root", root, "--output", join(folder, "site"), "--no-cache", "--quiet"], { stdio: "inherit" });
const host = await Host.open(join(folder, "site"));
const chromium = await browser();
try {
  for (const { name, address, viewport, colorScheme = "light" } of SCREENSHOTS) {
    const page = await chromium.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    await page.goto(host.url + address, { waitUntil: "networkidle" });
    const file = join(root, "docs/images", `${name}.png`);
    await page.screenshot({ path: file });
    // A palette makes the files a third as large.
    execFileSync("pngquant", ["--force", "--ext", ".png", "--speed", "1", "--nofs", "--strip", "64", file]);
    await page.close();
  }
} finally {
  await chromium.close();
  await host.close();
  await rm(folder, { recursive: true, force: true });
}
