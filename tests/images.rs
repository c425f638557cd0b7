//! Images: what is read from them, what is removed, what is made, and that nothing is made twice.

mod common;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use common::images::{SECRETS, bomb, picture, profile_bomb};
use common::request;
use handsel::cache::{CacheStore, MemoryStore};
use handsel::fingerprint::Fingerprint;
use handsel::images::{self, Codec, ImageFault, ImageType, Recipe};
use handsel::paths::OutputPath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::session::{ChangedPaths, LiveAnswer, Session};
use handsel::pipeline::{self, NullSink, Sink};
use handsel::source::{Files, MemoryFiles};
use image::{DynamicImage, ImageDecoder, ImageReader};

const RECIPE: Recipe = Recipe {
    codec: Codec::WebP,
    width: 32,
    quality: 80,
};

fn open(bytes: &[u8]) -> DynamicImage {
    ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .expect("memory")
        .decode()
        .expect("it can be decoded")
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn what_is_private_goes_and_no_pixel_changes() {
    for described in [
        "jpeg 64x48 gps named trailing",
        "jpeg 64x48 gps turned=6 trailing",
        "jpeg 64x48 named grey",
        "png 64x48 gps named trailing",
        "png 64x48 deep turned=3 gps",
        "png 64x48 clear named",
    ] {
        let bytes = picture(described);
        assert!(
            SECRETS.iter().any(|secret| holds(&bytes, secret)),
            "{described}: there is something to hide"
        );
        let seen = images::read_header(ImageType::Png, &bytes);
        assert_eq!(seen.fault, None, "{described}");
        let clean = images::published(&seen, &bytes).expect("it is sound");
        assert!(
            !SECRETS.iter().any(|secret| holds(&clean, secret)),
            "{described}"
        );
        assert_eq!(open(&clean), open(&bytes), "{described}");
        // Cleaned a second time, the image is the same, and its orientation is unchanged.
        let again = images::read_header(ImageType::Png, &clean);
        assert_eq!(
            (again.orientation, again.width, again.height),
            (seen.orientation, seen.width, seen.height),
            "{described}"
        );
        assert_eq!(
            images::published(&again, &clean).expect("it is sound"),
            clean,
            "{described}"
        );
    }
}

#[test]
fn files_of_boxes_lose_what_is_private_in_its_place() {
    for (described, fault) in [
        ("avif 64x48", None),
        (
            "heic 64x48",
            Some(ImageFault::NotShown("a HEIC image".to_owned())),
        ),
    ] {
        let bytes = picture(described);
        assert!(
            SECRETS.iter().all(|secret| holds(&bytes, secret)),
            "{described}: there is something to hide"
        );
        let seen = images::read_header(ImageType::Avif, &bytes);
        assert_eq!(seen.fault, fault, "{described}");
        let clean = images::published(&seen, &bytes).expect("its parts are known");
        assert!(
            !SECRETS.iter().any(|secret| holds(&clean, secret)),
            "{described}"
        );
        assert!(
            holds(&clean, "the pixels") && clean.len() == bytes.len(),
            "{described}"
        );
        // Cut or changed anywhere, the image is cleaned or not published, and nothing panics.
        for at in 0..bytes.len() {
            let mut odd = bytes.clone();
            odd[at] ^= 0xFF;
            for bytes in [&bytes[..at], &odd] {
                let _ = images::published(&images::read_header(ImageType::Avif, bytes), bytes);
            }
        }
    }
}

#[test]
fn no_original_is_published_with_what_is_private_in_it() {
    let mut files = MemoryFiles::default();
    let unreadable = [b"\xFF\xD8\xFF\xE1\0\x40Exif\0\0", SECRETS[0].as_bytes()].concat();
    let cut = [
        &b"GIF89a\x01\0\x01\0\0\0\0\x21\xFE\x20"[..],
        SECRETS[1].as_bytes(),
    ]
    .concat();
    let originals: [(&str, Vec<u8>); 8] = [
        ("unreadable.jpg", unreadable),
        ("cut.gif", cut),
        ("scan.tiff", picture("tiff 1x1")),
        ("scan.jpg", picture("tiff 1x1")),
        ("telephone.heic", picture("heic 64x48")),
        ("telephone.png", picture("heic 64x48")),
        ("small.avif", picture("avif 64x48")),
        ("photograph.bin", picture("jpeg 64x48 gps named")),
    ];
    let mut text = "# A\n".to_owned();
    for (name, bytes) in &originals {
        text.push_str(&format!("\n[{name}]({name})\n"));
        files.put(&format!("content/{name}"), bytes);
    }
    files.put("content/a.md", &text);
    for is_shown in [false, true] {
        if is_shown {
            files.put("content/a.md", text.replace("\n[", "\n!["));
        }
        let (built, published) = common::build(
            &files,
            &pipeline::Request {
                is_lenient: true,
                ..request()
            },
        );
        for (path, bytes) in &published {
            assert!(
                !SECRETS.iter().any(|secret| holds(bytes, secret)),
                "{path}, shown: {is_shown}"
            );
        }
        for name in ["unreadable.jpg", "cut.gif", "scan.tiff", "scan.jpg"] {
            assert!(!published.contains_key(name), "{name}");
            assert!(
                built
                    .problems
                    .iter()
                    .any(|problem| problem.message.contains(name)),
                "{name} is reported: {:?}",
                built.problems
            );
        }
        assert!(
            published.contains_key("small.avif")
                && published.contains_key("telephone.heic")
                && published.contains_key("photograph.bin")
        );
    }
}

#[test]
fn a_color_profile_that_expands_without_limit_is_not_expanded() {
    let bytes = profile_bomb(70);
    let seen = images::read_header(ImageType::Png, &bytes);
    assert_eq!((seen.width, seen.height), (8, 8));
    assert!(!holds(
        &images::published(&seen, &bytes).expect("it is sound"),
        "iCCP"
    ));
    assert!(images::variants(&seen, &bytes, &[RECIPE]).is_ok());
    // A part of a WebP that claims to be longer than the file is not read.
    let mut webp =
        b"RIFF\x20\0\0\0WEBPVP8X\x0A\0\0\0\x20\0\0\0\x07\0\0\x07\0\0ICCP\xF0\xFF\xFF\xFF\0\0"
            .to_vec();
    webp.resize(40, 0);
    assert_eq!(
        images::read_header(ImageType::WebP, &webp).fault,
        Some(ImageFault::CutShort)
    );
}

#[test]
fn problems_of_a_linked_file_are_reported_where_the_link_is_now() {
    let mut files = site();
    let link = "[Tool](tool.html) and [scan](scan.tiff)";
    files.put("content/tips/tool.html", "<script>1</script>");
    files.put("content/tips/scan.tiff", picture("tiff 1x1"));
    let memory = BuildCache::of(Some(Arc::new(MemoryStore::default())));
    let lenient = pipeline::Request {
        is_lenient: true,
        ..request()
    };
    let mut before = BTreeMap::new();
    for lines in ["", "One more line.\n\n", "", "One more line.\n\n"] {
        files.put(
            "content/tips/c.md",
            format!("---\ntitle: C\nsummary: c\n---\n{lines}{link}\n"),
        );
        let shelf = Shelf {
            before,
            ..Shelf::default()
        };
        let built = pipeline::build(&files, &lenient, &shelf, &memory);
        let clean = pipeline::build(&files, &lenient, &Shelf::default(), &BuildCache::of(None));
        assert_eq!(built.problems, clean.problems);
        assert_eq!(built.problems.len(), 2, "{:?}", built.problems);
        before = shelf.now.into_inner().expect("no holder panics");
    }
}

#[test]
fn a_turned_picture_is_made_upright() {
    // From left to right the gradient is red; after a quarter turn it runs down.
    let bytes = picture("jpeg 96x64 turned=6");
    let seen = images::read_header(ImageType::Jpeg, &bytes);
    assert_eq!((seen.width, seen.height, seen.orientation), (64, 96, 6));
    let small = images::variants(&seen, &bytes, &[RECIPE])
        .expect("it can be read")
        .remove(0);
    let small = open(&small).to_rgb8();
    assert_eq!(small.dimensions(), (32, 48));
    let red = |x: u32, y: u32| i32::from(small.get_pixel(x, y).0[0]);
    assert!(red(16, 44) - red(16, 4) > 100, "red grows downwards");
    assert!(
        (red(28, 24) - red(4, 24)).abs() < 60,
        "and not from left to right"
    );
}

#[test]
fn every_kind_of_color_can_be_made_smaller() {
    let cmyk = include_bytes!("images/cmyk.jpg").to_vec();
    let palette = include_bytes!("images/palette.png").to_vec();
    let described = [
        "jpeg 64x48 grey",
        "png 64x48 grey",
        "png 64x48 deep",
        "png 64x48 clear",
        "gif 64x48",
        "webp 64x48",
    ]
    .map(picture);
    for (bytes, is_clear) in described
        .into_iter()
        .map(|bytes| (bytes, None))
        .chain([(cmyk, Some(false)), (palette, Some(false))])
    {
        let seen = images::read_header(ImageType::Png, &bytes);
        assert_eq!(
            (
                seen.width,
                seen.height,
                seen.fault.clone(),
                seen.is_animated
            ),
            (64, 48, None, false)
        );
        let small = open(&images::variants(&seen, &bytes, &[RECIPE]).expect("it can be read")[0]);
        assert_eq!((small.width(), small.height()), (32, 24));
        if is_clear == Some(false) {
            // Both halves have their own color: red and blue, or what CMYK makes of them.
            let (left, right) = (
                small.to_rgb8().get_pixel(4, 12).0,
                small.to_rgb8().get_pixel(28, 12).0,
            );
            assert_ne!(left, right);
        }
    }
    let clear = picture("png 64x48 clear");
    let small = open(
        &images::variants(
            &images::read_header(ImageType::Png, &clear),
            &clear,
            &[RECIPE],
        )
        .expect("it can be read")[0],
    )
    .to_rgba8();
    assert_eq!(
        (small.get_pixel(4, 12).0[3], small.get_pixel(28, 12).0[3]),
        (0, 255),
        "what is clear stays clear"
    );
}

#[test]
fn what_moves_is_left_alone() {
    let bytes = picture("gif 64x48 moving");
    let seen = images::read_header(ImageType::Gif, &bytes);
    assert!(seen.is_animated && seen.widths(&[16, 32]).is_empty());
    assert_eq!(
        images::published(&seen, &bytes).expect("it is sound"),
        Cow::Borrowed(&bytes[..])
    );
}

#[test]
fn too_large_cut_short_and_unreadable_are_known_from_the_header() {
    for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (200_000, 601)] {
        let seen = images::read_header(ImageType::Png, &bomb(width, height));
        let is_refused = seen.fault == Some(ImageFault::TooLarge)
            || matches!(seen.fault, Some(ImageFault::Unreadable(_)));
        assert!(
            is_refused && seen.widths(&[48]).is_empty(),
            "{width}x{height}: {seen:?}"
        );
    }
    assert_eq!(
        images::read_header(ImageType::Png, &bomb(60_000, 60_000)).fault,
        Some(ImageFault::TooLarge)
    );
    for described in [
        "jpeg 90x60 cut",
        "png 90x60 cut",
        "gif 90x60 cut",
        "webp 90x60 cut",
    ] {
        let fault = images::read_header(ImageType::Png, &picture(described)).fault;
        assert!(
            matches!(
                fault,
                Some(ImageFault::CutShort | ImageFault::Unreadable(_))
            ),
            "{described}: {fault:?}"
        );
    }
    for bytes in [
        &b""[..],
        b"text",
        b"\xFF\xD8\xFF",
        b"GIF89a",
        b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ",
        b"\x89PNG\r\n\x1a\n",
    ] {
        assert!(
            images::read_header(ImageType::Png, bytes).fault.is_some(),
            "{bytes:?}"
        );
    }
}

#[test]
fn no_file_is_too_odd_to_be_looked_at() {
    // Every beginning of an image, and every image with one changed byte, is reported or read
    // without a panic.
    for described in [
        "jpeg 24x16 gps named turned=6",
        "png 24x16 gps named",
        "gif 12x8 moving",
        "webp 24x16",
    ] {
        let whole = picture(described);
        for at in 0..whole.len() {
            let mut odd = whole.clone();
            odd[at] ^= 0xFF;
            for bytes in [&whole[..at], &odd] {
                let seen = images::read_header(ImageType::Png, bytes);
                let _ = images::published(&seen, bytes);
            }
        }
    }
}

#[test]
fn a_color_profile_that_is_not_the_usual_one_stays() {
    let mut profile = vec![0_u8; 200];
    profile[16..20].copy_from_slice(b"RGB ");
    profile[100..110].copy_from_slice(b"Display P3");
    let plain = picture("jpeg 64x48");
    let part = [&b"ICC_PROFILE\0\x01\x01"[..], &profile].concat();
    let length = u16::try_from(part.len() + 2).expect("short").to_be_bytes();
    let bytes = [&plain[..2], &[0xFF, 0xE2], &length, &part, &plain[2..]].concat();
    let seen = images::read_header(ImageType::Jpeg, &bytes);
    assert!(holds(
        &images::published(&seen, &bytes).expect("it is sound"),
        "Display P3"
    ));
    let small = images::variants(&seen, &bytes, &[RECIPE])
        .expect("it can be read")
        .remove(0);
    let mut reader =
        image::codecs::webp::WebPDecoder::new(Cursor::new(&small)).expect("it is WebP");
    assert_eq!(reader.icc_profile().expect("it can be read"), Some(profile));
    assert_eq!((open(&small).width(), open(&small).height()), (32, 24));
}

/// A sink that keeps what it gets, and what was there before if it is asked to.
#[derive(Default)]
struct Shelf {
    before: BTreeMap<OutputPath, Vec<u8>>,
    now: Mutex<BTreeMap<OutputPath, Vec<u8>>>,
    put: Mutex<Vec<String>>,
}

impl Sink for Shelf {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        _: Fingerprint,
    ) -> Result<(), String> {
        self.put
            .lock()
            .expect("no holder panics")
            .push(path.to_string());
        self.now
            .lock()
            .expect("no holder panics")
            .insert(path.clone(), bytes.into_owned());
        Ok(())
    }

    fn keep(&self, path: &OutputPath, hash: Fingerprint) -> bool {
        let Some(bytes) = self
            .before
            .get(path)
            .filter(|bytes| Fingerprint::of(bytes) == hash)
        else {
            return false;
        };
        self.now
            .lock()
            .expect("no holder panics")
            .insert(path.clone(), bytes.clone());
        true
    }
}

/// A site with two pages, each with an image; a list shows the first image as well.
fn site() -> MemoryFiles {
    let mut files = MemoryFiles::default();
    files.put(
        "handsel.yaml",
        "title: Hens\nbase_url: https://example.org/docs/\nimages: { widths: [40, 80] }\n",
    );
    files.put(
        "content/guides/a.md",
        "---\ntitle: A\nsummary: a\n---\n![Hen](hen.jpg)\n",
    );
    files.put(
        "content/tips/b.md",
        "---\ntitle: B\nsummary: b\n---\n![Cow](cow.png) and [a file](other.jpg)\n",
    );
    files.put("content/guides/hen.jpg", picture("jpeg 120x90 gps"));
    files.put("content/tips/cow.png", picture("png 60x45"));
    files.put("content/tips/other.jpg", picture("jpeg 100x90 seed=4"));
    files
}

/// Builds with a cache over what was published; returns the files that exist now and those that
/// were written.
fn build(
    files: &MemoryFiles,
    memory: &BuildCache,
    before: &BTreeMap<OutputPath, Vec<u8>>,
) -> (BTreeMap<OutputPath, Vec<u8>>, Vec<String>) {
    let shelf = Shelf {
        before: before.clone(),
        ..Shelf::default()
    };
    let built = pipeline::build(files, &request(), &shelf, memory);
    assert_eq!(built.problems, []);
    let mut put = shelf.put.into_inner().expect("no holder panics");
    put.sort();
    (shelf.now.into_inner().expect("no holder panics"), put)
}

fn kept(files: &MemoryFiles) -> (Arc<MemoryStore>, BuildCache, BTreeMap<OutputPath, Vec<u8>>) {
    let store = Arc::new(MemoryStore::default());
    let memory = BuildCache::of(Some(Arc::clone(&store) as Arc<dyn CacheStore>));
    let (published, _) = build(files, &memory, &BTreeMap::new());
    (store, memory, published)
}

fn smaller(paths: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    let all = paths
        .into_iter()
        .map(|path| path.to_string())
        .filter(|path| path.starts_with("images."));
    all.map(|path| {
        path.split_once('/')
            .expect("it is in a folder")
            .1
            .to_owned()
    })
    .collect()
}

#[test]
fn only_what_pages_show_is_made_smaller() {
    let (_, _, published) = kept(&site());
    let made: Vec<String> = smaller(published.keys())
        .iter()
        .map(|name| name.rsplitn(3, '.').nth(2).expect("named").to_owned())
        .collect();
    assert_eq!(
        made,
        [
            "guides/hen.jpg.40",
            "guides/hen.jpg.80",
            "tips/cow.png.40",
            "tips/cow.png.60"
        ]
    );
    let original = &published[&OutputPath::new("guides/hen.jpg").expect("inside")];
    assert!(!holds(original, SECRETS[0]));
}

#[test]
fn a_changed_picture_changes_the_pages_that_show_it_and_nothing_else() {
    let mut files = site();
    let (_, memory, published) = kept(&files);
    files.put("content/guides/hen.jpg", picture("jpeg 120x96 seed=3"));
    let (now, put) = build(&files, &memory, &published);
    let pages: Vec<&String> = put.iter().filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, ["guides/a/index.html"]);
    assert_eq!(smaller(&put).len(), 2);
    let (clean, _) = build(&files, &BuildCache::of(None), &BTreeMap::new());
    assert!(now == clean, "as a clean build has it");
    // An image that is only linked changes no page.
    files.put("content/tips/other.jpg", picture("jpeg 100x90 seed=5"));
    let (_, put) = build(&files, &memory, &now);
    assert!(
        !put.iter()
            .any(|path| path.ends_with(".html") || path.starts_with("images.")),
        "{put:?}"
    );
}

#[test]
fn a_setting_changes_what_it_says() {
    let mut files = site();
    let (_, memory, published) = kept(&files);
    for images in [
        "false",
        "{ widths: [40, 80], quality: 50 }",
        "{ widths: [50] }",
        "{ sizes: 10vw }",
        "true",
    ] {
        files.put(
            "handsel.yaml",
            format!("title: Hens\nbase_url: https://example.org/docs/\nimages: {images}\n"),
        );
        let (now, _) = build(&files, &memory, &published);
        let (clean, _) = build(&files, &BuildCache::of(None), &BTreeMap::new());
        assert!(now == clean, "{images}");
        assert_ne!(now, published, "{images}");
    }
}

#[test]
fn nothing_is_encoded_twice() {
    let files = site();
    let (store, memory, published) = kept(&files);
    let names = store.names("piece-");
    assert_eq!(names.len(), 4);
    // The output folder and the records of it are lost, but not the encoded images.
    for name in store.names("drawn-") {
        store.remove(&name);
    }
    for name in &names {
        store.write(name, name.as_bytes());
    }
    let (now, _) = build(&files, &memory, &BTreeMap::new());
    let from_memory = now
        .iter()
        .filter(|(path, _)| path.as_str().starts_with("images."));
    assert!(
        from_memory.clone().count() == 4
            && from_memory
                .clone()
                .all(|(_, bytes)| bytes.starts_with(b"piece-"))
    );
    // With both in place, no image is made.
    let (_, again, published_again) = (store, memory, published);
    let (_, put) = build(&files, &again, &now);
    assert!(smaller(&put).is_empty(), "{put:?}");
    drop(published_again);
}

#[test]
fn the_preview_gives_what_a_build_gives() {
    let files = site();
    let (published, _) = build(&files, &BuildCache::of(None), &BTreeMap::new());
    let shared: Arc<dyn Files + Send + Sync> = Arc::new(files);
    let live = Session::open(shared, request(), BuildCache::of(None));
    for (path, wanted) in &published {
        match live.answer(&format!("/{path}"), false) {
            LiveAnswer::Found { bytes, .. } => assert!(bytes == *wanted, "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    let folder = smaller_folder(&published);
    for odd in [
        "hen.jpg",
        "guides/hen.jpg.40.00000000.webp",
        "guides/hen.jpg.41.12345678.webp",
        "x",
        "",
        "../handsel.yaml",
    ] {
        assert!(
            matches!(
                live.answer(&format!("/{folder}/{odd}"), false),
                LiveAnswer::Missing { .. } | LiveAnswer::Moved(_)
            ),
            "{odd}"
        );
    }
    live.refresh(&ChangedPaths::Everything);
}

fn smaller_folder(published: &BTreeMap<OutputPath, Vec<u8>>) -> String {
    let path = published
        .keys()
        .find(|path| path.as_str().starts_with("images."))
        .expect("there are some");
    path.as_str()
        .split_once('/')
        .expect("it is in a folder")
        .0
        .to_owned()
}

#[test]
fn what_cannot_be_decoded_is_reported_where_a_page_refers_to_it_by_build_and_check() {
    let mut files = site();
    let mut broken = picture("png 120x90");
    let at = broken
        .windows(4)
        .position(|window| window == b"IDAT")
        .expect("it has pixels")
        + 40;
    broken[at..at + 60].fill(0);
    files.put("content/guides/hen.jpg", broken);
    let shelf = Shelf::default();
    for sink in [&shelf as &dyn Sink, &NullSink] {
        let built = pipeline::build(&files, &request(), sink, &BuildCache::of(None));
        let reported: Vec<String> = built
            .problems
            .iter()
            .map(|problem| {
                format!(
                    "{} {}",
                    problem.code,
                    problem.location.as_ref().expect("placed")
                )
            })
            .collect();
        assert_eq!(reported, ["bad-image content/guides/a.md:5:1"]);
    }
}

#[test]
fn one_thread_or_many_make_the_same_bytes() {
    let files = site();
    let build_with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads can be had");
        pool.install(|| build(&files, &BuildCache::of(None), &BTreeMap::new()).0)
    };
    assert!(build_with(1) == build_with(4));
}

#[test]
fn what_is_remembered_is_bounded() {
    let store = MemoryStore::default();
    for number in 0..10 {
        store.write(&format!("piece-{number}"), &[0; 100]);
    }
    store.write("pages-00", &[0; 1000]);
    store.bound("piece-", 450);
    assert_eq!(store.names("piece-").len(), 4);
    assert_eq!(store.names("pages-"), ["pages-00"]);
}

/// An image of soft waves, which AVIF makes smaller. Flat images of one color become larger.
#[cfg(feature = "avif")]
fn painted(format: image::ImageFormat, is_flat: bool) -> Vec<u8> {
    let wave = |at: f64| {
        if is_flat {
            128
        } else {
            (128.0 + 90.0 * at.sin()) as u8
        }
    };
    let pixels = image::RgbImage::from_fn(400, 300, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        image::Rgb([
            wave(x / 18.0 + y / 11.0),
            wave(x / 25.0 - y / 15.0),
            wave(y / 9.0),
        ])
    });
    let mut bytes = Vec::new();
    DynamicImage::from(pixels)
        .write_to(&mut Cursor::new(&mut bytes), format)
        .expect("memory can be written");
    bytes
}

#[cfg(feature = "avif")]
fn site_with_avif() -> MemoryFiles {
    let mut files = site();
    files.put("handsel.yaml", "title: Hens\nbase_url: https://example.org/docs/\nimages: { widths: [200, 400], avif: true }\n");
    files.put(
        "content/guides/hen.jpg",
        painted(image::ImageFormat::Jpeg, false),
    );
    files.put(
        "content/tips/cow.png",
        painted(image::ImageFormat::Png, true),
    );
    files
}

#[cfg(feature = "avif")]
fn with_avif(published: &BTreeMap<OutputPath, Vec<u8>>) -> (Vec<String>, Vec<&str>) {
    let names = smaller(published.keys())
        .into_iter()
        .filter(|name| name.ends_with(".avif"));
    let offers = |path: &&OutputPath| holds(&published[*path], "<source type=\"image/avif\"");
    (
        names
            .map(|name| name.rsplitn(3, '.').nth(2).expect("named").to_owned())
            .collect(),
        published
            .keys()
            .filter(offers)
            .map(OutputPath::as_str)
            .collect(),
    )
}

#[cfg(feature = "avif")]
#[test]
fn avif_is_offered_where_it_is_smaller_however_the_site_is_built() {
    let mut files = site_with_avif();
    let (store, memory, published) = kept(&files);
    let (names, pages) = with_avif(&published);
    assert_eq!(names, ["guides/hen.jpg.200", "guides/hen.jpg.400"]);
    assert_eq!(pages, ["guides/a/index.html"]);
    let clean = |files: &MemoryFiles| build(files, &BuildCache::of(None), &BTreeMap::new()).0;
    assert!(clean(&files) == published);
    // First what is known about the offers is lost, then the encoded images.
    for lost in ["offers", "drawn-"] {
        store.names(lost).iter().for_each(|name| store.remove(name));
        assert!(build(&files, &memory, &published).0 == published, "{lost}");
    }
    files.put(
        "content/guides/hen.jpg",
        painted(image::ImageFormat::Jpeg, true),
    );
    files.put(
        "content/tips/cow.png",
        painted(image::ImageFormat::Png, false),
    );
    let (now, _) = build(&files, &memory, &published);
    assert!(now == clean(&files));
    assert_eq!(
        with_avif(&now),
        (
            vec!["tips/cow.png.200".to_owned(), "tips/cow.png.400".to_owned()],
            vec!["tips/b/index.html"]
        )
    );
}

#[cfg(feature = "avif")]
#[test]
fn neither_the_preview_nor_a_check_waits_for_avif() {
    let files = site_with_avif();
    let (store, _, published) = kept(&files);
    let shared: Arc<dyn Files + Send + Sync> = Arc::new(files.clone());
    let answer = |memory: BuildCache, path: &OutputPath| match Session::open(
        Arc::clone(&shared),
        request(),
        memory,
    )
    .answer(&format!("/{path}"), false)
    {
        LiveAnswer::Found { bytes, .. } => bytes,
        other => panic!("{path}: {other:?}"),
    };
    let page = OutputPath::new("guides/a/index.html").expect("inside");
    assert!(!holds(&answer(Memory::of(None), &page), "avif"));
    // The preview uses what a build found out.
    for path in published
        .keys()
        .filter(|path| path.as_str().ends_with(".avif"))
        .chain([&page])
    {
        assert!(
            answer(Memory::of(Some(Arc::clone(&store) as Arc<dyn Store>)), path) == published[path],
            "{path}"
        );
    }
    let checked = Arc::new(MemoryStore::default());
    pipeline::build(
        &files,
        &request(),
        &NullSink,
        &BuildCache::of(Some(Arc::clone(&checked) as Arc<dyn CacheStore>)),
    );
    assert_eq!(checked.names("piece-"), Vec::<String>::new());
}
