//! The manifest as a table: one row for each case, in its words. Where Handsel's rule differs from
//! the manifest's first choice, `why` says so.

use super::row::{Row, error, renders, warning};

pub fn yaml() -> Vec<Row> {
    vec![
        error("y01", &["error unclosed-front-matter 1:1"]).says(&["never closed"]).lacks(&["Never closed", "2026-01-15<"]),
        error("y02", &["error bad-yaml 4:1"]).says(&["tab"]),
        error("y03", &["error duplicate-key 4:1"]).says(&["line 2"]),
        error("y04", &["error wrong-type 2:8"]).says(&["expected text", "found a list"]),
        renders("y05").has(&[">101<", "<title>101 "]),
        warning("y06", &["warning wrong-type 3:7"]).says(&["expected a list"]).has(&["alpha", "beta"]),
        error("y07", &["error bad-yaml *:*"]),
        error("y08", &["error bad-yaml 3:*"]).says(&["nested"]),
        error("y09", &["error not-utf8 2:11"]).says(&["not UTF-8", "0xE9"]),
        error("y10", &["error not-utf8 2:9"]).says(&["NUL"]),
        renders("y11").has(&["<title>With BOM "]),
        renders("y12").has(&["<title>CRLF ", "id=\"one\""]),
        renders("y13").has(&["<title>Mixed ", "<p>Text\nmore</p>"]),
        warning("y14", &["warning long-title 2:8"]),
        error("y15", &["error bad-value 3:7"]).says(&["2026-02-30 is not a valid date"]),
        error("y16", &["error wrong-type 3:7"]).says(&["2026-01-31"]),
        error("y17", &["error unknown-key 2:1"]).says(&["titel", "`title`"]),
        error("y18", &["error missing-title 1:*"]),
        error("y19", &["error missing-title 1:1", "warning empty-page 1:1"]),
        error("y20", &["error missing-title 1:*"]),
        warning("y21", &["warning empty-page *:*"]),
        error("y22", &["error bad-yaml 2:13"]).says(&["quotes"]),
        error("y23", &["error bad-yaml 4:5"]).says(&["quotes"]),
        error("y24", &["error bad-yaml 3:9"]).says(&["quotes"]),
        error("y25", &["error bad-yaml 2:8"]),
        error("y26", &["error bad-yaml 3:7"]),
        renders("y27").has(&["<html lang=\"no\""]).lacks(&["lang=\"false\""]),
        warning("y28", &["warning unknown-key 3:1"]).says(&["version"]),
        error("y29", &["error bad-yaml 2:8"]),
        renders("y30").has(&["<hr"]),
        error("y31", &["error bad-yaml 3:5"]).says(&["base"]),
        error("y32", &["error invalid-front-matter 1:1"]).says(&["YAML", "---"]).lacks(&["+++"]),
        error("y33", &["error invalid-front-matter 1:1"]).says(&["YAML", "---"]).lacks(&["JSON"]),
        error("y34", &["error invalid-front-matter 2:1"]).says(&["line 1"]).lacks(&["title: Late"]),
        error("y35", &["error not-utf8 1:1"]).says(&["UTF-16", "as UTF-8"]),
        error("y36", &["error missing-title 2:1"]),
        error("y37", &["error bad-yaml 3:8"]),
        error("y38", &["error bad-value 3:7"]),
        error("y39", &["error wrong-type 2:1"]).says(&["keys"]),
        error("y40", &["warning unknown-key 3:1", "error unknown-key 4:1"])
            .says(&["`summary`", "`draft`"])
            .why("`tag` is another generator's name for topics and is accepted; `draf` stops the build, because the page may be a draft"),
    ]
}

pub fn markdown() -> Vec<Row> {
    vec![
        error("m01", &["error broken-link 8:19999"])
            .says(&["`[[a]]`"])
            .why("the innermost `[[a]]` is a wiki link to a page that does not exist; the other brackets are text, within the limits"),
        renders("m02"),
        renders("m03"),
        renders("m04"),
        renders("m05").allowing("warning too-deep 8:*"),
        renders("m06").allowing("warning too-deep 8:*"),
        renders("m07")
            .allowing("warning too-deep *:*")
            .has(&["level 299"])
            .why("the manifest allows a depth limit with a warning in m05 and m06; the same limit of 100 applies to every list"),
        renders("m08"),
        renders("m09").allowing("warning unclosed-html 10:1").has(&["Still"]).lacks(&["still-code"]),
        renders("m10").allowing("warning unclosed-html 10:1").has(&["Before.", "<footer", "</footer>"]).lacks(&["<!-- never"]),
        renders("m11").allowing("warning unclosed-html 8:1").has(&["<strong>bold</strong>"]),
        error(
            "m12",
            &[
                "warning unsafe-html 8:4",
                "warning unsafe-html 10:12",
                "warning unsafe-html 12:1",
                "error broken-link 10:*",
                "warning missing-alt 10:1",
            ],
        )
        .lacks(&["alert(1)</script>", "onerror", "<iframe", "alert(3)"])
        .why("active content is removed with a warning; the missing target and `alt` text of `src=x` are reported as for any image"),
        renders("m13").has(&["id=\"setup\"", "id=\"setup-1\"", "id=\"setup-1-1\"", "id=\"setup-2\""]),
        renders("m14").has(&["日本語", "<code>code</code>"]),
        warning("m15", &["warning undefined-footnote 8:5", "warning undefined-footnote 8:16"]).has(&["[^nope]", "[^also]"]),
        warning("m16", &["warning unused-footnote 12:1", "warning unused-footnote 14:1"]).has(&["One."]),
        renders("m17"),
        renders("m18"),
        renders("m19"),
        renders("m20").has(&["href=\"https://example.org/1\""]),
        renders("m21").has(&["\u{FFFD}", "&amp;nosuch;"]),
        warning("m22", &["warning hidden-character 8:5", "warning hidden-character 8:23"]).says(&["U+001B", "U+202E"]),
        warning("m23", &["warning heading-jump 10:1"]).says(&["2", "5"]),
        warning("m24", &["warning extra-h1 12:1"]),
        warning("m25", &["warning missing-alt 8:1"]),
        renders("m26").has(&["nuqneH &lt;b&gt;"]),
        renders("m27"),
        renders("m28"),
        renders("m29"),
        renders("m30"),
        renders("m31").has(&["<code>{{ page.title }}</code>", "{{ secret }}", "{% raw %}"]),
    ]
}

pub fn links() -> Vec<Row> {
    vec![
        error("l01", &["error broken-link 8:5"]),
        error("l02", &["error broken-anchor 8:5"]).says(&["first-step"]),
        error("l03", &["error link-case 8:5"]).says(&["guides/ok.md"]),
        error("l04", &["error link-outside-site 8:5", "error link-outside-site 8:39"]),
        error("l05", &["error link-scheme 8:5"]).lacks(&["file:///"]),
        error("l06", &["error link-scheme 8:5", "error link-scheme 8:30"]).lacks(&["href=\"javascript"]),
        error("l07", &["error link-outside-site 8:5", "error link-outside-site 8:38"]),
        renders("l08"),
        renders("l09"),
        warning("l10", &["warning unknown-key l10-redirect-loop-a.md:5:1", "warning unknown-key l10-redirect-loop-b.md:5:1"])
            .why("Handsel has no `redirect_to`: the target page lists its old addresses in `aliases:`, so redirects cannot loop"),
        warning("l11", &["warning empty-link 8:5", "warning empty-link 8:15"]),
        error("l12", &["error link-scheme 8:5"]).lacks(&["href=\"data:"]),
        error("l13", &["error link-scheme 8:5", "error link-scheme 8:35", "error link-scheme 8:60"]).lacks(&["href=\"java", "href=\"JaVa"]),
        warning("l14", &["warning ambiguous-link 8:5"]).has(&["//evil.example/x"]),
        error("l15", &["error link-scheme 8:5", "error link-scheme 8:32"]).says(&["https"]),
        error("l16", &["error broken-link 8:1"]),
        warning("l17", &["warning link-space 8:5"]).says(&["%20"]),
        warning("l18", &["warning undefined-reference 8:5", "warning undefined-reference 8:22"]),
        warning("l19", &["warning ambiguous-link 8:5"]).says(&["../guides/ok.md"]).has(&["href=\"/guides/ok/\""]),
        error("l20", &["error link-to-draft 8:5"]),
        error("l21", &["error broken-link 8:5"]).says(&["../guides/ok.md"]),
        renders("l22").has(&["href=\"#%C3%BCber-uns\""]),
        error("l23", &["error broken-anchor 10:5"]).says(&["#set-up"]),
    ]
}

pub fn paths() -> Vec<Row> {
    const LINKS: &str = "---\ntitle: Links\n---\n\n[a](p01%20name%20with%20spaces.md) [b](<p01 name with spaces.md>)\n";
    vec![
        renders("p01")
            .at(&["cases/p01-name-with-spaces/index.html", "cases/links/index.html"])
            .with("content/cases/links.md", LINKS)
            .has(&["<a href=\"/cases/p01-name-with-spaces/\">a</a> <a href=\"/cases/p01-name-with-spaces/\">b</a>"]),
        error("p02", &["error address-taken *:1:1"]).says(&["p02/caf\u{e9}.md", "p02/cafe\u{301}.md"]),
        error("p03", &["error address-taken *:1:1"]).says(&["p03/Same Title.md", "p03/same-title.md"]),
        renders("p04"),
        warning(
            "p05",
            &["warning unportable-name p05/aux.md:1:1", "warning unportable-name p05/con.md:1:1", "warning unportable-name p05/nul.md:1:1"],
        )
        .at(&["cases/p05/aux/index.html", "cases/p05/con/index.html", "cases/p05/nul/index.html"]),
        renders("p06").at(&["cases/p06-2e2e2fup/index.html"]),
        warning("p07", &["warning unread-file 1:1"]).at(&[]).lacks(&["p07", "Path case"]),
        renders("p08").at(&["cases/p08-dash/index.html"]),
        renders("p09").at(&["cases/p09-hashandmark/index.html"]),
        renders("p10").at(&["cases/p10-emoji/index.html"]),
        renders("p11")
            .at(&["cases/p11/u5b/index.html", "cases/p11/u5d-u5d/index.html"])
            .why("a name without letters or digits becomes its code points, so that the page still has an address"),
        renders("p12").at(&[
            "cases/p12/d00/d01/d02/d03/d04/d05/d06/d07/d08/d09/d10/d11/d12/d13/d14/d15/d16/d17/d18/d19/d20/d21/d22/d23/d24/d25/d26/d27/\
             d28/d29/d30/d31/d32/d33/d34/d35/d36/d37/d38/d39/deep/index.html",
        ]),
        error("p13", &["error address-taken p13/README.md:1:1"]).says(&["p13/README.md", "p13/index.md"]),
        error("p14", &["error address-taken *:1:1"]).says(&["p14/topic.md", "p14/topic/index.md"]),
        error("p15", &["error address-taken *:5:*"]).says(&["p15/one.md", "p15/two.md"]),
        error("p16", &["error address-taken *:1:1"])
            .says(&["p16/Upper.md", "p16/upper.md"])
            .why("addresses are in lower case, so the two files have the same one on every system"),
        renders("p17").at(&["cases/p17-trailing-dot/index.html"]),
        warning("p18", &["warning hidden-character 1:1"]).says(&["\\u{202e}"]).at(&["cases/p18-cod.exe/index.html"]),
        renders("s1").at(&["cases/symlinks/real/page/index.html", "cases/symlinks/loop/s1-inside/index.html"]),
        error("s2", &["error bad-symlink 1:1"]).says(&["s2-dangling.md", "`nowhere.md`"]),
        error("s3", &["error bad-symlink 1:1"]).says(&["s3-self.md"]),
        warning("s4", &["warning folder-symlink 1:1"])
            .says(&["s4-parent"])
            .at(&["cases/symlinks/real/page/index.html"])
            .why("links to folders are never followed, so they cannot loop; each is reported as a warning"),
        error("s5", &["error bad-symlink symlinks/real/s5-outside.md:1:1", "error bad-symlink symlinks/real/s5-secret.md:1:1"]),
        error("s6", &["error bad-symlink 1:1"]).says(&["s6-outside-dir"]),
        error("s7", &["error bad-symlink symlinks/real/s7-a.md:1:1", "error bad-symlink symlinks/real/s7-b.md:1:1"]),
    ]
}

/// About the columns: for `{% include`, the caret is at the name of the template; for `page.`, at
/// the field.
pub fn templates() -> Vec<Row> {
    vec![
        error("t01", &["error bad-template 1:5"]),
        error("t02", &["error bad-template 1:*"]),
        error("t03", &["error bad-template 1:12"]).says(&["no-such.html"]),
        error("t04", &["error bad-template *:*"]).says(&["t04-include-self.html → t04-include-self.html"]),
        error("t05", &["error bad-template *:*:*"]).says(&["t05-include-a.html → t05-include-b.html → t05-include-a.html"]),
        error("t06", &["error bad-template 1:17"]).says(&["shoutt"]),
        error("t07", &["error template-failed 1:9"]).says(&["`title`"]).why(
            "rendering a page stops at the first value that cannot be printed, as in Tera; the second is reported by the next run, the problems of other templates by this one",
        ),
        error("t08", &["error template-failed 1:*"]).says(&["limit"]).within(5, 500),
        error("t09", &["error bad-template 1:12"]).says(&["etc/hostname"]),
        error("t10", &["error bad-template *:*"]).says(&["t10-extends-self.html → t10-extends-self.html"]),
        renders("t11")
            .at(&["cases/page/index.html"])
            .has(&["<title>&lt;b&gt;&quot;x&quot;&lt;/b&gt;</title>", "<a title=\"&lt;b&gt;&quot;x&quot;&lt;/b&gt;\">x</a>"]),
        error("t12", &["error bad-template 1:4"]),
        error("t13", &["error not-utf8 1:4"]),
    ]
}

pub fn config() -> Vec<Row> {
    vec![
        error("c01", &["error bad-setting 1:11"]).says(&["https://"]),
        error("c02", &["error unknown-setting 3:1"]).says(&["base_url"]),
        error("c03", &["error bad-yaml 1:*"]),
        warning("c04", &["warning bad-setting 1:1"])
            .says(&["title", "base_url"])
            .why("every setting has a default; the warning names those that a site should set"),
        error("c05", &["error bad-setting 3:9"]),
        error("c06", &["error bad-setting 3:9"]),
        error(
            "c07",
            &["error wrong-type 2:8", "error unknown-setting 3:1"],
        ),
        renders("c08").below("/docs/"),
        error("c09", &["error duplicate-key 3:1"]),
        error("c10", &["error bad-setting 1:11"]),
    ]
}

/// Cases that the manifest expects to succeed under other options.
pub fn drafts() -> Vec<Row> {
    vec![renders("l20").with_drafts()]
}
