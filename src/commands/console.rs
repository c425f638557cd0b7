//! The two streams of the program, and which words go where.
//!
//! What was asked for goes to standard output, everything else to standard error; with a format for
//! machines, standard output holds problems only. Colours are kept on a terminal and where NO_COLOR
//! is not set. A reader that went away (`| head`) wants no more, so a write that fails is no
//! failure of the command.

use std::io::{BufWriter, IsTerminal, Write};

use annotate_snippets::{Group, Level, Renderer};
use terminal_size::{Width, terminal_size_of};

use super::options::{CommonOptions, Format};
use crate::diagnostic::printable;

/// The width of text that nobody's terminal limits.
const WIDTH_DEFAULT: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    Output,
    Error,
}

#[derive(Clone, Copy, Debug)]
pub struct Console {
    pub format: Format,
    pub is_quiet: bool,
    /// Every problem is printed, however many have one code.
    pub shows_all: bool,
}

impl Console {
    pub fn new(common: &CommonOptions) -> Self {
        Self {
            format: common.format,
            is_quiet: common.quiet,
            shows_all: common.all_problems,
        }
    }

    /// Words that were asked for: what a command did.
    pub fn answer(&self, text: &str) {
        if !self.is_quiet {
            self.print(self.stream(OutputStream::Output), text);
        }
    }

    /// Words beside what was asked for.
    pub fn write_note(&self, text: &str) {
        if !self.is_quiet {
            self.print(OutputStream::Error, text);
        }
    }

    /// Why a command could not run.
    pub fn fail(&self, message: &str, help: Option<&str>) {
        let group = Group::with_title(Level::ERROR.primary_title(printable(message)));
        let report = [group.elements(help.map(|help| Level::HELP.message(printable(help))))];
        let drawn = Renderer::styled()
            .term_width(self.width(OutputStream::Error))
            .render(&report);
        self.write(OutputStream::Error, |out| writeln!(out, "{drawn}"));
    }

    /// Writes words for people and ends the line. What a terminal would obey or hide is written as
    /// escapes.
    pub fn print(&self, stream: OutputStream, text: &str) {
        self.write(stream, |out| writeln!(out, "{}", printable(text)));
    }

    /// Writes JSON, which escapes for itself, and ends the line.
    pub fn print_json(&self, stream: OutputStream, json: &str) {
        self.write(stream, |out| writeln!(out, "{json}"));
    }

    /// Writes piece by piece.
    pub fn write(
        &self,
        stream: OutputStream,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) {
        let target: Box<dyn Write> = match stream {
            OutputStream::Output => Box::new(anstream::stdout()),
            OutputStream::Error => Box::new(anstream::stderr()),
        };
        let mut buffered = BufWriter::new(target);
        let _ = write(&mut buffered).and_then(|()| buffered.flush());
    }

    /// The stream for words that would go to `wanted`, had standard output not been promised to a
    /// machine.
    pub fn stream(&self, wanted: OutputStream) -> OutputStream {
        if self.format == Format::Human {
            wanted
        } else {
            OutputStream::Error
        }
    }

    /// Columns of the terminal.
    pub fn width(&self, stream: OutputStream) -> usize {
        let size = match stream {
            OutputStream::Output => terminal_size_of(std::io::stdout()),
            OutputStream::Error => terminal_size_of(std::io::stderr()),
        };
        size.map_or(WIDTH_DEFAULT, |(Width(width), _)| {
            usize::from(width).max(40)
        })
    }

    /// Whether somebody may be watching, so that it makes sense to show that something is going on.
    pub fn is_watched(&self) -> bool {
        !self.is_quiet && std::io::stderr().is_terminal()
    }
}
