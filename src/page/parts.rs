//! The small values that views consist of: cards, titles, days, authors, terms, and what every page
//! knows of the site.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::json;

use super::compose::Composer;
use super::view::{
    AuthorView, Card, CrumbView, DayView, GivingView, HeadingView, ImageView, SiteLinksView,
    SiteView, TermLink, ThemeView,
};
use crate::document::Entry;
use crate::document::meta::{Level, LocatedValue};
use crate::escape;
use crate::fields::{FieldItem, FieldItems, Value};
use crate::i18n::{Translations, direction};
use crate::paths::Route;
use crate::settings::Theme;
use crate::site::links::Destination;
use crate::site::topics::TermPages;
use crate::site::{PageId, SiteLink, SitePage};

impl Composer {
    pub(super) fn make_card(&self, id: PageId) -> Card {
        let page = self.site.page(id);
        let meta = &page.entry.meta;
        let language = self.site.language(page);
        Card {
            title: page.entry.title.clone(),
            summary: page
                .entry
                .summary
                .clone()
                .or_else(|| self.explanation(page)),
            href: self.href(&page.route),
            kind: meta.kind.clone(),
            kind_title: self.kind_title(language, &meta.kind),
            topics: self.term_links(&meta.topics, (&self.topics, &self.site.topics)),
            level: meta.level.map(|level| level.key().to_owned()),
            level_title: meta.level.map(|level| self.level_title(language, level)),
            minutes: self.minutes(id),
            published: page.published().map(|date| self.day(language, date)),
            updated: meta.updated.map(|date| self.day(language, date)),
            image: self.image(page),
            change_note: meta.change_note.clone(),
            is_draft: page.is_draft,
            audience: self.term_links(&meta.audience, (&self.audiences, &self.site.audiences)),
            fields: self.card_fields(page),
            event: self.event_view(page),
        }
    }

    /// The short explanation on a page that explains a term.
    pub(super) fn explanation(&self, page: &SitePage) -> Option<String> {
        let explains = self
            .site
            .kinds
            .get(&page.entry.meta.kind)?
            .glossary
            .as_ref()?;
        page.entry
            .meta
            .fields
            .get(&explains.short)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    }

    /// The kind's own fields that its cards show, without links.
    fn card_fields(&self, page: &SitePage) -> serde_json::Value {
        let kind = self.site.kinds.get(&page.entry.meta.kind);
        let shown = kind.map(|kind| kind.card.as_slice()).unwrap_or_default();
        let value = |name: &String| {
            (
                name.clone(),
                page.entry
                    .meta
                    .fields
                    .get(name)
                    .map_or(serde_json::Value::Null, item_json),
            )
        };
        serde_json::Value::Object(shown.iter().map(value).collect())
    }

    pub fn href(&self, route: &Route) -> String {
        route.href(self.site.settings().base_path())
    }

    /// The absolute address, if there is a `base_url`.
    pub fn url(&self, route: &Route) -> Option<String> {
        self.site
            .settings()
            .base_url
            .as_ref()
            .map(|base| format!("{}{}", base.origin, route.href(&base.path)))
    }

    pub fn day(&self, language: &str, date: Date) -> DayView {
        DayView {
            iso: date.to_string(),
            text: self.words.date(language, date),
        }
    }

    pub fn kind_title(&self, language: &str, kind: &str) -> String {
        let word = self
            .words
            .text(language, &format!("kind_{kind}"), Some(1), &[]);
        word.or_else(|| {
            self.site
                .kinds
                .get(kind)
                .and_then(|kind| kind.title.clone())
        })
        .unwrap_or_else(|| crate::document::words_of_name(kind))
    }

    /// The title of a kind in the plural.
    pub fn kind_title_many(&self, kind: &str) -> String {
        let word = self.words.text(
            &self.site.settings().language,
            &format!("kind_{kind}"),
            Some(2),
            &[],
        );
        word.or_else(|| {
            self.site
                .kinds
                .get(kind)
                .and_then(|kind| kind.title_many.clone())
        })
        .unwrap_or_else(|| kind.to_owned())
    }

    pub(super) fn level_title(&self, language: &str, level: Level) -> String {
        translate(
            &self.words,
            language,
            &format!("level_{}", level.key()),
            &[],
        )
    }

    /// The language of a section's list: its page's, or that of most of its pages.
    pub(super) fn section_language(&self, section: usize) -> &str {
        let found = &self.site.sections[section];
        match found.page {
            Some(page) => self.site.language(self.site.page(page)),
            None => found
                .language
                .as_deref()
                .unwrap_or(&self.site.settings().language),
        }
    }

    /// A section's title: its page's title, the word for its kind, or its folder's name.
    pub fn section_title(&self, section: usize) -> String {
        let found = &self.site.sections[section];
        let is_kinds_own = found.page.is_none() && found.depth == 1;
        let word = found
            .kind
            .as_ref()
            .filter(|_| is_kinds_own)
            .and_then(|kind| {
                let word = self.words.text(
                    self.section_language(section),
                    &format!("kind_{kind}"),
                    Some(2),
                    &[],
                );
                word.or_else(|| {
                    self.site
                        .kinds
                        .get(kind)
                        .and_then(|kind| kind.title_many.clone())
                })
            });
        if section == 0 && found.page.is_none() {
            self.site_title()
        } else {
            word.unwrap_or_else(|| found.title.clone())
        }
    }

    pub fn site_title(&self) -> String {
        let settings = self.site.settings();
        let home = self.site.sections[0]
            .page
            .map(|page| self.site.page(page).entry.title.clone());
        settings.title.clone().or(home).unwrap_or_else(|| {
            self.words
                .text(&settings.language, "untitled_site", None, &[])
                .unwrap_or_else(|| "Knowledge".into())
        })
    }

    pub(super) fn term_links(
        &self,
        named: &[LocatedValue<String>],
        (index, terms): (&HashMap<String, usize>, &[TermPages]),
    ) -> Vec<TermLink> {
        let find = |name: &LocatedValue<String>| {
            index
                .get(&crate::paths::slug(&name.value))
                .map(|index| &terms[*index])
        };
        named
            .iter()
            .filter_map(find)
            .map(|term| TermLink {
                key: term.key.clone(),
                title: term.title.clone(),
                href: self.href(&term.route),
            })
            .collect()
    }

    pub(super) fn authors(&self, named: &[LocatedValue<String>]) -> Vec<AuthorView> {
        let author = |name: &LocatedValue<String>| {
            let listed = self
                .site
                .vocabularies
                .authors
                .as_ref()
                .and_then(|authors| authors.get(&name.value));
            AuthorView {
                key: crate::paths::slug(&name.value),
                name: listed.map_or_else(|| name.value.clone(), |author| author.title.clone()),
                url: listed.and_then(|author| author.url.clone()),
                description: listed.and_then(|author| author.description.clone()),
            }
        };
        named.iter().map(author).collect()
    }

    /// An address from the settings with this page's values for the names in braces.
    pub(super) fn filled(&self, pattern: &str, page: &SitePage) -> String {
        let url = self
            .url(&page.route)
            .unwrap_or_else(|| self.href(&page.route));
        let (path, title) = (
            escape::percent(page.entry.source.as_str(), escape::IN_PATH),
            escape::percent(&page.entry.title, escape::IN_QUERY),
        );
        pattern
            .replace("{path}", &path)
            .replace("{url}", &escape::percent(&url, escape::IN_QUERY))
            .replace("{title}", &title)
    }

    pub(super) fn image(&self, page: &SitePage) -> Option<ImageView> {
        let (image, resolved) = (page.entry.meta.image.as_ref()?, page.image.as_ref()?);
        let href = self.site.href(&resolved.to, &image.src.value);
        let url = match &resolved.to {
            Destination::Address { route, .. } => self.url(route),
            _ => Some(href.clone()).filter(|href| href.starts_with("http")),
        };
        Some(ImageView {
            href,
            alt: image.alt.clone(),
            url,
        })
    }

    /// What every page knows of the site.
    pub fn site_view(&self) -> SiteView {
        let settings = self.site.settings();
        let listed = |address: &str| {
            let route =
                Route::new(address).expect("the addresses of lists are fixed and inside the site");
            self.site
                .tables
                .by_route
                .contains_key(&route)
                .then(|| self.href(&route))
        };
        let image = |link: &SiteLink| ImageView {
            href: self.site.href(&link.to, &link.written),
            alt: link.title.clone(),
            url: None,
        };
        let menu = match &*self.site.menu {
            [] => self.site.sections[0]
                .children
                .iter()
                .map(|id| CrumbView {
                    title: self.section_title(*id),
                    href: self.href(&self.site.sections[*id].route),
                })
                .collect(),
            stated => stated
                .iter()
                .map(|link| CrumbView {
                    title: link.title.clone(),
                    href: self.site.href(&link.to, &link.written),
                })
                .collect(),
        };
        SiteView {
            title: self.site_title(),
            summary: settings.summary.clone(),
            language: settings.language.clone(),
            direction: direction(&settings.language),
            href: self.href(&Route::home()),
            url: self.url(&Route::home()),
            logo: self.site.logo.as_ref().map(image),
            favicon: self
                .site
                .favicon
                .as_ref()
                .map(|link| self.site.href(&link.to, &link.written)),
            theme: theme(&settings.theme),
            policy: settings.page_policy(),
            license: settings.license.clone(),
            copyright: settings.copyright.clone(),
            giving: GivingView {
                who: settings.giving.who.clone(),
                why: settings.giving.why.clone(),
                pays: settings.giving.pays.clone(),
                contact: settings.giving.contact.clone(),
            },
            feedback: self.site_feedback(),
            menu,
            links: SiteLinksView {
                a_z: listed("/a-z/"),
                new: listed("/new/"),
                topics: listed("/topics/"),
                audiences: listed("/audiences/"),
                feed: settings.base_url.as_ref().map(|_| {
                    self.href(&Route::new("/feed.xml").expect("the feed lies inside the site"))
                }),
                search: self.site.has_search().then(|| listed("/search/")).flatten(),
                about: listed("/about-this-resource/"),
                privacy: listed("/privacy/"),
            },
            generator: concat!("Handsel ", env!("CARGO_PKG_VERSION")),
            extra: items_json(&settings.extra),
        }
    }
}

fn theme(theme: &Theme) -> ThemeView {
    let [paper_light, paper_dark] = theme
        .colors_of("paper")
        .map(|colors| colors.map(|color| color.to_string()))
        .unwrap_or_default();
    // The upright file of each family is the one that nearly all text needs.
    let fonts = theme
        .fonts
        .iter()
        .filter_map(|font| font.files.first())
        .map(|file| file.path.to_string())
        .collect();
    ThemeView {
        is_set: !theme.is_built_in(),
        paper_light,
        paper_dark,
        fonts,
    }
}

pub(super) fn contents(entry: &Entry) -> Vec<HeadingView> {
    let shown = entry
        .outline
        .iter()
        .filter(|heading| (2..=3).contains(&heading.level) && !heading.text.is_empty());
    shown
        .map(|heading| HeadingView {
            level: heading.level,
            id: heading.id.clone(),
            text: heading.text.clone(),
        })
        .collect()
}

/// Checked items as plain values for templates.
pub fn items_json(items: &FieldItems) -> serde_json::Value {
    serde_json::Value::Object(
        items
            .iter()
            .map(|(key, item)| (key.clone(), item_json(item)))
            .collect(),
    )
}

pub(super) fn item_json(item: &FieldItem) -> serde_json::Value {
    match &item.value {
        Value::None => serde_json::Value::Null,
        Value::Boolean(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(value) => json!(value),
        Value::Date(value) => json!(value.to_string()),
        Value::List(items) => items.iter().map(item_json).collect(),
        Value::Map(items) => items_json(items),
    }
}

/// A translated text with placeholders filled, or the key itself if the theme has no text for it.
pub fn translate(
    words: &Translations,
    language: &str,
    key: &str,
    fill: &[(&str, Cow<str>)],
) -> String {
    words
        .text(language, key, None, fill)
        .unwrap_or_else(|| key.to_owned())
}
