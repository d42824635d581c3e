//! Names of storage keys.

use bench_interface::tally::{self, Uses};
use sp_io::hashing::twox_128;
use std::collections::BTreeMap;

const ITEMS: &[(&str, &[&str])] = &[
    ("System", &["Account"]),
    (
        "Balances",
        &[
            "TotalIssuance",
            "InactiveIssuance",
            "Locks",
            "Freezes",
            "Holds",
            "Account",
        ],
    ),
    (
        "Actors",
        &[
            "Codes",
            "Wasm",
            "Programs",
            "Pages",
            "State",
            "Queue",
            "Booked",
            "Service",
            "Tombstones",
            "Graves",
            "Remains",
            "Purses",
            "Endowment",
            "Nonce",
            "Paused",
            "Waiting",
            "WaitingPayloads",
            "Agenda",
            "Ticks",
            "Delayed",
            "Mailboxes",
        ],
    ),
    (
        "Contracts",
        &[
            "PristineCode",
            "CodeInfoOf",
            "Nonce",
            "ContractInfoOf",
            "DeletionQueue",
            "DeletionQueueCounter",
            "MigrationInProgress",
        ],
    ),
];

/// What the key is of.
fn name(key: &[u8]) -> String {
    for (pallet, items) in ITEMS {
        let prefix = twox_128(pallet.as_bytes());
        let Some(rest) = key.strip_prefix(&prefix[..]) else {
            continue;
        };
        let item = items
            .iter()
            .find(|item| rest.starts_with(&twox_128(item.as_bytes())));
        return format!("{pallet}.{}", item.unwrap_or(&"?"));
    }
    match key.iter().all(u8::is_ascii_graphic) {
        true => String::from_utf8_lossy(key).into_owned(),
        false => "a child's key".to_owned(),
    }
}

/// The keys of the last counts, in words: how often each item was read and written.
pub(crate) fn describe(counts: &[BTreeMap<Vec<u8>, Uses>]) -> Vec<String> {
    let mut items = BTreeMap::<String, (u32, u32, u32)>::new();
    for (key, uses) in counts.iter().flatten() {
        let item = items.entry(name(key)).or_default();
        item.0 += u32::from(uses.read);
        item.1 += u32::from(uses.written);
        item.2 += uses.calls;
    }
    let describe = |(name, (reads, writes, calls)): (String, (u32, u32, u32))| {
        format!("{name} {reads}r {writes}w ({calls})")
    };
    items.into_iter().map(describe).collect()
}

/// One map of what several counts touched: a key that one wrote is not read by the next.
pub(crate) fn joined() -> BTreeMap<Vec<u8>, Uses> {
    let mut all = BTreeMap::<Vec<u8>, Uses>::new();
    for (key, uses) in tally::history().into_iter().flatten() {
        let known = all.entry(key).or_default();
        known.read |= uses.read && !known.written;
        known.written |= uses.written;
        known.calls += uses.calls;
    }
    all
}

/// Keys read, keys written, and calls.
pub(crate) fn sum(keys: &BTreeMap<Vec<u8>, Uses>) -> (u32, u32, u32) {
    keys.values()
        .fold((0, 0, 0), |(reads, writes, calls), uses| {
            (
                reads + u32::from(uses.read),
                writes + u32::from(uses.written),
                calls + uses.calls,
            )
        })
}
