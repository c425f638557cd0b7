//! The commands of the program. Only this module prints.
//!
//! The exit status is 0 if a command succeeded, even with warnings; 1 if the content has errors, so
//! that nothing was published; and 2 if the command could not run (`CommandError`), for example
//! because of a wrong option, an unwritable disk or a port in use.

mod addresses;
mod build;
mod check;
mod console;
mod fix_locations;
mod format;
mod init;
mod move_page;
mod new;
mod options;
mod output;
mod problem_output;
mod problem_table;
mod profile_output;
mod progress;
mod report;
mod retire;
mod sarif;
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
  handsel init my-site             create a starter site in the folder my-site
  handsel new guide \"Give first\"   create a guide from its scaffold
  handsel build                    build the site into the folder public
  handsel serve --open             show the site in your browser and follow each save
  handsel check                    find every problem and write nothing
  handsel move OLD NEW             move a page and update every link to it
  handsel retire /old/             mark an address as removed on purpose

Exit status: 0 success, 1 the content has errors, 2 the command could not run.";

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
    Init(init::InitOptions),
    New(new::NewOptions),
    Build(build::BuildOptions),
    Serve(serve::ServeOptions),
    Check(check::CheckOptions),
    Schema(schema::SchemaOptions),
    Move(move_page::MoveOptions),
    Retire(retire::RetireOptions),
    Report(report::ReportOptions),
    Why(why::WhyOptions),
}

/// How a command ended, if it could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Done,
    /// The content has errors; nothing was published.
    ContentErrors,
}

/// Why a command could not run, and what to do about it.
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

/// Runs the program. The first of `args` is the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A failed write is ignored: the reader may have closed the pipe.
            let _ = error.print();
            if let Some(folder) = unexpected_folder(&error) {
                let console = Console {
                    format: options::Format::Human,
                    is_quiet: false,
                    shows_all: false,
                };
                console.print(
                    console::OutputStream::Error,
                    &format!("\nTo choose the site's folder, write `--root {folder}`."),
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

/// An unexpected argument that is a folder. Other generators take the site's folder this way.
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
