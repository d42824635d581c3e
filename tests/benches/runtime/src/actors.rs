//! Work for pallet-actors, by its calls and hooks alone.

use actors_primitives::{CodeHash, ReplyCode};
use alloc::{format, vec, vec::Vec};
use bench_interface::{bench, Ask, Declared, Lap, Timed};
use frame_support::{
    dispatch::{extract_actual_weight, DispatchResultWithPostInfo, GetDispatchInfo},
    traits::Hooks,
    weights::Weight,
};
use pallet_actors::{Call, Event, Programs, Service, Uploaded, WeightInfo};
use sp_runtime::traits::Dispatchable;

use crate::chain::{
    forget_events, AccountId, Actors, BlockWeights, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, System, ALICE,
};

pub(crate) const GAS: u64 = 1_000_000_000_000;
pub(crate) const DEPOSIT: u128 = 1_000_000_000_000_000;

pub(crate) type Weights = <Runtime as pallet_actors::Config>::WeightInfo;

/// Uploads code, makes a program of it, and runs its `init`.
pub(crate) fn deploy(wasm: Vec<u8>, salt: Vec<u8>) -> Result<[u8; 32], Vec<u8>> {
    forget_events();
    let program = address(&wasm, &salt);
    dispatch(program_call(wasm, salt, vec![]))
        .map_err(|error| format!("{error:?}").into_bytes())?;
    idle();
    match ends().last() {
        Some(ReplyCode::Replied | ReplyCode::Finished) => Ok(program.into()),
        other => Err(format!("init ended with {other:?}").into_bytes()),
    }
}

/// Sends a program messages and has them served.
pub(crate) fn ask(ask: Ask) -> Vec<Lap> {
    let laps = (0..ask.laps).map(|lap_number| {
        let mut ask = ask.clone();
        if let Some(count) = ask.among {
            // Not the one that is at the head of the queue.
            let index = lap_number.wrapping_mul(7_919).wrapping_add(lap_number / 3);
            ask.to = numbered(index.wrapping_add(5).checked_rem(count).unwrap_or(0)).into();
        }
        lap(&ask)
    });
    laps.collect()
}

fn lap(ask: &Ask) -> Lap {
    let sent = send_all(ask);
    let room = room(ask);
    let served = hook(|| Actors::on_idle(System::block_number(), room));
    Lap {
        call: sent.call,
        call_weight: sent.call_weight,
        call_whole: sent.call_whole,
        call_accesses: sent.call_accesses,
        ..served
    }
}

/// Sends a program messages, and serves none.
pub(crate) fn send_all(ask: &Ask) -> Lap {
    forget_events();
    let mut ask = ask.clone();
    let calls: Vec<_> = (0..ask.batch)
        .map(|index| {
            number(&mut ask.payload, index);
            send(&ask)
        })
        .collect();
    let whole: Weight = calls
        .iter()
        .map(weight)
        .fold(Weight::zero(), Weight::saturating_add);
    let serving = serve_message(ask.payload.len())
        .ref_time()
        .saturating_mul(ask.batch.into());
    let mut sent = true;
    bench::accesses();
    let start = bench::now();
    for call in calls {
        sent &= dispatch(call).is_ok();
    }
    let time = bench::now().saturating_sub(start);
    let accesses = bench::accesses();
    assert!(sent, "a message was refused");
    Lap {
        call: time,
        call_weight: whole.ref_time().saturating_sub(serving),
        call_whole: declared(whole),
        call_accesses: accesses,
        ..Lap::default()
    }
}

/// Times a hook, and tells what it did.
pub(crate) fn hook(run: impl FnOnce() -> Weight) -> Lap {
    bench::accesses();
    let start = bench::now();
    let used = run();
    let time = bench::now().saturating_sub(start);
    let accesses = bench::accesses();
    let mut lap = Lap {
        serve: time,
        serve_weight: used.ref_time(),
        serve_proof: used.proof_size(),
        code: u32::MAX,
        serve_accesses: accesses,
        ..Lap::default()
    };
    for record in System::read_events_no_consensus() {
        let RuntimeEvent::Actors(event) = record.event else {
            continue;
        };
        match event {
            Event::MessageProcessed {
                gas_burned,
                reply_code,
                ..
            } => {
                lap.served = lap.served.saturating_add(1);
                lap.turns = lap.turns.saturating_add(1);
                lap.gas = lap.gas.saturating_add(gas_burned);
                lap.code = reply_code.code() as u32;
            }
            Event::MessageWaiting {
                message_id,
                gas_burned,
                ..
            } => {
                lap.turns = lap.turns.saturating_add(1);
                lap.gas = lap.gas.saturating_add(gas_burned);
                lap.waiting.push(message_id.0);
            }
            Event::UserMessage {
                message_id,
                expires: Some(_),
                ..
            } => lap.letters.push(message_id.0),
            _ => {}
        }
    }
    lap
}

/// What the hook may take: everything, or what one message may take at most.
fn room(ask: &Ask) -> Weight {
    if ask.among.is_none() {
        return BlockWeights::get().max_block;
    }
    // What is due is looked for first.
    let least = Weights::peek_queue().ref_time().saturating_mul(2);
    let one = least
        .saturating_add(serve_message(64 * 1024).ref_time())
        .saturating_add(ask.gas);
    Weight::from_parts(one, u64::MAX)
}

/// Long payloads differ in their last bytes: a proof has a value once, however often it is stored.
fn number(payload: &mut [u8], index: u32) {
    const LONG: usize = 1_024;
    if payload.len() < LONG {
        return;
    }
    if let Some(end) = payload.last_chunk_mut() {
        *end = index.to_le_bytes();
    }
}

fn send(ask: &Ask) -> RuntimeCall {
    RuntimeCall::Actors(Call::send_message {
        destination: ask.to.into(),
        payload: ask.payload.clone(),
        value: ask.value,
        gas_limit: ask.gas,
        deposit_limit: DEPOSIT,
    })
}

/// `upload_code`.
pub(crate) fn upload(wasm: Vec<u8>) -> Timed {
    timed(RuntimeCall::Actors(Call::upload_code { code: wasm }))
}

/// `remove_code`.
pub(crate) fn remove(wasm: Vec<u8>) -> Timed {
    let code_hash = code_hash(&wasm);
    timed(RuntimeCall::Actors(Call::remove_code { code_hash }))
}

/// `set_service_paused`, which root calls.
pub(crate) fn pause(paused: bool) -> Timed {
    let call = RuntimeCall::Actors(Call::set_service_paused { paused });
    timed_by(RuntimeOrigin::root(), call)
}

/// `create_program`, without the weight of serving `init`; then runs `init`.
pub(crate) fn create(wasm: Vec<u8>, salt: Vec<u8>, payload: Vec<u8>) -> Timed {
    let bytes = payload.len();
    let call = RuntimeCall::Actors(Call::create_program {
        code_hash: code_hash(&wasm),
        salt,
        payload,
        value: 0,
        gas_limit: GAS,
        deposit_limit: DEPOSIT,
    });
    without_serving(timed(call), bytes)
}

/// `upload_program`, without the weight of serving `init`; then runs `init`.
pub(crate) fn upload_program(wasm: Vec<u8>, salt: Vec<u8>, payload: Vec<u8>) -> Timed {
    let bytes = payload.len();
    without_serving(timed(program_call(wasm, salt, payload)), bytes)
}

fn without_serving(mut timed: Timed, payload: usize) -> Timed {
    idle();
    timed.weight = timed
        .weight
        .saturating_sub(serve_message(payload).ref_time());
    timed
}

/// Makes `count` programs like the one at `model`: the same records at other addresses.
pub(crate) fn populate(model: [u8; 32], first: u32, count: u32) {
    let model = AccountId::new(model);
    let program = Programs::<Runtime>::get(&model).expect("the model exists");
    let account = frame_system::Account::<Runtime>::get(&model);
    let holds = pallet_balances::Holds::<Runtime>::get(&model);
    for index in first..first.saturating_add(count) {
        let address = numbered(index);
        Programs::<Runtime>::insert(&address, program.clone());
        frame_system::Account::<Runtime>::insert(&address, account.clone());
        pallet_balances::Holds::<Runtime>::insert(&address, holds.clone());
    }
}

/// Sends a message to each of those programs.
pub(crate) fn enqueue(first: u32, count: u32, gas: u64) {
    for index in first..first.saturating_add(count) {
        let ask = Ask {
            to: numbered(index).into(),
            payload: b"PING".to_vec(),
            value: 0,
            gas,
            batch: 1,
            laps: 1,
            among: None,
        };
        dispatch(send(&ask)).expect("Alice can pay for any number of messages");
        forget_events();
        // What places cost behind so many is not what is measured.
        Service::<Runtime>::mutate(|service| service.volume = 0);
    }
}

fn numbered(index: u32) -> AccountId {
    sp_io::hashing::blake2_256(&index.to_le_bytes()).into()
}

fn program_call(wasm: Vec<u8>, salt: Vec<u8>, payload: Vec<u8>) -> RuntimeCall {
    RuntimeCall::Actors(Call::upload_program {
        code: wasm,
        salt,
        payload,
        value: 0,
        gas_limit: GAS,
        deposit_limit: DEPOSIT,
    })
}

fn timed(call: RuntimeCall) -> Timed {
    timed_by(RuntimeOrigin::signed(ALICE), call)
}

pub(crate) fn timed_by(origin: RuntimeOrigin, call: RuntimeCall) -> Timed {
    forget_events();
    in_a_block_of_its_own();
    let info = call.get_dispatch_info();
    bench::accesses();
    let start = bench::now();
    let result = call.dispatch(origin);
    let time = bench::now().saturating_sub(start);
    // An upload weighs more at first than in the end.
    let whole = extract_actual_weight(&result, &info);
    Timed {
        time,
        weight: whole.ref_time(),
        whole: declared(whole),
        ok: result.is_ok(),
        accesses: bench::accesses(),
    }
}

fn dispatch(call: RuntimeCall) -> DispatchResultWithPostInfo {
    in_a_block_of_its_own();
    call.dispatch(RuntimeOrigin::signed(ALICE))
}

/// One block takes so much new code and no more.
fn in_a_block_of_its_own() {
    Uploaded::<Runtime>::kill();
}

fn weight(call: &RuntimeCall) -> Weight {
    call.get_dispatch_info().call_weight
}

fn declared(weight: Weight) -> Declared {
    Declared {
        time: weight.ref_time(),
        proof: weight.proof_size(),
    }
}

pub(crate) fn serve_message(payload: usize) -> Weight {
    Weights::serve_message(payload as u32)
}

pub(crate) fn idle() -> Weight {
    Actors::on_idle(System::block_number(), BlockWeights::get().max_block)
}

pub(crate) fn code_hash(wasm: &[u8]) -> CodeHash {
    CodeHash(sp_io::hashing::blake2_256(wasm))
}

fn address(wasm: &[u8], salt: &[u8]) -> AccountId {
    Actors::program_address(code_hash(wasm), &ALICE, salt)
}

/// How each message ended that was served since the events were reset.
fn ends() -> Vec<ReplyCode> {
    let records = System::read_events_no_consensus();
    records
        .filter_map(|record| match record.event {
            RuntimeEvent::Actors(Event::MessageProcessed { reply_code, .. }) => Some(reply_code),
            _ => None,
        })
        .collect()
}
