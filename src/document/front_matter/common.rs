//! The front matter that every page may have, whatever its kind, with the names that other
//! generators use for the same fields.

use std::sync::LazyLock;

use crate::fields::{Field, FieldType};
use crate::settings;

/// Every common field, in the manual's order.
pub static COMMON_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    [words(), people_and_topics(), time(), links(), publishing()]
        .into_iter()
        .flatten()
        .collect()
});

fn words() -> Vec<Field> {
    vec![
        Field::text("title").about("The page's title. Default: its first `#` heading."),
        Field::text("short_title")
            .about("A shorter title for navigation.")
            .also(&[
                "linkTitle",
                "link_title",
                "sidebar_label",
                "sidebar_title",
                "nav_title",
            ]),
        Field::text("summary")
            .about("One or two sentences for lists, search and link previews.")
            .also(&["description", "excerpt"]),
        Field::text("kind").about("The kind of page, if the top-level folder does not imply it."),
        Field::new("image", image())
            .about("An image for cards and link previews.")
            .also(&["cover", "thumbnail"]),
        Field::text("disclosure").about(
            "What readers should know about interests behind the page, shown above its text.",
        ),
        Field::text("change_note").about("The last change, in a sentence."),
        Field::list("sources", source()).about("The sources of what the page says."),
    ]
}

fn image() -> FieldType {
    let fields = vec![
        Field::new("src", FieldType::Link)
            .required()
            .about("The image file."),
        Field::text("alt").about("The alt text."),
    ];
    FieldType::Either(vec![FieldType::Link, FieldType::Map(fields)])
}

fn source() -> FieldType {
    let fields = vec![
        Field::text("title"),
        Field::new("url", FieldType::Url),
        Field::date("checked"),
    ];
    FieldType::Either(vec![FieldType::Text, FieldType::Map(fields)])
}

fn people_and_topics() -> Vec<Field> {
    vec![
        Field::new("topics", FieldType::Terms)
            .about("Keys of `topics.yaml`.")
            .also(&["tags", "categories", "tag", "category"]),
        Field::new("audience", FieldType::Terms)
            .about("Keys of `audiences.yaml`.")
            .also(&["audiences"]),
        Field::choice("level", &["beginner", "intermediate", "advanced"])
            .about("How much readers should already know."),
        Field::list("authors", FieldType::Text)
            .about("Names, or keys of `authors.yaml`.")
            .also(&["author"]),
        Field::text("owner").about("Who maintains the page."),
    ]
}

fn time() -> Vec<Field> {
    vec![
        Field::new("time", FieldType::Minutes)
            .about("How long it takes.")
            .defaults_to("the reading time")
            .also(&["reading_time"]),
        Field::new(
            "published",
            FieldType::Either(vec![FieldType::Date, FieldType::Boolean]),
        )
        .about("The day on which the page is published; `false` means a draft.")
        .also(&[
            "date",
            "publish",
            "pubDate",
            "pub_date",
            "publishDate",
            "publish_date",
        ]),
        Field::date("updated")
            .about("The day of the last substantial change.")
            .also(&[
                "lastmod",
                "modified",
                "last_modified_at",
                "lastUpdated",
                "last_updated",
                "updatedDate",
            ]),
        Field::date("reviewed").about("The day on which the page was last checked."),
        Field::new("review_every", FieldType::Period)
            .about("How often the page has to be checked."),
        Field::date("expires")
            .about("The day from which the page is no longer published.")
            .also(&["expiryDate", "expiry_date"]),
    ]
}

fn links() -> Vec<Field> {
    vec![
        Field::list("related", FieldType::Link).about("Related pages."),
        Field::new("next", next()).about("The next step to offer at the end of the page."),
        Field::list("aliases", FieldType::Text)
            .about("Old addresses, from the root; they redirect here.")
            .also(&["redirect_from", "redirects", "redirectFrom", "alias"]),
        Field::text("slug").about("The last part of the address, instead of the file's name."),
        Field::text("permalink")
            .about("The whole address, from the root.")
            .also(&["url"]),
    ]
}

fn search() -> Vec<Field> {
    vec![
        Field::number("boost").about("The weight of the page's words; the default is 1."),
        Field::boolean("exclude").about("Leave the page out of the search."),
    ]
}

/// VitePress allows a text for the link; here the text is the page's title.
fn next() -> FieldType {
    let worded = FieldType::Map(vec![
        Field::new("link", FieldType::Link).required(),
        Field::text("text").also(&["title"]),
    ]);
    FieldType::Either(vec![FieldType::Link, worded, FieldType::Boolean])
}

fn publishing() -> Vec<Field> {
    vec![
        Field::text("lang")
            .about("The page's language (BCP 47).")
            .defaults_to("the site's")
            .also(&["language", "locale"]),
        Field::boolean("draft")
            .about("Whether the page is a draft, which is not published.")
            .defaults_to("`false`"),
        Field::boolean("unlisted")
            .about("Whether the page is left out of lists, feeds and search.")
            .defaults_to("`false`")
            .also(&["hidden", "nav_exclude"]),
        Field::number("order")
            .about("The page's position among its neighbors, lowest first.")
            .also(&["weight", "nav_order", "sidebar_position"]),
        Field::text("license")
            .about("The page's license.")
            .defaults_to("the site's")
            .also(&["licence"]),
        Field::new(
            "search",
            FieldType::Either(vec![FieldType::Map(search()), FieldType::Boolean]),
        )
        .about("How the search treats the page; `false` leaves it out."),
        Field::boolean("glossary")
            .about("Explain glossary terms at their first use.")
            .defaults_to("`true`"),
        settings::checks_field().about("Severities of problems on this page, each with a reason."),
        Field::new("template", FieldType::Template).about("The template, if not the kind's."),
        Field::new("extra", FieldType::map_of(FieldType::Anything))
            .about("Your own values, for your own templates."),
    ]
}
