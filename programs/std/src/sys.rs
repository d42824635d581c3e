//! The imports, as the ABI table in `actors-primitives` has them.
//!
//! A row that the table calls planned is declared here too, so that code for it can be written;
//! a chain refuses a program that imports it, by name, until it serves it.
//!
//! # Safety
//!
//! All of them alike: a pointer named `out32` or `value16` must be valid for that many bytes,
//! any other for the length that follows it (`out` of `message_read` and `reply_read`: for the
//! length before it). The chain checks bounds against the whole memory only.

use actors_primitives::abi;

const MODULE: &str = "actors_v1";
const _: () = assert!(
    crate::entry::equal(MODULE, abi::MODULE),
    "the `link` attribute below names another module than the ABI table"
);

macro_rules! imports {
    ($(
        $(#[doc = $doc:literal])+
        $status:ident $entries:ident fn $name:ident($($param:ident: $type:ty),* $(,)?)
        $(-> $result:ty)?;
    )+) => {
        #[cfg(target_family = "wasm")]
        #[link(wasm_import_module = "actors_v1")]
        extern "C" {$(
            $(#[doc = $doc])+
            #[doc = concat!("\n\nIn this version of the chain: ", stringify!($status), ".")]
            pub fn $name($($param: $type),*) $(-> $result)?;
        )+}

        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\nIn this version of the chain: ", stringify!($status), ".")]
            ///
            /// # Safety
            ///
            /// See the [module](self).
            ///
            /// # Panics
            ///
            /// Always: there is no chain here.
            #[cfg(not(target_family = "wasm"))]
            pub unsafe extern "C" fn $name($($param: $type),*) $(-> $result)? {
                $(let _ = $param;)*
                ::core::panic!(concat!("`", stringify!($name), "` needs a chain to run on"))
            }
        )+
    };
}

actors_primitives::for_each_import!(imports);
