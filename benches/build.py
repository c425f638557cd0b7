#!/usr/bin/env python3
"""Times whole builds of generated text, cold and after each type of edit, optionally with Hugo and the floor.

    benches/build.py [--pages 1000 10000] [--runs 3] [--peer hugo] [--floor] [--folder DIR]

For each size, the script builds cold, with nothing changed, and after editing one sentence, one title, one template and 1 %
of the pages. It prints the median wall and CPU time, the peak memory, and the number of files and bytes. With `--peer hugo`
(package `hugo` of the Python registry), Hugo builds the same text alternately in the same run, cold and again, and the script
prints the ratios. With `--floor`, a small program (benches/floor) only reads, parses and writes as many bytes to as many files.
GENERATOR is the program that generates the text. Needs only the standard library.
"""
import argparse, glob, os, re, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
GENERATOR = os.path.join(ROOT, "..", "shared", "bench", "gen_corpus.py")
BINARY = os.path.join(ROOT, "target", "release", "handsel")
FLOOR = os.path.join(ROOT, "target", "release", "examples", "floor")


def measure(command, cwd):
    """Returns wall and CPU seconds, peak MB, and what the command printed on standard error."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{stderr[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, stderr


def tree(folder):
    files = size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            files += 1
            size += os.path.getsize(os.path.join(path, name))
    return files, size


def set_aside(folder, *built):
    """Moves the results out of the way. Nothing is deleted before the end, because ext4 searches long for a free inode after many deletions."""
    discarded = tempfile.mkdtemp(prefix="discarded-", dir=folder)
    for path in built:
        if os.path.exists(path):
            os.rename(path, os.path.join(discarded, os.path.basename(path)))


def clear(cwd, output):
    set_aside(os.path.dirname(cwd), output, os.path.join(cwd, ".handsel"), os.path.join(cwd, "resources"))


def series(name, pages, command, cwd, output, runs, before):
    """Times a command `runs` times, calling `before` each time; prints a row and returns the median wall time."""
    rows = []
    for run in range(runs):
        before(run)
        rows.append(measure(command, cwd))
    middle = lambda column: statistics.median(row[column] for row in rows)
    files, size = tree(output)
    print(f"| {name} | {pages} | {middle(0):.2f} | {middle(1):.2f} | {middle(2):.0f} | {files} | {size / 1e6:.0f} |", flush=True)
    return middle(0), rows[-1][3]


class Edits:
    """Edits of a corpus, each different from the one before."""

    def __init__(self, site):
        self.site = site
        self.pages = sorted(glob.glob(os.path.join(site, "content", "**", "*.md"), recursive=True))

    def rewrite(self, page, change):
        with open(page, encoding="utf-8") as file:
            text = file.read()
        with open(page, "w", encoding="utf-8") as file:
            file.write(change(text))

    def sentence(self, page, run):
        self.rewrite(page, lambda text: text.rstrip("\n") + f"\n\nAnother sentence {run}.\n")

    def one_sentence(self, run):
        self.sentence(self.pages[len(self.pages) // 2], run)

    def one_title(self, run):
        self.rewrite(self.pages[len(self.pages) // 3], lambda text: re.sub(r'(?m)^title: "?', lambda found: f"{found.group(0)}New{run} ", text, count=1))

    def one_template(self, run):
        path = os.path.join(self.site, "templates", "partials", "extra-head.html")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<meta name="bench" content="{run}">\n')

    def one_percent(self, run):
        for page in self.pages[run % 100::100]:
            self.sentence(page, run)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", choices=["hugo"])
    parser.add_argument("--floor", action="store_true")
    parser.add_argument("--folder", help="where the corpora are created (default: the system's temporary folder)")
    arguments = parser.parse_args()
    if not os.path.exists(BINARY):
        sys.exit("build it first: cargo build --release")
    if arguments.floor and not os.path.exists(FLOOR):
        sys.exit("build it first: cargo build --release --example floor")
    folder = tempfile.mkdtemp(prefix="handsel-bench-", dir=arguments.folder)
    print("| what | pages | wall s | CPU s | peak MB | files | MB |\n|---|--:|--:|--:|--:|--:|--:|")
    colds, stages, ratios = {}, {}, []
    for pages in arguments.pages:
        site = os.path.join(folder, f"plain-{pages}")
        subprocess.run([sys.executable, GENERATOR, "--pages", str(pages), "--out", site, "--flavour", "plain"], check=True, stdout=subprocess.DEVNULL)
        command = [BINARY, "build", "--profile", "--lenient", "--base-url", "https://example.org/"]
        output, edits, runs = os.path.join(site, "public"), Edits(site), arguments.runs
        own = {}
        own["cold"], stages[pages] = series("cold", pages, command, site, output, runs, lambda _: clear(site, output))
        colds[pages] = own["cold"]
        if arguments.floor:
            files, size = tree(output)
            floor_output = os.path.join(folder, "floor")
            floor = [FLOOR, os.path.join(site, "content"), floor_output, str(files), str(size)]
            wall, _ = series("the floor", pages, floor, site, floor_output, runs, lambda _: set_aside(folder, floor_output))
            ratios.append(f"cold, {pages} pages: {own['cold'] / wall:.1f} times the floor")
        for name, before in [("nothing changed", lambda _: None), ("one sentence", edits.one_sentence), ("one title", edits.one_title), ("1 % of the pages", edits.one_percent), ("one template", edits.one_template)]:
            own[name], _ = series(name, pages, command, site, output, runs, before)
        if arguments.peer:
            peer = os.path.join(folder, f"hugo-{pages}")
            subprocess.run([sys.executable, GENERATOR, "--pages", str(pages), "--out", peer, "--flavour", "hugo"], check=True, stdout=subprocess.DEVNULL)
            public = os.path.join(peer, "public")
            cold, _ = series("hugo, cold", pages, ["hugo", "--quiet"], peer, public, runs, lambda _: clear(peer, public))
            again, _ = series("hugo, again", pages, ["hugo", "--quiet"], peer, public, runs, lambda _: None)
            ratios.append(f"hugo / handsel, {pages} pages: cold {cold / own['cold']:.1f}, nothing changed {again / own['nothing changed']:.0f}, one sentence {again / own['one sentence']:.0f}")
    for pages, stderr in stages.items():
        print(f"\nStages of a cold build of {pages} pages:\n" + "\n".join(line for line in stderr.splitlines() if re.search(r"\d %", line)))
    sizes = sorted(colds)
    ratios += [f"{large} pages take {colds[large] / colds[small]:.1f} times as long as {small}" for small, large in zip(sizes, sizes[1:])]
    print("\n" + "\n".join(ratios))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
