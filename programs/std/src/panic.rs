//! Failing a turn.

/// Fails the turn with `text`: everything it did is undone, and its sender is told `text`.
///
/// Smaller than `core::panic!`, which also stores where in the source it stands.
///
/// # Panics
///
/// Always.
#[cold]
pub fn panic(text: &str) -> ! {
    #[cfg(target_family = "wasm")]
    {
        // SAFETY: `text` is valid for its length.
        unsafe { crate::sys::panic(text.as_ptr(), crate::sys_len(text.as_bytes())) };
        core::arch::wasm32::unreachable()
    }
    #[cfg(not(target_family = "wasm"))]
    core::panic!("{text}")
}

/// The panic handler: hands a fixed text on as it is.
///
/// A text that has to be formatted is replaced by a fixed one, because `core::fmt` would be the
/// larger part of most programs.
#[cfg(target_family = "wasm")]
pub fn report(info: &core::panic::PanicInfo<'_>) -> ! {
    panic(info.message().as_str().unwrap_or("panicked"))
}
