// A plain static host: files, `index.html` of folders, `404.html` for missing files, and no headers
// except the content type.
import { createServer } from "node:http";
import { readFile, readdir, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { recordErrors } from "./workspace.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json",
  ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif", ".woff2": "font/woff2",
  ".xml": "application/xml; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".ics": "text/calendar; charset=utf-8", ".wasm": "application/wasm",
};

export class Host {
  // Serves a folder under a path such as `/docs/`.
  static async open(folder, path = "/") {
    const host = new Host();
    // Everything that a host learns from a request: its address and the page that it came from.
    host.requests = [];
    host.server = createServer(async ({ url, headers }, response) => {
      host.requests.push(url, headers.referer ?? "");
      const address = decodeURIComponent(new URL(url, "http://host").pathname);
      const target = address.startsWith(path) ? join(folder, address.slice(path.length)) : null;
      const found = target && (await fileAt(target));
      const file = found ?? join(folder, "404.html");
      const bytes = await readFile(file).catch(() => "Nothing here.");
      response.writeHead(found ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      response.end(bytes);
    });
    await new Promise((done) => host.server.listen(0, "127.0.0.1", done));
    host.origin = `http://127.0.0.1:${host.server.address().port}`;
    host.url = host.origin + path;
    return host;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

async function fileAt(path) {
  for (const file of [path, join(path, "index.html")]) {
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  return null;
}

// Every file below a folder, relative to it, with `/`.
export async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
  return files.map((file) => file.split(sep).join("/")).sort();
}

// The theme's scripts load after a page has been painted; this waits until they have run.
export const settled = (page) => page.locator("[data-color-scheme]:not([hidden])").waitFor({ state: "attached" });

// Records what must not happen on a page: requests to other hosts, script errors, and violations of
// the policy.
export function recordFaults(page, origin) {
  const faults = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`requested ${url}`);
  });
  page.on("requestfailed", (request) => { if (!/ERR_ABORTED/.test(request.failure()?.errorText ?? "")) faults.push(`${request.url()}: ${request.failure()?.errorText}`); });
  recordErrors(page, faults);
  page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") faults.push(`${message.text()} (${message.location().url})`); });
  return faults;
}
