//! `handsel serve` as a program: its port, its messages and its end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

type Outcome = Result<(), Box<dyn Error>>;

const WAIT: Duration = Duration::from_secs(20);

/// A site's folder.
fn site() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    put(
        folder.path(),
        "content/index.md",
        "# Home\n\n[A](guides/a.md)\n",
    )?;
    put(
        folder.path(),
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nText.\n",
    )?;
    Ok(folder)
}

fn put(folder: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let full = folder.join(path);
    std::fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
    std::fs::write(full, text)
}

fn handsel(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    ["SOURCE_DATE_EPOCH", "NO_COLOR", "CLICOLOR_FORCE"]
        .iter()
        .for_each(|name| {
            command.env_remove(name);
        });
    command
}

/// A running preview; its messages arrive line by line.
struct PreviewProcess {
    child: Child,
    lines: Receiver<(usize, String)>,
    /// Lines that no test has waited for yet. Standard output and standard error are each in order,
    /// but not relative to each other.
    unread: RefCell<[VecDeque<String>; 2]>,
}

impl PreviewProcess {
    fn start(folder: &Path, arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut child = handsel(folder, &[&["serve"], arguments].concat()).spawn()?;
        let (send, lines) = channel();
        let (out, err) = (
            child.stdout.take().expect("piped"),
            child.stderr.take().expect("piped"),
        );
        let pipes: [Box<dyn Read + Send>; 2] = [Box::new(out), Box::new(err)];
        for (stream, pipe) in pipes.into_iter().enumerate() {
            let send = send.clone();
            std::thread::spawn(move || {
                BufReader::new(pipe)
                    .lines()
                    .map_while(Result::ok)
                    .try_for_each(|line| send.send((stream, line)))
            });
        }
        Ok(Self {
            child,
            lines,
            unread: RefCell::default(),
        })
    }

    /// The next line that contains these words. Earlier lines of the same stream count as read.
    fn line(&self, words: &str) -> Result<String, Box<dyn Error>> {
        let mut unread = self.unread.borrow_mut();
        for lines in unread.iter_mut() {
            if let Some(at) = lines.iter().position(|line| line.contains(words)) {
                return Ok(lines
                    .drain(..=at)
                    .next_back()
                    .expect("the line at this position"));
            }
        }
        while let Ok((stream, line)) = self.lines.recv_timeout(WAIT) {
            if line.contains(words) {
                unread[stream].clear();
                return Ok(line);
            }
            unread[stream].push_back(line);
        }
        Err(format!("`{words}` was not printed; the other lines are: {unread:#?}").into())
    }

    fn port(&self) -> Result<u16, Box<dyn Error>> {
        let ready = self.line("Ready at http://")?;
        let port = ready
            .split("127.0.0.1:")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .ok_or("the line has no port")?;
        Ok(port.parse()?)
    }

    #[cfg(unix)]
    fn end(mut self, signal: &str) -> Result<Option<i32>, Box<dyn Error>> {
        Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status()?;
        Ok(self.child.wait()?.code())
    }
}

impl Drop for PreviewProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_given_port_that_is_taken_is_an_error() -> Outcome {
    let (site, taken) = (site()?, TcpListener::bind("127.0.0.1:0")?);
    let port = taken.local_addr()?.port().to_string();
    let output = handsel(site.path(), &["serve", "--port", &port]).output()?;
    let reported = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{reported}");
    assert!(
        reported.contains(&format!("port {port} is taken by another program"))
            && reported.contains("the next free one"),
        "{reported}"
    );
    assert!(!site.path().join(".handsel").exists());
    Ok(())
}

#[test]
fn a_taken_default_port_is_replaced_by_the_next() -> Outcome {
    let (first, second) = (site()?, site()?);
    // Some other program has the port.
    let _taken = TcpListener::bind("127.0.0.1:4000");
    let (one, two) = (
        PreviewProcess::start(first.path(), &[])?,
        PreviewProcess::start(second.path(), &[])?,
    );
    let (one, two) = (one.port()?, two.port()?);
    assert!(one > 4000 && two > 4000 && one != two, "{one} {two}");
    Ok(())
}

#[test]
fn a_preview_that_cannot_start_reports_why() -> Outcome {
    let site = site()?;
    for (arguments, words) in [
        (
            &["serve", "--host", "not-here.invalid"][..],
            "not-here.invalid",
        ),
        (&["serve", "--root", "gone"], "folder `gone` does not exist"),
        (
            &["serve", "--goto", "content/index.md:3"],
            "no preview runs for this folder",
        ),
        (&["serve", "--port", "x"], "--port"),
        (&["serve", "--drafts", "--no-drafts"], "cannot be used with"),
    ] {
        let output = handsel(site.path(), arguments).output()?;
        let reported = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {reported}");
        assert!(reported.contains(words), "{arguments:?}: {reported}");
    }
    put(
        site.path(),
        ".handsel/serve.json",
        "{\"address\":\"127.0.0.1:1\",\"token\":\"x\",\"pid\":1}",
    )?;
    let output = handsel(site.path(), &["serve", "--goto", "content/index.md:3"]).output()?;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        !site.path().join(".handsel/serve.json").exists(),
        "the instance file of an ended preview is removed"
    );
    Ok(())
}

#[cfg(unix)]
#[test]
fn it_reports_saves_and_ends_on_request() -> Outcome {
    let site = site()?;
    let preview = PreviewProcess::start(site.path(), &["--port", "0", "--verbose"])?;
    assert!(
        preview
            .line("Ready at http://127.0.0.1:")?
            .contains("2 pages. To stop, press Ctrl-C.")
    );
    assert!(site.path().join(".handsel/serve.json").exists());
    put(
        site.path(),
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\n[x](gone.md)\n",
    )?;
    let saved = preview.line("saved guides/a.md: parsed 1, rendered 0 of 2, ")?;
    assert!(saved.ends_with(" ms"), "{saved}");
    preview.line("changed: content/guides/a.md")?;
    preview.line("error[broken-link]")?;
    put(
        site.path(),
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nText again.\n",
    )?;
    preview.line("All problems are fixed.")?;
    std::fs::remove_file(site.path().join("content/guides/a.md"))?;
    preview.line("removed guides/a.md")?;
    assert_eq!(preview.end("INT")?, Some(0));
    let left: Vec<_> = std::fs::read_dir(site.path())?
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| name == "content" || name == ".handsel"),
        "nothing is written elsewhere: {left:?}"
    );
    assert!(!site.path().join(".handsel/serve.json").exists());
    Ok(())
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_with_open_tabs() -> Outcome {
    use std::io::Write;
    let site = site()?;
    let preview = PreviewProcess::start(site.path(), &["--port", "0"])?;
    let port = preview.port()?;
    let mut tab = std::net::TcpStream::connect(("127.0.0.1", port))?;
    write!(
        tab,
        "GET /_handsel/events?path=/ HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    )?;
    let mut first = [0; 12];
    tab.read_exact(&mut first)?;
    assert_eq!(&first, b"HTTP/1.1 200");
    let started = std::time::Instant::now();
    assert_eq!(preview.end("TERM")?, Some(0));
    assert!(started.elapsed() < Duration::from_secs(5));
    Ok(())
}

#[cfg(unix)]
#[test]
fn errors_never_end_it() -> Outcome {
    let site = site()?;
    put(site.path(), "handsel.yaml", "title: [\n")?;
    put(site.path(), "templates/base.html", "{% if %}")?;
    let preview = PreviewProcess::start(site.path(), &["--port", "0"])?;
    preview.line("error[")?;
    preview.line("Ready at")?;
    put(site.path(), "handsel.yaml", "title: Whole\n")?;
    std::fs::remove_dir_all(site.path().join("templates"))?;
    preview.line("All problems are fixed.")?;
    assert_eq!(preview.end("INT")?, Some(0));
    Ok(())
}
