//! The version of the cache. Another version of the program may give the same bytes another
//! meaning.

use std::sync::OnceLock;

use rust_embed::RustEmbed;

use crate::fingerprint::{Fingerprint, Hasher};

/// The hashes of this program's sources, without the sources.
#[derive(RustEmbed)]
#[folder = "src/"]
#[metadata_only = true]
struct SourceHashes;

/// The fingerprint of the program: its sources, the versions of its dependencies, and the system it
/// was built for.
pub fn version() -> Fingerprint {
    static VERSION: OnceLock<Fingerprint> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let mut names: Vec<_> = SourceHashes::iter().collect();
        names.sort();
        let mut hasher = Hasher::new();
        for name in names {
            let hash = SourceHashes::get(&name)
                .map(|file| file.metadata.sha256_hash())
                .unwrap_or_default();
            hasher.add(name.replace('\\', "/")).add(hash);
        }
        hasher
            .add(include_bytes!("../../Cargo.lock"))
            .add(std::env::consts::OS)
            .add(std::env::consts::ARCH);
        hasher.finish()
    })
}
