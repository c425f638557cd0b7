//! The version of what is remembered: another program may mean something else by the same bytes.

use std::sync::OnceLock;

use rust_embed::RustEmbed;

use crate::fingerprint::{Fingerprint, Fingerprinter};

/// The hashes of this program's sources, without the sources.
#[derive(RustEmbed)]
#[folder = "src/"]
#[metadata_only = true]
struct Sources;

/// The fingerprint of the program: its sources, the versions of all it is built from, and the
/// system it was built for.
pub fn version() -> Fingerprint {
    static VERSION: OnceLock<Fingerprint> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let mut names: Vec<_> = Sources::iter().collect();
        names.sort();
        let mut printer = Fingerprinter::new();
        for name in names {
            let hash = Sources::get(&name)
                .map(|file| file.metadata.sha256_hash())
                .unwrap_or_default();
            printer.add(name.replace('\\', "/")).add(hash);
        }
        printer
            .add(include_bytes!("../../Cargo.lock"))
            .add(std::env::consts::OS)
            .add(std::env::consts::ARCH);
        printer.finish()
    })
}
