//! The same work for pallet-contracts.

use alloc::{format, vec, vec::Vec};
use bench_interface::{bench, Ask, Lap};
use frame_support::weights::Weight;
use pallet_contracts::{Call, Event};
use sp_runtime::traits::Dispatchable;

use crate::chain::{forget_events, RuntimeCall, RuntimeEvent, RuntimeOrigin, System, ALICE};

const GAS: Weight = Weight::from_parts(u64::MAX / 4, u64::MAX / 4);

/// Uploads code and makes a contract of it.
pub(crate) fn deploy(wasm: Vec<u8>) -> Result<[u8; 32], Vec<u8>> {
    forget_events();
    let call = RuntimeCall::Contracts(Call::instantiate_with_code {
        value: 0,
        gas_limit: GAS,
        storage_deposit_limit: None,
        code: wasm,
        data: vec![],
        salt: vec![],
    });
    call.dispatch(RuntimeOrigin::signed(ALICE))
        .map_err(|error| format!("{error:?}").into_bytes())?;
    System::read_events_no_consensus()
        .find_map(|record| match record.event {
            RuntimeEvent::Contracts(Event::Instantiated { contract, .. }) => Some(contract.into()),
            _ => None,
        })
        .ok_or_else(|| b"no contract was made".to_vec())
}

/// Calls a contract.
pub(crate) fn call(ask: Ask) -> Vec<Lap> {
    let laps = (0..ask.laps).map(|_| lap(&ask));
    laps.collect()
}

fn lap(ask: &Ask) -> Lap {
    forget_events();
    let calls: Vec<_> = (0..ask.batch)
        .map(|_| {
            RuntimeCall::Contracts(Call::call {
                dest: ask.to.into(),
                value: 0,
                gas_limit: GAS,
                storage_deposit_limit: None,
                data: ask.payload.clone(),
            })
        })
        .collect();
    let mut weight = 0u64;
    bench::accesses();
    let start = bench::now();
    for call in calls {
        let post = call
            .dispatch(RuntimeOrigin::signed(ALICE))
            .expect("the contract answers");
        weight = weight.saturating_add(post.actual_weight.unwrap_or_default().ref_time());
    }
    let time = bench::now().saturating_sub(start);
    Lap {
        serve: time,
        serve_weight: weight,
        serve_accesses: bench::accesses(),
        ..Lap::default()
    }
}
