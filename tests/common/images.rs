//! Images made from a description: `png 40x30`, `jpeg 400x300 turned=6 gps`, `png 8x8 grey`, `gif
//! 20x10 moving`, `jpeg 90x60 cut`.
//!
//! Each is encoded with the codecs that Handsel uses, with a color gradient in it, and then given
//! metadata, cut or extended as described.

use std::io::Cursor;

use handsel::fingerprint::Fingerprint;
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgba, RgbaImage};

/// What the metadata of the images contains: a location (GPS) and a name.
pub const SECRETS: [&str; 2] = ["52,31.2N", "Camera of Ada"];

/// # Panics
/// If the description is not valid.
pub fn sample_image(description: &str) -> Vec<u8> {
    let mut words = description.split_whitespace();
    let format = words.next().expect("a format");
    if let Some(other) = other(format) {
        return other;
    }
    let (width, height) = words
        .next()
        .and_then(|size| size.split_once('x'))
        .expect("a size");
    let (width, height) = (
        width.parse().expect("a width"),
        height.parse().expect("a height"),
    );
    let words: Vec<&str> = words.collect();
    let has = |word: &str| words.contains(&word);
    let turned = words
        .iter()
        .find_map(|word| word.strip_prefix("turned="))
        .map_or(1, |turned| turned.parse().expect("1 to 8"));
    let seed = words
        .iter()
        .find_map(|word| word.strip_prefix("seed="))
        .map_or(0, |seed| seed.parse().expect("a number"));
    let pixels = pixels(width, height, seed, has("clear"));
    let mut bytes = match format {
        "gif" => gif(&pixels, has("moving")),
        "png" => encoded(&colored(pixels, &words), ImageFormat::Png),
        "webp" => encoded(&DynamicImage::ImageRgba8(pixels), ImageFormat::WebP),
        _ => encoded(&colored(pixels, &words), ImageFormat::Jpeg),
    };
    if turned != 1 || has("gps") {
        let exif = exif(turned, has("gps"));
        bytes = match format {
            "png" => with_png_chunk(&bytes, b"eXIf", &exif),
            _ => with_jpeg_part(&bytes, 0xE1, &[b"Exif\0\0", &exif[..]].concat()),
        };
    }
    if has("named") {
        bytes = match format {
            "png" => with_png_chunk(
                &bytes,
                b"tEXt",
                format!("Author\0{}", SECRETS[1]).as_bytes(),
            ),
            _ => with_jpeg_part(&bytes, 0xFE, SECRETS[1].as_bytes()),
        };
    }
    if has("cut") {
        bytes.truncate(bytes.len() * 3 / 4);
    }
    if has("trailing") {
        bytes.extend(SECRETS[0].as_bytes());
    }
    bytes
}

/// Files that are not encoded: `avif`, `heic` (with a location in it), `tiff`, `pdf`, `film`.
fn other(format: &str) -> Option<Vec<u8>> {
    Some(match format {
        "avif" => boxed(b"avif", b"av01"),
        "heic" => boxed(b"heic", b"hvc1"),
        "tiff" => [b"II*\0\x08\0\0\0\0\0", SECRETS[0].as_bytes()].concat(),
        "pdf" => b"%PDF-1.4\n%%EOF\n".to_vec(),
        "film" => b"\0\0\0\x10ftypisom\0\0\0\0".to_vec(),
        _ => return None,
    })
}

/// An image in a file of boxes (ISO/IEC 23008-12): item 1 is the image, item 2 is the Exif data
/// with its location, and between them is a name.
fn boxed(brand: &[u8; 4], codec: &[u8; 4]) -> Vec<u8> {
    let part = |name: &[u8; 4], content: &[u8]| {
        [
            &u32::try_from(content.len() + 8)
                .expect("short")
                .to_be_bytes()[..],
            name,
            content,
        ]
        .concat()
    };
    let item = |number: u8, kind: &[u8; 4]| {
        part(
            b"infe",
            &[&[2, 0, 0, 0, 0, number, 0, 0], &kind[..], b"\0"].concat(),
        )
    };
    let file_type = part(b"ftyp", &[&brand[..], &[0; 4], b"mif1", brand].concat());
    let (pixels, place, name) = (b"the pixels", SECRETS[0].as_bytes(), SECRETS[1].as_bytes());
    let meta = |from: u32| {
        let extent = |number: u8, from: u32, length: usize| {
            let length = u32::try_from(length).expect("short");
            [
                &[0, number, 0, 0, 0, 1][..],
                &from.to_be_bytes(),
                &length.to_be_bytes(),
            ]
            .concat()
        };
        let place_at = from + u32::try_from(pixels.len() + name.len()).expect("short");
        let locations = [
            &[0, 0, 0, 0, 0x44, 0, 0, 2][..],
            &extent(1, from, pixels.len()),
            &extent(2, place_at, place.len()),
        ]
        .concat();
        let infos = [&[0, 0, 0, 0, 0, 2][..], &item(1, codec), &item(2, b"Exif")].concat();
        let size = part(
            b"ispe",
            &[&[0; 4][..], &64_u32.to_be_bytes(), &48_u32.to_be_bytes()].concat(),
        );
        let content = [
            &[0; 4][..],
            &part(b"hdlr", &[0; 24]),
            &part(b"iinf", &infos),
            &part(b"iloc", &locations),
            &part(b"iprp", &size),
        ];
        part(b"meta", &content.concat())
    };
    let from = u32::try_from(file_type.len() + meta(0).len() + 8).expect("short");
    let data = part(b"mdat", &[&pixels[..], name, place].concat());
    [file_type, meta(from), data, part(b"uuid", place)].concat()
}

/// A PNG whose color profile decompresses to that many megabytes.
pub fn profile_bomb(megabytes: usize) -> Vec<u8> {
    // A block of DEFLATE with one byte and many copies of it.
    let mut compressed = vec![0x78, 0x9C];
    compressed.extend(libdeflate_zeros(megabytes << 20));
    with_png_chunk(
        &sample_image("png 8x8"),
        b"iCCP",
        &[b"x\0\0", &compressed[..]].concat(),
    )
}

/// `length` zeros as DEFLATE, and the matching checksum.
fn libdeflate_zeros(length: usize) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut buffer = vec![0; length / 500 + 4096];
    let compressed = compressor
        .zlib_compress(&vec![0; length], &mut buffer)
        .expect("zeros compress well");
    buffer.truncate(compressed);
    buffer.split_off(2)
}

/// A PNG whose header states a size, with almost no data.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = sample_image("png 1x1");
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// Color gradients, with noise so that no two seeds look alike.
fn pixels(width: u32, height: u32, seed: u32, is_clear: bool) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let noise =
            Fingerprint::of([x / 8, y / 8, seed].map(u32::to_le_bytes).concat()).as_bytes()[0] / 4;
        let slope = |part: u32, of: u32| u8::try_from(part * 190 / of.max(1)).unwrap_or(u8::MAX);
        let alpha = if is_clear && x < width / 2 { 0 } else { 255 };
        Rgba([
            slope(x, width) + noise,
            slope(y, height) + noise / 2,
            120 + noise,
            alpha,
        ])
    })
}

fn colored(pixels: RgbaImage, words: &[&str]) -> DynamicImage {
    let image = DynamicImage::ImageRgba8(pixels);
    match () {
        () if words.contains(&"grey") => image.to_luma8().into(),
        () if words.contains(&"deep") => image.to_rgb16().into(),
        () if words.contains(&"clear") => image,
        () => image.to_rgb8().into(),
    }
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    bytes.into_inner()
}

fn gif(pixels: &RgbaImage, is_moving: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for _ in 0..if is_moving { 3 } else { 1 } {
        encoder
            .encode_frame(Frame::new(pixels.clone()))
            .expect("it can be encoded");
    }
    drop(encoder);
    bytes
}

/// Exif with an orientation and, on request, a location that is easy to find.
fn exif(turned: u8, has_place: bool) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([turned, 0, 0, 0, 0, 0, 0, 0]);
    if has_place {
        exif.extend(b"GPS ");
        exif.extend(SECRETS[0].as_bytes());
    }
    exif
}

fn with_jpeg_part(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2)
        .expect("short")
        .to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

fn with_png_chunk(png: &[u8], name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    let named = [name, content].concat();
    [
        &png[..33],
        &length,
        &named,
        &crc(&named).to_be_bytes(),
        &png[33..],
    ]
    .concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
