//! The preview over HTTP: it serves the bytes of a build as a static host would, and refuses
//! requests from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use handsel::diagnostic::Checked;
use handsel::paths::SourcePath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::session::{ChangedPaths, Session};
use handsel::preview::{Preview, PreviewOptions};
use handsel::source::{Files, ListingRules, MemoryFiles, Stamp};

/// A site in memory that can be changed while it is previewed.
#[derive(Default)]
struct EditableFiles(RwLock<MemoryFiles>, Mutex<BTreeSet<SourcePath>>);

/// Files larger than this have stamps, as files on a disk do.
const STAMPED_FROM: usize = 1 << 20;

impl EditableFiles {
    fn put(&self, path: &str, text: &str) {
        self.0
            .write()
            .expect("no holder of this lock panics")
            .put(path, text);
    }

    fn remove(&self, path: &str) {
        self.0
            .write()
            .expect("no holder of this lock panics")
            .0
            .remove(path);
    }

    /// Whether a file was read whole.
    fn was_read(&self, path: &str) -> bool {
        self.1
            .lock()
            .expect("no holder of this lock panics")
            .contains(path)
    }
}

impl Files for EditableFiles {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.0
            .read()
            .expect("no holder of this lock panics")
            .list(rules)
    }

    fn read(&self, path: &SourcePath) -> std::io::Result<Arc<[u8]>> {
        self.1
            .lock()
            .expect("no holder of this lock panics")
            .insert(path.clone());
        self.0
            .read()
            .expect("no holder of this lock panics")
            .read(path)
    }

    fn open(&self, path: &SourcePath) -> std::io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(Cursor::new(
            self.0
                .read()
                .expect("no holder of this lock panics")
                .read(path)?,
        )))
    }

    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        let files = self.0.read().expect("no holder of this lock panics");
        let large = paths.iter().map(|path| {
            files
                .0
                .get(path)
                .map(|bytes| bytes.len())
                .filter(|size| *size >= STAMPED_FROM)
        });
        large
            .map(|size| {
                size.map(|size| Stamp {
                    size: size as u64,
                    modified_ns: 1,
                    changed_ns: 1,
                    inode: 1,
                    device: 1,
                })
            })
            .collect()
    }
}

struct TestPreview {
    sources: Arc<EditableFiles>,
    preview: Preview,
    address: SocketAddr,
}

struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

const FILES: &[(&str, &str)] = &[
    ("handsel.yaml", "title: Test\n"),
    (
        "content/index.md",
        "# Home\n\n[A](guides/a.md), [é](guides/é b.md)\n",
    ),
    (
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nText of A.\n\n![](dot.svg)\n",
    ),
    (
        "content/guides/é b.md",
        "---\ntitle: E\nsummary: What E gives.\n---\n\nText of E.\n",
    ),
    (
        "content/guides/dot.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>",
    ),
    ("content/guides/notes.txt", "published nowhere"),
    ("static/.well-known/me.txt", "me"),
    ("static/CNAME", "example.org"),
];

impl TestPreview {
    fn open(files: &[(&str, &str)], host: &str) -> Self {
        let sources = Arc::new(EditableFiles::default());
        files
            .iter()
            .for_each(|(path, text)| sources.put(path, text));
        let listener = TcpListener::bind((host, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let files: Arc<dyn Files + Send + Sync> = Arc::<EditableFiles>::clone(&sources);
        let session = Arc::new(Session::open(
            Arc::clone(&files),
            crate::common::request(),
            BuildCache::of(None),
        ));
        let options = PreviewOptions {
            host: host.to_owned(),
            root: "/the/site".into(),
            shown: "".into(),
        };
        let preview =
            Preview::start(listener, session, files, options).expect("threads can be started");
        Self {
            sources,
            preview,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        }
    }

    fn host(&self) -> String {
        format!("Host: {}", self.address)
    }

    /// Sends a request head unchanged, followed by a body.
    fn send(&self, head: &str, body: &str) -> Response {
        let mut stream = TcpStream::connect(self.address).expect("the preview listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout can be set");
        let end = if head.contains("Connection:") {
            ""
        } else {
            "Connection: close\r\n"
        };
        write!(
            stream,
            "{head}\r\n{end}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("the preview reads");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let at = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no response to {head}"));
        let text = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let mut lines = text.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Response {
            status,
            headers,
            body: bytes[at + 4..].to_vec(),
        }
    }

    fn get(&self, path: &str) -> Response {
        self.send(&format!("GET {path} HTTP/1.1\r\n{}", self.host()), "")
    }

    fn post(&self, path: &str, headers: &str, body: &str) -> Response {
        self.send(
            &format!("POST {path} HTTP/1.1\r\n{}{headers}", self.host()),
            body,
        )
    }

    fn token(&self) -> String {
        format!("\r\nHandsel-Token: {}", self.preview.token())
    }

    /// The event stream of a tab at a path.
    fn events(&self, path: &str) -> Stream {
        let mut stream = TcpStream::connect(self.address).expect("the preview listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout can be set");
        write!(
            stream,
            "GET /_handsel/events?path={path} HTTP/1.1\r\n{}\r\n\r\n",
            self.host()
        )
        .expect("the preview reads");
        Stream(BufReader::new(stream))
    }

    fn save(&self, path: &str, text: &str) -> usize {
        self.sources.put(path, text);
        self.touch(path)
    }

    fn touch(&self, path: &str) -> usize {
        let path = SourcePath::new(path).expect("inside");
        self.preview
            .refresh(&ChangedPaths::Paths([path].into()))
            .rendered
    }
}

struct Stream(BufReader<TcpStream>);

impl Stream {
    /// The next event with a name.
    fn next(&mut self, name: &str) -> serde_json::Value {
        let mut line = String::new();
        let mut is_match = false;
        let started = Instant::now();
        loop {
            assert!(
                started.elapsed() < Duration::from_secs(12),
                "`{name}` did not arrive"
            );
            line.clear();
            assert!(
                self.0
                    .read_line(&mut line)
                    .expect("an event arrives in time")
                    > 0,
                "the stream ended before `{name}`"
            );
            match line.trim_end().split_once(": ") {
                Some(("event", event)) => is_match = event == name,
                Some(("data", data)) if is_match => {
                    return serde_json::from_str(data).expect("events are JSON");
                }
                _ => {}
            }
        }
    }
}

/// A page without the additions of the preview.
fn plain(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page).into_owned();
    let (before, rest) = page
        .split_once("<script type=\"module\" src=\"/_handsel/")
        .expect("the preview's script is there");
    let (_, after) = rest.split_once("</script>").expect("it is closed");
    crate::common::without_lines(&(before.to_owned() + after))
}

fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[test]
fn every_output_equals_that_of_a_build() {
    for settings in [
        "title: Test\n",
        "title: Test\nbase_url: https://example.org/docs/\nmarkdown_twins: true\n",
    ] {
        let client = TestPreview::open(FILES, "127.0.0.1");
        client.save("handsel.yaml", settings);
        let base = if settings.contains("docs") {
            "/docs"
        } else {
            ""
        };
        let (_, built) = {
            let files = client
                .sources
                .0
                .read()
                .expect("no holder of this lock panics");
            crate::common::build(&*files, &crate::common::request())
        };
        assert!(built.len() > 20);
        for (path, bytes) in &built {
            let response = client.get(&format!("{base}/{}", encoded(path)));
            assert_eq!(response.status, 200, "{path}");
            let is_page = response.header("content-type").starts_with("text/html");
            assert_eq!(is_page, path.ends_with(".html"), "{path}");
            let body = if is_page {
                plain(&response.body)
            } else {
                String::from_utf8_lossy(&response.body).into_owned()
            };
            assert_eq!(body, String::from_utf8_lossy(bytes), "{path}");
            if let Some(folder) = path.strip_suffix("index.html") {
                assert_eq!(
                    client.get(&format!("{base}/{}", encoded(folder))).body,
                    response.body,
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn pages_are_served_as_by_a_static_host() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let page = client.get("/guides/a/");
    assert_eq!(
        (
            page.status,
            page.header("content-type"),
            page.header("cache-control")
        ),
        (200, "text/html; charset=utf-8", "no-cache")
    );
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let again = client.send(
        &format!(
            "GET /guides/a/ HTTP/1.1\r\n{}\r\nIf-None-Match: {}",
            client.host(),
            page.header("etag")
        ),
        "",
    );
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = client.send(
        &format!("HEAD /guides/a/ HTTP/1.1\r\n{}", client.host()),
        "",
    );
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (200, 0, page.body.len().to_string().as_str())
    );
    let slash = client.get("/guides/a?x=1");
    assert_eq!(
        (
            slash.status,
            slash.header("location"),
            slash.header("cache-control")
        ),
        (302, "/guides/a/?x=1", "no-store")
    );
    assert_eq!(
        client.get("/guides/%C3%A9-b").header("location"),
        "/guides/%C3%A9-b/"
    );
    let missing = client.get("/guides/gone/");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("data-page-status=\"gone\""));
    assert_eq!(client.get("/.well-known/me.txt").text(), "me");
    assert_eq!(
        client.get("/CNAME").header("content-type"),
        "text/plain; charset=utf-8"
    );
    assert_eq!(client.post("/guides/a/", "", "x").status, 405);
    let based = TestPreview::open(
        &[
            ("handsel.yaml", "base_url: https://example.org/docs/\n"),
            FILES[1],
            FILES[2],
            FILES[3],
            FILES[4],
        ],
        "127.0.0.1",
    );
    assert_eq!(
        (based.get("/").status, based.get("/").header("location")),
        (302, "/docs/")
    );
    assert_eq!(based.get("/docs").header("location"), "/docs/");
    assert_eq!(
        (
            based.get("/docs/").status,
            based.get("/guides/a/").status,
            based.get("/docsguides/a/").status
        ),
        (200, 404, 404)
    );
}

#[test]
fn only_outputs_are_served() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    for path in [
        "/../handsel.yaml",
        "/guides/../../handsel.yaml",
        "/%2e%2e/handsel.yaml",
        "/%2E%2E%2Fhandsel.yaml",
        "/..%5chandsel.yaml",
        "/guides/..%c0%afa/",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/etc/passwd",
        "/the/site/handsel.yaml",
        "/handsel.yaml",
        "/content/guides/a.md",
        "/guides/a.md",
        "/guides/notes.txt",
        "/.handsel/serve.json",
        "/guides/a/%00",
        "/%ff",
        "/_handsel/../handsel.yaml",
        "/_handsel/nothing.js",
        "/_handsel/assets/preview.js",
        "/_handsel/",
    ] {
        let response = client.get(path);
        assert!(
            matches!(response.status, 400 | 404),
            "{path}: {}",
            response.status
        );
        let text = response.text();
        assert!(
            !text.contains("title: Test")
                && !text.contains("published nowhere")
                && !text.contains("root:"),
            "{path}"
        );
    }
}

#[test]
fn requests_from_other_hosts_are_refused() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let port = client.address.port();
    for host in [
        "evil.example",
        "evil.example:80",
        "localhost",
        "localhost.evil.example:1",
        "",
        "127.0.0.1:1",
    ] {
        assert_eq!(
            client
                .send(&format!("GET / HTTP/1.1\r\nHost: {host}"), "")
                .status,
            421,
            "{host}"
        );
    }
    assert_eq!(client.send("GET / HTTP/1.0", "").status, 421);
    assert_eq!(
        client
            .send(
                &format!("GET http://evil.example/ HTTP/1.1\r\n{}", client.host()),
                ""
            )
            .status,
        421
    );
    assert_eq!(
        client
            .send(&format!("GET / HTTP/1.1\r\nHost: localhost:{port}"), "")
            .status,
        200
    );
    for foreign in [
        "http://evil.example",
        "https://localhost",
        "null",
        "http://localhost:1",
    ] {
        let origin = format!("\r\nOrigin: {foreign}");
        let response = client.post(
            "/_handsel/open",
            &format!("{origin}{}", client.token()),
            "{\"file\":\"content/index.md\"}",
        );
        assert_eq!(response.status, 403, "{foreign}");
        assert_eq!(
            client
                .send(
                    &format!(
                        "GET /_handsel/events?path=/ HTTP/1.1\r\n{}{origin}",
                        client.host()
                    ),
                    ""
                )
                .status,
            403,
            "{foreign}"
        );
        assert_eq!(
            client
                .send(
                    &format!(
                        "GET /_handsel/problems HTTP/1.1\r\n{}{origin}",
                        client.host()
                    ),
                    ""
                )
                .status,
            403,
            "{foreign}"
        );
    }
    let site = format!(
        "GET /_handsel/problems HTTP/1.1\r\n{}\r\nSec-Fetch-Site: cross-site",
        client.host()
    );
    assert_eq!(client.send(&site, "").status, 403);
    assert_eq!(client.get("/_handsel/problems").status, 200);
}

#[test]
fn actions_need_the_token_and_a_source_file() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    for action in ["open", "goto"] {
        let request = |headers: &str, body: &str| {
            client
                .post(&format!("/_handsel/{action}"), headers, body)
                .status
        };
        let good = "{\"file\":\"content/guides/a.md\",\"line\":3}";
        assert_eq!(request("", good), 403);
        assert_eq!(request("\r\nHandsel-Token: 0", good), 403);
        for file in [
            "../../etc/passwd",
            "/etc/passwd",
            "content/gone.md",
            "content",
            "",
            "/the/site/../../etc/passwd",
            "-e",
            "content/guides/a.md;ls",
        ] {
            let body = format!("{{\"file\":\"{file}\",\"line\":1}}");
            assert_eq!(request(&client.token(), &body), 404, "{file}");
        }
        for body in [
            "",
            "{}",
            "{\"file\":1}",
            "{\"file\":\"content/index.md\",\"line\":\"1; ls\"}",
            "{\"file\":\"content/index.md\",\"line\":-1}",
            "{\"file\":\"content/index.md\",\"line\":0}",
            "{\"file\":\"content/index.md\",\"run\":\"ls\"}",
        ] {
            assert_eq!(request(&client.token(), body), 400, "{body}");
        }
        let long = format!("{{\"file\":\"{}\"}}", "a".repeat(20_000));
        assert_eq!(request(&client.token(), &long), 413);
        assert_eq!(client.get(&format!("/_handsel/{action}")).status, 405);
    }
    let absolute = client.post(
        "/_handsel/goto",
        &client.token(),
        "{\"file\":\"/the/site/content/guides/a.md\",\"line\":3}",
    );
    assert_eq!(
        (absolute.status, absolute.text().contains("/guides/a/")),
        (200, true)
    );
    let shared = TestPreview::open(FILES, "0.0.0.0");
    for action in ["open", "goto"] {
        let response = shared.post(
            &format!("/_handsel/{action}"),
            &shared.token(),
            "{\"file\":\"content/guides/a.md\"}",
        );
        assert_eq!(response.status, 403);
    }
    assert!(shared.events("/").next("hello")["token"].is_null());
}

#[test]
fn clients_receive_the_state_of_the_site() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let mut tab = client.events("/guides/a/");
    assert_eq!(tab.next("hello")["token"], client.preview.token());
    let first = tab.next("page");
    assert_eq!(
        (&first["status"], &first["source"]),
        (&"found".into(), &"content/guides/a.md".into())
    );
    assert_eq!(first["about"]["words"], 3);
    assert!(
        client
            .get("/guides/a/")
            .text()
            .contains(first["hash"].as_str().expect("a hash"))
    );
    // After an edit of another page, this one is rendered again and is the same, so no event is
    // sent.
    assert_eq!(
        client.save(
            "content/guides/é b.md",
            "---\ntitle: E\nsummary: What E gives.\n---\n\nOther.\n"
        ),
        1
    );
    client.save(
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nNew text [x](gone.md).\n",
    );
    let second = tab.next("page");
    assert_ne!(first["hash"], second["hash"]);
    let reported = loop {
        let reported = tab.next("problems");
        if reported["errors"] == 1 {
            break reported;
        }
    };
    let drawing = reported["shown"][0]["drawing"].as_str().expect("a drawing");
    assert!(
        drawing.starts_with("error[broken-link]")
            && drawing.contains("^^^^^")
            && !drawing.contains('\u{1b}'),
        "{drawing}"
    );
    client.save("content/guides/a.md", "---\ntitle: [A\n---\n");
    assert_eq!(tab.next("page")["status"], "broken");
    assert!(
        client.get("/guides/a/").text().contains("New text"),
        "the last good version is still served"
    );
    client.sources.remove("content/guides/a.md");
    client.touch("content/guides/a.md");
    let gone = tab.next("page");
    assert_eq!(
        (&gone["status"], &gone["elsewhere"]),
        (&"gone".into(), &"/guides/".into())
    );
    let mut late = client.events("/guides/a/");
    assert_eq!(late.next("page")["status"], "gone");
    assert_eq!(client.events("//x").next("page")["status"], "gone");
    assert_eq!(client.get("/_handsel/events").status, 400);
}

#[test]
fn goto_finds_a_tab() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let request = |file: &str| {
        let response = client.post(
            "/_handsel/goto",
            &client.token(),
            &format!("{{\"file\":\"{file}\",\"line\":7}}"),
        );
        serde_json::from_slice::<serde_json::Value>(&response.body).expect("JSON")["reached"]
            .clone()
    };
    assert_eq!(request("content/guides/a.md"), "waiting");
    let mut tab = client.events("/guides/a/");
    assert_eq!(
        tab.next("goto"),
        serde_json::json!({ "address": "/guides/a/", "line": 7 })
    );
    assert_eq!(request("content/guides/a.md"), "scrolled");
    assert_eq!(tab.next("goto")["line"], 7);
    assert_eq!(request("content/guides/é b.md"), "moved");
    assert_eq!(tab.next("goto")["address"], "/guides/%C3%A9-b/");
}

#[test]
fn closed_tabs_are_forgotten() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let mut tabs: Vec<Stream> = (0..20).map(|_| client.events("/guides/a/")).collect();
    tabs.iter_mut().for_each(|tab| {
        tab.next("page");
    });
    assert_eq!(client.save("content/index.md", "# Home\n"), 1);
    drop(tabs);
    let started = Instant::now();
    for save in 0.. {
        if client.save("content/index.md", &format!("# Home\n\nAgain, {save}.\n")) == 0 {
            break;
        }
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "closed tabs are still rendered"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_large_file_is_sent_in_pieces() {
    let film = "0123456789".repeat(1 << 20);
    let client = TestPreview::open(
        &[
            FILES[0],
            FILES[1],
            FILES[2],
            FILES[3],
            ("static/film.mp4", &film),
        ],
        "127.0.0.1",
    );
    let whole = client.get("/film.mp4");
    let length = film.len().to_string();
    assert_eq!(
        (
            whole.status,
            whole.header("accept-ranges"),
            whole.header("content-length")
        ),
        (200, "bytes", length.as_str())
    );
    assert!(whole.body == film.as_bytes());
    let tag = whole.header("etag").to_owned();
    let request = |method: &str, headers: &str| {
        let response = client.send(
            &format!(
                "{method} /film.mp4 HTTP/1.1\r\n{}\r\n{headers}",
                client.host()
            ),
            "",
        );
        (
            response.status,
            response.header("content-range").to_owned(),
            response.text(),
        )
    };
    let part = |range: &str, text: &str| (206, format!("bytes {range}/{length}"), text.to_owned());
    assert_eq!(
        request("GET", "Range: bytes=9000010-9000019"),
        part("9000010-9000019", "0123456789")
    );
    assert_eq!(request("GET", "Range: bytes=-3").2, "789");
    assert_eq!(
        request("GET", &format!("Range: bytes={length}-")),
        (416, format!("bytes */{length}"), String::new())
    );
    assert_eq!(request("GET", &format!("If-None-Match: {tag}")).0, 304);
    assert_eq!(
        request("HEAD", "Accept: */*"),
        (200, String::new(), String::new())
    );
    assert!(
        !client.sources.was_read("static/film.mp4"),
        "the file was read whole"
    );
}

#[test]
fn range_requests_return_parts_of_a_file() {
    let film = "0123456789".repeat(50);
    let client = TestPreview::open(
        &[
            FILES[0],
            FILES[1],
            FILES[2],
            FILES[3],
            ("static/film.mp4", &film),
            ("static/empty.mp4", ""),
        ],
        "127.0.0.1",
    );
    let whole = client.get("/film.mp4");
    assert_eq!(
        (
            whole.status,
            whole.header("accept-ranges"),
            whole.header("content-length")
        ),
        (200, "bytes", "500")
    );
    let tag = whole.header("etag").to_owned();
    let request = |method: &str, headers: &str| {
        let response = client.send(
            &format!(
                "{method} /film.mp4 HTTP/1.1\r\n{}\r\n{headers}",
                client.host()
            ),
            "",
        );
        (
            response.status,
            response.header("content-range").to_owned(),
            response.text(),
        )
    };
    let whole = || (200, String::new(), film.clone());
    let part = |range: &str, text: &str| (206, format!("bytes {range}/500"), text.to_owned());
    assert_eq!(
        request("GET", "Range: bytes=10-19"),
        part("10-19", "0123456789")
    );
    assert_eq!(request("GET", "Range: bytes=0-1"), part("0-1", "01"));
    assert_eq!(
        request("GET", "Range: bytes=495-"),
        part("495-499", "56789")
    );
    assert_eq!(request("GET", "Range: bytes=-3"), part("497-499", "789"));
    assert_eq!(request("GET", "Range: bytes=0-").2, film);
    assert_eq!(
        request("GET", "Range: bytes=500-"),
        (416, "bytes */500".to_owned(), String::new())
    );
    assert_eq!(request("GET", "Range: pages=1-2"), whole());
    assert_eq!(request("GET", "Range: bytes=9-3"), whole());
    assert_eq!(
        request("GET", &format!("Range: bytes=3-4\r\nIf-Range: {tag}")),
        part("3-4", "34")
    );
    for changed in [
        "\"other\"".to_owned(),
        format!("W/{tag}"),
        "Wed, 21 Oct 2015 07:28:00 GMT".to_owned(),
    ] {
        assert_eq!(
            request("GET", &format!("Range: bytes=3-4\r\nIf-Range: {changed}")),
            whole(),
            "{changed}"
        );
    }
    assert_eq!(
        request("GET", &format!("Range: bytes=3-4\r\nIf-None-Match: {tag}")).0,
        304
    );
    let head = client.send(
        &format!(
            "HEAD /film.mp4 HTTP/1.1\r\n{}\r\nRange: bytes=0-1",
            client.host()
        ),
        "",
    );
    assert_eq!(
        (
            head.status,
            head.header("content-length"),
            head.header("accept-ranges")
        ),
        (200, "500", "bytes")
    );
    let empty = client.send(
        &format!(
            "GET /empty.mp4 HTTP/1.1\r\n{}\r\nRange: bytes=0-1",
            client.host()
        ),
        "",
    );
    assert_eq!(
        (empty.status, empty.header("content-range")),
        (416, "bytes */0")
    );
    let missing = client.send(
        &format!(
            "GET /gone.mp4 HTTP/1.1\r\n{}\r\nRange: bytes=0-1",
            client.host()
        ),
        "",
    );
    assert_eq!(
        (
            missing.status,
            missing.header("content-range"),
            missing.header("accept-ranges")
        ),
        (404, "", "")
    );
}

#[test]
fn closed_connections_do_not_block_others() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let connections: Vec<TcpStream> = (0..300)
        .map(|_| TcpStream::connect(client.address).expect("the system queues it"))
        .collect();
    drop(connections);
    assert_eq!(client.get("/").status, 200);
}

impl TestPreview {
    /// Opens connections that send these words, then nothing more, and stay open.
    fn connections(&self, count: usize, words: &str) -> Vec<TcpStream> {
        let connect = |_| {
            let mut stream = TcpStream::connect(self.address).expect("the system queues it");
            // The other side may have closed it already.
            let _ = stream.write_all(words.as_bytes());
            stream
        };
        (0..count).map(connect).collect()
    }

    /// The time that a page takes now.
    fn time_of_a_page(&self) -> Duration {
        let started = Instant::now();
        assert_eq!(self.get("/guides/a/").status, 200);
        started.elapsed()
    }
}

#[test]
fn idle_connections_do_not_block_others() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let host = client.host();
    for words in [
        String::new(),
        "GET / HTTP/1.1\r\nHost:".to_owned(),
        format!("POST /_handsel/open HTTP/1.1\r\n{host}\r\nContent-Length: 100\r\n\r\n"),
        format!(
            "POST /_handsel/open HTTP/1.1\r\n{host}{}\r\nContent-Length: 100\r\n\r\n",
            client.token()
        ),
        format!("POST /_handsel/goto HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\n"),
        format!("GET /_handsel/events?path=/ HTTP/1.1\r\n{host}\r\n\r\n"),
        format!("GET /_handsel/preview.js HTTP/1.1\r\n{host}\r\n\r\n"),
    ] {
        let connections = client.connections(300, &words);
        assert!(
            client.time_of_a_page() < Duration::from_secs(5),
            "locked out by {words:?}"
        );
        assert_eq!(client.events("/guides/a/").next("page")["status"], "found");
        drop(connections);
    }
}

#[test]
fn a_tab_with_the_token_keeps_its_stream_among_many_connections() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let mut tab = client.events(&format!("/guides/a/&token={}", client.preview.token()));
    tab.next("page");
    let host = client.host();
    let _connections = client.connections(
        300,
        &format!("GET /_handsel/events?path=/ HTTP/1.1\r\n{host}\r\n\r\n"),
    );
    assert_eq!(client.get("/").status, 200);
    client.save(
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nSaved by the writer.\n",
    );
    assert_eq!(tab.next("page")["about"]["words"], 4);
}

#[test]
fn no_body_is_awaited_without_the_token() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let request = |headers: &str| {
        let started = Instant::now();
        let head = format!(
            "POST /_handsel/open HTTP/1.1\r\n{}{headers}\r\nContent-Length: 100\r\n\r\n",
            client.host()
        );
        let mut stream = TcpStream::connect(client.address).expect("the preview listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout can be set");
        stream
            .write_all(head.as_bytes())
            .expect("the preview reads");
        let mut response = String::new();
        let _ = stream.read_to_string(&mut response);
        (
            response.split(' ').nth(1).unwrap_or_default().to_owned(),
            started.elapsed(),
        )
    };
    let (status, took) = request("");
    assert!(
        status == "403" && took < Duration::from_secs(2),
        "{status} after {took:?}"
    );
    let (status, took) = request(&client.token());
    assert!(
        status == "408" && took < Duration::from_secs(8),
        "{status} after {took:?}"
    );
}

#[test]
fn addresses_of_changed_images_are_sent() {
    let client = TestPreview::open(FILES, "127.0.0.1");
    let mut tab = client.events("/guides/a/");
    tab.next("page");
    assert_eq!(client.get("/guides/dot.svg").status, 200);
    client.save(
        "content/guides/dot.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"><path/></svg>",
    );
    assert_eq!(tab.next("files"), serde_json::json!(["/guides/dot.svg"]));
}
