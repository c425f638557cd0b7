//! A lower bound for a build: reads every Markdown file below a folder, parses it to HTML on all
//! cores, and writes as many files and bytes as a build did, each in its own folder, from one
//! thread. It has no front matter, links, templates or lists.
//!
//!     floor CONTENT OUTPUT FILES BYTES

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use rayon::prelude::*;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, content, output, files, bytes] = arguments.as_slice() else {
        eprintln!("usage: floor CONTENT OUTPUT FILES BYTES");
        return ExitCode::from(2);
    };
    let number = |text: &str| text.parse::<usize>().expect("FILES and BYTES are numbers");
    let (files, bytes) = (number(files), number(bytes));
    let sources: Vec<_> = walkdir::WalkDir::new(content)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "md")
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    let parse = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).expect("the corpus is text");
        let mut html = String::new();
        pulldown_cmark::html::push_html(
            &mut html,
            pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all()),
        );
        html.len()
    };
    let parsed: usize = sources.par_iter().map(parse).sum();
    let page = vec![b'x'; bytes / files.max(1)];
    for index in 0..files {
        let folder = Path::new(output).join(format!("page-{index}"));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("index.html"), &page))
            .expect("the output can be written");
    }
    println!(
        "{} files read, {parsed} bytes of HTML, {files} files written",
        sources.len()
    );
    ExitCode::SUCCESS
}
