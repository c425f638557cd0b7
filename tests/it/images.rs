//! Images: what is read from them, what is removed, which variants are made, and that no variant is
//! made twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use crate::common::images::{SECRETS, bomb, profile_bomb, sample_image};
use crate::common::request;
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

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn private_metadata_is_removed_and_no_pixel_changes() {
    for description in [
        "jpeg 64x48 gps named trailing",
        "jpeg 64x48 gps turned=6 trailing",
        "jpeg 64x48 named grey",
        "png 64x48 gps named trailing",
        "png 64x48 deep turned=3 gps",
        "png 64x48 clear named",
    ] {
        let bytes = sample_image(description);
        assert!(
            SECRETS.iter().any(|secret| contains(&bytes, secret)),
            "{description}: the image contains private metadata"
        );
        let header = images::read_header(ImageType::Png, &bytes);
        assert_eq!(header.fault, None, "{description}");
        let clean = images::published(&header, &bytes).expect("the image is valid");
        assert!(
            !SECRETS.iter().any(|secret| contains(&clean, secret)),
            "{description}"
        );
        assert_eq!(open(&clean), open(&bytes), "{description}");
        // Cleaning the image again changes nothing, and its orientation is the same.
        let again = images::read_header(ImageType::Png, &clean);
        assert_eq!(
            (again.orientation, again.width, again.height),
            (header.orientation, header.width, header.height),
            "{description}"
        );
        assert_eq!(
            images::published(&again, &clean).expect("the image is valid"),
            clean,
            "{description}"
        );
    }
}

#[test]
fn avif_and_heic_files_are_cleaned_in_place() {
    for (description, fault) in [
        ("avif 64x48", None),
        (
            "heic 64x48",
            Some(ImageFault::NotShown("a HEIC image".to_owned())),
        ),
    ] {
        let bytes = sample_image(description);
        assert!(
            SECRETS.iter().all(|secret| contains(&bytes, secret)),
            "{description}: the image contains private metadata"
        );
        let header = images::read_header(ImageType::Avif, &bytes);
        assert_eq!(header.fault, fault, "{description}");
        let clean = images::published(&header, &bytes).expect("its parts are known");
        assert!(
            !SECRETS.iter().any(|secret| contains(&clean, secret)),
            "{description}"
        );
        assert!(
            contains(&clean, "the pixels") && clean.len() == bytes.len(),
            "{description}"
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
fn no_original_is_published_with_private_metadata() {
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
        ("scan.tiff", sample_image("tiff 1x1")),
        ("scan.jpg", sample_image("tiff 1x1")),
        ("telephone.heic", sample_image("heic 64x48")),
        ("telephone.png", sample_image("heic 64x48")),
        ("small.avif", sample_image("avif 64x48")),
        ("photograph.bin", sample_image("jpeg 64x48 gps named")),
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
        let (built, published) = crate::common::build(
            &files,
            &pipeline::Request {
                is_lenient: true,
                ..request()
            },
        );
        for (path, bytes) in &published {
            assert!(
                !SECRETS.iter().any(|secret| contains(bytes, secret)),
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
fn a_color_profile_that_expands_too_far_is_dropped() {
    let bytes = profile_bomb(70);
    let header = images::read_header(ImageType::Png, &bytes);
    assert_eq!((header.width, header.height), (8, 8));
    assert!(!contains(
        &images::published(&header, &bytes).expect("the image is valid"),
        "iCCP"
    ));
    assert!(images::variants(&header, &bytes, &[RECIPE]).is_ok());
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
fn problems_of_a_linked_file_follow_the_position_of_the_link() {
    let mut files = site();
    let link = "[Tool](tool.html) and [scan](scan.tiff)";
    files.put("content/tips/tool.html", "<script>1</script>");
    files.put("content/tips/scan.tiff", sample_image("tiff 1x1"));
    let build_cache = BuildCache::of(Some(Arc::new(MemoryStore::default())));
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
        let sink = RecordingSink {
            before,
            ..RecordingSink::default()
        };
        let built = pipeline::build(&files, &lenient, &sink, &build_cache);
        let clean = pipeline::build(
            &files,
            &lenient,
            &RecordingSink::default(),
            &BuildCache::of(None),
        );
        assert_eq!(built.problems, clean.problems);
        assert_eq!(built.problems.len(), 2, "{:?}", built.problems);
        before = sink.now.into_inner().expect("no holder panics");
    }
}

#[test]
fn a_rotated_image_becomes_upright() {
    // The red gradient runs from left to right. After a quarter turn it runs downward.
    let bytes = sample_image("jpeg 96x64 turned=6");
    let header = images::read_header(ImageType::Jpeg, &bytes);
    assert_eq!(
        (header.width, header.height, header.orientation),
        (64, 96, 6)
    );
    let small = images::variants(&header, &bytes, &[RECIPE])
        .expect("it can be read")
        .remove(0);
    let small = open(&small).to_rgb8();
    assert_eq!(small.dimensions(), (32, 48));
    let red = |x: u32, y: u32| i32::from(small.get_pixel(x, y).0[0]);
    assert!(red(16, 44) - red(16, 4) > 100, "red increases downward");
    assert!(
        (red(28, 24) - red(4, 24)).abs() < 60,
        "and not from left to right"
    );
}

#[test]
fn images_of_every_color_type_are_scaled() {
    let cmyk = include_bytes!("../images/cmyk.jpg").to_vec();
    let palette = include_bytes!("../images/palette.png").to_vec();
    let images = [
        "jpeg 64x48 grey",
        "png 64x48 grey",
        "png 64x48 deep",
        "png 64x48 clear",
        "gif 64x48",
        "webp 64x48",
    ]
    .map(sample_image);
    for (bytes, is_clear) in images
        .into_iter()
        .map(|bytes| (bytes, None))
        .chain([(cmyk, Some(false)), (palette, Some(false))])
    {
        let header = images::read_header(ImageType::Png, &bytes);
        assert_eq!(
            (
                header.width,
                header.height,
                header.fault.clone(),
                header.is_animated
            ),
            (64, 48, None, false)
        );
        let small = open(&images::variants(&header, &bytes, &[RECIPE]).expect("it can be read")[0]);
        assert_eq!((small.width(), small.height()), (32, 24));
        if is_clear == Some(false) {
            // The halves differ in color: red and blue, or their CMYK equivalents.
            let (left, right) = (
                small.to_rgb8().get_pixel(4, 12).0,
                small.to_rgb8().get_pixel(28, 12).0,
            );
            assert_ne!(left, right);
        }
    }
    let clear = sample_image("png 64x48 clear");
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
        "transparent pixels stay transparent"
    );
}

#[test]
fn animations_are_unchanged() {
    let bytes = sample_image("gif 64x48 moving");
    let header = images::read_header(ImageType::Gif, &bytes);
    assert!(header.is_animated && header.widths(&[16, 32]).is_empty());
    assert_eq!(
        images::published(&header, &bytes).expect("the image is valid"),
        Cow::Borrowed(&bytes[..])
    );
}

#[test]
fn faults_of_an_image_are_detected_from_its_header() {
    for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (200_000, 601)] {
        let header = images::read_header(ImageType::Png, &bomb(width, height));
        let is_refused = header.fault == Some(ImageFault::TooLarge)
            || matches!(header.fault, Some(ImageFault::Unreadable(_)));
        assert!(
            is_refused && header.widths(&[48]).is_empty(),
            "{width}x{height}: {header:?}"
        );
    }
    assert_eq!(
        images::read_header(ImageType::Png, &bomb(60_000, 60_000)).fault,
        Some(ImageFault::TooLarge)
    );
    for description in [
        "jpeg 90x60 cut",
        "png 90x60 cut",
        "gif 90x60 cut",
        "webp 90x60 cut",
    ] {
        let fault = images::read_header(ImageType::Png, &sample_image(description)).fault;
        assert!(
            matches!(
                fault,
                Some(ImageFault::CutShort | ImageFault::Unreadable(_))
            ),
            "{description}: {fault:?}"
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
fn damaged_images_never_cause_a_panic() {
    // Every beginning of an image, and every image with one changed byte, is reported or read
    // without a panic.
    for description in [
        "jpeg 24x16 gps named turned=6",
        "png 24x16 gps named",
        "gif 12x8 moving",
        "webp 24x16",
    ] {
        let whole = sample_image(description);
        for at in 0..whole.len() {
            let mut odd = whole.clone();
            odd[at] ^= 0xFF;
            for bytes in [&whole[..at], &odd] {
                let header = images::read_header(ImageType::Png, bytes);
                let _ = images::published(&header, bytes);
            }
        }
    }
}

#[test]
fn an_unusual_color_profile_is_kept() {
    let mut profile = vec![0_u8; 200];
    profile[16..20].copy_from_slice(b"RGB ");
    profile[100..110].copy_from_slice(b"Display P3");
    let plain = sample_image("jpeg 64x48");
    let part = [&b"ICC_PROFILE\0\x01\x01"[..], &profile].concat();
    let length = u16::try_from(part.len() + 2).expect("short").to_be_bytes();
    let bytes = [&plain[..2], &[0xFF, 0xE2], &length, &part, &plain[2..]].concat();
    let header = images::read_header(ImageType::Jpeg, &bytes);
    assert!(contains(
        &images::published(&header, &bytes).expect("the image is valid"),
        "Display P3"
    ));
    let small = images::variants(&header, &bytes, &[RECIPE])
        .expect("it can be read")
        .remove(0);
    let mut reader =
        image::codecs::webp::WebPDecoder::new(Cursor::new(&small)).expect("it is WebP");
    assert_eq!(reader.icc_profile().expect("it can be read"), Some(profile));
    assert_eq!((open(&small).width(), open(&small).height()), (32, 24));
}

/// A sink that records what it gets, and keeps an earlier output when the build asks for it.
#[derive(Default)]
struct RecordingSink {
    before: BTreeMap<OutputPath, Vec<u8>>,
    now: Mutex<BTreeMap<OutputPath, Vec<u8>>>,
    put: Mutex<Vec<String>>,
}

impl Sink for RecordingSink {
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
    files.put("content/guides/hen.jpg", sample_image("jpeg 120x90 gps"));
    files.put("content/tips/cow.png", sample_image("png 60x45"));
    files.put("content/tips/other.jpg", sample_image("jpeg 100x90 seed=4"));
    files
}

/// Builds with a cache and the earlier outputs; returns the files that exist now and the paths of
/// those that were written.
fn build(
    files: &MemoryFiles,
    build_cache: &BuildCache,
    before: &BTreeMap<OutputPath, Vec<u8>>,
) -> (BTreeMap<OutputPath, Vec<u8>>, Vec<String>) {
    let sink = RecordingSink {
        before: before.clone(),
        ..RecordingSink::default()
    };
    let built = pipeline::build(files, &request(), &sink, build_cache);
    assert_eq!(built.problems, []);
    let mut put = sink.put.into_inner().expect("no holder panics");
    put.sort();
    (sink.now.into_inner().expect("no holder panics"), put)
}

fn build_with_cache(
    files: &MemoryFiles,
) -> (Arc<MemoryStore>, BuildCache, BTreeMap<OutputPath, Vec<u8>>) {
    let store = Arc::new(MemoryStore::default());
    let build_cache = BuildCache::of(Some(Arc::clone(&store) as Arc<dyn CacheStore>));
    let (published, _) = build(files, &build_cache, &BTreeMap::new());
    (store, build_cache, published)
}

fn variant_names(paths: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
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
fn only_images_on_pages_get_variants() {
    let (_, _, published) = build_with_cache(&site());
    let made: Vec<String> = variant_names(published.keys())
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
    assert!(!contains(original, SECRETS[0]));
}

#[test]
fn a_changed_image_changes_only_the_pages_that_show_it() {
    let mut files = site();
    let (_, build_cache, published) = build_with_cache(&files);
    files.put("content/guides/hen.jpg", sample_image("jpeg 120x96 seed=3"));
    let (now, put) = build(&files, &build_cache, &published);
    let pages: Vec<&String> = put.iter().filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, ["guides/a/index.html"]);
    assert_eq!(variant_names(&put).len(), 2);
    let (clean, _) = build(&files, &BuildCache::of(None), &BTreeMap::new());
    assert!(now == clean, "the result equals a clean build");
    // An image that is only linked changes no page.
    files.put("content/tips/other.jpg", sample_image("jpeg 100x90 seed=5"));
    let (_, put) = build(&files, &build_cache, &now);
    assert!(
        !put.iter()
            .any(|path| path.ends_with(".html") || path.starts_with("images.")),
        "{put:?}"
    );
}

#[test]
fn every_image_setting_takes_effect() {
    let mut files = site();
    let (_, build_cache, published) = build_with_cache(&files);
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
        let (now, _) = build(&files, &build_cache, &published);
        let (clean, _) = build(&files, &BuildCache::of(None), &BTreeMap::new());
        assert!(now == clean, "{images}");
        assert_ne!(now, published, "{images}");
    }
}

#[test]
fn nothing_is_encoded_twice() {
    let files = site();
    let (store, build_cache, published) = build_with_cache(&files);
    let names = store.names("piece-");
    assert_eq!(names.len(), 4);
    // The output folder and the records of it are lost, but not the encoded images.
    for name in store.names("drawn-") {
        store.remove(&name);
    }
    for name in &names {
        store.write(name, name.as_bytes());
    }
    let (now, _) = build(&files, &build_cache, &BTreeMap::new());
    let from_memory = now
        .iter()
        .filter(|(path, _)| path.as_str().starts_with("images."));
    assert!(
        from_memory.clone().count() == 4
            && from_memory
                .clone()
                .all(|(_, bytes)| bytes.starts_with(b"piece-"))
    );
    // With both in place, no image is encoded.
    let (_, again, published_again) = (store, build_cache, published);
    let (_, put) = build(&files, &again, &now);
    assert!(variant_names(&put).is_empty(), "{put:?}");
    drop(published_again);
}

#[test]
fn the_preview_serves_the_images_of_a_build() {
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
    let folder = variant_folder(&published);
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

fn variant_folder(published: &BTreeMap<OutputPath, Vec<u8>>) -> String {
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
fn build_and_check_report_a_damaged_image_where_a_page_uses_it() {
    let mut files = site();
    let mut broken = sample_image("png 120x90");
    let at = broken
        .windows(4)
        .position(|window| window == b"IDAT")
        .expect("it has pixels")
        + 40;
    broken[at..at + 60].fill(0);
    files.put("content/guides/hen.jpg", broken);
    let sink = RecordingSink::default();
    for sink in [&sink as &dyn Sink, &NullSink] {
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
            .expect("threads can be started");
        pool.install(|| build(&files, &BuildCache::of(None), &BTreeMap::new()).0)
    };
    assert!(build_with(1) == build_with(4));
}

#[test]
fn the_stored_images_are_bounded() {
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
    let names = variant_names(published.keys())
        .into_iter()
        .filter(|name| name.ends_with(".avif"));
    let offers = |path: &&OutputPath| contains(&published[*path], "<source type=\"image/avif\"");
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
    let (store, build_cache, published) = build_with_cache(&files);
    let (names, pages) = with_avif(&published);
    assert_eq!(names, ["guides/hen.jpg.200", "guides/hen.jpg.400"]);
    assert_eq!(pages, ["guides/a/index.html"]);
    let clean = |files: &MemoryFiles| build(files, &BuildCache::of(None), &BTreeMap::new()).0;
    assert!(clean(&files) == published);
    // First the record of the offered images is lost, then the encoded images.
    for lost in ["offers", "drawn-"] {
        store.names(lost).iter().for_each(|name| store.remove(name));
        assert!(
            build(&files, &build_cache, &published).0 == published,
            "{lost}"
        );
    }
    files.put(
        "content/guides/hen.jpg",
        painted(image::ImageFormat::Jpeg, true),
    );
    files.put(
        "content/tips/cow.png",
        painted(image::ImageFormat::Png, false),
    );
    let (now, _) = build(&files, &build_cache, &published);
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
    let (store, _, published) = build_with_cache(&files);
    let shared: Arc<dyn Files + Send + Sync> = Arc::new(files.clone());
    let answer = |build_cache: BuildCache, path: &OutputPath| match Session::open(
        Arc::clone(&shared),
        request(),
        build_cache,
    )
    .answer(&format!("/{path}"), false)
    {
        LiveAnswer::Found { bytes, .. } => bytes,
        other => panic!("{path}: {other:?}"),
    };
    let page = OutputPath::new("guides/a/index.html").expect("inside");
    assert!(!contains(&answer(BuildCache::of(None), &page), "avif"));
    // The preview uses the variants of an earlier build.
    for path in published
        .keys()
        .filter(|path| path.as_str().ends_with(".avif"))
        .chain([&page])
    {
        assert!(
            answer(
                BuildCache::of(Some(Arc::clone(&store) as Arc<dyn CacheStore>)),
                path
            ) == published[path],
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
