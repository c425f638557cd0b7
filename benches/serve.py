#!/usr/bin/env python3
"""Times the live preview on generated text, from a write to the first response with the new text, by type of edit.

    benches/serve.py [--pages 1000 10000] [--edits 9] [--peer hugo] [--folder DIR]

Uses edit_latency.py in the folder SHARED, which also reports the startup time, the CPU time of each edit and the peak memory.
With `--peer hugo`, Hugo's server is measured in the same run on the same text. Needs only the standard library.
"""
import argparse, glob, json, os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SHARED = os.path.join(ROOT, "..", "shared", "bench")
BINARY = os.path.join(ROOT, "target", "release", "handsel")


def latency(site, url, file, kind, edits, command, template=None):
    arguments = [sys.executable, os.path.join(SHARED, "edit_latency.py"), "--site", site, "--url", url, "--file", file, "--kind", kind, "--edits", str(edits), "--settle", "0.3"]
    if template:
        arguments += ["--template", template]
    done = subprocess.run([*arguments, "--", *command], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else None


def row(name, kind, pages, result):
    if result is None or result["median_ms"] is None:
        print(f"| {name}, {kind} | {pages} | failed | | | |", flush=True)
        return None
    print(f"| {name}, {kind} | {pages} | {result['median_ms']} | {result['max_ms']} | {result['start_s']} | {result['peak_rss_mib']:.0f} |", flush=True)
    return result["median_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--edits", type=int, default=9)
    parser.add_argument("--peer", choices=["hugo"])
    parser.add_argument("--folder", help="where the corpora are created (default: the system's temporary folder)")
    arguments = parser.parse_args()
    if not os.path.exists(BINARY):
        sys.exit("build it first: cargo build --release")
    folder = tempfile.mkdtemp(prefix="handsel-bench-", dir=arguments.folder)
    print("| what | pages | median ms | max ms | start s | peak MB |\n|---|--:|--:|--:|--:|--:|")
    for pages in arguments.pages:
        medians = {}
        for name, flavor in [("handsel", "plain")] + ([("hugo", "hugo")] if arguments.peer else []):
            site = os.path.join(folder, f"{flavor}-{pages}")
            subprocess.run([sys.executable, os.path.join(SHARED, "gen_corpus.py"), "--pages", str(pages), "--out", site, "--flavour", flavor], check=True, stdout=subprocess.DEVNULL)
            tips = sorted(glob.glob(os.path.join(site, "content", "tips", "*.md")))
            file = tips[len(tips) // 2]
            port = "4321" if name == "handsel" else "1313"
            url = f"http://127.0.0.1:{port}/tips/{os.path.basename(file)[:-3]}/"
            if name == "handsel":
                command = [BINARY, "serve", "--port", port]
                template = os.path.join(site, "templates", "partials", "extra-head.html")
                os.makedirs(os.path.dirname(template), exist_ok=True)
                with open(template, "w", encoding="utf-8") as partial:
                    partial.write('<meta name="x" content="built for measuring">\n')
            else:
                command = ["hugo", "server", "--port", port, "--bind", "127.0.0.1", "--disableLiveReload=false"]
                template = None
            for kind in ["body", "title", "add"] + (["template"] if template else []):
                edits = arguments.edits if name == "handsel" else max(2, arguments.edits // 4)
                result = latency(site, url, file, kind, edits, command, template if kind == "template" else None)
                medians[name, kind] = row(name, kind, pages, result)
            shutil.rmtree(site, ignore_errors=True)
        for kind in ["body", "title", "add"]:
            own, peer = medians.get(("handsel", kind)), medians.get(("hugo", kind))
            if own and peer:
                print(f"hugo / handsel, {kind}, {pages} pages: {peer / own:.0f}")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
