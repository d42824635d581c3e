//! Where a message's time goes: its steps, each alone.

use actors_executor::{
    Cause, Context, Host, Limits, Message, Modules, PageIndex, Request, Schedule, StoredMemory,
};
use actors_primitives::{abi::Entry, Balance, CodeHash, MessageId, PAGE_SIZE};
use alloc::{collections::BTreeSet, string::ToString, vec, vec::Vec};
use bench_interface::{bench, Accesses, Ask};
use frame_support::{
    traits::{
        fungible::{
            hold::{Balanced as _, Mutate as _, Unbalanced as _},
            Balanced as _, Unbalanced as _,
        },
        tokens::{Fortitude, Precision, Preservation},
        Hooks, Imbalance as _,
    },
    BoundedVec,
};
use wasmi::Module;

use crate::{
    chain::{forget_events, Actors, Balances, BlockWeights, Runtime, RuntimeEvent, System, ALICE},
    chosen::engine,
};

/// Nanoseconds that reading the clock takes.
pub(crate) fn overhead(laps: u32) -> Vec<u64> {
    laps_of(laps, || ())
}

/// Each step by name, with the nanoseconds of each lap, and the storage accesses of all laps.
pub(crate) fn run(ask: Ask, wasm: Vec<u8>) -> Vec<(Vec<u8>, Vec<u64>, Accesses)> {
    let laps = ask.laps;
    let mut steps = Vec::new();
    let mut step = |name: &str, times| {
        steps.push((name.to_string().into_bytes(), times, bench::accesses()));
    };
    bench::accesses();

    step(
        "the executor's turn, code in memory",
        turn(wasm.clone(), ask.payload.clone(), 0, laps),
    );
    step("  an engine", laps_of(laps, || engine::engine(true)));
    step(
        "  engine and module, unchecked",
        laps_of(laps, || {
            // SAFETY: `validate` has accepted it above.
            unsafe { Module::new_unchecked(&engine::engine(true), &wasm) }
        }),
    );
    step(
        "  engine and module, checked and translated",
        laps_of(laps, || Module::new(&engine::engine(true), &wasm)),
    );
    let module = Module::new(&engine::engine(true), &wasm[..]).expect("the code is valid");
    step(
        "  instance with its memory",
        laps_of(laps, || engine::instantiate(&module, true, &ask.payload)),
    );
    step(
        "  `handle`, warm",
        engine::run(wasm.clone(), ask.payload.clone(), true, laps),
    );
    step(
        "  zeroing two pages",
        laps_of(laps, || core::hint::black_box(vec![0u8; 128 * 1024])),
    );

    let page = vec![0xff; PAGE_SIZE as usize + 1];
    let of = |from: usize| &page[from..from + PAGE_SIZE as usize];
    step(
        "  zeroing a stored page",
        laps_of(laps, || {
            core::hint::black_box(vec![0u8; PAGE_SIZE as usize])
        }),
    );
    step(
        "  copying a stored page",
        laps_of(laps, || core::hint::black_box(of(0).to_vec())),
    );
    step(
        "  copying it from an odd address",
        laps_of(laps, || core::hint::black_box(of(1).to_vec())),
    );
    step(
        "  writing it to storage",
        laps_of(laps, || store(PageIndex(0), of(0).to_vec())),
    );
    step(
        "  reading it from there",
        laps_of(laps, || Fixed(Vec::new()).page(PageIndex(0))),
    );
    step(
        "the hook, nothing to serve",
        laps_of(laps, || Actors::on_idle(1, BlockWeights::get().max_block)),
    );
    step(
        "an account, read",
        laps_of(laps, || frame_system::Account::<Runtime>::get(ALICE)),
    );
    step(
        "an account, written",
        laps_of(laps, || {
            frame_system::Account::<Runtime>::mutate(ALICE, |account| {
                account.data.free = account.data.free.saturating_sub(1);
            });
        }),
    );
    step(
        "the free balance that may be spent",
        laps_of(laps, || {
            use frame_support::traits::{
                fungible::Inspect,
                tokens::{Fortitude, Preservation},
            };
            <Balances as Inspect<_>>::reducible_balance(
                &ALICE,
                Preservation::Preserve,
                Fortitude::Polite,
            )
        }),
    );
    step(
        "withdrawing into a credit, and dropping it",
        laps_of(laps, || {
            use frame_support::traits::{
                fungible::Balanced,
                tokens::{Fortitude, Preservation},
            };
            drop(<Balances as Balanced<_>>::withdraw(
                &ALICE,
                1_000,
                Precision::Exact,
                Preservation::Preserve,
                Fortitude::Polite,
            ));
        }),
    );
    let reason = || pallet_actors::HoldReason::Storage.into();
    step(
        "hold",
        laps_of(laps, || Balances::hold(&reason(), &ALICE, 1_000_000)),
    );
    step(
        "slash of a hold",
        laps_of(laps, || drop(Balances::slash(&reason(), &ALICE, 1_000))),
    );
    step(
        "release",
        laps_of(laps, || {
            Balances::release(&reason(), &ALICE, 500_000, Precision::BestEffort)
        }),
    );
    // What a message cannot do without as long as its gas is paid through the traits that any currency has.
    let open = || {
        let (exact, keep, polite) = (Precision::Exact, Preservation::Preserve, Fortitude::Polite);
        let taken = Balances::decrease_balance(&ALICE, 1_000_000, exact, keep, polite);
        Balances::done_withdraw(&ALICE, 1_000_000);
        taken
    };
    let close = || {
        let paid = Balances::increase_balance(&ALICE, 1_000_000, Precision::Exact);
        Balances::done_deposit(&ALICE, 1_000_000);
        paid
    };
    step(
        "a purse's money taken and given back, nothing else",
        laps_of(laps, || open().and_then(|_| close())),
    );
    step(
        "a storage layer",
        laps_of(laps, || {
            frame_support::storage::with_storage_layer::<(), sp_runtime::DispatchError, _>(
                || Ok(()),
            )
        }),
    );
    step(
        "a small storage read",
        laps_of(laps, pallet_actors::Service::<Runtime>::get),
    );
    step(
        "a small storage write",
        laps_of(laps, || {
            pallet_actors::Service::<Runtime>::mutate(|service| {
                service.queue.head = service.queue.head.saturating_add(0)
            });
        }),
    );
    step(
        "the key of a program's record",
        laps_of(laps, || {
            pallet_actors::Programs::<Runtime>::hashed_key_for(ALICE)
        }),
    );
    step(
        "twox_128 of 8 bytes",
        laps_of(laps, || sp_io::hashing::twox_128(b"Programs")),
    );
    step(
        "the program's record",
        laps_of(laps, || {
            pallet_actors::Programs::<Runtime>::get(sp_core::crypto::AccountId32::new(ask.to))
        }),
    );
    let hash = actors_primitives::CodeHash(sp_io::hashing::blake2_256(&wasm));
    step(
        "the code's record",
        laps_of(laps, || pallet_actors::Codes::<Runtime>::get(hash)),
    );
    step(
        "the code",
        laps_of(laps, || pallet_actors::Wasm::<Runtime>::get(hash)),
    );
    step(
        "an event",
        laps_of(laps, || {
            System::deposit_event(RuntimeEvent::Actors(
                pallet_actors::Event::ProgramInitialised { program: ALICE },
            ));
        }),
    );
    step(
        "an allocation of 100 bytes",
        laps_of(laps, || {
            core::hint::black_box(Vec::<u8>::with_capacity(100))
        }),
    );
    step(
        "blake2_128 of an account",
        laps_of(laps, || sp_io::hashing::blake2_128(ALICE.as_ref())),
    );
    step(
        "blake2_256 of 100 bytes",
        laps_of(laps, || sp_io::hashing::blake2_256(&[7; 100])),
    );
    steps
}

/// Nanoseconds of the executor's turn of code that is in memory, with the first `pages` pages of its
/// memory stored: reading them and storing what changed is part of it, as in the pallet.
pub(crate) fn turn(wasm: Vec<u8>, payload: Vec<u8>, pages: u16, laps: u32) -> Vec<u64> {
    let info = actors_executor::validate(&wasm, &Limits::default()).expect("the code is valid");
    let context = context(payload);
    let pages: BTreeSet<_> = (0..pages).map(PageIndex).collect();
    for page in &pages {
        store(*page, vec![0xff; PAGE_SIZE as usize]);
    }
    let mut host = Fixed(wasm);
    laps_of(laps, || {
        let request = Request {
            code: &info,
            code_hash: Default::default(),
            entry: Entry::Handle,
            context: context.clone(),
            memory: StoredMemory {
                pages: pages.clone(),
                ..StoredMemory::default()
            },
            replaced_pages: 0,
            gas_limit: 1_000_000_000_000,
            schedule: &Schedule::default(),
            limits: &Limits::default(),
        };
        let turn = actors_executor::execute(request, &mut host, &mut Modules::default());
        let effects = turn.outcome.expect("the program ends");
        for (page, bytes) in effects.memory.stored {
            store(page, bytes);
        }
    })
}

fn store(page: PageIndex, bytes: Vec<u8>) {
    let bytes = BoundedVec::try_from(bytes).expect("it is a page");
    pallet_actors::Pages::<Runtime>::insert(ALICE, page, bytes);
}

fn laps_of<R>(laps: u32, mut work: impl FnMut() -> R) -> Vec<u64> {
    (0..laps)
        .map(|_| {
            forget_events();
            let start = bench::now();
            let result = work();
            let time = bench::now().saturating_sub(start);
            drop(result);
            time
        })
        .collect()
}

fn context(payload: Vec<u8>) -> Context {
    Context {
        message: Message {
            id: Default::default(),
            source: [1; 32],
            payload,
            value: 0,
        },
        turn: 0,
        cause: Cause::Fresh,
        signal: None,
        has_replied: false,
        lifetime_left: u32::MAX,
        is_closed: Some(false),
        outlasts: false,
        deposit: 0,
        gas_reserve: 0,
        most_to_load: 0,
        program: [2; 32],
        block_number: 1,
        deposit_per_item: 1,
        deposit_per_byte: 1,
        creation_deposit: 0,
    }
}

/// A chain that has nothing but the code, and pages of memory.
struct Fixed(Vec<u8>);

impl Host for Fixed {
    fn code(&mut self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }

    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        pallet_actors::suite::stored_page::<Runtime>(&ALICE, index)
    }

    fn state(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn balance(&mut self) -> Balance {
        0
    }

    fn block_timestamp(&mut self) -> u64 {
        0
    }

    fn is_closed(&mut self) -> bool {
        false
    }

    fn code_exists(&mut self, _: &CodeHash) -> bool {
        false
    }

    fn can_receive(&mut self, _: &[u8; 32], _: Balance) -> bool {
        true
    }

    fn is_address_used(&mut self, _: &[u8; 32]) -> bool {
        false
    }

    fn is_waiting(&mut self, _: &MessageId) -> bool {
        false
    }

    fn is_signalled(&mut self, _: &MessageId) -> bool {
        false
    }

    fn random(&mut self, _: &[u8]) -> ([u8; 32], u64) {
        ([0; 32], 0)
    }

    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::blake2_256(data)
    }

    fn keccak_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::keccak_256(data)
    }

    fn sha2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::sha2_256(data)
    }

    fn sr25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }

    fn ed25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }

    fn ecdsa_recover(&self, _: &[u8; 65], _: &[u8; 32]) -> Option<[u8; 33]> {
        None
    }
}
