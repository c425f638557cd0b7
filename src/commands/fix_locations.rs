//! Where the edits of problems are in their files.

use crate::diagnostic::{Diagnostic, Fix, Location};
use crate::paths::SourcePath;
use crate::source::{Files, SourceFile, with_lf};

/// Finds the text that an edit replaces. The file that was read last is kept, since problems are
/// sorted by file.
pub struct FixLocations<'a> {
    files: &'a dyn Files,
    read: Option<(SourcePath, Option<String>)>,
}

impl<'a> FixLocations<'a> {
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, read: None }
    }

    /// The edit of a problem and the location of what it replaces; `None` if there is no edit, or
    /// the file no longer has that text.
    pub fn find<'p>(&mut self, problem: &'p Diagnostic) -> Option<(&'p Fix, Location)> {
        let (fix, place) = (problem.fix.as_deref()?, problem.location.as_ref()?);
        if self
            .read
            .as_ref()
            .is_none_or(|(path, _)| *path != place.path)
        {
            self.read = Some((place.path.clone(), self.text(&place.path)));
        }
        let (_, text) = self.read.as_ref()?;
        Some((fix, fix.location(text.as_deref()?, place)?))
    }

    fn text(&self, path: &SourcePath) -> Option<String> {
        let bytes = self.files.read(path).ok()?;
        let text = SourceFile::decode(path, &bytes).ok()?.text;
        Some(with_lf(text).into_owned())
    }
}
