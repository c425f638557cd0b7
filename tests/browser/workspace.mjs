// Helpers for the tests: a site in a temporary folder, a real server for it, and a real browser.
import { spawn, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const program = process.env.HANDSEL_BIN ?? join(here, "../../target/debug/handsel");

const paragraphs = (number) => Array.from({ length: number }, (_, at) => `Paragraph ${at + 1} says what one needs to know about step ${at + 1}.`).join("\n\n");

export const guide = (sentence, title = "Give first") => `---
title: ${title}
summary: What a first gift does.
---

The first sentence.

<details><summary>More</summary>

What was folded away.

</details>

\`\`\`sh
echo one
\`\`\`

${paragraphs(30)}

${sentence}

${paragraphs(3)}
`;

export const files = {
  "handsel.yaml": "title: Test site\nraw_html: allow\n",
  "content/index.md": "---\ntitle: Home\n---\n\nWelcome. [Guide](guides/give-first.md)\n",
  "content/guides/give-first.md": guide("The last sentence."),
  "content/guides/other.md": "---\ntitle: Other\nsummary: Another.\n---\n\nOther text.\n",
  "static/css/own.css": "main { --own: 1; outline: 0 solid red; }\n",
  "templates/partials/extra-head.html": "<link rel=\"stylesheet\" href=\"{{ asset(path=\"css/own.css\") }}\">\n",
};

export class Workspace {
  static async open(extra = {}) {
    const workspace = new Workspace();
    workspace.folder = await mkdtemp(join(tmpdir(), "handsel-browser-"));
    for (const [path, text] of Object.entries({ ...files, ...extra })) await workspace.put(path, text);
    return workspace;
  }

  // Replaces the old file with a new one, as editors do when they save.
  async put(path, text) {
    const full = join(this.folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(`${full}~`, text);
    await rename(`${full}~`, full);
  }

  remove(path) { return rm(join(this.folder, path)); }

  async serve(...options) {
    const environment = { ...process.env, VISUAL: "", EDITOR: "", ...this.environment };
    this.server = spawn(program, ["serve", "--port", String(this.port ?? 0), ...options], { cwd: this.folder, env: environment });
    this.log = "";
    const ready = new Promise((done, fail) => {
      const take = (chunk) => {
        this.log += chunk;
        const url = this.log.match(/Ready at (http:\/\/\S+)/)?.[1];
        if (url) done(url);
      };
      this.server.stdout.on("data", take);
      this.server.stderr.on("data", take);
      this.server.on("exit", (code) => fail(new Error(`the server ended with ${code}: ${this.log}`)));
    });
    this.url = await ready;
    this.port = Number(new URL(this.url).port);
    return this.url;
  }

  async end() {
    if (!this.server || this.server.exitCode !== null) return this.server?.exitCode;
    const ended = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGINT");
    return ended;
  }

  handsel(...options) { return execFileSync(program, options, { cwd: this.folder, encoding: "utf8" }); }

  async close() {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function browser() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  if (!found) throw new Error("Chromium was not found: install it, or set the variable CHROMIUM to its path");
  const quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: found, args: quiet });
}

// Adds the errors of the page's scripts to `faults`. If Chromium abandons a page transition,
// because the next step came sooner or the machine was too busy to render it, it reports an error
// that belongs to no script: the page was shown without the transition.
export function recordErrors(page, faults) {
  page.on("pageerror", (error) => { if (!/ViewTransition|Transition was/.test(String(error))) faults.push(String(error)); });
}

// Opens a page that records its errors, with the preview's toolbar ready.
export async function open(context, url) {
  const page = await context.newPage();
  page.faults = [];
  recordErrors(page, page.faults);
  page.on("console", (message) => { if (message.type() === "error" || /Content Security Policy/.test(message.text())) page.faults.push(message.text()); });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url);
  await page.locator("handsel-preview .bar").waitFor();
  // The server has reported the state of the page and its problems.
  await page.waitForFunction(() => {
    const bar = document.querySelector("handsel-preview").shadowRoot;
    return bar.querySelector(".facts li") && !bar.querySelector(".problems").hidden;
  });
  return page;
}
