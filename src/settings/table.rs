//! The keys of `handsel.yaml`, used for the check, the manual's table and the schema.

use std::sync::LazyLock;

use super::checks_field;
use super::theme::theme_field;
use crate::fields::{Field, FieldType};

/// All settings, in the order of the manual.
pub static SETTINGS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    [
        about(),
        addresses(),
        look(),
        markdown(),
        images(),
        publishing(),
    ]
    .into_iter()
    .flatten()
    .collect()
});

fn about() -> Vec<Field> {
    vec![
        Field::text("title").about("The site's name."),
        Field::text("summary")
            .about("A description of the site in a sentence or two.")
            .also(&["description"]),
        Field::text("language")
            .about("The language of the pages (BCP 47).")
            .defaults_to("`en`")
            .also(&["lang", "locale"]),
        Field::text("license")
            .about("The license of the pages.")
            .also(&["licence"]),
        Field::text("copyright").about("A line for the foot of each page."),
        Field::map(
            "giving",
            vec![
                Field::text("who").about("Who provides the content."),
                Field::text("why").about("Why the content is free."),
                Field::text("pays").about("Who pays for it."),
                Field::text("contact").about("Whom to contact: an address or a link."),
            ],
        )
        .about("What every page states about who provides the content, and why."),
        Field::map(
            "feedback",
            vec![
                Field::text("mail")
                    .about("Readers send an email to this address, with the subject filled in."),
                Field::new("issues", FieldType::Url)
                    .about("Readers open a new issue: the address of the form for new issues."),
                Field::new("endpoint", FieldType::Url)
                    .about("Readers send a form to this address, without a script."),
            ],
        )
        .about("How readers say whether a page helped; set one of the three keys.")
        .defaults_to("an email to `giving.contact`"),
        Field::new("discuss", FieldType::Url).about(
            "Where readers can discuss a page; `{url}` and `{title}` stand for those of the page.",
        ),
    ]
}

fn addresses() -> Vec<Field> {
    vec![
        Field::text("base_url")
            .about("The address of the published site; feeds, the sitemap and canonical links need it.")
            .also(&["baseURL", "site_url"]),
        Field::text("timezone").about("The time zone that decides which day it is (an IANA name).").defaults_to("`UTC`"),
        Field::text("output").about("The folder that the site is written to.").defaults_to("`public`"),
        Field::new("permalinks", FieldType::map_of(FieldType::Text)).about("Address patterns by kind: `/:year/:month/:day/:slug/`."),
        Field::list("external_paths", FieldType::Text)
            .about("Root paths that belong to another site on the same host; links to them are not checked."),
        Field::list("retired", FieldType::Text)
            .about("Addresses that were removed on purpose, so that `check` does not report them; `/old/**` stands for everything below."),
        Field::text("edit_url").about("Where a source can be edited; `{path}` stands for its path from the root."),
        Field::text("report_url").about(
            "Where readers can report a problem; `{path}`, `{url}` and `{title}` stand for those of the page.",
        )
        .defaults_to("`giving.contact`"),
        Field::text("editor")
            .about("The editor that the preview opens: `code`, `zed`, `subl`, `idea`, …")
            .defaults_to("`$VISUAL`, else `$EDITOR`"),
    ]
}

fn look() -> Vec<Field> {
    let image = FieldType::Either(vec![
        FieldType::Link,
        FieldType::Map(vec![
            Field::new("src", FieldType::Link)
                .required()
                .about("The image's file."),
            Field::text("alt").about("The image's alt text."),
        ]),
    ]);
    let entry = vec![
        Field::text("title").required().about("The link text."),
        Field::new("link", FieldType::Link)
            .required()
            .about("A source path, an address or a URL.")
            .also(&["href", "url", "page", "target"]),
    ];
    vec![
        theme_field(image.clone()),
        Field::new("logo", image).about("An image for the header of each page."),
        Field::new("favicon", FieldType::Link).about("The icon for browser tabs."),
        Field::list("menu", FieldType::Map(entry))
            .about("The links in the header of each page.")
            .defaults_to("the top-level folders"),
        Field::integer("page_size")
            .about("The number of cards on one page of a list.")
            .defaults_to("`24`"),
    ]
}

fn markdown() -> Vec<Field> {
    vec![
        Field::choice("raw_html", &["sanitize", "allow", "escape"])
            .about("How HTML in Markdown is handled: `sanitize` keeps harmless HTML, `allow` keeps everything, `escape` shows it as text.")
            .defaults_to("`sanitize`"),
        Field::boolean("smart_punctuation").about("Whether to use typographic quotes, dashes and ellipses.").defaults_to("`false`"),
        Field::boolean("math").about("Formulas between dollar signs.").defaults_to("`false`"),
        Field::boolean("highlight").about("Whether code is shown with syntax highlighting.").defaults_to("`true`"),
    ]
}

fn images() -> Vec<Field> {
    let images = FieldType::Either(vec![
        FieldType::Boolean,
        FieldType::Map(vec![
            Field::list("widths", FieldType::Integer)
                .about("The widths in pixels of the smaller versions of each image.")
                .defaults_to("`[480, 800, 1200, 1600]`"),
            Field::integer("quality")
                .about("The quality of compressed images, from 1 to 100.")
                .defaults_to("`80`"),
            Field::text("sizes")
                .about("The width at which pages show an image, as HTML's `sizes`.")
                .defaults_to("the width of the text, `min(100vw, 41rem)`"),
            Field::boolean("avif")
                .about("Whether to produce AVIF in addition to WebP; requires a Handsel built with the feature `avif`.")
                .defaults_to("`false`"),
        ]),
    ]);
    vec![
        Field::new("images", images)
            .about("How images are processed: their dimensions are recorded, smaller versions are made, and private metadata is removed; `false` publishes them unchanged.")
            .defaults_to("`true`"),
        Field::boolean("social_cards").about("Whether to make an image of each page's title, for link previews.").defaults_to("`false`"),
    ]
}

fn publishing() -> Vec<Field> {
    vec![
        Field::list("ignore", FieldType::Text)
            .about("Files that are never read, as patterns like those of `.gitignore`."),
        Field::integer("feed_limit")
            .about("The number of entries in a feed.")
            .defaults_to("`20`"),
        Field::boolean("search")
            .about("Whether readers can search the site.")
            .defaults_to("`true`"),
        Field::boolean("markdown_copies")
            .about("Whether to publish a Markdown copy of each page.")
            .defaults_to("`false`"),
        Field::list("allow_origins", FieldType::Url).about(
            "Origins that pages may contact when they load, such as `https://tiles.example.org`.",
        ),
        checks_field().about("The severities of codes: `{ orphan: off }`."),
        Field::new("extra", FieldType::map_of(FieldType::Anything))
            .about("Your own values, for your own templates."),
    ]
}
