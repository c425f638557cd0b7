//! The keys of `handsel.yaml`: the check, the manual's table and the schema come from here.

use std::sync::LazyLock;

use super::checks_field;
use super::theme::theme_field;
use crate::fields::{Field, FieldType};

/// Every setting, in the manual's order.
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
            .about("What the site is, in a sentence or two.")
            .also(&["description"]),
        Field::text("language")
            .about("The language of its pages (BCP 47).")
            .defaults_to("`en`")
            .also(&["lang", "locale"]),
        Field::text("license")
            .about("The licence of its pages.")
            .also(&["licence"]),
        Field::text("copyright").about("A line for the foot of each page."),
        Field::map(
            "giving",
            vec![
                Field::text("who").about("Who gives this."),
                Field::text("why").about("Why it is given."),
                Field::text("pays").about("Who pays for it."),
                Field::text("contact").about("Whom to ask: an address or a link."),
            ],
        )
        .about("The words of the promise that every page makes."),
        Field::map(
            "feedback",
            vec![
                Field::text("mail").about("A mail to this address, written as far as it can be."),
                Field::new("issues", FieldType::Url)
                    .about("A new issue: the address of the form for one."),
                Field::new("endpoint", FieldType::Url)
                    .about("A form that is sent here, without a script."),
            ],
        )
        .about("How a reader says whether a page helped; one of the three.")
        .defaults_to("a mail to `giving.contact`"),
        Field::new("discuss", FieldType::Url)
            .about("Where a page is talked about; `{url}` and `{title}` stand for the page's."),
    ]
}

fn addresses() -> Vec<Field> {
    vec![
        Field::text("base_url")
            .about("Where the site will live; feeds, sitemap and canonical links need it.")
            .also(&["baseURL", "site_url"]),
        Field::text("timezone").about("Decides what day it is (an IANA name).").defaults_to("`UTC`"),
        Field::text("output").about("The folder that the site is written to.").defaults_to("`public`"),
        Field::new("permalinks", FieldType::map_of(FieldType::Text)).about("Kind → pattern of its addresses: `/:year/:month/:day/:slug/`."),
        Field::list("external_paths", FieldType::Text)
            .about("Root paths that belong to another site on the same host; links to them are not checked."),
        Field::list("retired", FieldType::Text)
            .about("Addresses that are gone on purpose, so that `check` does not miss them; `/old/**` is all that lay below."),
        Field::text("edit_url").about("Where a source can be edited; `{path}` stands for its path from the root."),
        Field::text("report_url").about(
            "Where a reader can report a problem; `{path}`, `{url}` and `{title}` stand for the page's. Unless set, `giving.contact`.",
        ),
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
                .about("The file."),
            Field::text("alt").about("Its text."),
        ]),
    ]);
    let entry = vec![
        Field::text("title")
            .required()
            .about("The words of the link."),
        Field::new("link", FieldType::Link)
            .required()
            .about("A source path, an address or a URL.")
            .also(&["href", "url", "page", "target"]),
    ];
    vec![
        theme_field(image.clone()),
        Field::new("logo", image).about("An image for the head of each page."),
        Field::new("favicon", FieldType::Link).about("The icon of the site's tabs."),
        Field::list("menu", FieldType::Map(entry))
            .about("The links at the head of each page.")
            .defaults_to("the top folders"),
        Field::integer("page_size")
            .about("Cards on one page of a list.")
            .defaults_to("`24`"),
    ]
}

fn markdown() -> Vec<Field> {
    vec![
        Field::choice("raw_html", &["sanitize", "allow", "escape"])
            .about("What becomes of HTML in Markdown: `sanitize` keeps what is harmless, `allow` everything, `escape` shows it as text.")
            .defaults_to("`sanitize`"),
        Field::boolean("smart_punctuation").about("Curly quotes, dashes and ellipses.").defaults_to("`false`"),
        Field::boolean("math").about("Formulas between dollar signs.").defaults_to("`false`"),
        Field::boolean("highlight").about("Colours in code.").defaults_to("`true`"),
    ]
}

fn images() -> Vec<Field> {
    let images = FieldType::Either(vec![
        FieldType::Boolean,
        FieldType::Map(vec![
            Field::list("widths", FieldType::Integer)
                .about("Widths in pixels of the smaller pictures.")
                .defaults_to("`[480, 800, 1200, 1600]`"),
            Field::integer("quality")
                .about("1 to 100.")
                .defaults_to("`80`"),
            Field::text("sizes")
                .about("How wide a picture stands on a page, as HTML's `sizes`.")
                .defaults_to("as wide as the text, `min(100vw, 41rem)`"),
            Field::boolean("avif")
                .about("AVIF besides WebP, where this Handsel was built with it.")
                .defaults_to("`false`"),
        ]),
    ]);
    vec![
        Field::new("images", images)
            .about("What is made of pictures: sizes, smaller ones, nothing private; `false` publishes them as they are.")
            .defaults_to("`true`"),
        Field::boolean("social_cards").about("A picture of each page's title, for those who share its address.").defaults_to("`false`"),
    ]
}

fn publishing() -> Vec<Field> {
    vec![
        Field::list("ignore", FieldType::Text)
            .about("Files that are never read, in the form of `.gitignore`."),
        Field::integer("feed_limit")
            .about("Entries in a feed.")
            .defaults_to("`20`"),
        Field::boolean("search")
            .about("Whether readers can search the site.")
            .defaults_to("`true`"),
        Field::boolean("markdown_copies")
            .about("A Markdown copy beside each page.")
            .defaults_to("`false`"),
        Field::list("allow_origins", FieldType::Url)
            .about("Origins that pages may contact when they load."),
        checks_field().about("Severities of checks: `{ orphan: off }`."),
        Field::new("extra", FieldType::map_of(FieldType::Anything))
            .about("Your own values, for your own templates."),
    ]
}
