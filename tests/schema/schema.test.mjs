// What an editor reports about good and bad front matter: a real language server checks it with the
// schemas that `handsel schema` writes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';

const here = dirname(fileURLToPath(import.meta.url));
const handsel = process.env.HANDSEL ?? join(here, '../../target/debug/handsel');
const server = join(here, 'node_modules/yaml-language-server/bin/yaml-language-server');

/** Speaks the Language Server Protocol (3.17) over a pipe. */
class Server {
  constructor(root, schemas) {
    this.schemas = schemas;
    this.waiting = new Map();
    this.reported = new Map();
    this.versions = new Map();
    this.last = 0;
    this.rest = Buffer.alloc(0);
    this.process = spawn(process.execPath, [server, '--stdio'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.stdout.on('data', (bytes) => this.take(bytes));
  }

  take(bytes) {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const head = this.rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.rest.subarray(0, head).toString())[1]);
      if (this.rest.length < head + 4 + length) return;
      const message = JSON.parse(this.rest.subarray(head + 4, head + 4 + length).toString());
      this.rest = this.rest.subarray(head + 4 + length);
      this.handle(message);
    }
  }

  handle(message) {
    if (message.method === 'textDocument/publishDiagnostics') {
      this.reported.get(message.params.uri)?.(message.params.diagnostics);
    } else if (message.method === 'workspace/configuration') {
      const yaml = { schemas: this.schemas, validate: true, completion: true, hover: true, schemaStore: { enable: false } };
      this.send({ id: message.id, result: message.params.items.map((item) => (item.section === 'yaml' ? yaml : {})) });
    } else if (message.method && message.id !== undefined) {
      this.send({ id: message.id, result: null });
    } else if (this.waiting.has(message.id)) {
      this.waiting.get(message.id)(message.result);
    }
  }

  send(message) {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  request(method, params) {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  async begin(root) {
    const capabilities = { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } };
    await this.request('initialize', { processId: process.pid, rootUri: pathToFileURL(root).href, capabilities });
    this.send({ method: 'initialized', params: {} });
    this.send({ method: 'workspace/didChangeConfiguration', params: { settings: {} } });
  }

  /** The diagnostics of a text, once the server has published them. There may be none. */
  diagnostics(uri, text) {
    return new Promise((resolve) => {
      this.reported.set(uri, resolve);
      const version = (this.versions.get(uri) ?? 0) + 1;
      this.versions.set(uri, version);
      const opened = { method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version, text } } };
      const changed = { method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [{ text }] } };
      this.send(version === 1 ? opened : changed);
    });
  }
}

/** The YAML of a page, on the same lines as in the file. */
function frontMatter(text) {
  return `\n${text.split('\n---')[0].slice(4)}\n`;
}

const root = mkdtempSync(join(tmpdir(), 'handsel-schema-'));
let language;

function put(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

before(async () => {
  execFileSync(handsel, ['init', root]);
  put('templates/kinds/recipe.yaml', 'folder: recipes\nfields:\n  minutes: { type: integer, required: true, description: How long it takes. }\n  course: { type: { choice: [starter, main] } }\n');
  execFileSync(handsel, ['schema', '--root', root]);
  const editor = JSON.parse(execFileSync(handsel, ['schema', '--editor', '--root', root]).toString());
  const schemas = Object.fromEntries(Object.entries(editor['yaml.schemas']).map(([path, globs]) => [pathToFileURL(join(root, path)).href, globs]));
  language = new Server(root, schemas);
  await language.begin(root);
});

after(() => {
  language.process.kill();
  rmSync(root, { recursive: true });
});

const reported = async (path, text) => {
  const diagnostics = await language.diagnostics(pathToFileURL(join(root, path)).href, text);
  return diagnostics.map(({ range, message }) => `${range.start.line + 1}: ${message}`).sort();
};

test('the starter site has no diagnostics', async () => {
  assert.deepEqual(await reported('handsel.yaml', readFileSync(join(root, 'handsel.yaml'), 'utf8')), []);
  for (const page of ['content/guides/first-guide.md', 'content/tips/first-tip.md']) {
    assert.deepEqual(await reported(page, frontMatter(readFileSync(join(root, page), 'utf8'))), [], page);
  }
});

test('valid front matter has no diagnostics', async () => {
  const text = '---\ntitle: 12\nsummary:\npublished: 2026-01-31\ntime: 1 h 30 min\nreview_every: 12 months\nlevel: beginner\n' +
    'sources: [{ title: A, url: https://a.example, checked: 2026-01-01 }, Just a title]\nnext: other.md\n' +
    'checks: { orphan: { severity: off, reason: It is a landing page. } }\ndescription: x\nextra: { anything: [1, 2] }\n---\n';
  assert.deepEqual(await reported('content/guides/good.md', frontMatter(text)), []);
  assert.deepEqual(await reported('content/recipes/good.md', frontMatter('---\ntitle: A\nminutes: 20\ncourse: main\n---\n')), []);
});

for (const [name, path, text, line, words] of [
  ['an unknown key', 'content/guides/a.md', '---\ntitle: A\nsumary: x\n---\n', 3, /sumary/],
  ['a value that is not one of the choices', 'content/guides/b.md', '---\ntitle: A\nlevel: high\n---\n', 3, /beginner/],
  ['a value that is not a date', 'content/guides/c.md', '---\ntitle: A\npublished: soon\n---\n', 3, /pattern/],
  ['a wrong type', 'content/guides/d.md', '---\ntitle: A\norder: first\n---\n', 3, /number/],
  ['a topic that the site does not have', 'content/guides/e.md', '---\ntitle: A\ntopics: [nonsense]\n---\n', 3, /./],
  ['a missing field that the kind requires', 'content/recipes/f.md', '---\ntitle: A\n---\n', 2, /minutes/],
  ['a field of another type', 'content/recipes/g.md', '---\ntitle: A\nminutes: many\n---\n', 3, /integer/],
]) {
  test(`reported: ${name}`, async () => {
    const all = await reported(path, frontMatter(text));
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0], new RegExp(`^${line}: `));
    assert.match(all[0], words);
  });
}

test('reported: settings that do not exist, at their line', async () => {
  const all = await reported('handsel.yaml', 'title: A\nlanguage: en\nbase_ulr: https://a.example/\nraw_html: clean\n');
  assert.equal(all.length, 2, all.join('\n'));
  assert.match(all[0], /^3: .*base_ulr/);
  assert.match(all[1], /^4: .*sanitize/);
});

test('keys are suggested, with their meaning', async () => {
  const uri = pathToFileURL(join(root, 'content/guides/offer.md')).href;
  await language.diagnostics(uri, 'title: A\nle\nlevel: \n');
  const keys = await language.request('textDocument/completion', { textDocument: { uri }, position: { line: 1, character: 2 } });
  const offered = (keys.items ?? keys).map((item) => item.label);
  assert.ok(offered.includes('license') && offered.includes('related'), offered.join(', '));
  const hover = await language.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 1 } });
  assert.match(JSON.stringify(hover), /The page's title/);
});
