//! Standard output and standard error, and what goes to which.
//!
//! A command's result goes to standard output, everything else to standard error. With the formats
//! `json` and `github`, standard output contains problems only. Colors are written only to a
//! terminal, and only if NO_COLOR is not set. A failed write does not fail the command, because the
//! reader may have closed the pipe (`| head`).

use std::io::{BufWriter, IsTerminal, Write};

use annotate_snippets::{Group, Level, Renderer};
use terminal_size::{Width, terminal_size_of};

use super::options::{CommonOptions, Format};
use crate::diagnostic::printable;

/// The width of text, in columns, if the stream is not a terminal.
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
    /// Whether every problem is printed, however many have the same code.
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

    /// Prints the result of a command, unless `--quiet` is set.
    pub fn answer(&self, text: &str) {
        if !self.is_quiet {
            self.print(self.stream(OutputStream::Output), text);
        }
    }

    /// Prints additional information to standard error, unless `--quiet` is set.
    pub fn write_note(&self, text: &str) {
        if !self.is_quiet {
            self.print(OutputStream::Error, text);
        }
    }

    /// Prints why a command could not run.
    pub fn fail(&self, message: &str, help: Option<&str>) {
        let group = Group::with_title(Level::ERROR.primary_title(printable(message)));
        let report = [group.elements(help.map(|help| Level::HELP.message(printable(help))))];
        let drawn = Renderer::styled()
            .term_width(self.width(OutputStream::Error))
            .render(&report);
        self.write(OutputStream::Error, |out| writeln!(out, "{drawn}"));
    }

    /// Writes a line of text for people. Control and invisible characters are written as escapes.
    pub fn print(&self, stream: OutputStream, text: &str) {
        self.write(stream, |out| writeln!(out, "{}", printable(text)));
    }

    /// Writes a line of JSON, which has escapes of its own.
    pub fn print_json(&self, stream: OutputStream, json: &str) {
        self.write(stream, |out| writeln!(out, "{json}"));
    }

    /// Passes a buffered writer to `write`, and ignores errors.
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

    /// The stream for text that belongs to `wanted`: standard error if standard output is reserved
    /// for JSON or annotations.
    pub fn stream(&self, wanted: OutputStream) -> OutputStream {
        if self.format == Format::Human {
            wanted
        } else {
            OutputStream::Error
        }
    }

    /// The columns of the terminal, at least 40.
    pub fn width(&self, stream: OutputStream) -> usize {
        let size = match stream {
            OutputStream::Output => terminal_size_of(std::io::stdout()),
            OutputStream::Error => terminal_size_of(std::io::stderr()),
        };
        size.map_or(WIDTH_DEFAULT, |(Width(width), _)| {
            usize::from(width).max(40)
        })
    }

    /// Whether progress should be shown: standard error is a terminal, and `--quiet` is not set.
    pub fn is_watched(&self) -> bool {
        !self.is_quiet && std::io::stderr().is_terminal()
    }
}
