#!/usr/bin/env python3
"""Builds a site of photographs cold, again, and with one photograph changed, and prints times and peak memory.

    cargo build --release && pip install pillow && benches/images.py [--photographs 100] [--handsel target/release/handsel]

The script generates the photographs, 4000 x 3000 pixels of gradients and noise, so that they are as large as a camera's (about
3 MB each) and no two are the same. It prints one line for each build.
"""
import argparse, os, random, shutil, subprocess, sys, tempfile, time
from pathlib import Path
from PIL import Image

def photograph(path, seed):
    """Generates smooth colors with grain, as in photographs."""
    rng = random.Random(seed)
    small = Image.new("RGB", (16, 12))
    small.putdata([tuple(rng.randrange(256) for _ in range(3)) for _ in range(16 * 12)])
    grain = Image.effect_noise((2000, 1500), 40).resize((4000, 3000)).convert("RGB")
    Image.blend(small.resize((4000, 3000), Image.Resampling.BICUBIC), grain, 0.25).save(path, quality=88)

def site(root, number):
    guides = root / "content/guides"
    guides.mkdir(parents=True)
    (root / "handsel.yaml").write_text("title: Photographs\n")
    (root / "content/index.md").write_text("---\ntitle: Home\n---\nWelcome.\n")
    for at in range(number):
        photograph(guides / f"photo-{at:03}.jpg", at)
    for page in range(0, number, 10):
        shown = "\n\n".join(f"![Photograph {at}](photo-{at:03}.jpg)" for at in range(page, min(page + 10, number)))
        (guides / f"page-{page:03}.md").write_text(f"---\ntitle: Page {page}\nsummary: Photographs.\n---\n\n{shown}\n")
    return guides

def build(name, handsel, root):
    start = time.monotonic()
    process = subprocess.Popen([handsel, "build", "--quiet"], cwd=root)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(f"{name}: the build failed")
    smaller = [path for path in (root / "public").glob("images.*/**/*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in smaller) / 1e6
    print(f"| {name} | {wall:.2f} | {used.ru_utime + used.ru_stime:.2f} | {used.ru_maxrss / 1024:.0f} | {len(smaller)} | {megabytes:.1f} |", flush=True)

def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photographs", type=int, default=100)
    arguments.add_argument("--handsel", default=str(Path(__file__).parent.parent / "target/release/handsel"))
    arguments.add_argument("--site", type=Path, help="create the photographs here, or use those that exist, and keep them")
    given = arguments.parse_args()
    root = given.site or Path(tempfile.mkdtemp(prefix="handsel-images-"))
    try:
        guides = root / "content/guides"
        if not guides.is_dir():
            site(root, given.photographs)
        for left in (".handsel", "public"):
            shutil.rmtree(root / left, ignore_errors=True)
        print("| build | wall s | CPU s | peak MB | smaller images | MB |\n|---|--:|--:|--:|--:|--:|")
        build("cold", given.handsel, root)
        build("nothing changed", given.handsel, root)
        photograph(guides / "photo-000.jpg", time.time())
        build("one photograph changed", given.handsel, root)
    finally:
        if not given.site:
            shutil.rmtree(root)

main()
