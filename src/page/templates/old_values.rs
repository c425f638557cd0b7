//! Values of templates under the names of earlier versions.

use tera::Map;
use tera::value::Key;

use crate::renamed::{NameKind, RENAMED};

/// Adds values under their old names, so that a site's own templates keep working.
pub fn add_old_names(object: &mut Map, kind: NameKind) {
    for renamed in RENAMED.iter().filter(|renamed| renamed.kind == kind) {
        if let Some(value) = object.get(&Key::from(renamed.new)).cloned() {
            object.insert(renamed.old.into(), value);
        }
    }
}
