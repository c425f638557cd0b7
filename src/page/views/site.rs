//! What every page knows of the site.

use crate::i18n::direction;
use crate::page::catalog::Catalog;
use crate::page::content_hash::JsonValue;
use crate::page::field_json::items_json;
use crate::page::view::{
    CrumbView, GivingView, ImageView, SiteFeedbackView, SiteLinksView, SiteView, ThemeView,
};
use crate::paths::Route;
use crate::settings::Theme;
use crate::site::SiteLink;

/// What every page knows of the site.
pub fn site_view(catalog: &Catalog) -> SiteView {
    let site = &catalog.site;
    let settings = site.settings();
    let href = |link: &SiteLink| site.href(&link.to, &link.written);
    SiteView {
        title: catalog.site_title(),
        summary: settings.summary.clone(),
        language: settings.language.clone(),
        direction: direction(&settings.language),
        href: catalog.href(&Route::home()),
        url: catalog.url(&Route::home()),
        logo: site.logo.as_ref().map(|link| ImageView {
            href: href(link),
            alt: link.title.clone(),
            url: None,
        }),
        favicon: site.favicon.as_ref().map(href),
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
        feedback: settings.feedback_way().map(|way| SiteFeedbackView {
            way: way.name(),
            host: way.host(),
        }),
        menu: menu(catalog),
        links: links(catalog),
        generator: concat!("Handsel ", env!("CARGO_PKG_VERSION")),
        extra: JsonValue(items_json(&settings.extra)),
    }
}

/// The links of the menu: those that the settings state, or else the sections below the home page.
fn menu(catalog: &Catalog) -> Vec<CrumbView> {
    let site = &catalog.site;
    if site.menu.is_empty() {
        let sections = site.sections[0].children.iter();
        return sections
            .map(|id| CrumbView {
                title: catalog.section_title(*id),
                href: catalog.href(&site.sections[*id].route),
            })
            .collect();
    }
    site.menu
        .iter()
        .map(|link| CrumbView {
            title: link.title.clone(),
            href: site.href(&link.to, &link.written),
        })
        .collect()
}

/// The addresses of the site's lists and of its own pages.
fn links(catalog: &Catalog) -> SiteLinksView {
    let settings = catalog.site.settings();
    let feed = || Route::new("/feed.xml").expect("the feed lies inside the site");
    let search = || catalog.list_href("/search/");
    SiteLinksView {
        a_z: catalog.list_href("/a-z/"),
        new: catalog.list_href("/new/"),
        topics: catalog.list_href("/topics/"),
        audiences: catalog.list_href("/audiences/"),
        feed: settings.base_url.as_ref().map(|_| catalog.href(&feed())),
        search: catalog.site.has_search().then(search).flatten(),
        about: catalog.list_href("/about-this-resource/"),
        privacy: catalog.list_href("/privacy/"),
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
