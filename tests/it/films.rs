//! Films and sound recordings in the content are published without data about where, when and with
//! what device they were made, and all other bytes stay where they are.

use std::io::{self, Read as _};
use std::sync::Arc;

use crate::common::request;
use handsel::diagnostic::Checked;
use handsel::paths::SourcePath;
use handsel::pipeline;
use handsel::source::{Files, ListingRules, MemoryFiles};

const LOCATION: &str = "+52.5163+013.3777/";
const PRESERVED: [&str; 4] = [
    "the pictures of this film",
    "the sound of this film",
    "A title of its own",
    "A key's title",
];

fn part(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("short");
    [&size.to_be_bytes()[..], name, content].concat()
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

/// A track of this kind with one chunk at each offset, and two samples of this size in each chunk.
fn track(kind: &[u8; 4], offsets: &[u32], size: u32, more: &[u8]) -> Vec<u8> {
    let sizes: Vec<u32> = vec![size; offsets.len() * 2];
    let tables = [
        part(b"stsd", &numbers(&[0, 0])),
        part(
            b"stsz",
            &join(&[
                &numbers(&[0, 0, u32::try_from(sizes.len()).expect("few")]),
                &numbers(&sizes),
            ]),
        ),
        part(b"stsc", &numbers(&[0, 1, 1, 2, 1])),
        part(
            b"stco",
            &join(&[
                &numbers(&[0, u32::try_from(offsets.len()).expect("few")]),
                &numbers(offsets),
            ]),
        ),
    ];
    let media = [
        part(
            b"mdhd",
            &numbers(&[0, 0xDA7E_DA7E, 0xDA7E_DA7E, 600, 600, 0]),
        ),
        part(b"hdlr", &join(&[&[0; 8], kind, &[0; 13]])),
        part(b"minf", &part(b"stbl", &tables.concat())),
    ];
    let parts = [
        part(b"tkhd", &numbers(&[0, 0xDA7E_DA7E, 0xDA7E_DA7E, 1, 0, 600])),
        part(b"mdia", &media.concat()),
        more.to_vec(),
    ];
    part(b"trak", &parts.concat())
}

fn quicktime_metadata() -> Vec<u8> {
    let key = |name: &str| {
        join(&[
            &numbers(&[u32::try_from(name.len() + 8).expect("short")]),
            b"mdta",
            name.as_bytes(),
        ])
    };
    let keys = join(&[
        &numbers(&[0, 2]),
        &key("com.apple.quicktime.location.ISO6709"),
        &key("com.apple.quicktime.title"),
    ]);
    let value = |number: u8, text: &str| {
        part(
            &[0, 0, 0, number],
            &part(b"data", &join(&[&numbers(&[1, 0]), text.as_bytes()])),
        )
    };
    let handler = part(b"hdlr", &join(&[&[0; 8], b"mdta", &[0; 13]]));
    join(&[
        &handler,
        &part(b"keys", &keys),
        &part(
            b"ilst",
            &join(&[&value(1, LOCATION), &value(2, PRESERVED[3])]),
        ),
    ])
}

fn itunes_metadata() -> Vec<u8> {
    let value = |name: &[u8; 4], text: &str| {
        part(
            name,
            &part(b"data", &join(&[&numbers(&[1, 0]), text.as_bytes()])),
        )
    };
    let handler = part(b"hdlr", &join(&[&[0; 8], b"mdir", &[0; 13]]));
    let cover = format!("\u{1}Exif\0\0 {LOCATION}");
    let list = join(&[
        &value(b"\xA9nam", PRESERVED[2]),
        &value(b"\xA9too", LOCATION),
        &value(b"----", LOCATION),
        &value(b"covr", &cover),
    ]);
    join(&[&[0; 4], &handler, &part(b"ilst", &list)])
}

/// A film with a location in every part where programs are known to write one. `is_moov_first` says
/// where the description is.
fn film(is_moov_first: bool) -> Vec<u8> {
    let data = join(&[
        PRESERVED[0].as_bytes(),
        LOCATION.as_bytes(),
        LOCATION.as_bytes(),
        PRESERVED[1].as_bytes(),
        LOCATION.as_bytes(),
        LOCATION.as_bytes(),
    ]);
    let head = part(b"ftyp", b"isom\0\0\0\0isom");
    let description = |data_at: usize| {
        let at = |text: usize| u32::try_from(data_at + text).expect("short");
        let second = PRESERVED[0].len() + 2 * LOCATION.len() + PRESERVED[1].len();
        let user_data = join(&[
            &part(b"\xA9xyz", &join(&[&[0, 18, 0, 0], LOCATION.as_bytes()])),
            &part(b"loci", LOCATION.as_bytes()),
            &part(b"\xA9nam", PRESERVED[2].as_bytes()),
            &part(b"meta", &itunes_metadata()),
            &part(b"XMP_", LOCATION.as_bytes()),
            &[0; 4],
        ]);
        let positions = [at(PRESERVED[0].len()), at(second)];
        let parts = [
            part(b"mvhd", &numbers(&[0, 0xDA7E_DA7E, 0xDA7E_DA7E, 600, 600])),
            track(
                b"vide",
                &[at(0)],
                10,
                &part(b"udta", &part(b"\xA9xyz", LOCATION.as_bytes())),
            ),
            track(
                b"meta",
                &positions,
                u32::try_from(LOCATION.len()).expect("short"),
                &part(b"udta", LOCATION.as_bytes()),
            ),
            part(b"udta", &user_data),
            part(b"meta", &quicktime_metadata()),
            part(b"uuid", LOCATION.as_bytes()),
        ];
        part(b"moov", &parts.concat())
    };
    let xmp = part(b"uuid", format!("\u{7f}<x:xmpmeta>{LOCATION}").as_bytes());
    let (data, trailer) = (
        part(b"mdat", &data),
        [&[0; 4][..], LOCATION.as_bytes()].concat(),
    );
    if is_moov_first {
        let description_size = description(0).len();
        join(&[
            &head,
            &description(head.len() + description_size + 8),
            &data,
            &xmp,
            &part(b"free", LOCATION.as_bytes()),
            &trailer,
        ])
    } else {
        join(&[&head, &data, &description(head.len() + 8), &xmp, &trailer])
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn site(films: &[(&str, &[u8])]) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    let links: String = films
        .iter()
        .map(|(name, _)| format!("[{name}]({name})\n\n"))
        .collect();
    files.put("content/a.md", format!("# A\n\n{links}"));
    films
        .iter()
        .for_each(|(name, bytes)| files.put(&format!("content/{name}"), bytes));
    files
}

#[test]
fn location_and_time_of_a_film_are_not_published() {
    let (first, last) = (film(true), film(false));
    let old = [&last[..4], b"wide", &last[8..]].concat();
    let mut files = site(&[
        ("a.mp4", &first),
        ("b.mov", &last),
        ("c.m4a", &first),
        ("d.3gp", &last),
        ("e.bin", &first),
    ]);
    files.put("static/own.mp4", &first);
    let (built, published) = crate::common::build(&files, &request());
    assert!(built.problems.is_empty(), "{:?}", built.problems);
    for (name, source) in [
        ("a.mp4", &first),
        ("b.mov", &last),
        ("c.m4a", &first),
        ("d.3gp", &last),
        ("e.bin", &first),
    ] {
        let bytes = &published[name];
        assert!(
            !contains(bytes, LOCATION),
            "{name} contains where it was made"
        );
        assert!(!contains(bytes, "location"), "{name} names a location");
        assert!(
            !bytes
                .windows(4)
                .any(|window| window == 0xDA7E_DA7E_u32.to_be_bytes()),
            "{name} contains when it was made"
        );
        for preserved in PRESERVED {
            let at = |bytes: &[u8]| {
                bytes
                    .windows(preserved.len())
                    .position(|window| window == preserved.as_bytes())
            };
            assert_eq!(
                at(bytes),
                at(source),
                "{name}: `{preserved}` stays where it is"
            );
        }
        assert_eq!(bytes.len(), source.len(), "{name}");
    }
    assert!(
        published["own.mp4"] == first,
        "files of `static/` are published as they are"
    );
    // A film without `ftyp`, as old versions of QuickTime wrote them.
    let (_, published) = crate::common::build(&site(&[("old.mov", &old)]), &request());
    assert!(
        !contains(&published["old.mov"], LOCATION) && contains(&published["old.mov"], PRESERVED[2])
    );
}

/// A film as it is published, or `None` if it cannot be cleaned.
fn cleaned(film: &[u8]) -> Option<Vec<u8>> {
    let mut read = |from: u64, count: usize| {
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(film.len());
        Ok(film[from..from.saturating_add(count).min(film.len())].to_vec())
    };
    let erasures = handsel::images::private_parts(film.len() as u64, &mut read)
        .expect("memory can be read")?;
    let mut bytes = film.to_vec();
    erasures.apply(0, &mut bytes);
    Some(bytes)
}

#[test]
fn a_film_whose_parts_cannot_be_read_is_not_published() {
    for whole in [film(true), film(false)] {
        for end in 12..whole.len() {
            assert!(
                cleaned(&whole[..end]).is_none_or(|bytes| !contains(&bytes, LOCATION)),
                "cut at {end}"
            );
        }
        let mut odd = whole.clone();
        for at in 0..whole.len() {
            for bit in [1, 0x41, 0x80] {
                odd[at] ^= bit;
                assert!(cleaned(&odd).is_none_or(|bytes| bytes.len() == odd.len()));
                odd[at] = whole[at];
            }
        }
    }
    let cut = &film(false)[..100];
    let (built, published) = crate::common::build(
        &site(&[("a.mp4", cut)]),
        &pipeline::Request {
            is_lenient: true,
            ..request()
        },
    );
    assert!(!published.contains_key("a.mp4"));
    let reported: Vec<String> = built
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.code, problem.message))
        .collect();
    assert_eq!(
        reported,
        ["bad-image content/a.mp4 cannot be read, and may contain the location of the recording"]
    );
}

/// Files one of which is too large to be read whole.
struct WithLarge(MemoryFiles);

impl Files for WithLarge {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.0.list(rules)
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        assert!(path.name() != "large.mp4", "{path} was read whole");
        self.0.read(path)
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(io::Cursor::new(self.0.read(path)?)))
    }
}

#[test]
fn a_large_film_is_cleaned_piece_by_piece() {
    let mut large = film(true);
    large.truncate(large.len() - LOCATION.len() - 4);
    large.extend(part(b"mdat", &vec![7; 3 << 20]));
    large.extend(part(b"uuid", LOCATION.as_bytes()));
    let (built, published) =
        crate::common::build(&WithLarge(site(&[("large.mp4", &large)])), &request());
    assert!(built.problems.is_empty(), "{:?}", built.problems);
    assert_eq!(published["large.mp4"].len(), large.len());
    assert!(!contains(&published["large.mp4"], LOCATION));
    // The preview serves the same bytes, also in parts.
    let live = pipeline::session::Session::open(
        Arc::new(WithLarge(site(&[("large.mp4", &large)]))),
        request(),
        pipeline::build_cache::BuildCache::of(None),
    );
    let pipeline::session::LiveAnswer::Found { bytes, .. } = live.answer("/large.mp4", false)
    else {
        panic!("it is published")
    };
    assert!(bytes == published["large.mp4"]);
}

#[test]
fn a_range_of_a_cleaned_film_equals_that_range_of_the_whole() {
    let whole = film(false);
    let files = site(&[("a.mp4", &whole)]);
    let (_, published) = crate::common::build(&files, &request());
    let path = SourcePath::new("content/a.mp4").expect("a plain path");
    let length = files.length(&path).expect("it is there");
    let mut read = |from: u64, count: usize| {
        let mut bytes = Vec::new();
        files
            .open_at(&path, from)?
            .take(count as u64)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let erasures = handsel::images::private_parts(length, &mut read)
        .expect("it can be read")
        .expect("it is whole");
    for from in (0..length).step_by(13) {
        let mut file = handsel::images::ErasingReader {
            file: files.open_at(&path, from).expect("it is there"),
            at: from,
            erasures: &erasures,
        };
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).expect("it can be read");
        assert!(
            rest == published["a.mp4"][usize::try_from(from).expect("short")..],
            "from {from}"
        );
    }
}
