"""Reads every calendar file of a built site with an independent parser (icalendar), and reports what is wrong.

Usage: read_calendars.py FOLDER [ADDRESS EXPECTED]...   where EXPECTED is the UTC start of the file's first event.
"""
import datetime
import pathlib
import sys

import icalendar

folder = pathlib.Path(sys.argv[1])
files = sorted(folder.rglob("*.ics"))
assert files, "the site has no calendar files"
for file in files:
    raw = file.read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n")), f"{file}: a line is too long"
    assert b"\n" not in raw.replace(b"\r\n", b""), f"{file}: a line ends in LF alone"
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors, f"{file}: {calendar.errors}"
    events = calendar.walk("VEVENT")
    assert events, f"{file}: no event"
    for event in events:
        assert not event.errors, f"{file}: {event.errors}"
        for key in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
            assert key in event, f"{file}: {key} is missing"
pairs = iter(sys.argv[2:])
for address, expected in zip(pairs, pairs):
    calendar = icalendar.Calendar.from_ical((folder / address).read_bytes())
    # Uses the file's own description of the time zone, not this machine's.
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}
    start = calendar.walk("VEVENT")[0]["DTSTART"]
    moment = start.dt
    if "TZID" in start.params:
        moment = moment.replace(tzinfo=zones[start.params["TZID"]])
    found = moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
    assert found == expected, f"{address}: {found}, not {expected}"
print(f"{len(files)} calendar files are valid")
