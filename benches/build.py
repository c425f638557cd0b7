#!/usr/bin/env python3
"""Times whole builds of generated corpora: cold, and again with nothing changed.

    benches/build.py [--pages 1000 10000] [--runs 3] [--peer hugo]

Prints for each size the median wall and CPU time, peak memory, files and bytes, pages a second, and the share of each
stage (`--profile`). With `--peer hugo` (package `hugo` of the Python registry) the same text is built by Hugo in turn,
in the same run, and the ratio is printed. The corpora come from ../shared/bench/gen_corpus.py. Standard library only.
"""
import argparse, os, re, resource, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
GENERATOR = os.path.join(ROOT, "..", "shared", "bench", "gen_corpus.py")
BINARY = os.path.join(ROOT, "target", "release", "handsel")


def measure(command, cwd):
    """Wall and CPU seconds, peak MB, and what the command said on standard error."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{said[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said


def tree(folder):
    files = size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            files += 1
            size += os.path.getsize(os.path.join(path, name))
    return files, size / 1e6


def middle(rows, column):
    return statistics.median(row[column] for row in rows)


def series(name, pages, command, cwd, output, runs, cold):
    rows = []
    for _ in range(runs):
        if cold:
            shutil.rmtree(output, ignore_errors=True)
            shutil.rmtree(os.path.join(cwd, ".handsel"), ignore_errors=True)
            shutil.rmtree(os.path.join(cwd, "resources"), ignore_errors=True)
        rows.append(measure(command, cwd))
    files, size = tree(output)
    wall = middle(rows, 0)
    print(f"| {name} | {pages} | {wall:.2f} | {middle(rows, 1):.2f} | {middle(rows, 2):.0f} | {files} | {size:.0f} | {pages / wall:.0f} |")
    return wall, rows[-1][3]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", choices=["hugo"])
    arguments = parser.parse_args()
    if not os.path.exists(BINARY):
        sys.exit("build it first: cargo build --release")
    folder = tempfile.mkdtemp(prefix="handsel-bench-")
    print("| what | pages | wall s | CPU s | peak MB | files | MB | pages/s |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    stages, colds = {}, {}
    for pages in arguments.pages:
        site = os.path.join(folder, f"plain-{pages}")
        subprocess.run([sys.executable, GENERATOR, "--pages", str(pages), "--out", site, "--flavour", "plain"], check=True, stdout=subprocess.DEVNULL)
        command = [BINARY, "build", "--profile", "--lenient", "--base-url", "https://example.org/"]
        output = os.path.join(site, "public")
        colds[pages], stages[pages] = series("cold", pages, command, site, output, arguments.runs, True)
        series("nothing changed", pages, command, site, output, arguments.runs, False)
        if arguments.peer:
            peer = os.path.join(folder, f"hugo-{pages}")
            subprocess.run([sys.executable, GENERATOR, "--pages", str(pages), "--out", peer, "--flavour", "hugo"], check=True, stdout=subprocess.DEVNULL)
            wall, _ = series("hugo, cold", pages, ["hugo", "--quiet"], peer, os.path.join(peer, "public"), arguments.runs, True)
            print(f"| ratio hugo / handsel, cold | {pages} | {wall / colds[pages]:.1f} × |")
    for pages, said in stages.items():
        print(f"\nStages at {pages} pages:\n" + "\n".join(line for line in said.splitlines() if re.search(r"\d %", line)))
    sizes = sorted(colds)
    for small, large in zip(sizes, sizes[1:]):
        print(f"\n{large} pages take {colds[large] / colds[small]:.1f} × the time of {small}.")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
