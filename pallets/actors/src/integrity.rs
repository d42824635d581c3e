//! What must hold of the configuration: `integrity_test` says both numbers and the fix.

use actors_executor::Modules;
use actors_primitives::Gas;
use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use sp_core::storage::StateVersion;

use crate::{bounds, session::HALF_BUDGET, Config, Pallet, WeightInfo};

/// The largest piece that the runtime's allocator gives: `MAX_POSSIBLE_ALLOCATION` of
/// `sp-allocator`.
const LARGEST_ALLOCATION: u64 = 32 * 1024 * 1024;

/// The heap that a node gives a runtime unless it is told otherwise: 2,048 pages of 64 KiB,
/// `DEFAULT_HEAP_ALLOC_PAGES` of `sc-executor`, less an eighth for all that is neither turn nor
/// upload.
const HEAP: u64 = 2_048 * 64 * 1024 / 8 * 7;

impl<T: Config> Pallet<T> {
    /// What a byte of proof costs, in gas, where a block may have as much time as it has bytes:
    /// the ratio of the two limits of a block.
    pub(crate) fn proof_price() -> Gas {
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
        let service = Self::min_service_weight();
        let longest = Self::longest_step();
        let head = Self::longest_head();
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
        let version = <T as frame_system::Config>::Version::get().state_version();
        assert!(
            schedule.proof_byte == 0 || version != StateVersion::V0,
            "removing a value would prove all of it, which nothing pays for: `system_version` of the \
             runtime's version is 0. Raise it to 1 or more, with a migration of the state.",
        );
        let serve = T::WeightInfo::serve_message(0);
        let resume = serve.saturating_add(T::WeightInfo::resume_message(0));
        let due = T::WeightInfo::do_due(0);
        let ended = T::WeightInfo::answer_waiting();
        for (served, name, price, weight) in [
            (
                "a message that a program sends",
                "send",
                schedule.send,
                serve,
            ),
            (
                "the reply to a message of a program",
                "answer",
                schedule.answer,
                resume,
            ),
            (
                "the `init` of a program's program",
                "create",
                schedule.create,
                serve,
            ),
            (
                "the deadline of a message",
                "wait",
                schedule.wait,
                due.saturating_add(resume).max(ended),
            ),
            (
                "a message that a program wakes",
                "wake",
                schedule.wake,
                resume,
            ),
            ("a delayed message", "delay", schedule.delay, due),
            ("the end of a letter", "letter", schedule.letter, due),
        ] {
            let least = Self::in_gas(weight);
            assert!(
                price >= least,
                "{served} would be served for less than it takes: `Schedule::{name}` is {price} \
                 gas, and serving takes {least} with its proof, besides the turn. Raise \
                 `Schedule::{name}`.",
            );
        }
        let payload = bounds::PAYLOAD;
        let bytes = |of: fn(u32) -> Weight| Self::in_gas(of(payload).saturating_sub(of(0)));
        let kept = bytes(T::WeightInfo::resume_message).max(bytes(T::WeightInfo::do_due));
        // Their proof is paid for apart.
        let kept = kept.saturating_sub(schedule.proof_byte.saturating_mul(payload.into()));
        assert!(
            schedule.kept_byte.saturating_mul(payload.into()) >= kept,
            "what waits would be read for less than it takes: `Schedule::kept_byte` is {} gas, and \
             {payload} bytes take {kept}. Raise `Schedule::kept_byte`.",
            schedule.kept_byte,
        );
        let share = Self::due_share();
        let sweeping = Self::sweep_share(share);
        let look = T::WeightInfo::peek_service();
        let answer = T::WeightInfo::sweep(0).saturating_add(T::WeightInfo::answer_waiting());
        let free = T::WeightInfo::sweep(crate::sweep::SWEEP_KEYS);
        for (name, step, share) in [
            (
                "what is due",
                T::WeightInfo::do_due(bounds::PAYLOAD),
                share.saturating_sub(sweeping),
            ),
            ("what is to be swept", answer.max(free), sweeping),
        ] {
            let step = step.saturating_add(look);
            assert!(
                step.all_lte(share),
                "{name} might never be done: one step of it takes {step:?}, and {share:?} of \
                 `MinServiceWeight` are left for it beside the longest turn. Lower `MaxTurnGas` or \
                 raise `MinServiceWeight`.",
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
        for (name, limit, bound) in [
            ("code", limits.code, bounds::CODE),
            ("idl", limits.idl, bounds::IDL),
            ("payload", limits.payload, bounds::PAYLOAD),
            ("state_key", limits.state_key, bounds::STATE_KEY),
            ("state_value", limits.state_value, bounds::STATE_VALUE),
            ("globals", limits.globals, bounds::GLOBALS),
        ] {
            assert!(
                limit <= bound,
                "`Limits::{name}` is {limit}, and what is stored holds {bound} at most. Lower it.",
            );
        }
        assert!(
            limits.panic_text <= limits.payload,
            "what a program reverts with would be cut: `Limits::panic_text` is {} bytes, and \
             `Limits::payload`, which every reply keeps, is {}. Lower `Limits::panic_text`.",
            limits.panic_text,
            limits.payload,
        );
        assert!(
            limits.letter <= limits.wait,
            "letters would be refused: `Limits::letter` is {} blocks, and `Limits::wait`, the \
             longest that anything may stand, is {}. Lower `Limits::letter`.",
            limits.letter,
            limits.wait,
        );
        let lifetime = T::MaxMessageLifetime::get();
        assert!(
            lifetime > limits.wait,
            "a message could never wait as long as `Limits::wait` says: that is {} blocks, and \
             `MaxMessageLifetime` is {lifetime}. Raise it, or lower `Limits::wait`.",
            limits.wait,
        );
        let cleaning = schedule.clean_up(&actors_executor::CodeInfo::largest(&limits));
        let served = Self::in_gas(serve).saturating_add(Self::in_gas(resume).saturating_mul(2));
        Self::check_signal(cleaning, served, T::MaxTurnGas::get() / 4);
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
        let uploaded = limits.code.saturating_add(limits.idl_section());
        let extrinsic = Self::upload_weight(uploaded);
        let block = T::BlockWeights::get()
            .get(DispatchClass::Normal)
            .max_extrinsic
            .unwrap_or(T::BlockWeights::get().max_block);
        assert!(
            extrinsic.all_lte(block),
            "code of `Limits::code` and `Limits::idl` bytes could never be uploaded: its weight is \
             {extrinsic:?}, and an extrinsic may have {block:?}. Lower `Limits::code`.",
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
        let judging = schedule.judging(&largest);
        let first = judging.saturating_add(load);
        assert!(
            first <= T::MaxTurnGas::get(),
            "code that an older version of the chain admitted could never run again: judging and \
             loading `Limits::code` bytes takes {first} gas, and `MaxTurnGas` is {}. Lower \
             `Limits::code`, or raise `MaxTurnGas`.",
            T::MaxTurnGas::get(),
        );
        let most_locals = actors_executor::Limits::MOST_LOCALS;
        assert!(
            limits.locals <= most_locals,
            "calls would take more time than they pay for: a function may have {} locals, and the \
             price of a call can pay for {most_locals}. Lower `Limits::locals`.",
            limits.locals,
        );
        assert!(
            schedule.fuel > 0,
            "operators would be free: `Schedule::fuel` is 0. Raise it."
        );
        let longest = Modules::cost(limits.code);
        assert!(
            longest <= HALF_BUDGET,
            "code of `Limits::code` bytes could never run: it counts as {longest} bytes, and before \
             its transactions a block reads {HALF_BUDGET} bytes anew at most. Lower `Limits::code`.",
        );
        assert!(
            limits.largest_allocation() <= LARGEST_ALLOCATION,
            "a turn might ask for {} bytes of memory in one piece, and the runtime's allocator \
             gives at most {LARGEST_ALLOCATION}. Lower `Limits::memory` or `Limits::code`.",
            limits.largest_allocation(),
        );
        assert!(
            limits.worst_heap() <= HEAP,
            "the turns of a block might take {} bytes of the runtime's memory, and {HEAP} are there with the \
             default heap of a node. Lower `Limits::memory`, `Limits::effect_bytes` or \
             `Limits::code`.",
            limits.worst_heap(),
        );
    }

    /// Panics unless what `handle_signal` has besides its start serves what it asks for, and fits
    /// the longest turn beside it.
    pub(crate) fn check_signal(cleaning: Gas, served: Gas, most: Gas) {
        assert!(
            cleaning >= served,
            "a program could not clean up: `handle_signal` has {cleaning} gas besides its start, \
             and to serve one message that it sends, the reply to that and one that it wakes takes \
             {served} with their proofs. Raise `Schedule::signal`, which adds to it.",
        );
        assert!(
            cleaning <= most,
            "a program could not clean up: `handle_signal` has {cleaning} gas besides its start, \
             and beside loading the program {most} of `MaxTurnGas` are left. Lower \
             `Schedule::signal`, or raise `MaxTurnGas`.",
        );
    }
}
