//! Everything in a site that refers to one of its pages or files: links in pages, in their front
//! matter, in the settings and in the vocabularies, and included files. Each comes with its target,
//! in a form that can be compared across two versions of the site.

use crate::diagnostic::Code;
use crate::document::links::{Link, LinkRole};
use crate::document::meta::LocatedValue;
use crate::paths::{Route, SourcePath};
use crate::pipeline::load_links::SiteLinks;
use crate::site::links::{Destination, LinkOrigin, ResolvedLink, resolve};
use crate::site::{LinkTarget, Site};

/// The target of a reference, by source if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceEnd {
    Page {
        source: SourcePath,
        fragment: Option<String>,
    },
    File(SourcePath),
    /// A list, or a file of `static/`.
    Address(Route),
    Here(String),
    AsWritten,
}

/// How a reference is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceReading {
    /// By the rules of links.
    Link(LinkRole),
    /// As a path from the page's folder.
    Include,
}

#[derive(Clone, Debug)]
pub struct Reference {
    /// The page that contains it; `None` if it belongs to the site.
    pub page: Option<SourcePath>,
    pub target: LocatedValue<String>,
    pub reading: ReferenceReading,
    pub end: ReferenceEnd,
    pub problem: Option<Code>,
}

/// The place from which a reference is resolved: a page, or the content folder.
pub struct Standpoint<'a> {
    pub site_links: &'a SiteLinks,
    pub source: SourcePath,
    pub route: Route,
    pub anchors: &'a [String],
    pub is_hidden: bool,
}

impl<'a> Standpoint<'a> {
    /// `None` if this page is not on the site.
    pub fn of(site_links: &'a SiteLinks, page: Option<&SourcePath>) -> Option<Self> {
        let site = &site_links.site;
        let Some(source) = page else {
            let content = &site_links.loaded.listed.content;
            let source = content.join("index.md").unwrap_or_else(|_| content.clone());
            return Some(Self {
                site_links,
                source,
                route: Route::home(),
                anchors: &[],
                is_hidden: false,
            });
        };
        let Some(LinkTarget::Page(id)) = site.tables.by_source.get(source) else {
            return None;
        };
        let page = site.page(*id);
        Some(Self {
            site_links,
            source: source.clone(),
            route: page.route.clone(),
            anchors: &page.entry.anchors,
            is_hidden: page.is_draft,
        })
    }

    /// Resolves a target that is written here.
    pub fn follow(
        &self,
        target: &LocatedValue<String>,
        reading: ReferenceReading,
    ) -> (ReferenceEnd, Option<Code>) {
        let site = &self.site_links.site;
        match reading {
            ReferenceReading::Link(role) => {
                let from = LinkOrigin {
                    source: &self.source,
                    route: &self.route,
                    anchors: self.anchors,
                    is_hidden: self.is_hidden,
                };
                ended(
                    site,
                    &resolve(
                        &site.tables,
                        from,
                        &Link {
                            target: target.clone(),
                            role,
                        },
                    ),
                )
            }
            ReferenceReading::Include => match self.source.folder().join(&target.value) {
                Ok(path)
                    if self
                        .site_links
                        .loaded
                        .listed
                        .sources
                        .binary_search(&path)
                        .is_ok() =>
                {
                    (ReferenceEnd::File(path), None)
                }
                _ => (ReferenceEnd::AsWritten, Some(Code::BadInclude)),
            },
        }
    }
}

fn ended(site: &Site, resolved: &ResolvedLink) -> (ReferenceEnd, Option<Code>) {
    let end = match &resolved.to {
        Destination::Page { page, fragment, .. } => ReferenceEnd::Page {
            source: site.page(*page).entry.source.clone(),
            fragment: fragment.clone(),
        },
        Destination::Address {
            file: Some(file), ..
        } => ReferenceEnd::File(file.clone()),
        Destination::Address { route, .. } => ReferenceEnd::Address(route.clone()),
        Destination::Here { fragment, .. } => ReferenceEnd::Here(fragment.clone()),
        Destination::AsWritten | Destination::Refused => ReferenceEnd::AsWritten,
    };
    (end, resolved.problem.as_ref().map(|problem| problem.code()))
}

/// All references of a site, in the order of its pages.
pub fn all(site_links: &SiteLinks) -> Vec<Reference> {
    let site = &site_links.site;
    let mut references = Vec::new();
    for page in site.pages() {
        let (entry, meta) = (&page.entry, &page.entry.meta);
        let mut add = |target: &LocatedValue<String>, reading, (end, problem)| {
            let page = Some(entry.source.clone());
            references.push(Reference {
                page,
                target: target.clone(),
                reading,
                end,
                problem,
            });
        };
        for (link, resolved) in entry.links.iter().zip(&page.links) {
            add(
                &link.target,
                ReferenceReading::Link(link.role),
                ended(site, resolved),
            );
        }
        for (target, resolved) in meta.related.iter().zip(&page.related) {
            add(
                target,
                ReferenceReading::Link(LinkRole::Text),
                ended(site, resolved),
            );
        }
        for (link, resolved) in meta.field_links.iter().zip(&page.field_links) {
            add(
                &link.target,
                ReferenceReading::Link(LinkRole::Text),
                ended(site, resolved),
            );
        }
        for (target, resolved) in meta.next.iter().zip(&page.next) {
            add(
                target,
                ReferenceReading::Link(LinkRole::Text),
                ended(site, resolved),
            );
        }
        for (image, resolved) in meta.image.iter().zip(&page.image) {
            add(
                &image.src,
                ReferenceReading::Link(LinkRole::Embed),
                ended(site, resolved),
            );
        }
        if !entry.includes.is_empty()
            && let Some(here) = Standpoint::of(site_links, Some(&entry.source))
        {
            for include in &entry.includes {
                add(
                    &include.file,
                    ReferenceReading::Include,
                    here.follow(&include.file, ReferenceReading::Include),
                );
            }
        }
    }
    let Some(here) = Standpoint::of(site_links, None) else {
        return references;
    };
    let settings = &site_links.loaded.settings;
    let of_settings = settings.menu.iter().map(|link| (link, LinkRole::Text));
    let of_settings = of_settings.chain(
        settings
            .logo
            .iter()
            .chain(&settings.favicon)
            .map(|link| (link, LinkRole::Embed)),
    );
    let of_settings = of_settings.map(|(link, role)| {
        (
            LocatedValue {
                value: link.target.clone(),
                place: link.place.clone(),
            },
            role,
        )
    });
    let starts = site_links
        .loaded
        .vocabularies
        .audiences
        .iter()
        .flat_map(|terms| terms.values())
        .flat_map(|term| &term.start);
    for (target, role) in of_settings.chain(starts.map(|target| (target.clone(), LinkRole::Text))) {
        let (end, problem) = here.follow(&target, ReferenceReading::Link(role));
        references.push(Reference {
            page: None,
            target,
            reading: ReferenceReading::Link(role),
            end,
            problem,
        });
    }
    references
}
