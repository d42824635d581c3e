//! Ending the run, and saying things that are not stored.

use actors_primitives::Charge;
use alloc::string::String;

use super::{len_u32, Call, Fault};
use crate::sandbox::Stop;

pub(crate) fn panic(call: &mut Call<'_, '_>, text: u32, len: u32) -> Result<(), Fault> {
    let len = len.min(call.limits().panic_text);
    call.charge_bytes(Charge::Texts, call.prices().text_byte, len)?;
    let mut text = String::from_utf8_lossy(call.slice(text, len)?).into_owned();
    // A replaced byte takes three, and the cut may have split a character.
    let limit = usize::try_from(call.limits().panic_text).unwrap_or(usize::MAX);
    cut(&mut text, limit);
    Err(Stop::Panicked(text.into_bytes()).into())
}

/// What it carries has a form, so it is never cut: whoever reads half of it is misled. Its bytes
/// travel as a reply's do, and are paid like them.
pub(crate) fn revert(call: &mut Call<'_, '_>, payload: u32, len: u32) -> Result<(), Fault> {
    if len > call.limits().panic_text {
        return Err(Stop::Misuse.into());
    }
    call.charge_bytes(Charge::Replies, call.prices().reply_byte, len)?;
    Err(Stop::Reverted(call.slice(payload, len)?.to_vec()).into())
}

/// The inheritor must be another: what is left could go nowhere else.
pub(crate) fn exit(call: &mut Call<'_, '_>, inheritor: u32) -> Result<(), Fault> {
    call.charge(Charge::Exit, call.prices().exit)?;
    // The heirs, the code's record, two accounts and a hold, whether something waits or is stored,
    // the place among what is to be swept.
    call.charge_accesses(16)?;
    let inheritor = call.array(inheritor)?;
    if inheritor == call.context().program {
        return Err(Stop::Misuse.into());
    }
    Err(Stop::Exit(inheritor).into())
}

/// Texts beyond the limit are paid for and dropped: a log that stops is no reason to fail.
pub(crate) fn debug(call: &mut Call<'_, '_>, text: u32, len: u32) -> Result<(), Fault> {
    // Bounds the number of texts as well, empty ones included.
    const OVERHEAD: u32 = 64;
    call.charge(Charge::Texts, call.prices().debug)?;
    call.charge_bytes(Charge::Texts, call.prices().text_byte, len)?;
    let bytes = call.slice(text, len)?;
    let left = call
        .limits()
        .debug_bytes
        .saturating_sub(call.journal.debug_bytes);
    if len.saturating_add(OVERHEAD) > left {
        return Ok(());
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    // A replaced byte takes three.
    let kept = len_u32(text.as_bytes()).saturating_add(OVERHEAD);
    if kept <= left {
        call.journal.debug_bytes = call.journal.debug_bytes.saturating_add(kept);
        call.journal.debug.push(text);
    }
    Ok(())
}

/// Cuts `text` to at most `limit` bytes, at a character's end.
fn cut(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        for (limit, expected) in [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (9, "aéb")] {
            let mut text = String::from("aéb");
            cut(&mut text, limit);
            assert_eq!(text, expected);
        }
    }
}
