//! Builds programs.
