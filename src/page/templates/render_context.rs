//! What templates' functions answer from, and what they were asked while a sheet was drawn.
//!
//! The functions are registered once with the templates and read what lies on this thread's desk,
//! which drawing puts there. A question that was answered is noted; drawn again, the sheet would be
//! the same for as long as the answers are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};
use tera::Value;

use super::values::{self, ValueObject, add_old_names, hash_of};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::i18n::Translations;
use crate::page::compose::Composer;
use crate::page::queries::{self, PagesQuery};
use crate::paths::Route;
use crate::renamed::NameKind;
use crate::site::topics::TermPages;

/// What drawing needs besides the templates.
pub struct RenderContext {
    pub composer: Composer,
    pub(super) site: Value,
    site_hash: Fingerprint,
    /// `static/` path → its published address, with the base path.
    pub(super) assets: BTreeMap<String, String>,
    /// Icon name → SVG.
    pub(super) icons: BTreeMap<String, String>,
    /// `data/` path → what it holds.
    pub(super) data: BTreeMap<String, (Value, Fingerprint)>,
    /// Files of `data/` that hold no value: broken ones, and those of another type.
    pub(super) unread_data: BTreeSet<String>,
    /// The theme's words as templates read them, by language.
    worded: RwLock<HashMap<String, Value>>,
    answered: RwLock<HashMap<Dependency, Option<Fingerprint>>>,
}

/// Something that a template asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dependency {
    Pages(PagesQuery),
    PageAt(String),
    Topics,
    Audiences,
    Href(String),
    Asset(String),
    Icon(String),
    Data(String),
    /// The picture at an address, asked for by the page's finished HTML, or, where it only refers
    /// to it, by its links. `pipeline` answers.
    Picture {
        href: String,
        is_shown: bool,
    },
}

impl RenderContext {
    pub fn new(
        composer: Composer,
        assets: BTreeMap<String, String>,
        icons: BTreeMap<String, String>,
        data: &BTreeMap<String, serde_json::Value>,
        unread_data: BTreeSet<String>,
    ) -> Self {
        let view = composer.site_view();
        let data = values_of(data);
        RenderContext {
            site: Value::from_serializable(&view),
            site_hash: hash_of(&view),
            composer,
            assets,
            icons,
            data,
            unread_data,
            worded: RwLock::default(),
            answered: RwLock::default(),
        }
    }

    /// The fingerprint of what every page knows of the site.
    pub fn site_hash(&self) -> Fingerprint {
        self.site_hash
    }

    /// Takes other assets, icons and data, and other words; the site is the same.
    pub fn with_assets(
        &mut self,
        words: Arc<Translations>,
        assets: BTreeMap<String, String>,
        icons: BTreeMap<String, String>,
        data: &BTreeMap<String, serde_json::Value>,
        unread_data: BTreeSet<String>,
    ) {
        (self.assets, self.icons, self.data, self.unread_data) =
            (assets, icons, values_of(data), unread_data);
        if *self.composer.words != *words {
            self.composer.set_translations(words);
        }
        self.refresh();
    }

    /// After something of the site changed: its view is made anew, and no answer holds any longer.
    pub fn refresh(&mut self) {
        let view = self.composer.site_view();
        (self.site, self.site_hash) = (Value::from_serializable(&view), hash_of(&view));
        (self.worded, self.answered) = (RwLock::default(), RwLock::default());
    }

    /// The theme's words in a language, each as it is without a count and with nothing filled in.
    pub(super) fn words(&self, language: &str) -> Value {
        if let Some(kept) = self
            .worded
            .read()
            .expect("no holder of this lock panics")
            .get(language)
        {
            return kept.clone();
        }
        let words = &self.composer.words;
        let said = words.keys().filter_map(|key| {
            Some((
                key.to_owned().into(),
                words.text(language, key, None, &[])?.into(),
            ))
        });
        let mut said = said.collect::<ValueObject>();
        add_old_names(&mut said, NameKind::Word);
        let value = Value::from(said);
        self.worded
            .write()
            .expect("no holder of this lock panics")
            .entry(language.to_owned())
            .or_insert(value)
            .clone()
    }

    /// The fingerprint of the answer to a question; `None` where there is no answer.
    pub fn dependency_hash(&self, question: &Dependency) -> Option<Fingerprint> {
        if let Some(kept) = self
            .answered
            .read()
            .expect("no holder of this lock panics")
            .get(question)
        {
            return *kept;
        }
        let hash = self.hash(question);
        self.answered
            .write()
            .expect("no holder of this lock panics")
            .insert(question.clone(), hash);
        hash
    }

    fn hash(&self, question: &Dependency) -> Option<Fingerprint> {
        let composer = &self.composer;
        match question {
            Dependency::Pages(query) => {
                let mut hasher = Hasher::new();
                queries::pages(composer, query).iter().for_each(|page| {
                    hasher.add(composer.card(*page).hash.as_bytes());
                });
                Some(hasher.finish())
            }
            Dependency::PageAt(path) => queries::page_at(composer, path)
                .ok()
                .map(|page| composer.card(page).hash),
            Dependency::Topics => Some(self.terms_hash(&composer.site.topics)),
            Dependency::Audiences => Some(self.terms_hash(&composer.site.audiences)),
            Dependency::Href(written) => self.href(written).map(Fingerprint::of),
            Dependency::Asset(path) => self.assets.get(path).map(Fingerprint::of),
            Dependency::Icon(name) => self.icon(name).map(Fingerprint::of),
            Dependency::Picture { .. } => None,
            Dependency::Data(path) => self.data.get(path).map(|(_, hash)| *hash),
        }
    }

    fn terms_hash(&self, terms: &[TermPages]) -> Fingerprint {
        let mut hasher = Hasher::new();
        for (view, start) in queries::terms(&self.composer, terms) {
            hasher.add(hash_of(&view).as_bytes());
            start.iter().for_each(|page| {
                hasher.add(self.composer.card(*page).hash.as_bytes());
            });
        }
        hasher.finish()
    }

    /// The published address of a route that is written in a template.
    pub(super) fn href(&self, written: &str) -> Option<String> {
        let (path, fragment) = written
            .split_once('#')
            .map_or((written, None), |(path, fragment)| (path, Some(fragment)));
        let route = Route::new(path).ok()?;
        let known = [route.clone(), route.as_folder()];
        let route = known
            .into_iter()
            .find(|route| self.composer.site.tables.by_route.contains_key(route))?;
        Some(match fragment {
            Some(fragment) => format!("{}#{fragment}", self.composer.href(&route)),
            None => self.composer.href(&route),
        })
    }

    pub(super) fn icon(&self, name: &str) -> Option<&String> {
        self.icons.get(name).or_else(|| self.icons.get("page"))
    }

    pub(super) fn terms(&self, terms: &[TermPages]) -> Value {
        let with_start =
            |(view, start): (crate::page::view::TermView, Vec<crate::site::PageId>)| {
                let mut term: ValueObject = Value::from_serializable(&view)
                    .into_map()
                    .unwrap_or_default();
                term.insert("start".into(), values::cards(&self.composer, &start));
                Value::from(term)
            };
        Value::from(
            queries::terms(&self.composer, terms)
                .into_iter()
                .map(with_start)
                .collect::<Vec<Value>>(),
        )
    }
}

fn values_of(data: &BTreeMap<String, serde_json::Value>) -> BTreeMap<String, (Value, Fingerprint)> {
    data.iter()
        .map(|(path, value)| {
            (
                path.clone(),
                (Value::from_serializable(value), hash_of(value)),
            )
        })
        .collect()
}

/// What a thread has before it while it draws one sheet.
pub(super) struct RenderState {
    pub render_context: Arc<RenderContext>,
    pub language: String,
    /// How many numbers `range` may still give.
    pub numbers_left: usize,
    pub asked: BTreeSet<Dependency>,
}

thread_local! {
    static DESK: RefCell<Option<RenderState>> = const { RefCell::new(None) };
}

/// Draws with this on the desk; gives back what was asked meanwhile.
pub(super) fn with_desk<T>(
    state: RenderState,
    draw: impl FnOnce() -> T,
) -> (T, BTreeSet<Dependency>) {
    DESK.set(Some(state));
    let drawn = draw();
    (
        drawn,
        DESK.take().map(|state| state.asked).unwrap_or_default(),
    )
}

/// Looks at this thread's desk.
///
/// # Panics
/// When nothing is being drawn: only templates call the functions that look.
pub(super) fn with_state<T>(look: impl FnOnce(&mut RenderState) -> T) -> T {
    DESK.with_borrow_mut(|state| {
        look(
            state
                .as_mut()
                .expect("functions are called only while a sheet is drawn"),
        )
    })
}
