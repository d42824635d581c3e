//! The exports of a program.

use actors_primitives::abi::Entry;

/// Exports the functions named as the entries of this program: `init`, `handle`, `handle_reply`,
/// `handle_signal`, `state`, `migrate`, and `_initialize`, which runs once before `init` or
/// `migrate` and may call nothing of the chain but [`panic`](crate::panic()) and
/// [`outbox::debug`](crate::outbox::debug).
///
/// For programs that read and write bytes themselves; [`program`](macro@crate::program) makes one of a struct.
///
/// Each is a `fn()` of that name in scope. A name that is no entry is an error when the program is
/// compiled. The macro also defines the panic handler, so it stands once in a program, and a
/// program is `no_std` where it is Wasm:
///
/// ```
/// #![cfg_attr(target_family = "wasm", no_std)]
///
/// actors_std::entries!(handle);
///
/// fn handle() {}
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// actors_std::entries!(main);
///
/// fn main() {}
/// ```
#[macro_export]
macro_rules! entries {
    ($($entry:ident),+ $(,)?) => {
        $(
            const _: () = {
                $crate::expansion::assert_entry(stringify!($entry));

                #[cfg(target_family = "wasm")]
                #[export_name = stringify!($entry)]
                extern "C" fn export() {
                    $entry()
                }

                // Elsewhere the entry is only named, so that it counts as used.
                #[cfg(not(target_family = "wasm"))]
                let _: fn() = $entry;
            };
        )+

        $crate::panic_handler!();
    };
}

/// The panic handler of a program.
#[doc(hidden)]
#[macro_export]
macro_rules! panic_handler {
    () => {
        #[cfg(target_family = "wasm")]
        #[panic_handler]
        fn report_panic(info: &::core::panic::PanicInfo<'_>) -> ! {
            $crate::expansion::report(info)
        }
    };
}

/// Fails to compile unless `name` is an entry.
///
/// # Panics
///
/// When it is not; called in a constant, that is an error of the compiler.
pub const fn assert_entry(name: &str) {
    let mut index = 0;
    while index < Entry::ALL.len() {
        if equal(Entry::ALL[index].export(), name) {
            return;
        }
        index += 1;
    }
    panic!("this is not the name of an entry: see `actors_primitives::abi::Entry`");
}

/// `==`, for constants.
pub(crate) const fn equal(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
