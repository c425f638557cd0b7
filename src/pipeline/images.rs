//! The images of a site: where they are, what their headers contain, and which smaller images are
//! made of them.
//!
//! Header data is cached under the fingerprint of the file's bytes, and that under the file's
//! stamp, so an image is read again only if it changed. Smaller images are in one folder, named
//! after how they are made. Each name contains the original, the hash of its bytes, and the width,
//! so a page can compute it and the preview can find the original for it.

mod published;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use rayon::prelude::*;

pub use self::published::{CopiedFile, PublishedForm};
use super::build_cache::BuildCache;
use super::load::{LoadedSite, StaticFile};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::images::{self, Codec, DRAWN_MAX, FileType, ImageFault, ImageInfo, ImageType, Recipe};
use crate::page::Catalog;
use crate::page::images::ImageFacts;
use crate::page::templates::hash_of;
use crate::paths::{OutputPath, Route, SourcePath};
use crate::settings::Images;
use crate::site::Site;
use crate::site::links::Destination;
use crate::source::Files;

/// Header data, by the fingerprint of the file's bytes.
pub type CachedHeaders = BTreeMap<Fingerprint, ImageInfo>;

/// Whether AVIF is offered, by the fingerprint of an image and of its variants.
pub type CachedOffers = BTreeMap<Fingerprint, bool>;

/// The current state of an image's file.
#[derive(Clone, Debug)]
struct ImageFile {
    hash: Fingerprint,
    site_image: Arc<ImageInfo>,
}

/// The source of an image, and its path in the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PublishedImage {
    source: SourcePath,
    output: String,
}

/// All images of a site that pages can show.
#[derive(Default)]
pub struct SiteImages {
    /// `None` if images are published unchanged.
    images: Option<Images>,
    base: String,
    /// The folder of generated images: `images.1a2b3c4d`.
    folder: String,
    by_href: HashMap<String, PublishedImage>,
    /// Files that were read; `None` if nothing is known about a file.
    seen: RwLock<HashMap<SourcePath, Option<ImageFile>>>,
    known: RwLock<CachedHeaders>,
    /// `None` if the file could not be read as expected.
    offers: Mutex<BTreeMap<Fingerprint, Arc<OnceLock<Option<bool>>>>>,
}

impl SiteImages {
    /// The images of a site. The cached headers are read if there are any images.
    pub fn new(loaded: &LoadedSite, catalog: &Catalog, memory: &BuildCache) -> Self {
        let mut images = SiteImages::default();
        images.set_images(loaded, catalog);
        if !images.by_href.is_empty() {
            images.known = RwLock::new(memory.image_headers());
        }
        if images.images.as_ref().is_some_and(|images| images.avif) {
            let offers = memory
                .offers()
                .into_iter()
                .map(|(key, is_offered)| (key, Arc::new(OnceLock::from(Some(is_offered)))));
            images.offers = Mutex::new(offers.collect());
        }
        images
    }

    /// Adds files that pages and settings use as images but that are not named like images, so that
    /// problems with them can be reported.
    fn add_other_images(&mut self, loaded: &LoadedSite, catalog: &Catalog) {
        let site = &catalog.site;
        let in_text = site
            .pages()
            .flat_map(|page| page.entry.links.iter().zip(&page.links));
        let embedded = in_text
            .filter(|(link, _)| link.role.is_embed())
            .map(|(_, resolved)| &resolved.to);
        let front = site
            .pages()
            .flat_map(|page| &page.image)
            .map(|resolved| &resolved.to);
        let of_settings = site.logo.iter().chain(&site.favicon).map(|link| &link.to);
        for to in embedded.chain(front).chain(of_settings) {
            let Destination::Address { route, file, .. } = to else {
                continue;
            };
            if route.as_str().ends_with('/') || ImageType::of_name(route.as_str()).is_some() {
                continue;
            }
            let output = route.output_path().to_string();
            let source = match (file, loaded.static_files.get(&output)) {
                (Some(file), _) | (None, Some(StaticFile::Own(file))) => file.clone(),
                _ => continue,
            };
            self.by_href
                .entry(catalog.href(route))
                .or_insert(PublishedImage { source, output });
        }
    }

    /// Replaces the list of the site's images.
    pub fn set_images(&mut self, loaded: &LoadedSite, catalog: &Catalog) {
        self.by_href.clear();
        self.images = loaded.settings.images.clone();
        let Some(images) = &self.images else { return };
        self.base = loaded.settings.base_path().to_owned();
        self.folder = format!(
            "images.{}",
            hash_of(&(images.quality, images.avif, images::VERSION)).short()
        );
        for (source, route) in &catalog.site.published_files {
            if ImageType::of_name(source.name()).is_some() {
                let output = route.output_path().to_string();
                self.by_href.insert(
                    catalog.href(route),
                    PublishedImage {
                        source: source.clone(),
                        output,
                    },
                );
            }
        }
        for (name, file) in &loaded.static_files {
            let (StaticFile::Own(source), Some(_)) = (file, ImageType::of_name(name)) else {
                continue;
            };
            let published_image = PublishedImage {
                source: source.clone(),
                output: name.clone(),
            };
            for published in [Some(name), loaded.assets.published.get(name)]
                .into_iter()
                .flatten()
            {
                if let Ok(route) = Route::new(&format!("/{published}")) {
                    self.by_href
                        .insert(catalog.href(&route), published_image.clone());
                }
            }
        }
        self.add_other_images(loaded, catalog);
    }

    pub fn is_empty(&self) -> bool {
        self.by_href.is_empty()
    }

    /// Whether images of the content are changed for publication.
    pub fn is_on(&self) -> bool {
        self.images.is_some()
    }

    /// The folder of generated images, if any can be generated.
    pub fn folder(&self) -> Option<&str> {
        (!self.is_empty()).then_some(self.folder.as_str())
    }

    /// The image at an address; a query does not matter.
    fn image_at(&self, href: &str) -> Option<&PublishedImage> {
        self.by_href
            .get(href.split(['?', '#']).next().unwrap_or(href))
    }

    /// Whether a path of a page could be the address of an image of the site.
    pub fn may_have(&self, href: &str) -> bool {
        self.is_on() && href.starts_with(&self.base)
    }

    /// Forgets what is known about files that may have changed.
    pub fn forget<'a>(&mut self, paths: impl IntoIterator<Item = &'a SourcePath>) {
        let seen = self
            .seen
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        paths.into_iter().for_each(|path| drop(seen.remove(path)));
    }

    /// Whether a file was read, so that something is known about it.
    pub fn has_seen(&self, path: &SourcePath) -> bool {
        self.seen
            .read()
            .expect("no holder of this lock panics")
            .contains_key(path)
    }

    /// Caches the header data of the current images.
    pub fn save_headers(self, memory: &BuildCache) {
        self.remember_offers(memory);
        let seen = self
            .seen
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let seen = seen
            .into_iter()
            .filter_map(|(source, seen)| Some((source, seen?)));
        let now: CachedHeaders = seen
            .map(|(source, seen)| {
                (
                    known_key(&source, seen.hash),
                    ImageInfo::clone(&seen.site_image),
                )
            })
            .collect();
        if now
            != self
                .known
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        {
            memory.keep_pictures(&now);
        }
    }

    fn remember_offers(&self, memory: &BuildCache) {
        if !self.images.as_ref().is_some_and(|images| images.avif) {
            return;
        }
        let seen = self.seen.read().expect("no holder of this lock panics");
        let offers = self.offers.lock().expect("no holder of this lock panics");
        let keys = seen
            .values()
            .flatten()
            .map(|seen| offer_key(seen, &self.recipes(&seen.site_image)));
        let now: CachedOffers = keys
            .filter_map(|key| Some((key, (*offers.get(&key)?.get()?)?)))
            .collect();
        if now != memory.offers() {
            memory.keep_offers(&now);
        }
    }

    fn seen(&self, files: &dyn Files, source: &SourcePath) -> Option<ImageFile> {
        if let Some(seen) = self
            .seen
            .read()
            .expect("no holder of this lock panics")
            .get(source)
        {
            return seen.clone();
        }
        let seen = self.read_image(files, source);
        self.seen
            .write()
            .expect("no holder of this lock panics")
            .insert(source.clone(), seen.clone());
        seen
    }

    fn read_image(&self, files: &dyn Files, source: &SourcePath) -> Option<ImageFile> {
        let known = |hash: Fingerprint| {
            let site_image = self
                .known
                .read()
                .expect("no holder of this lock panics")
                .get(&known_key(source, hash))
                .cloned()?;
            Some(ImageFile {
                hash,
                site_image: Arc::new(site_image),
            })
        };
        if let Some(seen) = files.known(source).and_then(known) {
            return Some(seen);
        }
        let by_name = ImageType::of_name(source.name());
        let head = files.head(source, images::HEAD_BYTES).ok()?;
        let content = images::content_of(&head);
        // A file that is not an image may be larger than the memory, and its beginning contains all
        // that pages need.
        if by_name != Some(ImageType::Svg)
            && !head.is_empty()
            && matches!(
                content,
                FileType::Svg | FileType::Film(_) | FileType::Other(_)
            )
        {
            let hash = Fingerprint::of(&head);
            return Some(ImageFile {
                hash,
                site_image: Arc::new(images::other_content(by_name, content)),
            });
        }
        let bytes = files.read(source).ok()?;
        let hash = Fingerprint::of(&bytes);
        known(hash).or_else(|| {
            let site_image = images::read_header(by_name, &bytes);
            Some(ImageFile {
                hash,
                site_image: Arc::new(site_image),
            })
        })
    }

    /// The fingerprint of all images together, and of the variants made of them.
    pub fn sum(&self, files: &dyn Files) -> Fingerprint {
        let mut hrefs: Vec<&String> = self.by_href.keys().collect();
        hrefs.sort_unstable();
        let hashes: Vec<Option<Fingerprint>> = hrefs
            .par_iter()
            .map(|href| self.answer(files, href))
            .collect();
        let mut hasher = Hasher::new();
        for (href, hash) in hrefs.iter().zip(hashes) {
            hasher
                .add(href)
                .add(hash.map_or([0; 16], |hash| *hash.as_bytes()));
        }
        hasher.finish()
    }

    /// The fingerprint of what a page knows about the image at an address; `None` if there is no
    /// such image.
    pub fn answer(&self, files: &dyn Files, href: &str) -> Option<Fingerprint> {
        let published_image = self.image_at(href)?;
        let hash = self
            .seen(files, &published_image.source)
            .map(|seen| seen.hash);
        Some(hash_of(&(&published_image.source, hash, &self.images)))
    }

    /// What a page knows about the image at an address. With a cache, AVIF is encoded if its size
    /// is not known yet; without one, it is not offered in that case.
    pub fn shown(
        &self,
        files: &dyn Files,
        memory: Option<&BuildCache>,
        href: &str,
    ) -> Option<ImageFacts> {
        let published_image = self.image_at(href)?;
        let seen = self.seen(files, &published_image.source)?;
        let mut shown = ImageFacts {
            sizes: self.images.as_ref()?.sizes.clone(),
            ..ImageFacts::default()
        };
        shown.size = Some((seen.site_image.width, seen.site_image.height))
            .filter(|(width, height)| *width > 0 && *height > 0);
        let mut newer = Vec::new();
        for recipe in self.offered(files, memory, published_image, &seen) {
            let Ok(route) = Route::new(&format!("/{}", self.name(published_image, &seen, recipe)))
            else {
                continue;
            };
            let set = if recipe.codec == Codec::Avif {
                &mut newer
            } else {
                &mut shown.set
            };
            set.push((route.href(&self.base), recipe.width));
        }
        shown.newer = (!newer.is_empty()).then_some(("image/avif", newer));
        Some(shown)
    }

    fn recipes(&self, site_image: &ImageInfo) -> Vec<Recipe> {
        let Some(images) = &self.images else {
            return Vec::new();
        };
        let codecs = if images.avif {
            &[Codec::WebP, Codec::Avif][..]
        } else {
            &[Codec::WebP][..]
        };
        let recipe = |codec: &Codec, width| Recipe {
            codec: *codec,
            width,
            quality: images.quality,
        };
        let widths = site_image.widths(&images.widths);
        codecs
            .iter()
            .flat_map(|codec| widths.iter().map(move |width| recipe(codec, *width)))
            .collect()
    }

    /// The formats that pages offer: AVIF only if it is smaller than WebP at every width. Browsers
    /// choose the format before the width, so a format is offered at all widths or not at all (see
    /// DECISIONS: “AVIF for a whole image or not at all”).
    fn offered(
        &self,
        files: &dyn Files,
        memory: Option<&BuildCache>,
        published_image: &PublishedImage,
        seen: &ImageFile,
    ) -> Vec<Recipe> {
        let mut recipes = self.recipes(&seen.site_image);
        if recipes.iter().any(|recipe| recipe.codec == Codec::Avif)
            && !self.is_avif_smaller(files, memory, published_image, seen, &recipes)
        {
            recipes.retain(|recipe| recipe.codec != Codec::Avif);
        }
        recipes
    }

    fn is_avif_smaller(
        &self,
        files: &dyn Files,
        memory: Option<&BuildCache>,
        published_image: &PublishedImage,
        seen: &ImageFile,
        recipes: &[Recipe],
    ) -> bool {
        let key = offer_key(seen, recipes);
        let offers = || self.offers.lock().expect("no holder of this lock panics");
        let Some(memory) = memory else {
            return offers()
                .get(&key)
                .and_then(|offer| *offer.get()?)
                .unwrap_or(false);
        };
        // Many pages show the same image. The first one encodes it, and the others wait for the
        // result.
        let offer = Arc::clone(offers().entry(key).or_default());
        let is_smaller = offer.get_or_init(|| {
            let job = self.job(published_image, seen, recipes.iter().copied());
            let pieces: Vec<&ImageVariant> = job.pieces.iter().collect();
            let EncodedVariants {
                pieces: made,
                failure,
            } = job.make(files, memory, &pieces).ok()?;
            for (piece, bytes) in pieces.iter().zip(&made) {
                memory.spill_image_variant(piece.key, bytes);
            }
            let sizes: BTreeMap<(Codec, u32), usize> = pieces
                .iter()
                .zip(&made)
                .map(|(piece, bytes)| ((piece.recipe.codec, piece.recipe.width), bytes.len()))
                .collect();
            let is_smaller =
                |width: u32| sizes.get(&(Codec::Avif, width)) < sizes.get(&(Codec::WebP, width));
            Some(failure.is_none() && recipes.iter().all(|recipe| is_smaller(recipe.width)))
        });
        is_smaller.unwrap_or(false)
    }

    fn name(&self, published_image: &PublishedImage, seen: &ImageFile, recipe: Recipe) -> String {
        let (hash, extension) = (seen.hash.short(), recipe.codec.extension());
        format!(
            "{}/{}.{}.{hash}.{extension}",
            self.folder, published_image.output, recipe.width
        )
    }

    /// The variants to be made of the images at these addresses, each image once, by source.
    pub fn jobs<'a>(
        &self,
        files: &dyn Files,
        memory: Option<&BuildCache>,
        hrefs: impl Iterator<Item = &'a str>,
    ) -> Vec<ImageJob> {
        let published_image: BTreeMap<&SourcePath, &PublishedImage> = hrefs
            .filter_map(|href| self.image_at(href))
            .map(|published_image| (&published_image.source, published_image))
            .collect();
        let job = |published_image: &&PublishedImage| {
            let seen = self.seen(files, &published_image.source)?;
            Some(
                self.job(
                    published_image,
                    &seen,
                    self.offered(files, memory, published_image, &seen)
                        .into_iter(),
                ),
            )
        };
        published_image
            .values()
            .filter_map(job)
            .filter(|job| !job.pieces.is_empty())
            .collect()
    }

    fn job(
        &self,
        published_image: &PublishedImage,
        seen: &ImageFile,
        recipes: impl Iterator<Item = Recipe>,
    ) -> ImageJob {
        let pieces = recipes
            .filter_map(|recipe| self.piece(published_image, seen, recipe))
            .collect();
        ImageJob {
            source: published_image.source.clone(),
            hash: seen.hash,
            site_image: Arc::clone(&seen.site_image),
            pieces,
        }
    }

    fn piece(
        &self,
        published_image: &PublishedImage,
        seen: &ImageFile,
        recipe: Recipe,
    ) -> Option<ImageVariant> {
        let path = OutputPath::new(&self.name(published_image, seen, recipe)).ok()?;
        let key = hash_of(&(
            seen.hash,
            recipe.codec,
            recipe.width,
            recipe.quality,
            images::VERSION,
        ));
        Some(ImageVariant { path, recipe, key })
    }

    /// The variant that belongs at a path of the output folder.
    pub fn job_at(&self, files: &dyn Files, path: &str) -> Option<ImageJob> {
        let rest = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        let [extension, hash, width, output] = rest.rsplitn(4, '.').collect::<Vec<_>>()[..] else {
            return None;
        };
        let published_image = self
            .by_href
            .get(&Route::new(&format!("/{output}")).ok()?.href(&self.base))?;
        let seen = self
            .seen(files, &published_image.source)
            .filter(|seen| seen.hash.short() == hash)?;
        let is_it = |recipe: &Recipe| {
            recipe.width.to_string() == width && recipe.codec.extension() == extension
        };
        let recipe = self
            .offered(files, None, published_image, &seen)
            .into_iter()
            .find(is_it)?;
        Some(self.job(published_image, &seen, std::iter::once(recipe)))
            .filter(|job| !job.pieces.is_empty())
    }

    /// The problems with the image at an address, reported where a page refers to it. `is_image`
    /// says whether only an image can be shown there.
    pub fn faults(
        &self,
        files: &dyn Files,
        href: &str,
        place: &Location,
        is_image: bool,
    ) -> Vec<Diagnostic> {
        let Some(published_image) = self.image_at(href) else {
            return Vec::new();
        };
        let Some(ImageFile { site_image, .. }) = self.seen(files, &published_image.source) else {
            return Vec::new();
        };
        let is_other = matches!(
            site_image.fault,
            Some(ImageFault::NotAnImage(_) | ImageFault::NotShown(_))
        );
        let fault = site_image
            .fault
            .as_ref()
            .filter(|_| is_image || !is_other)
            .map(|fault| {
                bad(
                    &published_image.source,
                    fault,
                    (site_image.width, site_image.height),
                )
            });
        let active =
            (!site_image.active.is_empty() && !self.is_static(published_image)).then(|| {
                let message = format!(
                    "{} contains {}, which was removed",
                    published_image.source,
                    site_image.active.join(", ")
                );
                Diagnostic::new(Code::UnsafeSvg, message).help("remove it from the file")
            });
        fault
            .into_iter()
            .chain(active)
            .map(|problem| problem.at(place.clone()))
            .collect()
    }

    /// Files of `static/` are published unchanged.
    fn is_static(&self, published_image: &PublishedImage) -> bool {
        published_image.source.as_str().strip_prefix("static/")
            == Some(published_image.output.as_str())
    }
}

/// The key for what is known about a file: its bytes, and whether its name makes it an SVG.
fn known_key(source: &SourcePath, hash: Fingerprint) -> Fingerprint {
    if ImageType::of_name(source.name()) == Some(ImageType::Svg) {
        hash_of(&(hash, "svg"))
    } else {
        hash
    }
}

/// The fingerprint of an image and of all variants made of it.
fn offer_key(seen: &ImageFile, recipes: &[Recipe]) -> Fingerprint {
    let recipes: Vec<(Codec, u32, u8)> = recipes
        .iter()
        .map(|recipe| (recipe.codec, recipe.width, recipe.quality))
        .collect();
    hash_of(&(seen.hash, recipes, images::VERSION))
}

fn bad(source: &SourcePath, fault: &ImageFault, (width, height): (u32, u32)) -> Diagnostic {
    let (message, help) = match fault {
        ImageFault::NotAnImage(what) => (
            format!("{source} is {what}, not an image"),
            "link to it, or show an image: JPEG, PNG, GIF, WebP, AVIF or SVG",
        ),
        ImageFault::NotShown(what) => (
            format!(
                "{source} is {what}, which browsers do not show and which may contain a location"
            ),
            "save it as JPEG, PNG or WebP, or move it to `static/` to publish it unchanged",
        ),
        ImageFault::UnknownParts => (
            format!("{source} cannot be read, and may contain the location of the recording"),
            "save it again with another program, or move it to `static/` to publish it unchanged",
        ),
        ImageFault::DrawsTooMuch => (
            format!("{source} draws more than {DRAWN_MAX} elements through references"),
            "save it with fewer repeated elements",
        ),
        ImageFault::Unreadable(why) => (
            format!("{source} cannot be read as an image: {why}"),
            "save it again as JPEG, PNG, WebP or SVG",
        ),
        ImageFault::CutShort => (
            format!("{source} ends before the image is complete"),
            "copy the file again",
        ),
        ImageFault::TooLarge => (
            format!("{source} would decode to {width} × {height} pixels"),
            "save it with at most 120 million pixels",
        ),
    };
    Diagnostic::new(Code::BadImage, message).help(help)
}

/// A problem that was found when an image was decoded, reported where a page first refers to the
/// image.
pub fn late_problems(site: &Site, source: &SourcePath, fault: &ImageFault) -> Diagnostic {
    bad(source, fault, (0, 0)).at(place_of_reference(site, source))
}

/// The place where a page first refers to a file; the file itself if no page does.
pub fn place_of_reference(site: &Site, source: &SourcePath) -> Location {
    let is_it = |to: &Destination| match to {
        Destination::Address {
            file: Some(file), ..
        } => file == source,
        Destination::Address { route, .. } => source.as_str() == format!("static{route}"),
        _ => false,
    };
    let places = site.pages().flat_map(|page| {
        let links = page
            .links
            .iter()
            .zip(page.entry.links.iter().map(|link| &link.target.place));
        links.chain(
            page.image
                .iter()
                .zip(page.entry.meta.image.iter().map(|image| &image.src.place)),
        )
    });
    let place = places
        .filter(|(resolved, _)| is_it(&resolved.to))
        .map(|(_, place)| place.clone())
        .next();
    place.unwrap_or_else(|| Location::start_of(source))
}

/// An image, and the variants to be made of it.
pub struct ImageJob {
    pub source: SourcePath,
    pub hash: Fingerprint,
    pub site_image: Arc<ImageInfo>,
    pub pieces: Vec<ImageVariant>,
}

/// A smaller image: where it is published, how it is made, and the fingerprint of everything that
/// it is made from.
pub struct ImageVariant {
    pub path: OutputPath,
    pub recipe: Recipe,
    pub key: Fingerprint,
}

/// The result of making variants.
pub struct EncodedVariants {
    /// In the requested order.
    pub pieces: Vec<Vec<u8>>,
    /// The reason why the original is used instead.
    pub failure: Option<ImageFault>,
}

impl ImageJob {
    /// Makes some of its variants, using cached ones.
    ///
    /// # Errors
    /// The errors of reading; `InvalidData` if the file has changed.
    pub fn make(
        &self,
        files: &dyn Files,
        memory: &BuildCache,
        wanted: &[&ImageVariant],
    ) -> std::io::Result<EncodedVariants> {
        let mut pieces: Vec<Option<Vec<u8>>> = wanted
            .iter()
            .map(|piece| memory.image_variant(piece.key))
            .collect();
        let missing: Vec<usize> = (0..wanted.len())
            .filter(|index| pieces[*index].is_none())
            .collect();
        if missing.is_empty() {
            return Ok(EncodedVariants {
                pieces: pieces.into_iter().flatten().collect(),
                failure: None,
            });
        }
        let bytes = files.read(&self.source)?;
        if Fingerprint::of(&bytes) != self.hash {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let recipes: Vec<Recipe> = missing.iter().map(|index| wanted[*index].recipe).collect();
        match images::variants(&self.site_image, &bytes, &recipes) {
            Ok(made) => {
                for (index, made) in missing.into_iter().zip(made) {
                    memory.save_image_variant(wanted[index].key, &made);
                    pieces[index] = Some(made);
                }
                Ok(EncodedVariants {
                    pieces: pieces.into_iter().flatten().collect(),
                    failure: None,
                })
            }
            Err(why) => {
                let original = images::published(&self.site_image, &bytes)
                    .map_or_else(|_| Vec::new(), std::borrow::Cow::into_owned);
                Ok(EncodedVariants {
                    pieces: vec![original; wanted.len()],
                    failure: Some(ImageFault::Unreadable(why)),
                })
            }
        }
    }

    /// Checks that its pixels can be read.
    ///
    /// # Errors
    /// The reason why they cannot.
    pub fn check(&self, files: &dyn Files) -> Result<(), ImageFault> {
        let bytes = files
            .read(&self.source)
            .map_err(|error| ImageFault::Unreadable(error.to_string()))?;
        images::check(&self.site_image, &bytes).map_err(ImageFault::Unreadable)
    }
}
