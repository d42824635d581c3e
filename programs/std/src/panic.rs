//! Failing a turn.

/// Fails the turn with `text`: everything it did is undone, and its sender is told `text`.
///
/// Smaller than `core::panic!`, which also says where in the source it stands.
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

/// The panic handler: the text, and where it stands in the source.
#[cfg(target_family = "wasm")]
pub fn report(info: &core::panic::PanicInfo<'_>) -> ! {
    use core::fmt::Write;

    let mut text = Text {
        bytes: [0; MOST],
        length: 0,
    };
    let message = info.message();
    match message.as_str() {
        Some(fixed) => text.push(fixed.as_bytes()),
        // What does not fit is cut.
        None => drop(write!(text, "{message}")),
    }
    if let Some(location) = info.location() {
        text.push(b", at ");
        text.push(location.file().as_bytes());
        text.push(b":");
        text.number(location.line());
    }
    let written = text.bytes.get(..text.length).unwrap_or_default();
    // SAFETY: `written` is valid for its length. The chain makes text of what is none.
    unsafe { crate::sys::panic(written.as_ptr(), crate::sys_len(written)) };
    core::arch::wasm32::unreachable()
}

/// The most bytes of a text: as many as the chain passes on by default.
#[cfg(target_family = "wasm")]
const MOST: usize = 1_024;

/// A text of at most so many bytes. The rest is cut.
#[cfg(target_family = "wasm")]
struct Text {
    bytes: [u8; MOST],
    length: usize,
}

#[cfg(target_family = "wasm")]
impl Text {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = *byte;
                self.length += 1;
            }
        }
    }

    fn number(&mut self, number: u32) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }
}

#[cfg(target_family = "wasm")]
impl core::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }

    // By default these two take four hundred bytes of code.
    fn write_char(&mut self, character: char) -> core::fmt::Result {
        self.push(&[u8::try_from(character).unwrap_or(b'?')]);
        Ok(())
    }

    fn write_fmt(&mut self, arguments: core::fmt::Arguments<'_>) -> core::fmt::Result {
        core::fmt::write(self, arguments)
    }
}

/// Fails the turn with bytes that the sender gets as they are, under the code `Reverted`.
///
/// # Panics
///
/// Always.
#[cold]
pub fn revert(payload: &[u8]) -> ! {
    // SAFETY: `payload` is valid for its length.
    unsafe { crate::sys::revert(payload.as_ptr(), crate::sys_len(payload)) };
    // The chain does not come back here.
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    core::panic!("revert returned")
}
