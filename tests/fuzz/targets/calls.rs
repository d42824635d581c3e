//! Feeds `actors_fuzz::calls` with whatever finds a new way through it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| actors_fuzz::calls(bytes));
