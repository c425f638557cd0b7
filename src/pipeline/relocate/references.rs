//! Everything on a site that names a page or a file of it: links of pages, of their front matter,
//! of the settings and of the vocabularies, and files that are included; each with what it leads
//! to, told so that it can be held against another site.

use crate::diagnostic::Code;
use crate::document::links::{Link, Role};
use crate::document::meta::Placed;
use crate::paths::{Route, SourcePath};
use crate::pipeline::survey::Survey;
use crate::site::links::{Destination, From, Resolved, resolve};
use crate::site::{Node, Site};

/// What a reference leads to, by source where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
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

/// How a reference is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// By the rules of links.
    Link(Role),
    /// As a path from the page's folder.
    Include,
}

#[derive(Clone, Debug)]
pub struct Reference {
    /// The page that it belongs to; `None` for what belongs to the site.
    pub page: Option<SourcePath>,
    pub target: Placed<String>,
    pub reading: Reading,
    pub end: End,
    pub problem: Option<Code>,
}

/// Where a reference is read from: a page, or the content folder.
pub struct Standpoint<'a> {
    pub survey: &'a Survey,
    pub source: SourcePath,
    pub route: Route,
    pub anchors: &'a [String],
    pub is_hidden: bool,
}

impl<'a> Standpoint<'a> {
    /// `None` when this page is not on the site.
    pub fn of(survey: &'a Survey, page: Option<&SourcePath>) -> Option<Self> {
        let site = &survey.site;
        let Some(source) = page else {
            let content = &survey.loaded.listed.content;
            let source = content.join("index.md").unwrap_or_else(|_| content.clone());
            return Some(Self {
                survey,
                source,
                route: Route::home(),
                anchors: &[],
                is_hidden: false,
            });
        };
        let Some(Node::Page(id)) = site.tables.by_source.get(source) else {
            return None;
        };
        let page = site.page(*id);
        Some(Self {
            survey,
            source: source.clone(),
            route: page.route.clone(),
            anchors: &page.entry.anchors,
            is_hidden: page.is_draft,
        })
    }

    /// What a target that stands here leads to.
    pub fn follow(&self, target: &Placed<String>, reading: Reading) -> (End, Option<Code>) {
        let site = &self.survey.site;
        match reading {
            Reading::Link(role) => {
                let from = From {
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
            Reading::Include => match self.source.folder().join(&target.value) {
                Ok(path)
                    if self
                        .survey
                        .loaded
                        .listed
                        .sources
                        .binary_search(&path)
                        .is_ok() =>
                {
                    (End::File(path), None)
                }
                _ => (End::AsWritten, Some(Code::BadInclude)),
            },
        }
    }
}

fn ended(site: &Site, resolved: &Resolved) -> (End, Option<Code>) {
    let end = match &resolved.to {
        Destination::Page { page, fragment, .. } => End::Page {
            source: site.page(*page).entry.source.clone(),
            fragment: fragment.clone(),
        },
        Destination::Address {
            file: Some(file), ..
        } => End::File(file.clone()),
        Destination::Address { route, .. } => End::Address(route.clone()),
        Destination::Here { fragment, .. } => End::Here(fragment.clone()),
        Destination::AsWritten | Destination::Refused => End::AsWritten,
    };
    (end, resolved.problem.as_ref().map(|problem| problem.code))
}

/// All references of a site, in the order of its pages.
pub fn all(survey: &Survey) -> Vec<Reference> {
    let site = &survey.site;
    let mut references = Vec::new();
    for page in site.pages() {
        let (entry, meta) = (&page.entry, &page.entry.meta);
        let mut add = |target: &Placed<String>, reading, (end, problem)| {
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
                Reading::Link(link.role),
                ended(site, resolved),
            );
        }
        for (target, resolved) in meta.related.iter().zip(&page.related) {
            add(target, Reading::Link(Role::Text), ended(site, resolved));
        }
        for (link, resolved) in meta.field_links.iter().zip(&page.field_links) {
            add(
                &link.target,
                Reading::Link(Role::Text),
                ended(site, resolved),
            );
        }
        for (target, resolved) in meta.next.iter().zip(&page.next) {
            add(target, Reading::Link(Role::Text), ended(site, resolved));
        }
        for (image, resolved) in meta.image.iter().zip(&page.image) {
            add(
                &image.src,
                Reading::Link(Role::Embed),
                ended(site, resolved),
            );
        }
        if !entry.includes.is_empty()
            && let Some(here) = Standpoint::of(survey, Some(&entry.source))
        {
            for include in &entry.includes {
                add(
                    &include.file,
                    Reading::Include,
                    here.follow(&include.file, Reading::Include),
                );
            }
        }
    }
    let Some(here) = Standpoint::of(survey, None) else {
        return references;
    };
    let settings = &survey.loaded.settings;
    let of_settings = settings.menu.iter().map(|link| (link, Role::Text));
    let of_settings = of_settings.chain(
        settings
            .logo
            .iter()
            .chain(&settings.favicon)
            .map(|link| (link, Role::Embed)),
    );
    let of_settings = of_settings.map(|(link, role)| {
        (
            Placed {
                value: link.target.clone(),
                place: link.place.clone(),
            },
            role,
        )
    });
    let starts = survey
        .loaded
        .vocabularies
        .audiences
        .iter()
        .flat_map(|terms| terms.values())
        .flat_map(|term| &term.start);
    for (target, role) in of_settings.chain(starts.map(|target| (target.clone(), Role::Text))) {
        let (end, problem) = here.follow(&target, Reading::Link(role));
        references.push(Reference {
            page: None,
            target,
            reading: Reading::Link(role),
            end,
            problem,
        });
    }
    references
}
