//! The `handsel` program: hands the arguments to [`handsel::commands`] and leaves with its exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    handsel::commands::run(std::env::args_os())
}
