//! Tests that start a program: Handsel as its users run it, or this test program again, to limit or
//! kill it.

mod address_ledger;
mod badinput;
mod cache;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod moving;
mod preview_process;
mod publish;
mod publish_faults;
mod publish_kill;
mod untrusted_folder;
mod watch;
