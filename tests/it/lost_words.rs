//! No visible word of a writer is lost: whatever HTML is in the Markdown, each word of the source
//! is on the page, unless it is in an ordinary comment or a problem at that position says what was
//! removed.

use handsel::diagnostic::{Code, Diagnostic};
use handsel::source::MemoryFiles;
use proptest::prelude::*;

/// Names of HTML, SVG and MathML elements, current and obsolete, and some that do not exist.
const NAMES: &str = "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button \
    canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font \
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link \
    listing main map mark marquee menu menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p \
    param picture plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select selectedcontent slot small source spacer \
    span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp \
    animate animatecolor animatemotion animatetransform circle clippath cursor defs desc discard ellipse feblend fecolormatrix \
    fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb \
    fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fepointlight fespecularlighting fespotlight fetile \
    feturbulence filter foreignobject g hatch hatchpath line lineargradient marker mask mesh meshgradient metadata mpath path pattern polygon \
    polyline radialgradient rect set solidcolor stop switch symbol text textpath tref tspan unknown use view vkern \
    abs and annotation annotation-xml apply approx arg bind card ci cn complexes condition cos csymbol curl declare degree diff divide emptyset eq \
    exists exp false floor fn gcd geq grad gt image implies in infinity int integers interval inverse lambda leq limit list ln log logbase lt \
    maction maligngroup malignmark math matrix matrixrow max mean median menclose merror mfenced mfrac mglyph mi min minus mlabeledtr mlongdiv \
    mmultiscripts mn mo mode moment mover mpadded mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack \
    mstyle msub msubsup msup mtable mtd mtext mtr munder munderover neq none not notin or otherwise pi piece piecewise plus power primes product \
    real reln rem root sec selector semantics sep setdiff share sin sum tan tendsto times transpose true union variance vector xor \
    u8 your-name t o:p x-card";

/// Elements that are removed with their contents. The problem at their start tag says so.
const LEFT_OUT_WHOLE: [&str; 6] = [
    "<script",
    "<style",
    "<iframe",
    "<textarea",
    "<noscript",
    "<!--",
];

/// A piece of Markdown in which `@` stands for a word.
fn piece() -> impl Strategy<Value = String> {
    let names: Vec<&str> = NAMES.split_whitespace().collect();
    let name = || prop::sample::select(names.clone());
    let attributes = prop::sample::select(vec![
        "",
        "",
        "",
        " class=\"x\"",
        " d=x",
        " title='a > b'",
        " open",
        " /",
        " title=\"x",
    ]);
    let markdown = [
        "\n",
        "\n",
        "\n\n",
        "\n\n",
        "\n- ",
        "\n1. ",
        "\n> ",
        "\n## ",
        "\n# ",
        "\n| a | b |\n|---|---|\n| @ | ",
        " | ",
        "\n:::note\n",
        "\n:::\n",
        "\n::: tip @\n",
        "*",
        "**",
        "`@`",
        "[@](https://example.org)",
        "![@](https://example.org/a.png)",
        "<",
        ">",
        "&lt;",
        "</",
        "</3 ",
        "<!",
        "<?",
        "<![CDATA[",
        "]]>",
        "<!-- -->",
        "<!--",
        "-->",
        "\n\n    ",
        "\n\n```\n@\n```\n\n",
        "\n@\n: ",
        "$",
        "\\",
        "\"",
        "'",
        "~~",
        "<https://example.org/@>",
        "\n<div>\n",
        "\n</div>\n",
        "<table>",
        "<tr><td>",
        "</table>",
        "<svg>",
        "</svg>",
        "::note{}",
    ];
    prop_oneof![
        6 => Just(" @ ".to_owned()),
        4 => (name(), attributes).prop_map(|(name, attributes)| format!("<{name}{attributes}>")),
        2 => name().prop_map(|name| format!("</{name}>")),
        1 => name().prop_map(|name| format!("\n\n<{name}>\n\n")),
        4 => prop::sample::select(markdown.to_vec()).prop_map(str::to_owned),
    ]
}

/// Replaces each `@` with a word that occurs nowhere else.
fn with_words(text: &str) -> (String, Vec<String>) {
    let mut pieces = text.split('@');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    let mut words = Vec::new();
    for (number, piece) in pieces.enumerate() {
        let word = format!("wq{number}x");
        whole.push_str(&word);
        whole.push_str(piece);
        words.push(word);
    }
    (whole, words)
}

/// Whether this position is inside a comment that contains no other comment, which means that the
/// writer hid it on purpose.
fn is_in_comment(source: &str, at: usize) -> bool {
    // `<!-->` and `<!--->` are empty comments.
    let begins = source[..at]
        .rfind("<!--")
        .is_some_and(|start| !source[start + 2..at].contains("-->"));
    let rest = &source[at..];
    begins
        && rest
            .find("-->")
            .is_some_and(|end| !rest[..end].contains("<!--"))
}

/// Whether a problem says that the text at this position of the source was removed.
fn is_reported(source: &str, at: usize, problems: &[Diagnostic]) -> bool {
    let line = source[..at].matches('\n').count() as u32 + 1;
    problems
        .iter()
        .filter_map(|problem| Some((problem, problem.location.as_ref()?)))
        .any(|(problem, place)| {
            let start = source
                .split_inclusive('\n')
                .take(place.line as usize - 1)
                .map(str::len)
                .sum::<usize>();
            let column = source[start..]
                .char_indices()
                .nth(place.column as usize - 1)
                .map_or(0, |(at, _)| at);
            let opened = source[start + column..].to_ascii_lowercase();
            let is_whole = matches!(problem.code, Code::UnsafeHtml | Code::UnclosedHtml)
                && LEFT_OUT_WHOLE.iter().any(|name| opened.starts_with(name));
            let is_comment = opened.starts_with("<!--");
            let is_within = is_whole
                && start + column < at
                && if is_comment {
                    !source[start + column + 2..at].contains("-->")
                } else {
                    let name = opened
                        .trim_start_matches('<')
                        .split(|c: char| !c.is_ascii_alphanumeric())
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    !source[start + column..at]
                        .to_ascii_lowercase()
                        .contains(&format!("</{name}>"))
                };
            // Text between two quotation marks of a tag is not shown, and the problem is at the
            // first of them.
            let is_quoted = problem.code == Code::UnclosedHtml
                && start + column < at
                && opened.chars().next().is_some_and(|c| {
                    matches!(c, '"' | '\'') && !source[start + column + 1..at].contains(c)
                });
            // An instruction ends with the first `>`.
            let is_in_instruction = problem.code == Code::UnsafeHtml
                && opened.starts_with("<?")
                && start + column < at
                && !source[start + column..at].contains('>');
            // Text after the name of an end tag is not shown.
            let is_in_end_tag = problem.code == Code::UnknownElement
                && (start + column..start + column + place.length as usize).contains(&at);
            is_within || is_quoted || is_in_instruction || is_in_end_tag || place.line == line
        })
}

/// The maximum number of pages in a case; the average is half of it.
const PAGES_PER_CASE: usize = 20;

/// The first word of a page that is neither shown nor reported.
fn lost_word(
    page: &str,
    source: &str,
    words: &[String],
    problems: &[Diagnostic],
) -> Option<String> {
    let is_excused = |word: &str| {
        let at = source.find(word).expect("it was put there");
        let is_named = || {
            problems
                .iter()
                .any(|problem| problem.message.contains(word))
        };
        is_in_comment(source, at) || is_reported(source, at, problems) || is_named()
    };
    let word = words
        .iter()
        .find(|word| !page.contains(word.as_str()) && !is_excused(word))?;
    let problems: Vec<String> = problems
        .iter()
        .map(|problem| format!("{:?} {}", problem.location, problem.message))
        .collect();
    Some(format!(
        "{word} is lost\n--- source\n{source}\n--- page\n{page}\n--- problems\n{problems:#?}"
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..crate::common::random::property(15, 2_000) })]

    #[test]
    fn no_visible_word_is_lost_unreported(pages in prop::collection::vec(prop::collection::vec(piece(), 1..40), 1..=PAGES_PER_CASE)) {
        let mut files = MemoryFiles::default();
        files.put("templates/page.html", "<h1>{{ page.heading }}</h1>\n{{ page.body }}");
        let pages: Vec<_> = pages.iter().map(|pieces| with_words(&pieces.concat())).collect();
        let source = |body: &str| format!("---\ntitle: A page\n---\n\n{body}\n");
        for (number, (body, _)) in pages.iter().enumerate() {
            files.put(&format!("content/p{number}.md"), source(body));
        }
        let mut request = crate::common::request();
        request.is_lenient = true;
        let (built, published) = crate::common::build(&files, &request);
        for (number, (body, words)) in pages.iter().enumerate() {
            let page = String::from_utf8_lossy(published.get(&format!("p{number}/index.html")).expect("the page is published"));
            let path = format!("content/p{number}.md");
            let is_of_page = |problem: &&Diagnostic| problem.location.as_ref().is_some_and(|place| place.path.as_str() == path);
            let problems: Vec<Diagnostic> = built.problems.iter().filter(is_of_page).cloned().collect();
            let lost = lost_word(&page, &source(body), words, &problems);
            prop_assert!(lost.is_none(), "{}", lost.unwrap_or_default());
        }
    }
}
