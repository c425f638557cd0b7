#!/usr/bin/env python3
"""Generates two sites from the same texts: one with guides only, and one with all kinds of page, a glossary and an address ledger.

    benches/mixed.py OUT [--pages 10000]

Writes OUT/plain and OUT/mixed, with the same number of pages and of folders at each depth, so that both menus have the
same length. The difference between their builds is the cost of the kinds: fields, templates, calendars, paths, files whose
contents are read, glossary terms in every text, and `handsel.lock`. Needs only the standard library.
"""
import argparse, os, random

WORDS = ("a first gift asks for nothing and says why it is there so that whoever takes it owes nobody an answer "
         "people keep what helped them and tell others where they found it when it was worth their time").split()
KINDS = ["guide"] * 9 + ["tip"] * 4 + ["faq", "event", "video", "download", "path", "tool", "offer"]
FOLDERS = {"guide": "guides", "tip": "tips", "faq": "faq", "event": "events", "video": "videos", "download": "downloads", "path": "paths",
           "tool": "tools", "offer": "offers"}
TERMS = [f"term{number}word" for number in range(100)]
FIELDS = {
    "guide": "outcome: A page of your own.\nyou_need: [\"Paper, and *time*\", A pencil]",
    "event": "start: 2027-03-28T18:00\nend: 2027-03-28T19:00\ntimezone: Europe/Berlin\nplace: Town hall\ncost: free",
    "video": "src: talk.mp4\nduration: \"0:30\"\ncaptions: talk.vtt\ntranscript: talk.vtt\nchapters: [{ at: \"0:00\", title: Begin }]",
    "download": "file: letter.txt\nversion: \"1\"",
    "tool": "tool:\n  type: checklist\n  groups: [{ title: First, items: [{ text: One }, { text: \"Two, *twice*\" }] }]",
    "offer": "what_you_get: Half an hour.\nduration: 30 min\ncost: free\nhow: We *talk*.\nafter: Nothing.\ncontact: mailto:a@example.org",
}


def body(number, rng):
    parts = []
    for section in range(6):
        parts.append(f"## Part {section}\n")
        for _ in range(2):
            words = [rng.choice(WORDS) for _ in range(55)]
            words[20] = rng.choice(TERMS)
            parts.append(" ".join(words).capitalize() + ".\n")
    return "\n".join(parts)


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def make(out, pages, is_mixed):
    rng = random.Random(7)
    content = os.path.join(out, "content")
    kinds = [KINDS[number % len(KINDS)] for number in range(pages)]
    # Both sites have equally many folders, so that the lists of folders take the same time in both.
    folder = (lambda kind, section: f"{FOLDERS[kind]}/s{section}") if is_mixed else (lambda kind, section: f"about-{FOLDERS[kind]}/s{section}")
    names = [f"{folder(kind, number % 40)}/p{number}.md" for number, kind in enumerate(kinds)]
    kinds = kinds if is_mixed else ["guide"] * pages
    levels = ["beginner", "intermediate", "advanced"]
    for number, kind in enumerate(kinds):
        fields = FIELDS.get(kind, "") if is_mixed else ""
        if kind == "path":
            steps = "".join(f"  - {{ page: /{names[(number + step) % pages]}, why: Step *{step}* }}\n" for step in (1, 2, 3))
            fields = f"outcome: All of it.\nsteps:\n{steps.rstrip()}"
        front = f"title: Page {number}\nsummary: What page {number} gives.\nkind: {kind}\ntopics: [topic-{number % 30}]\nlevel: {levels[number % 3]}\n"
        front += f"published: 2025-{number % 12 + 1:02}-{number % 28 + 1:02}\n{fields}".rstrip() + "\n"
        links = " ".join(f"[Page {other}](/{names[other]})" for other in ((number + 17) % pages, (number + 401) % pages))
        put(os.path.join(content, names[number]), f"---\n{front}---\n\n{body(number, rng)}\n{links}\n")
    put(os.path.join(content, "index.md"), "---\ntitle: Home\n---\n\nText.\n")
    settings = "title: A site\nlicense: CC BY 4.0\n"
    if not is_mixed:
        put(os.path.join(content, "about-glossary", "index.md"), "---\ntitle: Glossary\n---\n\nText.\n")
        for term in TERMS:
            put(os.path.join(content, "about-glossary", f"{term}.md"), f"---\ntitle: {term.capitalize()}\nkind: guide\n---\n\nText.\n")
        put(os.path.join(out, "handsel.yaml"), settings)
        return
    put(os.path.join(out, "handsel.yaml"), settings + "giving: { who: We, why: To help, pays: Our work, contact: a@example.org }\n")
    for term in TERMS:
        put(os.path.join(content, "glossary", f"{term}.md"), f"---\ntitle: {term.capitalize()}\nshort: What {term} means.\n---\n\nText.\n")
    for section in range(40):
        put(os.path.join(content, "videos", f"s{section}", "talk.mp4"), "x" * 100)
        put(os.path.join(content, "videos", f"s{section}", "talk.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n")
        put(os.path.join(content, "downloads", f"s{section}", "letter.txt"), f"Letter {section}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--pages", type=int, default=10000)
    arguments = parser.parse_args()
    make(os.path.join(arguments.out, "plain"), arguments.pages, False)
    make(os.path.join(arguments.out, "mixed"), arguments.pages, True)


if __name__ == "__main__":
    main()
