//! The commands: arguments in; words, files and an exit status out. Nothing else in Handsel prints.
//!
//! The status is 0 when a command is done (warnings too), 1 when the content has errors and so
//! nothing was published, and 2 when the command could not run: usage, disk, port (`CommandError`).

mod addresses;
mod build;
mod check;
mod console;
mod format;
mod init;
mod move_page;
mod new;
mod options;
mod output;
mod problem_output;
mod problem_table;
mod progress;
mod report;
mod retire;
mod schema;
mod serve;
mod site_root;
mod verify;
mod why;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use console::Console;
use options::CommonOptions;

const EXAMPLES: &str = "\
Examples:
  handsel init my-site             a starter site in the folder my-site
  handsel new guide \"Give first\"   a new guide, ready to be filled in
  handsel build                    the site, in the folder public
  handsel serve --open             the site in your browser, and each save as it is made
  handsel check                    every problem, nothing written
  handsel move OLD NEW             a page under another name, every link as it was
  handsel retire /old/             an address that is gone on purpose

Exit status: 0 done, 1 the content has errors, 2 the command could not run.";

/// Turns a folder of Markdown into a free knowledge repository: guides, tips and tools given away
/// first.
#[derive(Debug, Parser)]
#[command(name = "handsel", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    common: CommonOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Options),
    New(new::Options),
    Build(build::Options),
    Serve(serve::Options),
    Check(check::Options),
    Schema(schema::Options),
    Move(move_page::Options),
    Retire(retire::Options),
    Report(report::Options),
    Why(why::Options),
}

/// How a command ended that could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Done,
    /// The content has errors; nothing was published.
    ContentErrors,
}

/// Why a command could not run, and the way out.
#[derive(Debug)]
struct CommandError {
    message: String,
    help: Option<String>,
}

impl CommandError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Runs the program with its arguments, the first of them its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Asked for, the help goes to standard output; a reader that went away wants no more of
            // it.
            let _ = error.print();
            if let Some(folder) = unexpected_folder(&error) {
                let console = Console {
                    format: options::Format::Human,
                    is_quiet: false,
                    shows_all: false,
                };
                console.print(
                    console::OutputStream::Error,
                    &format!("\nTo name the site's folder, write `--root {folder}`."),
                );
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let common = &arguments.common;
    let console = Console::new(common);
    let ended = match &arguments.command {
        Command::Init(options) => init::run(options, common, &console),
        Command::New(options) => new::run(options, common, &console),
        Command::Build(options) => build::run(options, common, &console),
        Command::Serve(options) => serve::run(options, common, &console),
        Command::Check(options) => check::run(options, common, &console),
        Command::Schema(options) => schema::run(options, common, &console),
        Command::Move(options) => move_page::run(options, common, &console),
        Command::Retire(options) => retire::run(options, common, &console),
        Command::Report(options) => report::run(options, common, &console),
        Command::Why(options) => why::run(options, common, &console),
    };
    match ended {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::ContentErrors) => ExitCode::from(1),
        Err(CommandError { message, help }) => {
            console.fail(&message, help.as_deref());
            ExitCode::from(2)
        }
    }
}

/// An argument that no option takes and that is a folder: the site's, as other generators take it.
fn unexpected_folder(error: &clap::Error) -> Option<&str> {
    let ContextValue::String(argument) = error.get(ContextKind::InvalidArg)? else {
        return None;
    };
    let is_folder = error.kind() == ErrorKind::UnknownArgument && Path::new(argument).is_dir();
    is_folder.then_some(argument)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn options_fit_together() {
        super::Arguments::command().debug_assert();
    }
}
