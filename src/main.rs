//! The program: parses arguments, hands over, and turns the result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidings::cli::run()
}
