//! The interface of a program.

use actors_idl::Idl;

use crate::heap::measure;

/// Decodes `bytes` as a program's interface: it does not panic, takes heap in proportion, and what it comes to can be written, told
/// and compared.
pub fn idl(bytes: &[u8]) {
    let (decoded, heap) = measure(|| Idl::decode_section(bytes));
    let most = bytes.len().saturating_mul(256).saturating_add(64 * 1024);
    assert!(
        heap <= most,
        "{heap} bytes of heap for {} of input",
        bytes.len()
    );
    let Ok(idl) = decoded else { return };
    let again = Idl::decode_section(&idl.encode_section());
    assert_eq!(again.as_ref(), Ok(&idl), "what was read is written");
    assert!(
        actors_idl::compare(&idl, &idl).is_empty(),
        "nothing has changed"
    );
    let _ = idl.to_string();
}
