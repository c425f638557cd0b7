//! The `handsel` program: passes its arguments to [`handsel::commands`] and exits with the status
//! that it returns.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    handsel::commands::run(std::env::args_os())
}
