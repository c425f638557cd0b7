//! The `handsel` program: hands the arguments to [`handsel::commands`] and leaves with its exit
//! status.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    handsel::commands::run(std::env::args_os())
}
