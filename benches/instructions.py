#!/usr/bin/env python3
"""Counts the instructions of a fixed build, so that gradual growth is noticed. Other compilers give other counts.

    benches/instructions.py [--update]

Builds 200 generated pages with `valgrind --tool=callgrind` on one thread, cold and again with nothing changed, and compares
the counts with benches/instructions.txt. If a difference is more than 10 %, the exit status is 1. `--update` writes the new counts;
commit them with the change that caused them. Needs valgrind, `cargo build --release` and the standard library.
"""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.join(HERE, "..", "target", "release", "handsel")
STORED_FILE = os.path.join(HERE, "instructions.txt")
PAGES = 200
DRIFT_MAX = 0.10


def page(number):
    return f"""---
title: Page {number}
summary: What page {number} gives.
topics: [topic-{number % 11}, topic-{number % 7}]
published: 2026-01-{number % 28 + 1:02}
---

The first sentence of page {number}, with *emphasis*, `code` and a [link](page-{number * 7 % PAGES}.md#part).

## Part

| a | b |
|---|--:|
| {number} | {number * 3} |

- one
- two, with [another link](page-{number * 3 % PAGES}.md)

:::note
A note about {number}.
:::

```python
def f{number}(x):
    return x + {number}  # a comment
```
"""


def count(site):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", BINARY, "build", "--quiet", "--root", site, "--today", "2026-11-22"]
    done = subprocess.run(command, env={**os.environ, "RAYON_NUM_THREADS": "1"}, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"the build could not be counted:\n{done.stderr[-2000:]}")
    return int(found.group(1))


def main():
    if not os.path.exists(BINARY) or not shutil.which("valgrind"):
        sys.exit("needs valgrind, and: cargo build --release")
    site = tempfile.mkdtemp(prefix="handsel-count-")
    os.makedirs(os.path.join(site, "content", "guides"))
    with open(os.path.join(site, "handsel.yaml"), "w") as file:
        file.write("title: Counted\nbase_url: https://example.org/\n")
    for number in range(PAGES):
        with open(os.path.join(site, "content", "guides", f"page-{number}.md"), "w") as file:
            file.write(page(number))
    counts = {"cold": count(site), "nothing changed": count(site)}
    shutil.rmtree(site, ignore_errors=True)
    if "--update" in sys.argv[1:]:
        with open(STORED_FILE, "w") as file:
            file.writelines(f"{name}: {number / 1e6:.0f} million\n" for name, number in counts.items())
    with open(STORED_FILE) as file:
        stored = {name: float(number.split()[0]) * 1e6 for name, number in (line.split(": ") for line in file if ": " in line)}
    drifted = False
    for name, number in counts.items():
        change = number / stored[name] - 1
        drifted |= abs(change) > DRIFT_MAX
        print(f"{name}: {number / 1e6:.0f} million instructions, {change:+.1%} from {stored[name] / 1e6:.0f}")
    if drifted:
        sys.exit("More than 10 % from the stored counts. If this is intended, run benches/instructions.py --update, and explain it in the same commit.")


if __name__ == "__main__":
    main()
