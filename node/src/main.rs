//! A node for the Actors development chain.
//!
//! - `cli` says what the node can be asked, `command` does it;
//! - `chain_spec` lists the chains it knows;
//! - `components` opens the parts that every command needs: client, pool, import queue;
//! - `service` starts a whole node from them; its blocks come from `seal` on a development chain
//!   (with the time that `clock` tells) and from `validator` on all others;
//! - `rpc` is what it serves, `welcome` what it says when it is ready.

#![allow(
    clippy::result_large_err,
    reason = "it is the SDK's error, and a node meets one at most"
)]

mod chain_spec;
mod cli;
mod clock;
mod command;
mod components;
mod rpc;
mod seal;
mod service;
mod validator;
mod welcome;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
