//! What must always hold: of the configuration, once, and of the state, after every block.

#[cfg(any(feature = "std", feature = "invariants", feature = "try-runtime"))]
use crate::{Config, Pallet};

/// The largest piece that the runtime's allocator gives: `MAX_POSSIBLE_ALLOCATION` of
/// `sp-allocator`.
#[cfg(feature = "std")]
const LARGEST_ALLOCATION: u64 = 32 * 1024 * 1024;

/// The heap that a node gives a runtime unless it is told otherwise: 2,048 pages of 64 KiB,
/// `DEFAULT_HEAP_ALLOC_PAGES` of `sc-executor`, less a quarter for all that is no turn.
#[cfg(feature = "std")]
const HEAP: u64 = 2_048 * 64 * 1024 / 4 * 3;

#[cfg(feature = "std")]
impl<T: Config> Pallet<T> {
    /// What a byte of proof costs, in gas, where a block may have as much time as it has bytes:
    /// the ratio of the two limits of a block.
    pub(crate) fn proof_price() -> actors_primitives::Gas {
        use frame_support::traits::Get;
        let block = T::BlockWeights::get().max_block;
        block
            .ref_time()
            .checked_div(block.proof_size())
            .unwrap_or_default()
    }

    /// Panics with both numbers and the fix when the configuration cannot work.
    ///
    /// Called by `integrity_test` alone, which runs as a test of the runtime.
    pub(crate) fn check_configuration() {
        use crate::WeightInfo;
        use frame_support::traits::Get;

        let service = Self::min_service_weight();
        let longest = T::WeightInfo::serve_message(T::Limits::get().payload);
        let head = T::WeightInfo::peek_queue()
            .saturating_add(longest)
            .saturating_add(Self::turn_weight(
                T::MaxTurnGas::get(),
                T::Schedule::get().proof_byte,
            ));
        assert!(
            head.ref_time() <= service.ref_time(),
            "the head of the queue might never be served: `MaxTurnGas` and the overhead of a \
             message take {} ps, and `MinServiceWeight` of a block is {} ps. Lower `MaxTurnGas` \
             or raise `MinServiceWeight`.",
            head.ref_time(),
            service.ref_time(),
        );
        assert!(
            head.proof_size() <= service.proof_size(),
            "the head of the queue might never be served: a turn of `MaxTurnGas` and the overhead \
             of a message take {} bytes of proof, and `MinServiceWeight` of a block is {} bytes. \
             Lower `MaxTurnGas`, or raise `Schedule::proof_byte` or `MinServiceWeight`.",
            head.proof_size(),
            service.proof_size(),
        );
        let limits = T::Limits::get();
        let schedule = T::Schedule::get();
        let serve = T::WeightInfo::serve_message(0);
        let proof = schedule.proof_byte.saturating_mul(serve.proof_size());
        let outside = serve.ref_time().saturating_add(proof);
        for (served, name, price) in [
            ("a message that a program sends", "send", schedule.send),
            (
                "the reply to a message of a program",
                "answer",
                schedule.answer,
            ),
            (
                "the `init` of a program's program",
                "create",
                schedule.create,
            ),
        ] {
            assert!(
                price >= outside,
                "{served} would be served for less than it takes: `Schedule::{name}` is {price} \
                 gas, and serving takes {outside} with its proof, besides the turn. Raise \
                 `Schedule::{name}`.",
            );
        }
        let peek = T::WeightInfo::peek_queue();
        assert!(
            peek.all_lte(longest),
            "`WeightInfo::peek_queue` is {peek:?}, more than serving the longest message takes. \
             Measure both again.",
        );
        let mending = Self::mending_weight();
        assert!(
            mending.saturating_add(peek).all_lte(service),
            "a damaged queue could never be mended: that weighs {mending:?}, and \
             `MinServiceWeight` of a block is {service:?}. Raise `MinServiceWeight`.",
        );
        assert!(
            limits.payload <= crate::weights::LONGEST_PAYLOAD,
            "`Limits::payload` is {} bytes, more than the {} that weights of the queue count. \
             Lower it.",
            limits.payload,
            crate::weights::LONGEST_PAYLOAD,
        );
        let ratio = Self::proof_price();
        assert!(
            schedule.proof_byte >= ratio,
            "proofs would be too cheap: `Schedule::proof_byte` is {} gas, and a block has {ratio} \
             ps for each byte of proof. Raise `Schedule::proof_byte` to that ratio.",
            schedule.proof_byte,
        );
        let maximum = actors_executor::Limits::default();
        assert!(
            limits.memory <= maximum.memory,
            "`Limits::memory` is {} Wasm pages, more than the {} that the executor's bounds of \
             the heap are tested with. Lower it.",
            limits.memory,
            maximum.memory,
        );
        let largest = actors_executor::CodeInfo::largest(&limits);
        let load = schedule.load_code(&largest, limits.memory);
        assert!(
            load <= Self::most_to_load(),
            "code of `Limits::code` bytes could be stored and never run: loading it takes {load} \
             gas, and three quarters of `MaxTurnGas` are {}. Lower `Limits::code` or `Limits::functions`, or \
             raise `MaxTurnGas`.",
            Self::most_to_load(),
        );
        let extrinsic = T::WeightInfo::upload_code(limits.code);
        let block = T::BlockWeights::get()
            .get(frame_support::dispatch::DispatchClass::Normal)
            .max_extrinsic
            .unwrap_or(T::BlockWeights::get().max_block);
        assert!(
            extrinsic.all_lte(block),
            "code of `Limits::code` bytes could never be uploaded: its weight is {extrinsic:?}, \
             and an extrinsic may have {block:?}. Lower `Limits::code`.",
        );
        assert!(
            limits.largest_allocation() <= LARGEST_ALLOCATION,
            "a turn might ask for {} bytes of memory in one piece, and the runtime's allocator \
             gives at most {LARGEST_ALLOCATION}. Lower `Limits::memory` or `Limits::code`.",
            limits.largest_allocation(),
        );
        assert!(
            limits.worst_heap() <= HEAP,
            "a turn might take {} bytes of the runtime's memory, and {HEAP} are there with the \
             default heap of a node. Lower `Limits::memory`, `Limits::effect_bytes` or \
             `Limits::code`.",
            limits.worst_heap(),
        );
    }
}

#[cfg(any(test, feature = "invariants", feature = "try-runtime"))]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "counts of what is stored, which change nothing"
)]
impl<T: Config> Pallet<T> {
    /// Recomputes every total and compares it with what is stored.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check_invariants() -> Result<(), sp_runtime::TryRuntimeError> {
        use crate::{
            deposit::Footprint, Codes, Graves, HoldReason, Kind, Pages, Programs, Purses, Queue,
            Service, State, Status, Tombstones, ValueInFlight, Wasm,
        };
        use alloc::collections::BTreeMap;
        use frame_support::{
            ensure,
            traits::fungible::{hold::Inspect as _, Inspect},
        };

        let ends = Service::<T>::get();
        ensure!(ends.head <= ends.tail, "the queue ends before it begins");
        ensure!(
            Queue::<T>::iter_keys().count() as u64 == ends.length(),
            "the queue has strays"
        );
        let mut in_flight = 0u128;
        let mut references: BTreeMap<_, u32> = BTreeMap::new();
        let mut inits: BTreeMap<T::AccountId, u32> = BTreeMap::new();
        for place in ends.head..ends.tail {
            let message = Queue::<T>::get(place).ok_or("the queue has a gap")?;
            if message.kind == Kind::Init {
                *inits.entry(message.destination.clone()).or_default() += 1;
            }
            in_flight = in_flight.saturating_add(message.value);
            *references.entry(message.purse).or_default() += 1;
        }
        ensure!(
            in_flight == ValueInFlight::<T>::get(),
            "the value in flight is not the sum"
        );
        let escrow = T::Currency::balance(&Self::escrow());
        // More is possible: anybody can send the account money. Less is not.
        ensure!(
            escrow >= in_flight.saturating_add(T::Currency::minimum_balance()),
            "the escrow account holds less than is in flight"
        );

        let mut on_hold: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for (_, purse) in Purses::<T>::iter() {
            if let Some(parent) = purse.parent {
                ensure!(
                    purse.deposit == 0,
                    "a split purse has deposit money of its own"
                );
                *references.entry(parent).or_default() += 1;
            }
            ensure!(
                purse.held >= purse.price.cost(purse.gas.saturating_add(purse.burned)),
                "a purse's gas is not covered"
            );
            let sum = on_hold.entry(purse.payer).or_default();
            *sum = sum.saturating_add(purse.held).saturating_add(purse.deposit);
        }
        ensure!(
            references.keys().all(Purses::<T>::contains_key),
            "a message or a purse draws on a purse that does not exist"
        );
        for (id, purse) in Purses::<T>::iter() {
            if let Some(parent) = purse.parent.and_then(Purses::<T>::get) {
                ensure!(
                    parent.parent.is_none()
                        && (&parent.payer, parent.price) == (&purse.payer, purse.price),
                    "a purse was split from one that is not like it"
                );
            }
            let counted = references.get(&id).copied().unwrap_or_default();
            ensure!(
                purse.references == counted,
                "a purse's references are not those to it"
            );
        }

        let mut users: BTreeMap<_, u32> = BTreeMap::new();
        for (account, inheritor) in Tombstones::<T>::iter() {
            ensure!(account != inheritor, "a program inherits from itself");
            ensure!(
                !Programs::<T>::contains_key(&account),
                "a program stands at a used address"
            );
        }
        ensure!(
            Graves::<T>::iter_keys().count() as u32 == ends.graves,
            "the exited programs with storage to free are miscounted"
        );
        ensure!(
            Graves::<T>::iter_keys().all(Tombstones::<T>::contains_key),
            "a program's storage is freed and it has not exited"
        );
        let owned = |account: &T::AccountId| {
            Programs::<T>::contains_key(account) || Graves::<T>::contains_key(account)
        };
        ensure!(
            Pages::<T>::iter_keys().all(|(account, _)| owned(&account))
                && State::<T>::iter_keys().all(|(account, _)| owned(&account)),
            "pages or state are stored and no program owns them"
        );

        for (account, program) in Programs::<T>::iter() {
            ensure!(
                Codes::<T>::get(program.code_hash).is_some_and(|code| code.info == program.info),
                "a program knows its code otherwise than the code's record"
            );
            *users.entry(program.code_hash).or_default() += 1;
            let waits = inits.get(&account).copied().unwrap_or_default();
            ensure!(
                waits == u32::from(program.status == Status::Initialising),
                "a program waits for an `init` that is not queued, or for none that is"
            );
            let is_new = program.status == Status::Initialising || program.wasm_pages == 0;
            ensure!(
                is_new || program.globals.len() as u32 == program.info.kept_globals,
                "a program's kept globals are not its code's"
            );
            let in_memory = program
                .wasm_pages
                .saturating_mul(crate::program::PAGES_PER_WASM_PAGE);
            ensure!(
                program
                    .pages
                    .iter()
                    .all(|index| u32::from(index.0) < in_memory),
                "a page lies outside of its program's memory"
            );
            let mut footprint = Footprint::default();
            for (index, page) in Pages::<T>::iter_prefix(&account) {
                ensure!(
                    program.pages.contains(&index),
                    "a page is stored and not recorded"
                );
                ensure!(
                    page.len() == actors_primitives::PAGE_SIZE as usize,
                    "a page is cut off"
                );
                footprint.add(page.len());
            }
            ensure!(
                footprint.items as usize == program.pages.len(),
                "a page is recorded and not stored"
            );
            for (key, value) in State::<T>::iter_prefix(&account) {
                footprint.add(key.len().saturating_add(value.len()));
            }
            ensure!(
                footprint == program.footprint,
                "a footprint is not the sum of what is stored"
            );
        }

        let mut code_deposits: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for (hash, code) in Codes::<T>::iter() {
            let wasm = Wasm::<T>::get(hash).ok_or("a code has no bytes")?;
            ensure!(
                Self::code_hash(&wasm) == hash,
                "a code's bytes are not those of its name"
            );
            let counted = users.remove(&hash).unwrap_or_default();
            ensure!(
                code.references == counted,
                "a code's references are not its programs"
            );
            *code_deposits.entry(code.uploader).or_default() += code.deposit;
        }
        ensure!(users.is_empty(), "a program's code is not stored");
        ensure!(
            Wasm::<T>::iter_keys().count() == Codes::<T>::iter_keys().count(),
            "bytes are stored without their code's record"
        );
        for account in frame_system::Account::<T>::iter_keys() {
            let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
            let purses = on_hold.get(&account).copied().unwrap_or_default();
            ensure!(
                held(HoldReason::Purse) == purses,
                "a hold for purses is not their sum"
            );
            let codes = code_deposits.get(&account).copied().unwrap_or_default();
            ensure!(
                held(HoldReason::Code) == codes,
                "a hold for code is not the deposits' sum"
            );
            let stored = Programs::<T>::get(&account).map_or(0, |program| program.deposit);
            ensure!(
                held(HoldReason::Storage) == stored,
                "a hold for storage is not the deposit"
            );
        }
        Ok(())
    }
}
