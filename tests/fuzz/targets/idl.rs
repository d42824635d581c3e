//! Feeds `actors_fuzz::idl` with whatever finds a new way through it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| actors_fuzz::idl(bytes));
