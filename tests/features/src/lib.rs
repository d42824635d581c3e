//! Nothing but dependencies: `Cargo.toml` is the union of the features that all crates of the workspace
//! request of third-party crates. Each of them has this crate as a dev-dependency, so that testing it
//! alone takes the same features, and so the same builds, as the whole workspace.
