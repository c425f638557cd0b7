// What the copy button of a code block copies: from a terminal session, only the typed commands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../static/js/copy.js";

const CASES = [
  ["console", "$ cargo build\n   Compiling handsel\n$ cargo test\nok", "cargo build\ncargo test"],
  ["console", "$ curl -L \\\n    --fail \\\n    https://example.org\n% Total\n$ ls | \\\n> sort", "curl -L \\\n    --fail \\\n    https://example.org\nls | \\\nsort"],
  ["console", "ann@desk:~/site$ ls\na.md\nroot@desk:/# apt update\nHit:1", "ls\napt update"],
  ["console", "(venv) $ pip list\n# a note\n$ exit", "pip list\nexit"],
  ["shell-session", "# apt install x\nReading\n# reboot", "apt install x\nreboot"],
  ["console", "[ann@desk site]$ make\ndone", "make"],
  ["console", "desk% make\n% make test\n100% done", "make test"],
  ["console", "~/site ❯ make", "make"],
  ["console", "$ cat > a.txt <<'EOF'\n$ one\ntwo\nEOF\n$ ls", "cat > a.txt <<'EOF'\n$ one\ntwo\nEOF\nls"],
  ["console", "$ cat <<EOF\n> one\n> EOF\none\n$ echo $((1 << 2))\n4\n$ ls", "cat <<EOF\none\nEOF\necho $((1 << 2))\nls"],
  ["console", "$ diff a b\n> two\n$ for f in *; do\n> echo $f\n> done\none", "diff a b\nfor f in *; do\necho $f\ndone"],
  ["console", "$ echo `date`\nMonday", "echo `date`"],
  ["sh", "$ echo one\n$ echo two\n", "echo one\necho two"],
  ["bash", "# First\n$ echo one\none", "echo one"],
  ["", "$ handsel serve\nReady", "handsel serve"],
  ["powershell", "PS C:\\Users\\ann> Get-Item a\nPS> ls", "Get-Item a\nls"],
  ["cmd", "C:\\site> dir\nC:\\site>type a.md", "dir\ntype a.md"],
  ["pycon", ">>> for a in b:\n...     print(a)\n...\n1\n>>> 2", "for a in b:\n    print(a)\n\n2"],
  ["sh", "echo one\n# A comment\necho \"$ two\"", undefined],
  ["console", "no prompt here", undefined],
  ["", "$ 100 a month\n$ 200 a year", undefined],
  ["", "% A comment in TeX\nText", undefined],
  ["diff", "$ a", undefined],
  ["make", "$ (CC)", undefined],
  ["python", "print(1)", undefined],
];

for (const [language, text, expected] of CASES) {
  test(`${language || "no language"}: ${JSON.stringify(text)}`, () => assert.equal(commands(text.split("\n"), language), expected));
}
