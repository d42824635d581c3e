//! The imports, as the ABI table in `actors-primitives` has them.
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
        $entries:ident fn $name:ident($($param:ident: $type:ty),* $(,)?)
        $(-> $result:ty)?;
    )+) => {
        #[cfg(target_family = "wasm")]
        #[link(wasm_import_module = "actors_v1")]
        extern "C" {$(
            $(#[doc = $doc])+
            pub fn $name($($param: $type),*) $(-> $result)?;
        )+}

        $(
            $(#[doc = $doc])+
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
