//! A site in a temporary folder, the case added to it, and its build in a separate process.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use handsel::diagnostic::Diagnostic;
use handsel::disk::Disk;
use handsel::disk::publish::{PublishOptions, Publisher};
use handsel::fingerprint::Fingerprint;
use handsel::paths::OutputPath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, Sink};
use handsel::settings;
use handsel::source::Files;
use serde::{Deserialize, Serialize};

use super::row::Row;

/// The folder of the content for a case's files.
pub const CASES: &str = "content/cases";

const FOLDER: &str = "HANDSEL_BAD_INPUT_FOLDER";
const OPTIONS: &str = "HANDSEL_BAD_INPUT_OPTIONS";

/// The most memory and time that any build may use. Beyond it, the system or this test ends the
/// process.
const ADDRESS_SPACE_KIB: u64 = 4 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// The result of a build.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub problems: Vec<Diagnostic>,
    /// Output paths of everything that was rendered, published or not, sorted.
    pub rendered: Vec<String>,
    pub is_published: bool,
    pub failure: Option<String>,
    /// Processor time of the build, all threads together.
    pub cpu_ms: u64,
    /// The most memory that the process used at once; 0 where the system does not report it.
    pub peak_kib: u64,
    folder: PathBuf,
}

impl Outcome {
    /// The bytes of what was rendered.
    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.join("rendered").join(path)).unwrap_or_default()
    }
}

/// All files of the site's folder except its output.
#[derive(PartialEq, Eq)]
pub struct Snapshot {
    pub sources: BTreeMap<String, Vec<u8>>,
    pub output: BTreeMap<String, Vec<u8>>,
}

/// A folder that holds a site (`a/b/site`), a secret next to it, and what its build rendered.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// The valid site.
    pub fn new(data: &Path) -> Self {
        let site = Self {
            folder: tempfile::tempdir().expect("a temporary folder can be created"),
        };
        copy(&data.join("base"), &site.root());
        fs::write(
            site.folder.path().join("a/secret.md"),
            "---\ntitle: The secret outside\n---\n\nThe secret outside\n",
        )
        .expect("it is writable");
        site
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("a/b/site")
    }

    /// Copies the published files of another site, as an earlier build left them.
    pub fn take_output(&self, other: &Site) {
        copy(&other.root().join("public"), &self.root().join("public"));
    }

    /// Texts that a build can only have from outside the site's folder.
    pub fn secrets(&self) -> Vec<String> {
        let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
        let long_enough = Some(format!("{}\n", host.trim())).filter(|host| host.len() > 9);
        ["The secret outside".to_owned(), "root:x:0:0".to_owned()]
            .into_iter()
            .chain(long_enough)
            .collect()
    }

    /// Adds a case, and returns its files from the root, sorted by name.
    pub fn add(&self, folder: &Path, row: &Row) -> Vec<String> {
        let mut files = Vec::new();
        let cases = self.root().join(CASES);
        fs::create_dir_all(&cases).expect("it is writable");
        let names = fs::read_dir(folder)
            .expect("the folder can be listed")
            .filter_map(Result::ok);
        let mut names: Vec<String> = names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names.iter().filter(|name| row.owns(name)) {
            let target = match name.rsplit_once('.') {
                Some((_, "html")) => {
                    if files.is_empty() {
                        let page = format!(
                            "---\ntitle: '<b>\"x\"</b>'\nsummary: '<b>\"x\"</b>'\ntemplate: {name}\n---\n\nText.\n"
                        );
                        fs::write(cases.join("page.md"), page).expect("it is writable");
                    }
                    format!("templates/{name}")
                }
                Some((_, "yaml")) => "handsel.yaml".to_owned(),
                Some((_, "toml" | "sh")) => continue,
                _ => format!("{CASES}/{name}"),
            };
            copy(&folder.join(name), &self.root().join(&target));
            if name.starts_with("t08") {
                // The arguments of Tera's functions have names.
                let text = fs::read_to_string(folder.join(name))
                    .expect("it can be read")
                    .replace("range(", "range(end=");
                fs::write(self.root().join(&target), text).expect("it is writable");
            }
            files.push(target);
        }
        if files.is_empty() {
            files = self.link(row.case);
        }
        for (path, text) in &row.extra_files {
            let path = self.root().join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder"))
                .expect("it is writable");
            fs::write(path, text).expect("it is writable");
        }
        files
    }

    /// The links of `make_symlinks.sh`, one case at a time.
    fn link(&self, case: &str) -> Vec<String> {
        let folder = format!("{CASES}/symlinks");
        let up = "../".repeat(24);
        let (hostname, etc) = (format!("{up}etc/hostname"), format!("{up}etc"));
        let links: &[(&str, &str)] = match case {
            "s1" => &[("loop/s1-inside.md", "../real/page.md")],
            "s2" => &[("real/s2-dangling.md", "nowhere.md")],
            "s3" => &[("real/s3-self.md", "s3-self.md")],
            "s4" => &[("loop/a/s4-parent", "..")],
            "s5" => &[
                ("real/s5-outside.md", &hostname),
                ("real/s5-secret.md", "../../../../../../secret.md"),
            ],
            "s6" => &[("real/s6-outside-dir", &etc)],
            "s7" => &[("real/s7-a.md", "s7-b.md"), ("real/s7-b.md", "s7-a.md")],
            _ => panic!("{case} has no file, and is not a link"),
        };
        let root = self.root().join(&folder);
        for below in ["real", "loop/a"] {
            fs::create_dir_all(root.join(below)).expect("it is writable");
        }
        fs::write(
            root.join("real/page.md"),
            "---\ntitle: Real\nsummary: x\ndate: 2026-01-15\n---\n\nText.\n",
        )
        .expect("it is writable");
        links
            .iter()
            .map(|(name, target)| {
                symlink(target, root.join(name)).expect("links can be created");
                format!("{folder}/{name}")
            })
            .collect()
    }

    /// The current contents of every file around the build.
    pub fn snapshot(&self) -> Snapshot {
        let mut files = BTreeMap::new();
        gather(self.folder.path(), "", &mut files);
        files.retain(|path, _| {
            !path.starts_with("a/b/site/.handsel/")
                && !path.starts_with("rendered/")
                && path != "outcome.json"
        });
        let output = files.split_off("a/b/site/public/");
        let (output, rest) = output
            .into_iter()
            .partition(|(path, _)| path.starts_with("a/b/site/public/"));
        files.extend::<BTreeMap<_, _>>(rest);
        Snapshot {
            sources: files,
            output,
        }
    }

    pub fn rendered(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("rendered").join(path))
            .expect("what was rendered can be read")
    }

    /// Builds in a separate process.
    ///
    /// # Errors
    /// How the process ended if it failed.
    pub fn build(&self, options: &[&str]) -> Result<Outcome, String> {
        let program = std::env::current_exe().expect("a test program knows its file");
        let mut child = Command::new("sh")
            .args([
                "-c",
                &format!("ulimit -v {ADDRESS_SPACE_KIB}; exec \"$0\" \"$@\""),
            ])
            .arg(program)
            .args([
                "--exact",
                "badinput::builder",
                "--ignored",
                "--nocapture",
                "--quiet",
                "--test-threads=1",
            ])
            .env(FOLDER, self.folder.path())
            .env(OPTIONS, options.join(" "))
            .env("RAYON_NUM_THREADS", "2")
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.folder.path().join("stderr")).expect("it is writable"))
            .spawn()
            .expect("the test program can be run again");
        let started = Instant::now();
        let status = loop {
            match child.try_wait().expect("a child can be waited for") {
                Some(status) => break status,
                None if started.elapsed() > TIMEOUT => {
                    child.kill().expect("a child can be ended");
                    child.wait().expect("a child can be waited for");
                    return Err(format!("did not end within {} s", TIMEOUT.as_secs()));
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        if !status.success() {
            let stderr = fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default();
            let text: String = stderr
                .lines()
                .filter(|line| !line.trim().is_empty())
                .take(4)
                .collect::<Vec<_>>()
                .join(" / ");
            return Err(format!("ended with {status}: {text}"));
        }
        let text = fs::read(self.folder.path().join("outcome.json"))
            .map_err(|error| format!("wrote no result: {error}"))?;
        fs::remove_file(self.folder.path().join("outcome.json")).expect("the file can be removed");
        fs::remove_file(self.folder.path().join("stderr")).expect("the file can be removed");
        serde_json::from_slice(&text).map_err(|error| format!("wrote no result: {error}"))
    }
}

/// Renders into a folder for inspection, and stages as a build does.
struct RecordingSink {
    rendered: PathBuf,
    publisher: Publisher,
}

impl Sink for RecordingSink {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        _: Fingerprint,
    ) -> Result<(), String> {
        let file = self.rendered.join(path.as_str());
        fs::create_dir_all(file.parent().expect("a file is in a folder"))
            .map_err(|error| error.to_string())?;
        fs::write(file, &bytes).map_err(|error| error.to_string())?;
        self.publisher
            .stage(path, &bytes)
            .map_err(|error| error.to_string())
    }
}

/// The separate process: builds the site that the environment names, as `handsel build` does, and
/// writes down the result.
pub fn build_here() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let options = std::env::var(OPTIONS).unwrap_or_default();
    let is_set = |option: &str| options.split(' ').any(|set| set == option);
    let root = folder.join("a/b/site");
    let disk = Disk::open(&root).expect("the site is there");
    let request = pipeline::Request {
        with_drafts: is_set("drafts"),
        is_strict: is_set("strict"),
        ..crate::common::request()
    };
    let config = disk.read(&request.config).ok();
    let output = settings::read(&request.config, config.as_deref())
        .value
        .output;
    drop(config);
    let publisher = Publisher::begin(
        &root.join(output.as_str()),
        &root.join(".handsel"),
        PublishOptions::default(),
    );
    let sink = RecordingSink {
        rendered: folder.join("rendered"),
        publisher: publisher.expect("the output folder can be written"),
    };
    let started = cpu_ms();
    let built = pipeline::build(&disk, &request, &sink, &BuildCache::of(None));
    let cpu_ms = cpu_ms() - started;
    let is_published = built.failure.is_none() && !built.problems.iter().any(Diagnostic::is_error);
    if is_published {
        sink.publisher
            .commit()
            .expect("the output folder can be written");
    } else {
        drop(sink.publisher);
    }
    let peak_kib = peak_kib();
    let mut rendered = BTreeMap::new();
    gather(&folder.join("rendered"), "", &mut rendered);
    let rendered = rendered.into_keys().collect();
    let outcome = Outcome {
        problems: built.problems,
        rendered,
        is_published,
        failure: built.failure,
        cpu_ms,
        peak_kib,
        folder: folder.clone(),
    };
    fs::write(
        folder.join("outcome.json"),
        serde_json::to_vec(&outcome).expect("it is plain data"),
    )
    .expect("it is writable");
}

/// Processor time of this process so far (proc(5): `utime` and `stime`, in hundredths of a second).
fn cpu_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * 10
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("it is writable");
        for entry in fs::read_dir(from).expect("it can be listed") {
            let entry = entry.expect("it can be listed");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().expect("a file is in a folder")).expect("it is writable");
        fs::copy(from, to).expect("it can be copied");
    }
}

/// Every file below a folder; links are recorded by their target, not followed.
fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.expect("it can be listed");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().expect("a file has a type");
        if kind.is_dir() {
            gather(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path()).expect("a link can be read");
            files.insert(path, target.to_string_lossy().into_owned().into_bytes());
        } else {
            files.insert(path, fs::read(entry.path()).expect("it can be read"));
        }
    }
}
