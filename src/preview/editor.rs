//! Opens the writer's editor at a line: that of the `editor:` setting, else of VISUAL, else of
//! EDITOR.
//!
//! The settings can only name an editor that Handsel knows, because the site may come from somebody
//! else. The environment is the writer's own, so its command runs as written. No shell is involved,
//! so a file name cannot run commands. See DECISIONS: "The `editor:` setting names an editor, not a
//! command".

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;

use crate::settings::{Editor, LineForm};

/// The result, as the browser shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenResult {
    pub is_opened: bool,
    pub message: String,
    /// A command or a location to copy instead.
    pub copy: Option<String>,
}

impl OpenResult {
    pub fn not(why: &str) -> Self {
        Self {
            is_opened: false,
            message: why.to_owned(),
            copy: None,
        }
    }
}

/// A program with its first arguments, and its editor if Handsel knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EditorCommand {
    program: String,
    arguments: Vec<String>,
    editor: Option<Editor>,
}

/// Opens a file at a line.
pub fn open(setting: Option<&str>, file: &Path, line: u32) -> OpenResult {
    let variables = ["VISUAL", "EDITOR"].map(|name| std::env::var(name).ok());
    let file = file.to_string_lossy();
    let Some(chosen) = choose(setting, variables.iter().flatten().map(String::as_str)) else {
        return OpenResult {
            is_opened: false,
            message: "No editor is set. Add `editor: code` (or zed, subl, idea, …) to handsel.yaml, or set VISUAL."
                .into(),
            copy: Some(format!("{file}:{line}")),
        };
    };
    if chosen.editor.is_some_and(|editor| editor.needs_terminal) {
        return OpenResult {
            is_opened: false,
            message: format!(
                "{} runs in a terminal, so the browser cannot start it. Run this in a terminal:",
                chosen.name()
            ),
            copy: Some(chosen.command(&file, line)),
        };
    }
    start(&chosen, &file, line)
}

/// Opens the folder that contains a file in the system's file manager.
pub fn open_folder(file: &Path) -> OpenResult {
    let folder = file.parent().unwrap_or(file);
    match open::that_detached(folder) {
        Ok(()) => OpenResult {
            is_opened: true,
            message: "Opened the folder.".into(),
            copy: None,
        },
        Err(error) => {
            let message = format!("The folder cannot be opened: {error}.");
            OpenResult {
                is_opened: false,
                message,
                copy: Some(folder.to_string_lossy().into_owned()),
            }
        }
    }
}

/// The editor of the setting, else of the first variable that names a program.
fn choose<'a>(
    setting: Option<&str>,
    variables: impl Iterator<Item = &'a str>,
) -> Option<EditorCommand> {
    if let Some(editor) = setting.and_then(Editor::named) {
        return Some(EditorCommand {
            program: editor.name.to_owned(),
            arguments: Vec::new(),
            editor: Some(editor),
        });
    }
    variables.filter_map(chosen).next()
}

/// The command of a variable: a program with optional arguments.
fn chosen(command: &str) -> Option<EditorCommand> {
    let mut words = words(command).into_iter();
    let program = words.next()?;
    let name = Path::new(&program)
        .file_stem()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let arguments: Vec<String> = words.collect();
    let editor = Editor::named(&name).map(|editor| {
        let in_terminal = arguments.iter().any(|argument| {
            matches!(
                argument.as_str(),
                "-nw" | "-t" | "-tty" | "--no-window-system" | "--tty"
            )
        });
        Editor {
            needs_terminal: editor.needs_terminal || (name.starts_with("emacs") && in_terminal),
            ..editor
        }
    });
    Some(EditorCommand {
        program,
        arguments,
        editor,
    })
}

/// The words of a command line. Quotes keep spaces within a word.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

impl EditorCommand {
    fn name(&self) -> &str {
        self.program
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(&self.program)
    }

    fn all_arguments(&self, file: &str, line: u32) -> Vec<String> {
        let editor = self.editor.unwrap_or(Editor {
            name: "",
            form: LineForm::None,
            needs_terminal: false,
        });
        self.arguments
            .iter()
            .cloned()
            .chain(editor.arguments(file, line))
            .collect()
    }

    /// The command line for a shell, with arguments quoted where needed.
    fn command(&self, file: &str, line: u32) -> String {
        let is_plain = |word: &str| {
            word.chars()
                .all(|c| c.is_alphanumeric() || "+-_./:".contains(c))
        };
        let quoted = |word: String| {
            if is_plain(&word) {
                word
            } else {
                format!("'{}'", word.replace('\'', "'\\''"))
            }
        };
        std::iter::once(self.program.clone())
            .chain(self.all_arguments(file, line))
            .map(quoted)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn start(chosen: &EditorCommand, file: &str, line: u32) -> OpenResult {
    let mut command = Command::new(&chosen.program);
    command
        .args(chosen.all_arguments(file, line))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.spawn() {
        Ok(mut child) => {
            // On Unix a child that is not waited for stays behind as a zombie.
            std::thread::spawn(move || child.wait());
            OpenResult {
                is_opened: true,
                message: format!("Opened line {line} in {}.", chosen.name()),
                copy: None,
            }
        }
        Err(error) => OpenResult {
            is_opened: false,
            message: format!("{} cannot be started: {error}.", chosen.name()),
            copy: Some(format!("{file}:{line}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_comes_first_then_the_variables() {
        let program = |setting: Option<&str>, variables: &[&str]| {
            choose(setting, variables.iter().copied()).map(|chosen| chosen.program)
        };
        assert_eq!(program(Some("zed"), &["vim"]).as_deref(), Some("zed"));
        assert_eq!(
            program(None, &["", " ", "/usr/bin/code --wait"]).as_deref(),
            Some("/usr/bin/code")
        );
        assert_eq!(program(Some("rm -rf"), &[]), None);
        assert_eq!(program(None, &[]), None);
    }

    #[test]
    fn commands_are_words_and_never_a_shell_s() {
        let command = |variable: &str| {
            chosen(variable)
                .map(|chosen| chosen.command("/s/it's $(here).md", 3))
                .unwrap_or_default()
        };
        assert_eq!(
            command("'/opt/My Editor/code.exe' --wait"),
            "'/opt/My Editor/code.exe' --wait -g '/s/it'\\''s $(here).md:3'"
        );
        assert_eq!(command("nvim"), "nvim +3 '/s/it'\\''s $(here).md'");
        assert_eq!(command("unheard-of"), "unheard-of '/s/it'\\''s $(here).md'");
        assert_eq!(words(" a 'b c'd \"\" "), ["a", "b cd", ""]);
    }

    #[test]
    fn terminals_are_needed_by_some() {
        let needs = |variable: &str| {
            chosen(variable)
                .and_then(|chosen| chosen.editor)
                .map(|editor| editor.needs_terminal)
        };
        assert_eq!(
            [
                needs("vim"),
                needs("emacs"),
                needs("emacs -nw"),
                needs("code -w"),
                needs("x")
            ],
            [Some(true), Some(false), Some(true), Some(false), None]
        );
        let opened = open(Some("nano"), Path::new("/s/a.md"), 12);
        assert_eq!(
            (opened.is_opened, opened.copy.as_deref()),
            (false, Some("nano +12 /s/a.md"))
        );
    }
}
