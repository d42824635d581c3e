//! Random bytes to every route: a program of the SDK answers, refuses or panics with a text, and never traps.

use actors_test::{Chain, ReadError, ReplyCode};
use proptest::{collection, prelude::*, sample};

use crate::{built::built, support::call};

/// Payloads that begin well, and go on with bytes that are likely to mean something.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let route = prop_oneof![0..20u8, Just(200u8), any::<u8>()];
    let telling = sample::select(vec![0u8, 1, 2, 3, 4, 8, 12, 0xfe, 0xff, 0x80]);
    let byte = prop_oneof![3 => telling, 1 => any::<u8>()];
    let rest = collection::vec(byte, 0..300);
    prop_oneof![
        9 => (route, rest).prop_map(|(route, rest)| [&[route][..], &rest].concat()),
        1 => collection::vec(any::<u8>(), 0..40),
    ]
}

/// The routes whose methods panic.
const PANICS: [u8; 4] = [13, 14, 15, 17];

fn is_well(code: ReplyCode, payload: &[u8], answer: &[u8]) -> bool {
    let panics = payload.first().is_some_and(|route| PANICS.contains(route));
    match code {
        ReplyCode::Replied | ReplyCode::Finished => true,
        ReplyCode::Reverted => answer.first().is_some_and(|kind| *kind < 7),
        ReplyCode::Panicked => panics,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_trap(payloads in collection::vec(payload(), 40)) {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let code = chain.upload(built("sdk-calls")).by(&alice);
        let calls = chain.create(&code).payload(call(0, 0u32)).by(&alice);
        let messages: Vec<_> = payloads.iter().map(|payload| calls.send(payload).by(&alice)).collect();
        for (message, payload) in messages.iter().zip(&payloads) {
            let reply = message.reply();
            prop_assert!(is_well(reply.code, payload, &reply.payload), "{payload:?}: {reply}");
            prop_assert!(reply.gas_burned < 8_000_000_000, "{payload:?}: {} gas", reply.gas_burned);
        }
        for payload in &payloads {
            let (code, answer) = match calls.try_read_state(payload) {
                Ok(answer) => (ReplyCode::Replied, answer),
                Err(ReadError::Failed { code, payload, .. }) => (code, payload),
                Err(other) => panic!("{other:?}"),
            };
            // No query panics.
            prop_assert!(is_well(code, &[], &answer), "{payload:?}: {code:?}");
        }
        for payload in payloads.iter().take(6) {
            let deploy = chain.create(&code).payload(payload);
            if let Err(failure) = deploy.try_by(&alice) {
                let reply = failure.reply().expect("it came to `init`");
                prop_assert!(is_well(reply.code, &[], &reply.payload), "{payload:?}: {reply}");
            }
            let upgrade = calls.upgrade(&code).payload(payload).by(&alice).reply();
            prop_assert!(is_well(upgrade.code, &[], &upgrade.payload), "{payload:?}: {upgrade}");
        }
    }
}
