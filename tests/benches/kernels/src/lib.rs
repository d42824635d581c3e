//! What a kernel needs of its chain, and nothing else: its input, and its answer. The two
//! flavours differ in this file alone.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
pub use chain::{answer, input};

/// The longest input of a kernel.
pub const MOST: usize = 64;

/// Makes a program of a function from input to answer.
#[macro_export]
macro_rules! kernel {
    ($work:path) => {
        #[cfg(target_family = "wasm")]
        mod exports {
            #[cfg(feature = "actors")]
            #[export_name = "handle"]
            extern "C" fn handle() {
                let mut buffer = [0; $crate::MOST];
                $crate::answer(&$work($crate::input(&mut buffer)));
            }

            #[cfg(feature = "contracts")]
            #[export_name = "call"]
            extern "C" fn call() {
                let mut buffer = [0; $crate::MOST];
                $crate::answer(&$work($crate::input(&mut buffer)));
            }

            #[cfg(feature = "contracts")]
            #[export_name = "deploy"]
            extern "C" fn deploy() {}

            #[panic_handler]
            fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
                core::arch::wasm32::unreachable()
            }
        }
    };
}

/// The number that an input says.
#[must_use]
pub fn number(input: &[u8]) -> u32 {
    input.try_into().map_or(0, u32::from_le_bytes)
}

#[cfg(all(target_family = "wasm", feature = "actors"))]
mod chain {
    #[link(wasm_import_module = "actors_v1")]
    extern "C" {
        fn message_size() -> i32;
        fn message_read(offset: i32, length: i32, out: *mut u8) -> i32;
        fn reply(data: *const u8, length: i32, value: *const u8) -> i32;
    }

    /// What the message says.
    pub fn input(buffer: &mut [u8; super::MOST]) -> &[u8] {
        // SAFETY: takes no pointer.
        let length = unsafe { message_size() } as usize;
        let Some(out) = buffer.get_mut(..length) else {
            core::arch::wasm32::unreachable()
        };
        // SAFETY: `out` is valid for that many bytes.
        unsafe { message_read(0, length as i32, out.as_mut_ptr()) };
        out
    }

    /// Ends with an answer.
    pub fn answer(data: &[u8]) {
        let value = [0; 16];
        // SAFETY: `data` is valid for its length, `value` for 16 bytes.
        unsafe { reply(data.as_ptr(), data.len() as i32, value.as_ptr()) };
    }
}

#[cfg(all(target_family = "wasm", feature = "contracts"))]
mod chain {
    #[link(wasm_import_module = "seal0")]
    extern "C" {
        fn seal_input(out: *mut u8, length: *mut u32);
        fn seal_return(flags: u32, data: *const u8, length: u32) -> !;
    }

    /// What the call says.
    pub fn input(buffer: &mut [u8; super::MOST]) -> &[u8] {
        let mut length = buffer.len() as u32;
        // SAFETY: `buffer` is valid for the `length` that goes in, which comes back smaller.
        unsafe { seal_input(buffer.as_mut_ptr(), &mut length) };
        let Some(input) = buffer.get(..length as usize) else {
            core::arch::wasm32::unreachable()
        };
        input
    }

    /// Ends with an answer.
    pub fn answer(data: &[u8]) {
        // SAFETY: `data` is valid for its length.
        unsafe { seal_return(0, data.as_ptr(), data.len() as u32) }
    }
}
