//! Catches what programs log with `debug`, which the pallet hands to the `log` crate.
//!
//! A process has one logger and a thread serves one chain at a time, so lines are kept by thread
//! until the chain that caused them takes them.

use log::{Level, LevelFilter, Log, Metadata, Record};
use std::{cell::RefCell, sync::OnceLock};

/// What the pallet logs under.
const TARGET: &str = "runtime::actors";

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Catcher;

impl Log for Catcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = match record.level() {
            Level::Error | Level::Warn => format!("{}: {}", record.level(), record.args()),
            _ => record.args().to_string(),
        };
        LINES.with_borrow_mut(|lines| lines.push(line));
    }

    fn flush(&self) {}
}

/// Starts to catch, once in a process; says whether it could.
pub(crate) fn catch() -> bool {
    static CAUGHT: OnceLock<bool> = OnceLock::new();
    *CAUGHT.get_or_init(|| {
        let first = log::set_logger(&Catcher).is_ok();
        if first {
            log::set_max_level(LevelFilter::Debug);
        }
        first
    })
}

/// Takes what this thread caught.
pub(crate) fn take() -> Vec<String> {
    LINES.take()
}
