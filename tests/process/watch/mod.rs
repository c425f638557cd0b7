//! A scan of the paths that the watcher reports gives the current state of the site after any
//! change, by events and by polling alike. Changes outside the site are not reported.
#![cfg(unix)]

mod watched;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use handsel::source::ListingRules;
use handsel::watch::PollingMode;
use watched::{Snapshot, WatchedSite, put, source};

type Outcome = Result<(), Box<dyn Error>>;

const POLLING: PollingMode = PollingMode::Always(Duration::from_millis(50));

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs a test by events and by polling.
fn both_ways(test: impl Fn(PollingMode) -> Outcome) -> Outcome {
    test(PollingMode::Auto)?;
    test(POLLING)
}

#[test]
fn files_are_created_changed_and_removed() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(polling, &["a.md", "guides/b.md", "guides/c.md"])?;
        site.put("guides/new.md", "new")?;
        assert_eq!(site.reported_until_now()?, set(&["guides/new.md"]));
        site.put("a.md", "changed")?;
        assert_eq!(site.reported_until_now()?, set(&["a.md"]));
        // The file has the same length as before, and its time is set back.
        let before = fs::metadata(site.at("guides/b.md"))?.modified()?;
        fs::write(site.at("guides/b.md"), "GUIDES/B.MD")?;
        OpenOptions::new()
            .write(true)
            .open(site.at("guides/b.md"))?
            .set_modified(before)?;
        assert_eq!(site.reported_until_now()?, set(&["guides/b.md"]));
        fs::rename(site.at("guides/c.md"), site.at("d.md"))?;
        assert_eq!(site.reported_until_now()?, set(&["d.md", "guides/c.md"]));
        fs::remove_file(site.at("d.md"))?;
        assert_eq!(site.reported_until_now()?, set(&["d.md"]));
        Ok(())
    })
}

#[test]
fn saves_of_common_editors_are_reported() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(polling, &["a.md", "b.md", "c.md", "d.md"])?;
        // Vim writes a test file, renames the old file to a backup, writes a new one and deletes
        // the backup.
        site.put("4913", "")?;
        fs::remove_file(site.at("4913"))?;
        fs::rename(site.at("a.md"), site.at("a.md~"))?;
        site.put("a.md", "by vim")?;
        fs::remove_file(site.at("a.md~"))?;
        assert_eq!(site.reported_until_now()?, set(&["a.md"]));
        // `sed -i` and some editors write a hidden file in the same folder and rename it over the
        // old one.
        site.put(".b.md.swp", "x")?;
        site.put(".sedXYZ", "by sed")?;
        fs::rename(site.at(".sedXYZ"), site.at("b.md"))?;
        assert_eq!(site.reported_until_now()?, set(&["b.md"]));
        // The file is emptied, then written in pieces.
        let mut file = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(site.at("c.md"))?;
        for piece in 0..20 {
            writeln!(file, "piece {piece}")?;
            std::thread::sleep(Duration::from_millis(3));
        }
        drop(file);
        assert_eq!(site.reported_until_now()?, set(&["c.md"]));
        // The file is missing for a moment.
        fs::remove_file(site.at("d.md"))?;
        site.put("d.md", "again")?;
        assert_eq!(site.reported_until_now()?, set(&["d.md"]));
        Ok(())
    })
}

#[test]
fn folders_are_created_moved_and_removed() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(
            polling,
            &["a.md", "guides/deep/b.md", "guides/deep/c.md", "tips/d.md"],
        )?;
        let outside = site
            .root
            .parent()
            .expect("it is in a folder")
            .join("outside");
        // Many folders at once, with files in them before they can be watched.
        site.put("new/one/two/three/x.md", "x")?;
        site.put("new/one/y.md", "y")?;
        site.catch_up()?;
        for path in ["new/one/two/three/x.md", "new/one/two/z.md", "new/one/y.md"] {
            site.put(path, "edited")?;
            site.catch_up()?;
        }
        fs::rename(site.at("guides"), site.at("tips/guides"))?;
        site.catch_up()?;
        site.put("tips/guides/deep/b.md", "edited after the move")?;
        site.catch_up()?;
        fs::rename(site.at("tips"), &outside)?;
        site.catch_up()?;
        fs::rename(&outside, site.at("back"))?;
        site.catch_up()?;
        site.put("back/guides/deep/b.md", "edited after the return")?;
        site.catch_up()?;
        // One folder takes another's place, and moves back.
        fs::rename(site.at("new"), site.at("other"))?;
        fs::rename(site.at("back"), site.at("new"))?;
        fs::rename(site.at("new"), site.at("back"))?;
        fs::rename(site.at("back"), site.at("new"))?;
        site.catch_up()?;
        site.put("new/guides/deep/c.md", "edited in its place")?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("new"))?;
        site.put("new/guides/deep/c.md", "made again")?;
        site.catch_up()?;
        site.put("new/guides/deep/c.md", "and edited")?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("new"))?;
        fs::remove_dir_all(site.at("other"))?;
        site.catch_up()?;
        assert_eq!(site.known.files.len(), 1);
        Ok(())
    })
}

#[test]
fn unlisted_paths_are_not_reported() -> Outcome {
    both_ways(|polling| {
        let unlisted = [
            "node_modules/x/a.js",
            ".git/index",
            "public/a/index.html",
            "left/a.md",
            "a/.hidden/b.md",
            "dist/index.html",
        ];
        let mut site = WatchedSite::start_with(polling, |root| {
            put(root, "dist/.handsel-manifest", "")?;
            unlisted.iter().try_for_each(|path| put(root, path, path))
        })?;
        site.put("a/b.md", "x")?;
        site.catch_up()?;
        // One save can be reported twice. Late reports belong to it.
        site.reported_until_now()?;
        site.received.clear();
        for path in unlisted {
            site.put(path, "changed")?;
            site.put(&format!("{path}.new/deep/file"), "made")?;
            fs::remove_dir_all(site.at(&format!("{path}.new")))?;
        }
        for path in [
            ".handsel/cache",
            "a/.b.md.swp",
            "a/b.md~",
            "a/#b.md#",
            "a/4913",
            ".DS_Store",
            "public/new.html",
        ] {
            site.put(path, "x")?;
        }
        fs::remove_dir_all(site.at("node_modules"))?;
        // Reading is not a change.
        Snapshot::of(&site.disk, &site.rules);
        assert_eq!(site.reported_until_now()?, set(&[]));
        Ok(())
    })
}

#[test]
fn watched_paths_follow_the_listing_rules() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(
            polling,
            &[
                "a.md",
                "drafts/b.md",
                "drafts/deep/c.md",
                "dist/d.md",
                "left/e.md",
            ],
        )?;
        site.put(".gitignore", "drafts/\n")?;
        site.catch_up()?;
        assert!(!site.known.files.contains_key(&source("drafts/b.md")));
        fs::remove_file(site.at(".gitignore"))?;
        site.catch_up()?;
        for path in ["drafts/deep/c.md", "drafts/deep/new.md"] {
            site.put(path, "edited")?;
            site.catch_up()?;
        }
        site.put("dist/.handsel-manifest", "")?;
        site.catch_up()?;
        fs::remove_file(site.at("dist/.handsel-manifest"))?;
        site.catch_up()?;
        site.put("dist/d.md", "edited")?;
        site.catch_up()?;
        site.rules = ListingRules {
            output: None,
            ignore: vec!["dist".into()],
        };
        site.watcher.set_rules(site.rules.clone());
        site.catch_up()?;
        site.put("left/e.md", "edited")?;
        site.catch_up()?;
        Ok(())
    })
}

#[test]
fn a_link_changes_with_its_target() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start_with(polling, |root| {
            put(root, "real/a.md", "a")?;
            put(root, "node_modules/x/readme.md", "readme")?;
            put(root, ".parts/deep/c.md", "c")?;
            put(root, "pages/d.md", "d")?;
            symlink("../real/a.md", root.join("pages/link.md"))?;
            symlink("link.md", root.join("pages/link-to-link.md"))?;
            symlink("../node_modules/x/readme.md", root.join("pages/readme.md"))?;
            symlink("../.parts/now/c.md", root.join("pages/through-folder.md"))?;
            symlink("deep", root.join(".parts/now"))?;
            symlink("../later/e.md", root.join("pages/dangling.md"))
        })?;
        assert_eq!(site.known.files.len(), 6);
        fs::write(site.at("real/a.md"), "edited")?;
        assert_eq!(
            site.reported_until_now()?,
            set(&["pages/link-to-link.md", "pages/link.md", "real/a.md"])
        );
        fs::write(site.at("node_modules/x/readme.md"), "edited")?;
        assert_eq!(site.reported_until_now()?, set(&["pages/readme.md"]));
        fs::rename(site.at("node_modules"), site.at(".old"))?;
        assert_eq!(site.reported_until_now()?, set(&["pages/readme.md"]));
        site.put("node_modules/x/readme.md", "made again")?;
        site.catch_up()?;
        site.put("node_modules/x/readme.md", "and edited")?;
        site.catch_up()?;
        site.put(".parts/other/c.md", "another c")?;
        fs::remove_file(site.at(".parts/now"))?;
        symlink("other", site.at(".parts/now"))?;
        site.catch_up()?;
        site.put(".parts/other/c.md", "another c, edited")?;
        site.catch_up()?;
        site.put("later/e.md", "now it is there")?;
        site.catch_up()?;
        fs::remove_file(site.at("pages/link.md"))?;
        symlink("d.md", site.at("pages/link.md"))?;
        site.catch_up()?;
        site.put("pages/d.md", "edited")?;
        site.catch_up()?;
        assert_eq!(site.known.problems, []);
        Ok(())
    })
}

#[test]
fn thousands_of_changes_at_once_are_reported() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(polling, &["a.md"])?;
        for file in 0..3000 {
            site.put(
                &format!("checkout/{}/{}/{file}.md", file % 30, file % 7),
                "branch one",
            )?;
        }
        site.catch_up()?;
        for file in (0..3000).rev() {
            site.put(
                &format!("checkout/{}/{}/{file}.md", file % 30, file % 7),
                "branch two",
            )?;
        }
        fs::remove_dir_all(site.at("checkout/3"))?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("checkout"))?;
        let reported = site.reported_until_now()?;
        assert!(reported.len() < 8000, "{}", reported.len());
        site.put("a.md", "edited")?;
        assert_eq!(site.reported_until_now()?, set(&["a.md"]));
        Ok(())
    })
}

#[test]
fn any_edits_at_any_pace_end_in_the_same_site() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(polling, &["a/x.md", "b/y.md", "b/c/z.md"])?;
        let folders = [
            "a",
            "b",
            "c",
            "b/c",
            "a/b",
            "a/b/c",
            ".git",
            "static/.well-known",
        ];
        let mut number = 0x9E37_79B9_7F4A_7C15_u64;
        let mut any = |limit: usize| {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(number >> 33).unwrap_or(0) % limit
        };
        let rounds = if std::env::var_os("HANDSEL_LONG").is_some() {
            2000
        } else {
            40
        };
        for round in 0..rounds {
            for edit in 0..any(30) {
                let (one, other) = (folders[any(folders.len())], folders[any(folders.len())]);
                let name = ["x.md", "y.md", "z.md"][any(3)];
                // Impossible changes are skipped.
                let _ = match any(10) {
                    0 => fs::rename(site.at(one), site.at(other)),
                    1 => fs::remove_dir_all(site.at(one)),
                    2 => fs::remove_file(site.at(&format!("{one}/{name}"))),
                    3 => fs::rename(
                        site.at(&format!("{one}/{name}")),
                        site.at(&format!("{other}/{name}")),
                    ),
                    4 => symlink(
                        format!("../{other}/{name}"),
                        site.at(&format!("{one}/link-{name}")),
                    ),
                    5 => fs::rename(site.at(&format!("{one}/x.md")), site.at(other)),
                    _ => site.put(&format!("{one}/{name}"), &format!("{round} {edit}")),
                };
                if any(8) == 0 {
                    std::thread::sleep(Duration::from_millis(any(8) as u64));
                }
            }
            site.catch_up()
                .map_err(|error| format!("round {round}: {error}"))?;
        }
        Ok(())
    })
}

#[test]
fn the_site_folder_can_be_replaced() -> Outcome {
    both_ways(|polling| {
        let mut site = WatchedSite::start(polling, &["a.md", "b/c.md"])?;
        let away = site.root.with_file_name("away");
        fs::rename(&site.root, &away)?;
        site.put("a.md", "another site")?;
        site.catch_up()?;
        site.put("a.md", "another site, edited")?;
        site.catch_up()?;
        assert_eq!(site.known.files.len(), 1);
        Ok(())
    })
}

#[test]
fn the_probe_leaves_no_file_and_no_message() -> Outcome {
    let mut site = WatchedSite::start(PollingMode::Auto, &["a.md"])?;
    assert!(!site.at(".handsel").exists());
    assert_eq!(site.reported_until_now()?, set(&[]));
    assert_eq!(
        *site.messages.lock().expect("no holder of this lock panics"),
        [""; 0]
    );
    Ok(())
}

#[test]
fn without_free_watches_the_watcher_scans() -> Outcome {
    for (limit, remedy) in [
        ("max_inotify_watches", "max_user_watches"),
        ("max_inotify_instances", "max_user_instances"),
    ] {
        // In a separate namespace, the limit affects no other process.
        let script = format!(
            "echo 2 > /proc/sys/user/{limit} || exit 77; exec \"$0\" --exact watch::with_few_watches --ignored --nocapture"
        );
        let outcome = Command::new("unshare")
            .args(["--user", "--map-root-user", "sh", "-c", &script])
            .arg(std::env::current_exe()?)
            .output();
        match outcome {
            Ok(outcome) if outcome.status.success() => {
                let messages = String::from_utf8_lossy(&outcome.stderr);
                assert!(
                    messages.contains(remedy) && messages.contains("; Handsel scans"),
                    "{messages}"
                );
            }
            Ok(outcome) if outcome.status.code() == Some(101) => {
                panic!("{}", String::from_utf8_lossy(&outcome.stderr))
            }
            _ => eprintln!("skipped: namespaces are not available"),
        }
    }
    Ok(())
}

#[test]
#[ignore = "run by the test before this one"]
fn with_few_watches() -> Outcome {
    let others = [0; 2].map(|_| WatchedSite::start(PollingMode::Auto, &["a.md"]));
    let mut site = WatchedSite::start(PollingMode::Auto, &["a/b/c/d.md"])?;
    site.put("a/b/c/d.md", "edited")?;
    site.catch_up()?;
    site.put("a/new/e.md", "new")?;
    site.catch_up()?;
    let messages = site.messages.lock().expect("no holder of this lock panics");
    eprintln!("{messages:?}");
    assert_eq!(messages.len(), 1);
    drop(others);
    Ok(())
}

#[test]
fn nothing_is_reported_after_the_watcher_is_dropped() -> Outcome {
    both_ways(|polling| {
        let site = WatchedSite::start(polling, &["a.md"])?;
        let WatchedSite {
            watcher,
            reported,
            root,
            ..
        } = &site;
        let _ = (watcher, root);
        while reported.try_recv().is_ok() {}
        let WatchedSite {
            watcher,
            reported,
            root,
            folder: _folder,
            ..
        } = site;
        drop(watcher);
        put(&root, "a.md", "edited")?;
        // The sender is dropped with the thread.
        assert!(reported.iter().next().is_none());
        Ok(())
    })
}
