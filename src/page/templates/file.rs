//! The file of a template.

use crate::paths::SourcePath;

/// A template's text and its path.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// The path below `templates/`, such as `components/note.html`.
    pub name: String,
    /// The path for messages. The built-in theme's templates appear under the same path.
    pub path: SourcePath,
    pub text: String,
    /// Whether the file is the writer's own.
    pub is_own: bool,
}
