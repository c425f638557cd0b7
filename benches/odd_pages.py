#!/usr/bin/env python3
"""Times pages of unusual shapes: one page of several megabytes of brackets, stars, open elements, links, footnotes and so on.

    benches/odd_pages.py [--sizes 1 2 4] [--only NAME ...] [--program target/release/handsel] [--timeout 60]

For each shape and size, the script prints the wall time, the peak memory, and the ratio to the time of the size before. If
twice the text takes much more than twice the time, the work is not bounded. Needs only the standard library.
"""
import argparse, os, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def numbered(form):
    """Repeats a text with a number in place of `@`."""
    def text(size):
        parts, length, number = [], 0, 0
        while length < size:
            part = form.replace("@", str(number))
            parts.append(part)
            length += len(part)
            number += 1
        return "".join(parts)
    return text


def repeated(form):
    return lambda size: form * (size // len(form))


def both(first, second):
    return lambda size: first(size // 2) + second(size // 2)


def table(size):
    row = "| " + " | ".join("cell" for _ in range(20)) + " |\n"
    return row + "|" + "---|" * 20 + "\n" + row * (size // len(row))


def wide_table(size):
    columns = size // 16
    return "|" + " a |" * columns + "\n|" + "---|" * columns + "\n" + "| b |\n" * columns


SHAPES = {
    "one word": repeated("a"),
    "words": repeated("some words and more of them "),
    "lines": repeated("a line\n"),
    "paragraphs": repeated("x\n\n"),
    "open brackets": repeated("["),
    "brackets": repeated("[]"),
    "closing brackets": repeated("]"),
    "nested brackets": both(repeated("["), repeated("]")),
    "bracket pairs": repeated("[a]"),
    "bracket parentheses": repeated("[a]("),
    "brackets before open parentheses": repeated("[a](b"),
    "brackets before open paths": repeated("[a](./"),
    "brackets before spaces": repeated("[a] (b"),
    "reversed brackets": repeated(")["),
    "closed brackets and parentheses": repeated("](x"),
    "one slash": repeated("http:/a"),
    "wiki brackets": repeated("[[a"),
    "stars": repeated("*"),
    "stars and words": repeated("*a "),
    "strong and words": repeated("**a "),
    "stars mixed": repeated("*a_ "),
    "underscores": repeated("_a__ "),
    "tildes": repeated("~~a "),
    "quotes": repeated('"a '),
    "less than": repeated("<"),
    "less than letters": repeated("<a "),
    "less than quotes": repeated('<a b="'),
    "comments": repeated("<!-- a -->"),
    "open comments": repeated("<!-- "),
    "instructions": repeated("<?a "),
    "declarations": repeated("<!A "),
    "cdata": repeated("<![CDATA[ "),
    "headings": numbered("# Heading @\n\n"),
    "equal headings": repeated("## Same\n\n"),
    "headings with ids": numbered("## Heading {#id-@}\n\n"),
    "setext headings": numbered("Heading @\n===\n\n"),
    "inline links": numbered("[a](b@.md) "),
    "outside links": repeated("[a](https://example.org) "),
    "autolinks": repeated("<https://example.org/> "),
    "reference links": lambda size: numbered("[a][r@] ")(size // 2) + "\n\n" + numbered("[r@]: https://example.org/@\n")(size // 2),
    "undefined references": numbered("[a][r@] "),
    "wiki links": numbered("[[page @]] "),
    "anchors": numbered("[a](#x@) "),
    "images": numbered("![a](b@.png) "),
    "image starts": repeated("!["),
    "nested images": both(repeated("!["), repeated("](x)")),
    "footnotes": lambda size: numbered("[^a@] ")(size // 2) + "\n\n" + numbered("[^a@]: Text.\n\n")(size // 2),
    "footnote mentions": lambda size: repeated("[^a] ")(size) + "\n\n[^a]: Text.\n",
    "undefined footnotes": numbered("[^a@] "),
    "nested footnotes": numbered("[^a@]: "),
    "table cells": table,
    "wide table": wide_table,
    "table bars": repeated("|"),
    "many tables": repeated("|a|\n|-|\n|b|\n\n"),
    "open divs": repeated("<div>"),
    "open divs by lines": repeated("<div>\n\n"),
    "open spans": repeated("text <span>"),
    "div and end tags": both(repeated("<div>"), repeated("</b>")),
    "nested divs": both(repeated("<div>"), repeated("</div>")),
    "bold with classes": numbered('<b class="c@">'),
    "bold with classes by lines": numbered('<b class="c@">\n\n'),
    "paragraph in bold": lambda size: "".join(f'<p><b class="c{n}">' for n in range(100)) + "\n" + repeated("<p>x\n")(size),
    "bold around paragraphs": lambda size: "<p>" + "".join(f'<b class="c{n}">' for n in range(150)) + "\n\n" + repeated("x\n\n")(size),
    "paragraphs in an open one": lambda size: "<p>\n\n" + repeated("x\n\n")(size),
    "paragraphs in open bold": lambda size: "<div><b>\n\n" + repeated("x\n\n")(size),
    "items with a break": repeated("- a<br>b\n"),
    "rows with a break": lambda size: "|a|\n|-|\n" + repeated("|b<br>c|\n")(size),
    "breaks": repeated("a <br> "),
    "attributes": lambda size: "<p" + numbered(' a@="b"')(size) + ">",
    "attributes without values": lambda size: "<p" + numbered(" a@")(size) + ">",
    "list items in html": repeated("<li>a"),
    "cells in html": lambda size: "<table>" + repeated("<tr><td>a")(size),
    "tables in html": repeated("<table><tr><td>"),
    "anchors in html": numbered('<a id="a@">'),
    "unknown tags": repeated("<path>"),
    "removed tags": repeated("<font color=red>"),
    "scripts": repeated("<script>a</script>"),
    "inline math": repeated("$a$ "),
    "dollars": repeated("$"),
    "dollars and words": repeated("$a "),
    "open math": repeated("$$a"),
    "backticks": repeated("`"),
    "backticks and words": repeated("`a "),
    "rising backticks": lambda size: "".join("`" * n + " " for n in range(1, int((2 * size) ** 0.5))),
    "fences": repeated("```\na\n```\n\n"),
    "open fences": repeated("```\n"),
    "fence with marks": lambda size: "```rust\n" + repeated("let a = 1; // b\n")(size) + "```\n",
    "components": repeated(":::note\na\n:::\n\n"),
    "open components": repeated(":::note\n"),
    "closing components": repeated(":::\n"),
    "inline components": repeated("::note{"),
    "inline component quotes": repeated("::tool{\"' "),
    "leaf components": repeated("::tool{page=\"a\"} "),
    "colons": repeated(":"),
    "colon lines": repeated(":a\n"),
    "definitions": numbered("Term @\n: Text\n\n"),
    "list items": repeated("- a\n"),
    "ordered items": repeated("1. a\n"),
    "list markers": repeated("- "),
    "nested lists": lambda size: "".join("  " * n + "- a\n" for n in range(int(size ** 0.5))),
    "task items": repeated("- [ ] a\n"),
    "quote markers": repeated("> "),
    "quote lines": repeated("> a\n"),
    "nested quotes": lambda size: "".join(">" * n + " a\n" for n in range(int((2 * size) ** 0.5))),
    "alerts": repeated("> [!NOTE]\n> a\n\n"),
    "rules": repeated("---\n\n"),
    "backslashes": repeated("\\"),
    "hard breaks": repeated("a  \n"),
    "entities": repeated("&amp;"),
    "ampersands": repeated("&"),
    "control characters": repeated("\x01"),
    "noncharacters": repeated("\ufdd00\ufdd1"),
    "emphasis and links": repeated("*[a](b*c "),
    "chinese": repeated("中文字"),
}


def measure(program, text, timeout):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "content"))
        with open(os.path.join(folder, "handsel.yaml"), "w") as file:
            file.write("title: T\nbase_url: https://example.org/\nmath: true\n")
        with open(os.path.join(folder, "content", "index.md"), "w") as file:
            file.write("---\ntitle: Odd\n---\n\n" + text + "\n")
        started = time.perf_counter()
        process = subprocess.Popen([program, "build", "--lenient", "--no-cache"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                return time.perf_counter() - started, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)
            if time.perf_counter() - started > timeout:
                process.kill()
                os.wait4(process.pid, 0)
                return timeout, 0, "timeout"
            time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=float, default=[1, 2, 4], help="in megabytes")
    parser.add_argument("--only", nargs="+", default=[], help="shapes whose names contain one of these words")
    parser.add_argument("--program", default=os.path.join(ROOT, "target", "release", "handsel"))
    parser.add_argument("--timeout", type=float, default=60)
    options = parser.parse_args()
    for name, shape in SHAPES.items():
        if options.only and not any(word in name for word in options.only):
            continue
        before, columns = None, []
        for size in options.sizes:
            seconds, memory, status = measure(os.path.abspath(options.program), shape(int(size * 1_000_000)), options.timeout)
            grown = f" ×{seconds / before:.1f}" if before else ""
            note = "" if status in (0, 1) else f" [{status}]"
            columns.append(f"{size:g} MB {seconds:.2f} s{grown} {memory:.0f} MB{note}")
            before = seconds
            if status == "timeout":
                break
        print(f"{name:28} " + "   ".join(columns), flush=True)


if __name__ == "__main__":
    sys.exit(main())
