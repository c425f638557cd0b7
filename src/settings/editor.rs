//! The editors that Handsel can open: how each takes a file and a line as arguments, and which of
//! them need a terminal.

/// The form in which an editor takes a file and a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineForm {
    /// `-g file:line`
    Goto,
    /// `file:line`
    Colon,
    /// `+line file`
    Plus,
    /// `--line line file`
    Line,
    /// `-l line file`
    ShortLine,
    /// The editor takes no line.
    None,
}

/// An editor, known by its program's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editor {
    pub name: &'static str,
    pub form: LineForm,
    /// Whether it runs in the terminal that started it. The preview cannot open such an editor,
    /// because a browser has no terminal.
    pub needs_terminal: bool,
}

const fn window(name: &'static str, form: LineForm) -> Editor {
    Editor {
        name,
        form,
        needs_terminal: false,
    }
}

const fn terminal(name: &'static str, form: LineForm) -> Editor {
    Editor {
        name,
        form,
        needs_terminal: true,
    }
}

impl Editor {
    pub const ALL: [Editor; 42] = [
        window("code", LineForm::Goto),
        window("code-insiders", LineForm::Goto),
        window("codium", LineForm::Goto),
        window("vscodium", LineForm::Goto),
        window("cursor", LineForm::Goto),
        window("windsurf", LineForm::Goto),
        window("zed", LineForm::Colon),
        window("zeditor", LineForm::Colon),
        window("subl", LineForm::Colon),
        window("sublime_text", LineForm::Colon),
        window("mate", LineForm::ShortLine),
        window("kate", LineForm::ShortLine),
        window("bbedit", LineForm::Plus),
        window("gedit", LineForm::Plus),
        window("gnome-text-editor", LineForm::None),
        window("gvim", LineForm::Plus),
        window("mvim", LineForm::Plus),
        window("emacs", LineForm::Plus),
        window("emacsclient", LineForm::Plus),
        window("idea", LineForm::Line),
        window("webstorm", LineForm::Line),
        window("phpstorm", LineForm::Line),
        window("pycharm", LineForm::Line),
        window("rubymine", LineForm::Line),
        window("goland", LineForm::Line),
        window("clion", LineForm::Line),
        window("rider", LineForm::Line),
        window("rustrover", LineForm::Line),
        window("notepad", LineForm::None),
        window("notepad++", LineForm::None),
        window("xed", LineForm::Line),
        terminal("vim", LineForm::Plus),
        terminal("nvim", LineForm::Plus),
        terminal("vi", LineForm::Plus),
        terminal("nano", LineForm::Plus),
        terminal("pico", LineForm::Plus),
        terminal("micro", LineForm::Plus),
        terminal("joe", LineForm::Plus),
        terminal("mg", LineForm::Plus),
        terminal("kak", LineForm::Plus),
        terminal("hx", LineForm::Colon),
        terminal("helix", LineForm::Colon),
    ];

    /// Returns the editor with this name.
    pub fn named(name: &str) -> Option<Editor> {
        Self::ALL.into_iter().find(|editor| editor.name == name)
    }

    /// Returns the arguments that open a file at a line, counted from 1.
    pub fn arguments(self, file: &str, line: u32) -> Vec<String> {
        let file = file.to_owned();
        match self.form {
            LineForm::Goto => vec!["-g".into(), format!("{file}:{line}")],
            LineForm::Colon => vec![format!("{file}:{line}")],
            LineForm::Plus => vec![format!("+{line}"), file],
            LineForm::Line => vec!["--line".into(), line.to_string(), file],
            LineForm::ShortLine => vec!["-l".into(), line.to_string(), file],
            LineForm::None => vec![file],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_gets_the_line_in_its_own_form() {
        for (name, expected) in [
            ("code", &["-g", "/a/b c.md:12"][..]),
            ("zed", &["/a/b c.md:12"]),
            ("nvim", &["+12", "/a/b c.md"]),
            ("emacsclient", &["+12", "/a/b c.md"]),
            ("idea", &["--line", "12", "/a/b c.md"]),
            ("mate", &["-l", "12", "/a/b c.md"]),
            ("notepad", &["/a/b c.md"]),
        ] {
            let editor = Editor::named(name).expect("it is known");
            assert_eq!(editor.arguments("/a/b c.md", 12), expected, "{name}");
        }
        assert_eq!(Editor::named("rm"), None);
    }
}
