//! The pictures of a site: which lie where, what their files say, and which smaller ones are made
//! of them.
//!
//! What a header says is kept under the fingerprint of its file's bytes, and that under the file's
//! stamp: a picture is read again only when it changed. Smaller pictures lie in one folder, named
//! for how they are made; each name tells the original, its bytes, and the width, so it can be
//! worked out by whoever shows one, and found again by whoever is asked for it.

mod published;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use rayon::prelude::*;

pub use self::published::{CopiedFile, PublishedForm};
use super::load::{Loaded, StaticFile};
use super::memory::Memory;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::page::Composer;
use crate::page::pictures::Shown;
use crate::page::templates::print_of;
use crate::paths::{OutputPath, Route, SourcePath};
use crate::picture::{self, Codec, Content, DRAWN_MAX, Fault, Format, Picture, Recipe};
use crate::settings::Images;
use crate::site::Site;
use crate::site::links::Destination;
use crate::source::Files;

/// What headers said, by the fingerprint of the file's bytes.
pub type KnownPictures = BTreeMap<Fingerprint, Picture>;

/// Whether AVIF is offered, by the fingerprint of a picture and of what is made of it.
pub type KnownOffers = BTreeMap<Fingerprint, bool>;

/// A picture's file as it is now.
#[derive(Clone, Debug)]
struct Seen {
    print: Fingerprint,
    picture: Arc<Picture>,
}

/// Where a picture comes from, and where it is published, from the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hung {
    source: SourcePath,
    output: String,
}

/// All pictures of a site that pages can show.
#[derive(Default)]
pub struct Pictures {
    /// `None`: nothing is done to them.
    images: Option<Images>,
    base: String,
    /// The folder of what is made: `images.1a2b3c4d`.
    folder: String,
    by_href: HashMap<String, Hung>,
    /// Files that were looked at; `None` where there is nothing to be read.
    seen: RwLock<HashMap<SourcePath, Option<Seen>>>,
    known: RwLock<KnownPictures>,
    /// `None` where the file could not be read as it was.
    offers: Mutex<BTreeMap<Fingerprint, Arc<OnceLock<Option<bool>>>>>,
}

impl Pictures {
    /// The pictures of a site; what headers said earlier is asked for when there are any.
    pub fn new(loaded: &Loaded, composer: &Composer, memory: &Memory) -> Self {
        let mut pictures = Pictures::default();
        pictures.hang(loaded, composer);
        if !pictures.by_href.is_empty() {
            pictures.known = RwLock::new(memory.pictures());
        }
        if pictures.images.as_ref().is_some_and(|images| images.avif) {
            let offers = memory
                .offers()
                .into_iter()
                .map(|(key, is_offered)| (key, Arc::new(OnceLock::from(Some(is_offered)))));
            pictures.offers = Mutex::new(offers.collect());
        }
        pictures
    }

    /// Takes in what pages and settings show that is not named like an image, so that it can be
    /// said what it is.
    fn hang_others(&mut self, loaded: &Loaded, composer: &Composer) {
        let site = &composer.site;
        let in_text = site
            .pages()
            .iter()
            .flat_map(|page| page.entry.links.iter().zip(&page.links));
        let embedded = in_text
            .filter(|(link, _)| link.role.is_embed())
            .map(|(_, resolved)| &resolved.to);
        let front = site
            .pages()
            .iter()
            .flat_map(|page| &page.image)
            .map(|resolved| &resolved.to);
        let of_settings = site.logo.iter().chain(&site.favicon).map(|link| &link.to);
        for to in embedded.chain(front).chain(of_settings) {
            let Destination::Address { route, file, .. } = to else {
                continue;
            };
            if route.as_str().ends_with('/') || Format::of_name(route.as_str()).is_some() {
                continue;
            }
            let output = route.output_path().to_string();
            let source = match (file, loaded.static_files.get(&output)) {
                (Some(file), _) | (None, Some(StaticFile::Own(file))) => file.clone(),
                _ => continue,
            };
            self.by_href
                .entry(composer.href(route))
                .or_insert(Hung { source, output });
        }
    }

    /// Takes over which pictures the site has now.
    pub fn hang(&mut self, loaded: &Loaded, composer: &Composer) {
        self.by_href.clear();
        self.images = loaded.settings.images.clone();
        let Some(images) = &self.images else { return };
        self.base = loaded.settings.base_path().to_owned();
        self.folder = format!(
            "images.{}",
            print_of(&(images.quality, images.avif, picture::VERSION)).short()
        );
        for (source, route) in &composer.site.published_files {
            if Format::of_name(source.name()).is_some() {
                let output = route.output_path().to_string();
                self.by_href.insert(
                    composer.href(route),
                    Hung {
                        source: source.clone(),
                        output,
                    },
                );
            }
        }
        for (name, file) in &loaded.static_files {
            let (StaticFile::Own(source), Some(_)) = (file, Format::of_name(name)) else {
                continue;
            };
            let hung = Hung {
                source: source.clone(),
                output: name.clone(),
            };
            for published in [Some(name), loaded.assets.published.get(name)]
                .into_iter()
                .flatten()
            {
                if let Ok(route) = Route::new(&format!("/{published}")) {
                    self.by_href.insert(composer.href(&route), hung.clone());
                }
            }
        }
        self.hang_others(loaded, composer);
    }

    pub fn is_empty(&self) -> bool {
        self.by_href.is_empty()
    }

    /// Whether pictures of the content are published otherwise than they are.
    pub fn is_on(&self) -> bool {
        self.images.is_some()
    }

    /// The folder of what is made, when anything can be.
    pub fn folder(&self) -> Option<&str> {
        (!self.is_empty()).then_some(self.folder.as_str())
    }

    /// The picture at an address; a query changes nothing of it.
    fn hung_at(&self, href: &str) -> Option<&Hung> {
        self.by_href
            .get(href.split(['?', '#']).next().unwrap_or(href))
    }

    /// Whether an address of a page is one that a picture of the site could have.
    pub fn may_have(&self, href: &str) -> bool {
        self.is_on() && href.starts_with(&self.base)
    }

    /// Forgets what was seen of files that may differ now.
    pub fn forget<'a>(&mut self, paths: impl IntoIterator<Item = &'a SourcePath>) {
        let seen = self
            .seen
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        paths.into_iter().for_each(|path| drop(seen.remove(path)));
    }

    /// Whether a file was looked at, so that something is kept of it.
    pub fn has_seen(&self, path: &SourcePath) -> bool {
        self.seen
            .read()
            .expect("no holder of this lock panics")
            .contains_key(path)
    }

    /// Keeps what the headers of the pictures said that are there now.
    pub fn remember(self, memory: &Memory) {
        self.remember_offers(memory);
        let seen = self
            .seen
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let seen = seen
            .into_iter()
            .filter_map(|(source, seen)| Some((source, seen?)));
        let now: KnownPictures = seen
            .map(|(source, seen)| {
                (
                    known_key(&source, seen.print),
                    Picture::clone(&seen.picture),
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

    fn remember_offers(&self, memory: &Memory) {
        if !self.images.as_ref().is_some_and(|images| images.avif) {
            return;
        }
        let seen = self.seen.read().expect("no holder of this lock panics");
        let offers = self.offers.lock().expect("no holder of this lock panics");
        let keys = seen
            .values()
            .flatten()
            .map(|seen| offer_key(seen, &self.recipes(&seen.picture)));
        let now: KnownOffers = keys
            .filter_map(|key| Some((key, (*offers.get(&key)?.get()?)?)))
            .collect();
        if now != memory.offers() {
            memory.keep_offers(&now);
        }
    }

    fn seen(&self, files: &dyn Files, source: &SourcePath) -> Option<Seen> {
        if let Some(seen) = self
            .seen
            .read()
            .expect("no holder of this lock panics")
            .get(source)
        {
            return seen.clone();
        }
        let seen = self.look(files, source);
        self.seen
            .write()
            .expect("no holder of this lock panics")
            .insert(source.clone(), seen.clone());
        seen
    }

    fn look(&self, files: &dyn Files, source: &SourcePath) -> Option<Seen> {
        let known = |print: Fingerprint| {
            let picture = self
                .known
                .read()
                .expect("no holder of this lock panics")
                .get(&known_key(source, print))
                .cloned()?;
            Some(Seen {
                print,
                picture: Arc::new(picture),
            })
        };
        if let Some(seen) = files.known(source).and_then(known) {
            return Some(seen);
        }
        let by_name = Format::of_name(source.name());
        let head = files.head(source, picture::HEAD_BYTES).ok()?;
        let content = picture::content_of(&head);
        // What is not an image may be larger than the memory, and its beginning says all that pages
        // are told of it.
        if by_name != Some(Format::Svg)
            && !head.is_empty()
            && matches!(content, Content::Svg | Content::Film(_) | Content::Other(_))
        {
            let print = Fingerprint::of(&head);
            return Some(Seen {
                print,
                picture: Arc::new(picture::other_content(by_name, content)),
            });
        }
        let bytes = files.read(source).ok()?;
        let print = Fingerprint::of(&bytes);
        known(print).or_else(|| {
            let picture = picture::look(by_name, &bytes);
            Some(Seen {
                print,
                picture: Arc::new(picture),
            })
        })
    }

    /// The fingerprint of all pictures together, and of what is made of them.
    pub fn sum(&self, files: &dyn Files) -> Fingerprint {
        let mut hrefs: Vec<&String> = self.by_href.keys().collect();
        hrefs.sort_unstable();
        let prints: Vec<Option<Fingerprint>> = hrefs
            .par_iter()
            .map(|href| self.answer(files, href))
            .collect();
        let mut printer = Fingerprinter::new();
        for (href, print) in hrefs.iter().zip(prints) {
            printer
                .add(href)
                .add(print.map_or([0; 16], |print| *print.as_bytes()));
        }
        printer.finish()
    }

    /// The fingerprint of what a page is told of the picture at an address; `None` where there is
    /// none.
    pub fn answer(&self, files: &dyn Files, href: &str) -> Option<Fingerprint> {
        let hung = self.hung_at(href)?;
        let print = self.seen(files, &hung.source).map(|seen| seen.print);
        Some(print_of(&(&hung.source, print, &self.images)))
    }

    /// What a page is told of the picture at an address. With a memory, AVIF is made where it is
    /// unknown whether that is smaller; without, it is then not offered.
    pub fn shown(&self, files: &dyn Files, memory: Option<&Memory>, href: &str) -> Option<Shown> {
        let hung = self.hung_at(href)?;
        let seen = self.seen(files, &hung.source)?;
        let mut shown = Shown {
            sizes: self.images.as_ref()?.sizes.clone(),
            ..Shown::default()
        };
        shown.size = Some((seen.picture.width, seen.picture.height))
            .filter(|(width, height)| *width > 0 && *height > 0);
        let mut newer = Vec::new();
        for recipe in self.offered(files, memory, hung, &seen) {
            let Ok(route) = Route::new(&format!("/{}", self.name(hung, &seen, recipe))) else {
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

    fn recipes(&self, picture: &Picture) -> Vec<Recipe> {
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
        let widths = picture.widths(&images.widths);
        codecs
            .iter()
            .flat_map(|codec| widths.iter().map(move |width| recipe(codec, *width)))
            .collect()
    }

    /// What pages are told of: AVIF only where it is smaller than WebP at every width. Browsers
    /// choose the form before the width, so a form comes in all widths or in none.
    fn offered(
        &self,
        files: &dyn Files,
        memory: Option<&Memory>,
        hung: &Hung,
        seen: &Seen,
    ) -> Vec<Recipe> {
        let mut recipes = self.recipes(&seen.picture);
        if recipes.iter().any(|recipe| recipe.codec == Codec::Avif)
            && !self.is_avif_smaller(files, memory, hung, seen, &recipes)
        {
            recipes.retain(|recipe| recipe.codec != Codec::Avif);
        }
        recipes
    }

    fn is_avif_smaller(
        &self,
        files: &dyn Files,
        memory: Option<&Memory>,
        hung: &Hung,
        seen: &Seen,
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
        // Many pages show one picture: whoever comes first makes it, the others wait for that.
        let offer = Arc::clone(offers().entry(key).or_default());
        let is_smaller = offer.get_or_init(|| {
            let job = self.job(hung, seen, recipes.iter().copied());
            let pieces: Vec<&Piece> = job.pieces.iter().collect();
            let Encoded {
                pieces: made,
                failure,
            } = job.make(files, memory, &pieces).ok()?;
            for (piece, bytes) in pieces.iter().zip(&made) {
                memory.put_piece_aside(piece.key, bytes);
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

    fn name(&self, hung: &Hung, seen: &Seen, recipe: Recipe) -> String {
        let (print, extension) = (seen.print.short(), recipe.codec.extension());
        format!(
            "{}/{}.{}.{print}.{extension}",
            self.folder, hung.output, recipe.width
        )
    }

    /// What is made of the pictures at these addresses, each picture once, by source.
    pub fn jobs<'a>(
        &self,
        files: &dyn Files,
        memory: Option<&Memory>,
        hrefs: impl Iterator<Item = &'a str>,
    ) -> Vec<Job> {
        let hung: BTreeMap<&SourcePath, &Hung> = hrefs
            .filter_map(|href| self.hung_at(href))
            .map(|hung| (&hung.source, hung))
            .collect();
        let job = |hung: &&Hung| {
            let seen = self.seen(files, &hung.source)?;
            Some(self.job(
                hung,
                &seen,
                self.offered(files, memory, hung, &seen).into_iter(),
            ))
        };
        hung.values()
            .filter_map(job)
            .filter(|job| !job.pieces.is_empty())
            .collect()
    }

    fn job(&self, hung: &Hung, seen: &Seen, recipes: impl Iterator<Item = Recipe>) -> Job {
        let pieces = recipes
            .filter_map(|recipe| self.piece(hung, seen, recipe))
            .collect();
        Job {
            source: hung.source.clone(),
            print: seen.print,
            picture: Arc::clone(&seen.picture),
            pieces,
        }
    }

    fn piece(&self, hung: &Hung, seen: &Seen, recipe: Recipe) -> Option<Piece> {
        let path = OutputPath::new(&self.name(hung, seen, recipe)).ok()?;
        let key = print_of(&(
            seen.print,
            recipe.codec,
            recipe.width,
            recipe.quality,
            picture::VERSION,
        ));
        Some(Piece { path, recipe, key })
    }

    /// What would be made at a path of the output folder.
    pub fn job_at(&self, files: &dyn Files, path: &str) -> Option<Job> {
        let rest = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        let [extension, print, width, output] = rest.rsplitn(4, '.').collect::<Vec<_>>()[..] else {
            return None;
        };
        let hung = self
            .by_href
            .get(&Route::new(&format!("/{output}")).ok()?.href(&self.base))?;
        let seen = self
            .seen(files, &hung.source)
            .filter(|seen| seen.print.short() == print)?;
        let is_it = |recipe: &Recipe| {
            recipe.width.to_string() == width && recipe.codec.extension() == extension
        };
        let recipe = self
            .offered(files, None, hung, &seen)
            .into_iter()
            .find(is_it)?;
        Some(self.job(hung, &seen, std::iter::once(recipe))).filter(|job| !job.pieces.is_empty())
    }

    /// What is wrong with the picture at an address, reported where a page refers to it; `is_image`
    /// where only an image can be shown.
    pub fn faults(
        &self,
        files: &dyn Files,
        href: &str,
        place: &Place,
        is_image: bool,
    ) -> Vec<Diagnostic> {
        let Some(hung) = self.hung_at(href) else {
            return Vec::new();
        };
        let Some(Seen { picture, .. }) = self.seen(files, &hung.source) else {
            return Vec::new();
        };
        let is_other = matches!(
            picture.fault,
            Some(Fault::NotAnImage(_) | Fault::NotShown(_))
        );
        let fault = picture
            .fault
            .as_ref()
            .filter(|_| is_image || !is_other)
            .map(|fault| bad(&hung.source, fault, (picture.width, picture.height)));
        let active = (!picture.active.is_empty() && !self.is_static(hung)).then(|| {
            let message = format!(
                "{} holds {}, which was taken out",
                hung.source,
                picture.active.join(", ")
            );
            Diagnostic::new(Code::UnsafeSvg, message)
                .help("take it out of the file; a drawing on a page needs none of that")
        });
        fault
            .into_iter()
            .chain(active)
            .map(|problem| problem.at(place.clone()))
            .collect()
    }

    /// Files of `static/` are published as they are.
    fn is_static(&self, hung: &Hung) -> bool {
        hung.source.as_str().strip_prefix("static/") == Some(hung.output.as_str())
    }
}

/// What a file was seen to be is known under its bytes, and under whether its name makes an SVG of
/// it.
fn known_key(source: &SourcePath, print: Fingerprint) -> Fingerprint {
    if Format::of_name(source.name()) == Some(Format::Svg) {
        print_of(&(print, "svg"))
    } else {
        print
    }
}

/// The fingerprint of a picture and of all that is made of it.
fn offer_key(seen: &Seen, recipes: &[Recipe]) -> Fingerprint {
    let recipes: Vec<(Codec, u32, u8)> = recipes
        .iter()
        .map(|recipe| (recipe.codec, recipe.width, recipe.quality))
        .collect();
    print_of(&(seen.print, recipes, picture::VERSION))
}

fn bad(source: &SourcePath, fault: &Fault, (width, height): (u32, u32)) -> Diagnostic {
    let (message, help) = match fault {
        Fault::NotAnImage(what) => (
            format!("{source} is {what}, not an image"),
            "link to it, or show an image: JPEG, PNG, GIF, WebP, AVIF or SVG",
        ),
        Fault::NotShown(what) => (
            format!(
                "{source} is {what}, which browsers do not show and which may say where it was taken"
            ),
            "save it as JPEG, PNG or WebP; as it is, only a file in `static/` is published",
        ),
        Fault::UnknownParts => (
            format!(
                "{source} may say where it was recorded, and the parts of the file cannot be read"
            ),
            "save it again with another program; as it is, only a file in `static/` is published",
        ),
        Fault::Unfolds => (
            format!("{source} draws more than {DRAWN_MAX} elements through references"),
            "save it with fewer repeated elements",
        ),
        Fault::Unreadable(why) => (
            format!("{source} cannot be read as a picture: {why}"),
            "save it anew as JPEG, PNG, WebP or SVG",
        ),
        Fault::CutShort => (
            format!("{source} ends before the picture does"),
            "copy it anew: something broke off",
        ),
        Fault::TooLarge => (
            format!("{source} would unfold to {width} × {height} pixels"),
            "save it smaller: no page needs more than 120 million pixels",
        ),
    };
    Diagnostic::new(Code::BadImage, message).help(help)
}

/// What turned out to be wrong with a picture when it was read as a whole, told where a page first
/// refers to it.
pub fn late(site: &Site, source: &SourcePath, fault: &Fault) -> Diagnostic {
    bad(source, fault, (0, 0)).at(place_of_reference(site, source))
}

/// Where a page first refers to a file; the file itself where none does.
pub fn place_of_reference(site: &Site, source: &SourcePath) -> Place {
    let is_it = |to: &Destination| match to {
        Destination::Address {
            file: Some(file), ..
        } => file == source,
        Destination::Address { route, .. } => source.as_str() == format!("static{route}"),
        _ => false,
    };
    let places = site.pages().iter().flat_map(|page| {
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
    place.unwrap_or_else(|| Place::start_of(source))
}

/// A picture, and what is to be made of it.
pub struct Job {
    pub source: SourcePath,
    pub print: Fingerprint,
    pub picture: Arc<Picture>,
    pub pieces: Vec<Piece>,
}

/// One smaller picture: where it is published, how it is made, and the fingerprint of all that it
/// is made from.
pub struct Piece {
    pub path: OutputPath,
    pub recipe: Recipe,
    pub key: Fingerprint,
}

/// What came of making pieces.
pub struct Encoded {
    /// In the order asked for.
    pub pieces: Vec<Vec<u8>>,
    /// Why the original stands in for them.
    pub failure: Option<Fault>,
}

impl Job {
    /// Makes some of its pieces, those that are remembered not again.
    ///
    /// # Errors
    /// Those of reading; `InvalidData` when the file is another one by now.
    pub fn make(
        &self,
        files: &dyn Files,
        memory: &Memory,
        wanted: &[&Piece],
    ) -> std::io::Result<Encoded> {
        let mut pieces: Vec<Option<Vec<u8>>> =
            wanted.iter().map(|piece| memory.piece(piece.key)).collect();
        let missing: Vec<usize> = (0..wanted.len())
            .filter(|index| pieces[*index].is_none())
            .collect();
        if missing.is_empty() {
            return Ok(Encoded {
                pieces: pieces.into_iter().flatten().collect(),
                failure: None,
            });
        }
        let bytes = files.read(&self.source)?;
        if Fingerprint::of(&bytes) != self.print {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let recipes: Vec<Recipe> = missing.iter().map(|index| wanted[*index].recipe).collect();
        match picture::variants(&self.picture, &bytes, &recipes) {
            Ok(made) => {
                for (index, made) in missing.into_iter().zip(made) {
                    memory.keep_piece(wanted[index].key, &made);
                    pieces[index] = Some(made);
                }
                Ok(Encoded {
                    pieces: pieces.into_iter().flatten().collect(),
                    failure: None,
                })
            }
            Err(why) => {
                let original = picture::published(&self.picture, &bytes)
                    .map_or_else(|_| Vec::new(), std::borrow::Cow::into_owned);
                Ok(Encoded {
                    pieces: vec![original; wanted.len()],
                    failure: Some(Fault::Unreadable(why)),
                })
            }
        }
    }

    /// Whether its pixels can be read.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, files: &dyn Files) -> Result<(), Fault> {
        let bytes = files
            .read(&self.source)
            .map_err(|error| Fault::Unreadable(error.to_string()))?;
        picture::check(&self.picture, &bytes).map_err(Fault::Unreadable)
    }
}
