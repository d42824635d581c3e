//! Programs that check signatures which are valid: one that is not may be refused at a glance.

use sp_core::{ecdsa, ed25519, sr25519, Pair};

use crate::modules;

const MESSAGE: [u8; 64] = [b'm'; 64];
const TIMES: u32 = 10;

/// Each of the calls that check one, ten times a turn; a check that fails traps.
pub(crate) fn modules() -> Vec<(&'static str, Vec<u8>)> {
    let sr25519 = sr25519::Pair::from_seed(&[1; 32]);
    let ed25519 = ed25519::Pair::from_seed(&[2; 32]);
    let ecdsa = ecdsa::Pair::from_seed(&[3; 32]);
    let hash = [7; 32];
    let verify = "(if (i32.ne (i32.const 1)
        (call $f (i32.const 1024) (i32.const 2048) (i32.const 64) (i32.const 3072)))
        (then unreachable))";
    let recover = "(if (call $f (i32.const 1024) (i32.const 2048) (i32.const 4096))
        (then unreachable))
        (memory.fill (i32.const 4096) (i32.const 0) (i32.const 33))";
    let module = |import: &str, parameters: u32, data: [&[u8]; 3], step: &str| {
        let parameters = "i32 ".repeat(parameters as usize);
        let [signature, message, public] = data.map(escaped);
        let declare = format!(
            r#"(import "actors_v1" "{import}" (func $f (param {parameters}) (result i32)))
            (data (i32.const 1024) "{signature}") (data (i32.const 2048) "{message}")
            (data (i32.const 3072) "{public}")"#
        );
        modules::repeat(&declare, 1, TIMES, step)
    };
    let sr = sr25519.sign(&MESSAGE);
    let ed = ed25519.sign(&MESSAGE);
    let ec = ecdsa.sign_prehashed(&hash);
    let (sr_public, ed_public) = (sr25519.public(), ed25519.public());
    vec![
        (
            "sr25519_verify, 10 times",
            module(
                "sr25519_verify",
                4,
                [sr.as_ref(), &MESSAGE, sr_public.as_ref()],
                verify,
            ),
        ),
        (
            "ed25519_verify, 10 times",
            module(
                "ed25519_verify",
                4,
                [ed.as_ref(), &MESSAGE, ed_public.as_ref()],
                verify,
            ),
        ),
        (
            "ecdsa_recover, 10 times",
            module("ecdsa_recover", 3, [ec.as_ref(), &hash, b"-"], recover),
        ),
    ]
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}
