//! The facets by which a list can be filtered: topics and audiences, which have lists of their own,
//! level, time and kind.

use std::collections::BTreeMap;

use super::compose::Composer;
use super::listing::a_to_z_key;
use super::parts::translate;
use super::view::{Facet, FacetOption};
use crate::site::facet_lists::{self, FacetKey, LEVELS, MINUTES};
use crate::site::sections::put_in_order;
use crate::site::topics::TermPages;
use crate::site::{PageId, PageMap, Site};

/// The most options of one facet. If there are more, those with the most pages are shown, since
/// nobody reads a longer list.
const OPTIONS_MAX: usize = 100;

/// The positions of the topics and audiences of each listed page.
#[derive(Clone, Debug)]
pub struct PageTerms {
    topics: PageMap<Vec<usize>>,
    audiences: PageMap<Vec<usize>>,
}

impl PageTerms {
    pub fn of(site: &Site) -> Self {
        let by_page = |terms: &[TermPages]| {
            let mut named = PageMap::filled(site.tables.pages.len(), Vec::new());
            for (position, term) in terms.iter().enumerate() {
                term.pages
                    .iter()
                    .for_each(|page| named[*page].push(position));
            }
            named
        };
        PageTerms {
            topics: by_page(&site.topics),
            audiences: by_page(&site.audiences),
        }
    }
}

/// The facets of a list, each with the options that some of its pages have. A facet that all pages
/// share is omitted.
pub fn of(composer: &Composer, pages: &[PageId], language: &str) -> Vec<Facet> {
    let option = |key: &str, title: String, href, count| FacetOption {
        key: key.to_owned(),
        title,
        href,
        count,
    };
    let count = |is_it: &dyn Fn(PageId) -> bool| pages.iter().filter(|page| is_it(**page)).count();
    let meta = |page: PageId| &composer.site.page(page).entry.meta;
    let of_terms = |terms: &[TermPages], named: &PageMap<Vec<usize>>| -> Vec<FacetOption> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        pages
            .iter()
            .flat_map(|page| &named[*page])
            .for_each(|term| *counts.entry(*term).or_default() += 1);
        let known = counts
            .into_iter()
            .map(|(term, count)| (&terms[term], count));
        known
            .map(|(term, count)| {
                option(
                    &term.key,
                    term.title.clone(),
                    Some(composer.href(&term.route)),
                    count,
                )
            })
            .collect()
    };
    let named = composer.named();
    let levels = LEVELS.map(|level| {
        let href = composer.list_of(&FacetKey::Level(level));
        option(
            level.key(),
            composer.level_title(language, level),
            href,
            count(&|page| meta(page).level == Some(level)),
        )
    });
    let times = MINUTES.map(|most| {
        let href = composer.list_of(&FacetKey::Minutes(most));
        option(
            &most.to_string(),
            composer.up_to(most, language),
            href,
            count(&|page| composer.minutes(page) <= most),
        )
    });
    let kinds = composer.site.kinds.keys().map(|kind| {
        let href = composer.list_of(&FacetKey::Kind(kind.clone()));
        option(
            kind,
            composer.kind_title(language, kind),
            href,
            count(&|page| meta(page).kind == *kind),
        )
    });
    let facets = [
        (
            "audience",
            of_terms(&composer.site.audiences, &named.audiences),
        ),
        ("topic", of_terms(&composer.site.topics, &named.topics)),
        ("level", levels.to_vec()),
        ("time", times.to_vec()),
        ("kind", kinds.collect()),
    ];
    let tells_apart = |option: &FacetOption| option.count > 0 && option.count < pages.len();
    let facet = |(name, options): (&'static str, Vec<FacetOption>)| {
        let options = limit_options(
            options
                .into_iter()
                .filter(|option| option.count > 0)
                .collect(),
        );
        options.iter().any(tells_apart).then(|| Facet {
            name,
            is_linked: options.iter().any(|option| option.href.is_some()),
            options,
        })
    };
    facets.into_iter().filter_map(facet).collect()
}

/// Keeps the options with the most pages, up to the limit, in their order.
fn limit_options(mut options: Vec<FacetOption>) -> Vec<FacetOption> {
    if options.len() > OPTIONS_MAX {
        let mut counts: Vec<usize> = options.iter().map(|option| option.count).collect();
        let (_, least, _) =
            counts.select_nth_unstable_by(OPTIONS_MAX - 1, |one, other| other.cmp(one));
        let least = *least;
        let mut of_least =
            OPTIONS_MAX - options.iter().filter(|option| option.count > least).count();
        options.retain(|option| {
            option.count > least
                || option.count == least
                    && of_least
                        .checked_sub(1)
                        .map(|left| of_least = left)
                        .is_some()
        });
    }
    options
}

/// Links to the lists of a level, a time or a kind. They have no counts, so pages that show them
/// are rendered again only when a list is added or removed.
pub fn facet_links(composer: &Composer) -> Vec<Facet> {
    let mut facets: Vec<Facet> = Vec::new();
    for list in &composer.site.narrowed {
        let (name, key) = match &list.by {
            FacetKey::Level(level) => ("level", level.key().to_owned()),
            FacetKey::Minutes(most) => ("time", most.to_string()),
            FacetKey::Kind(kind) => ("kind", kind.clone()),
        };
        let option = FacetOption {
            key,
            title: composer.shared_title(&list.by),
            href: Some(composer.href(&list.route)),
            count: 0,
        };
        match facets.last_mut().filter(|facet| facet.name == name) {
            Some(facet) => facet.options.push(option),
            None => facets.push(Facet {
                name,
                is_linked: true,
                options: vec![option],
            }),
        }
    }
    facets
}

impl Composer {
    /// The pages of each list of `Site::narrowed`: those of a kind by title, others by kind
    /// first.
    pub fn facet_lists(&self) -> &[Vec<PageId>] {
        self.found.narrowed.get_or_init(|| {
            let site = &*self.site;
            let mut lists: Vec<Vec<PageId>> = vec![Vec::new(); site.narrowed.len()];
            for id in self.a_to_z.iter().copied() {
                for (pages, _) in lists
                    .iter_mut()
                    .zip(self.belongs_on(id))
                    .filter(|(_, belongs)| *belongs)
                {
                    pages.push(id);
                }
            }
            lists
                .iter_mut()
                .for_each(|pages| pages.sort_by_key(|id| &site.page(*id).entry.meta.kind));
            lists
        })
    }

    /// Those lists after a page was inserted at this position. The page is sorted in, and so are
    /// paths, which may take longer now.
    pub(super) fn facet_lists_with(
        &self,
        mut lists: Vec<Vec<PageId>>,
        new: PageId,
    ) -> Vec<Vec<PageId>> {
        let site = &*self.site;
        let key = |id: PageId| (&site.page(id).entry.meta.kind, a_to_z_key(site, id));
        for pages in &mut lists {
            pages
                .iter_mut()
                .for_each(|id| *id = id.after_insertion_of(new));
            pages.retain(|id| !self.ways.contains(id));
        }
        let is_way = self.ways.contains(&new);
        for id in self
            .ways
            .iter()
            .copied()
            .chain(Some(new).filter(|_| !is_way))
        {
            for (pages, _) in lists
                .iter_mut()
                .zip(self.belongs_on(id))
                .filter(|(_, belongs)| *belongs)
            {
                put_in_order(pages, id, key);
            }
        }
        lists
    }

    /// Whether a page belongs on each list of `Site::narrowed`.
    pub fn belongs_on(&self, id: PageId) -> impl Iterator<Item = bool> + '_ {
        let site = &*self.site;
        let counts = facet_lists::counts(&site.tables.pages, &site.sections, id);
        let (meta, minutes) = (&site.page(id).entry.meta, self.minutes(id));
        site.narrowed.iter().map(move |list| {
            let belongs = match &list.by {
                FacetKey::Level(level) => meta.level == Some(*level),
                FacetKey::Minutes(most) => minutes <= *most,
                FacetKey::Kind(kind) => meta.kind == *kind,
            };
            counts && list.is_own && belongs
        })
    }

    /// The list of all pages with this value of a facet.
    fn list_of(&self, by: &FacetKey) -> Option<String> {
        self.site
            .narrowed
            .iter()
            .find(|list| list.by == *by)
            .map(|list| self.href(&list.route))
    }

    fn up_to(&self, minutes: u32, language: &str) -> String {
        translate(
            &self.words,
            language,
            "up_to_minutes",
            &[("minutes", minutes.to_string().into())],
        )
    }

    fn shared_title(&self, by: &FacetKey) -> String {
        match by {
            FacetKey::Level(level) => self.level_title(&self.site.settings().language, *level),
            FacetKey::Minutes(most) => self.up_to(*most, &self.site.settings().language),
            FacetKey::Kind(kind) => self.kind_title_many(kind),
        }
    }

    /// The title of the list of pages with this value of a facet.
    pub fn facet_list_title(&self, by: &FacetKey) -> String {
        let facet = match by {
            FacetKey::Level(_) => "facet_level",
            FacetKey::Minutes(_) => "facet_time",
            FacetKey::Kind(_) => "facet_kind",
        };
        let language = &self.site.settings().language;
        let fill = [
            ("facet", translate(&self.words, language, facet, &[]).into()),
            ("title", self.shared_title(by).into()),
        ];
        translate(&self.words, language, "facet_title", &fill)
    }
}
