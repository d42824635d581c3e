//! # Actors
//!
//! Hosts actor-model Wasm programs on a Substrate chain. People upload code, create programs
//! from it, and send them messages; each program has its own memory and keyed state, which no
//! other program can touch, and every message of a user gets exactly one reply.
//!
//! ## Words
//!
//! - **Code**: a validated Wasm blob, stored once under its `blake2_256`; what it says of its
//!   interface (its IDL) beside it.
//! - **Program**: an instance of code at an address, which is an ordinary account.
//! - **Message**: id, source, destination, payload, value, and the purse its gas comes from.
//! - **Turn**: one run of one export of one program.
//! - **Purse**: gas and deposit money that one call brought.
//! - **Till**: money that was taken from accounts and is on no other yet, as long as a block lasts.
//! - **Escrow**: the pallet's account that holds from block to block what purses and messages have.
//! - **Waiting**: a message between two of its turns. A **cause** makes it go on: a reply that it
//!   awaits, a wake by another message of the program, or its deadline.
//! - **Tick**: a block of service. Deadlines, delays and letters are counted in ticks.
//! - **Letter**: a message to a user that a program awaits an answer to; it stands in a mailbox.
//! - **Epoch**: how often a program has been upgraded.
//!
//! ## The route of a message
//!
//! A call (`calls`) takes gas money, deposit money and value in (`till`), opens a purse (`purse`) and puts the
//! message at the end of the queue (`queue`). The hooks serve the queue under a weight meter, in turns with what
//! was booked before and has come (deadlines, delayed messages, signals):
//! before transactions the backlog, with a guaranteed share of the block, and after them whatever
//! room is left. For each message `turn` runs the program through the executor, which changes
//! nothing, and `commit` applies the effects in one storage transaction, or none of them.
//!
//! A message may wait after a turn (`waiting`): a reply, a wake or the deadline puts a cause into
//! the queue, and the same entry runs again. What happens at a later time stands on the `agenda`:
//! deadlines, delayed messages (`delivery`), the end of letters (`mailbox`). A program may go on
//! with other code (`upgrade`); whoever waits in one that has exited or been upgraded is answered
//! by the `sweep`.
//!
//! ## Properties
//!
//! - **Atomic turn**: a failed turn leaves no trace but its gas and its error reply.
//! - **Order**: messages run in the order in which they were queued, and what was booked in its own.
//! - **Exactly one reply** to each message of a user: by the program, by its end, or by its failure.
//! - **No wait without an end**: whatever waits has a deadline or a cause in the queue. A reply that
//!   is queued in time takes the deadline off the agenda.
//! - **Time is service**: no tick passes while the service is paused, while the chain migrates in
//!   several blocks, or while nothing is scheduled and the queue is empty.
//! - **Conservation**: no balance, gas or deposit appears or vanishes; `try_state` proves it.
//! - **Liveness**: serving never panics, never exceeds its weight, and always progresses: the head
//!   of the queue fits [`Config::MinServiceWeight`], which `integrity_test` checks.
//!
//! Nothing here needs a custom host function, RPC, transaction extension or block author.

#![cfg_attr(not(feature = "std"), no_std)]
// No panic path and no unchecked arithmetic in consensus code.
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic
    )
)]

extern crate alloc;

mod aborted;
mod agenda;
mod before_turn;
pub mod bounds;
mod calls;
mod code;
mod commit;
mod delivery;
mod deposit;
mod exit;
mod graves;
mod heirs;
mod host;
#[cfg(feature = "std")]
mod integrity;
#[cfg(any(test, feature = "invariants", feature = "try-runtime"))]
mod invariants;
mod journal;
mod ledger;
mod mailbox;
mod message;
pub mod migrations;
mod order;
mod pages;
pub mod place;
mod program;
mod purse;
mod queue;
mod record;
mod reply;
mod service;
mod session;
mod share;
mod sweep;
mod task;
mod till;
mod trace;
mod turn;
mod upgrade;
mod value;
mod views;
mod waiting;
mod weights;

#[cfg(any(test, feature = "suite"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a case fails by a panic"
)]
mod mock;
#[cfg(feature = "suite")]
pub mod suite;
#[cfg(any(test, feature = "suite"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a case fails by a panic"
)]
mod tests;

pub use agenda::{Due, Slot, Tick};
pub use before_turn::BeforeTurn;
pub use code::Code;
pub use graves::{Grave, Parting, Remnant};
pub use mailbox::{Letter, LetterEnd};
pub use message::{Kind, Message, Sender, Waiter};
pub use pallet::*;
pub use program::{Program, Status};
pub use purse::Purse;
pub use queue::Lane;
pub use record::{Row, ServiceState};
pub use till::Till;
pub use waiting::{WaitState, WaitingMessage};
pub use weights::WeightInfo;

/// What the pallet logs under.
pub(crate) const LOG_TARGET: &str = "runtime::actors";

/// Reports what only damaged storage can bring about. It must not stop the chain: whoever calls
/// this steps over the damage and goes on.
macro_rules! report {
    ($($text:tt)+) => {
        ::log::error!(target: $crate::LOG_TARGET, $($text)+)
    };
}
pub(crate) use report;

#[frame_support::pallet]
pub mod pallet {
    use actors_executor::{Limits, PageIndex, Schedule};
    use actors_primitives::{Balance, CodeHash, Gas, GasPrice, MessageId, ReplyCode, PAGE_SIZE};
    use actors_runtime_api::{
        CodeDetails, DryRun, DryRunUpload, LetterInfo, ProgramInfo, QueueInfo, ReadError, Trace,
        WaitingInfo,
    };
    use alloc::{string::String, vec::Vec};
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible, EnsureOrigin, OnUnbalanced, Randomness, Time},
        weights::WeightMeter,
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::{traits::One, Perbill};

    use crate::{
        agenda, before_turn::BeforeTurn, bounds, code::Code, graves, mailbox, message,
        program::Program, purse::Purse, record, session::Session, waiting, WeightInfo,
    };

    /// Money that gas was paid with, on its way to [`Config::FeeHandler`].
    pub type CreditOf<T> =
        fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

    /// What a chain chooses.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
        RuntimeEvent: From<Event<Self>> + TryInto<Event<Self>>,
        AccountId: From<[u8; 32]> + Into<[u8; 32]>,
    >
    {
        /// The chain's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// The token that pays for gas, travels as value and stands as deposit.
        type Currency: fungible::Mutate<Self::AccountId, Balance = Balance>
            + fungible::Balanced<Self::AccountId>
            + fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// Receives what burned gas was paid with; `()` burns it. Neither it nor what `Currency` and
        /// the origins run may call this pallet.
        type FeeHandler: OnUnbalanced<CreditOf<Self>>;

        /// The chain's randomness, which programs see mixed with their own id.
        type Randomness: Randomness<Self::Hash, BlockNumberFor<Self>>;

        /// The time of the block, in milliseconds since 1970.
        type Time: Time<Moment = u64>;

        /// Who may upload code.
        type UploadOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;

        /// Who may create programs.
        type CreateOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;

        /// Who may pause the service of the queue.
        type ManagerOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Distinguishes the pallet's own account, which holds value in flight.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// What gas costs, in planck. A purse keeps the price at which it was opened.
        #[pallet::constant]
        type GasPrice: Get<GasPrice>;

        /// Deposit for each item that a program stores (a page, a key), in planck.
        #[pallet::constant]
        type DepositPerItem: Get<Balance>;

        /// Deposit for each byte that a program stores, in planck.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;

        /// The limits that code and messages keep.
        #[pallet::constant]
        type Limits: Get<Limits>;

        /// The prices of what programs do, in gas.
        #[pallet::constant]
        type Schedule: Get<Schedule>;

        /// The most gas that one turn may burn.
        #[pallet::constant]
        type MaxTurnGas: Get<Gas>;

        /// The share of a block's weight that the queue gets before transactions. The rest of
        /// the block is served after them, as far as they leave room.
        #[pallet::constant]
        type MinServiceWeight: Get<Perbill>;

        /// The share of what the transactions of a block have left that the queue is served with
        /// after them. The rest stays free: for what weights do not know, and for later hooks.
        #[pallet::constant]
        type IdleShare: Get<Perbill>;

        /// How many messages may stand in the queue before calls are refused.
        #[pallet::constant]
        type MaxQueueLength: Get<u32>;

        /// After how many blocks of service a purse ends, and what was split off it: from then on
        /// nothing that it pays for can send to programs, wait or be delayed, but for what signals send
        /// at once to clean up. So nothing waits longer, and a call's money comes back.
        #[pallet::constant]
        type MaxMessageLifetime: Get<u32>;

        /// The weights of the calls and of serving a message.
        type WeightInfo: WeightInfo;

        /// Hears of each turn before it runs: `()` on a chain. Test harnesses let their mocks act there.
        type BeforeTurn: BeforeTurn<Self>;
    }

    /// The version of what is stored. An upgrade that changes it brings a migration.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Why the pallet holds money on an account.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Nothing any more. Before purses were paid out of the till: gas and deposit money of a call that was
        /// still at work, on the payer.
        Purse,
        /// The deposit for stored code; on each account that keeps it.
        Code,
        /// The deposit for what a program stores; on the program's own account.
        Storage,
    }

    // What a stored record may hold at most. Constants, and not the chain's limits: those may be
    // lowered, and what was stored under higher ones must still be read. Limits are judged when
    // something comes in; none may be above these.

    /// The bound of stored code, in bytes.
    pub type CodeBound = ConstU32<{ bounds::CODE }>;
    /// The bound of the section of a blob that its IDL is in, in bytes.
    pub type IdlBound = ConstU32<{ bounds::IDL_SECTION }>;
    /// The bound of a payload, in bytes.
    pub type PayloadBound = ConstU32<{ bounds::PAYLOAD }>;
    /// The bound of a program's kept globals.
    pub type GlobalsBound = ConstU32<{ bounds::GLOBALS }>;
    /// The bound of a program's pages of 16 KiB.
    pub type PagesBound = ConstU32<{ bounds::PAGES }>;

    /// One page of memory.
    pub type Page = BoundedVec<u8, ConstU32<PAGE_SIZE>>;
    /// A key of keyed state.
    pub type Key = BoundedVec<u8, ConstU32<{ bounds::STATE_KEY }>>;
    /// A value of keyed state.
    pub type StateValue = BoundedVec<u8, ConstU32<{ bounds::STATE_VALUE }>>;

    // Keys are not hashed where they are hashes already, or numbers in a bounded row, whose low bytes
    // come first: hashing would be one more call of the host for each access. What somebody may
    // choose freely is hashed: a key of keyed state, the user that a letter is for.

    /// What is known of each stored code.
    #[pallet::storage]
    pub type Codes<T: Config> = StorageMap<_, Identity, CodeHash, Code>;

    /// The accounts that keep each stored code, and what is held on each for that, in planck.
    #[pallet::storage]
    pub type Keepers<T: Config> =
        StorageDoubleMap<_, Identity, CodeHash, Blake2_128Concat, T::AccountId, Balance>;

    /// The bytes of each stored code, as far as they run: without its IDL.
    #[pallet::storage]
    pub type Wasm<T: Config> = StorageMap<_, Identity, CodeHash, BoundedVec<u8, CodeBound>>;

    /// The section `actors:idl` of each stored code that was uploaded with one, as it stood there: behind
    /// the bytes in `Wasm`. Apart from those, no turn reads or pays for it.
    #[pallet::storage]
    pub type Idls<T: Config> = StorageMap<_, Identity, CodeHash, BoundedVec<u8, IdlBound>>;

    /// The block in which code was judged last, and how many bytes of it were: they count in what
    /// one block may read anew.
    #[pallet::storage]
    pub type Uploaded<T: Config> = StorageValue<_, (BlockNumberFor<T>, u32), ValueQuery>;

    /// The programs.
    #[pallet::storage]
    pub type Programs<T: Config> = StorageMap<_, Identity, T::AccountId, Program<T>>;

    /// The stored pages of each program's memory: those that differ from its code's fresh image.
    #[pallet::storage]
    pub type Pages<T: Config> =
        StorageDoubleMap<_, Identity, T::AccountId, Identity, PageIndex, Page>;

    /// The keyed state of each program.
    #[pallet::storage]
    pub type State<T: Config> =
        StorageDoubleMap<_, Identity, T::AccountId, Blake2_128Concat, Key, StateValue>;

    /// The queue of messages, by place.
    #[pallet::storage]
    pub type Queue<T: Config> = StorageMap<_, Identity, u64, message::Message<T>>;

    /// What was booked before and has come, by place: deadlines, deliveries, signals, and answers of programs that
    /// have ended. It is served in turns with the queue.
    #[pallet::storage]
    pub type Booked<T: Config> = StorageMap<_, Identity, u64, message::Message<T>>;

    /// Where the queue begins and ends, and whether it is served.
    #[pallet::storage]
    pub type Service<T: Config> = StorageValue<_, record::ServiceState, ValueQuery>;

    /// The inheritors of exited programs, for ever: an address is used once.
    #[pallet::storage]
    pub type Tombstones<T: Config> = StorageMap<_, Identity, T::AccountId, T::AccountId>;

    /// Where messages wait that nothing will resume, by place, the oldest first: programs, and epochs
    /// of programs, that have ended.
    #[pallet::storage]
    pub type Graves<T: Config> = StorageMap<_, Identity, u64, graves::Grave<T::AccountId>>;

    /// The exited programs that still store something, by place, the oldest first.
    #[pallet::storage]
    pub type Remains<T: Config> = StorageMap<_, Identity, u64, graves::Remnant<T::AccountId>>;

    /// The messages that wait: by program, how often it had been upgraded, and id. What they say
    /// is in `WaitingPayloads`: answering, waking or ending one does not read it.
    #[pallet::storage]
    pub type Waiting<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Identity, T::AccountId>,
            NMapKey<Identity, u32>,
            NMapKey<Identity, MessageId>,
        ),
        waiting::WaitingMessage<T>,
    >;

    /// What the messages that wait say, unless that is nothing.
    #[pallet::storage]
    pub type WaitingPayloads<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Identity, T::AccountId>,
            NMapKey<Identity, u32>,
            NMapKey<Identity, MessageId>,
        ),
        BoundedVec<u8, PayloadBound>,
    >;

    /// What is to happen, by tick and place.
    #[pallet::storage]
    pub type Agenda<T: Config> =
        StorageDoubleMap<_, Identity, u64, Identity, u32, agenda::Due<T::AccountId>>;

    /// The ticks at which something is to happen.
    #[pallet::storage]
    pub type Ticks<T: Config> = StorageMap<_, Identity, u64, agenda::Tick, ValueQuery>;

    /// The messages that are delivered later.
    #[pallet::storage]
    pub type Delayed<T: Config> = StorageMap<_, Identity, MessageId, message::Message<T>>;

    /// The users' mailboxes: messages that programs await an answer to.
    #[pallet::storage]
    pub type Mailboxes<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        MessageId,
        mailbox::Letter<T>,
    >;

    /// The purses of calls that are at work, by the id of the message that opened each.
    #[pallet::storage]
    pub type Purses<T: Config> = StorageMap<_, Identity, MessageId, Purse<T>>;

    /// What the escrow account was endowed with, in planck: an existential deposit, beside what is on its way.
    #[pallet::storage]
    pub type Endowment<T: Config> = StorageValue<_, Balance, ValueQuery>;

    /// What a reply answers, and how the message ended.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Encode,
        Decode,
        DecodeWithMemTracking,
        MaxEncodedLen,
        TypeInfo,
    )]
    pub struct ReplyTo {
        /// The message that it answers.
        pub to: MessageId,
        /// How that message ended.
        pub code: ReplyCode,
    }

    /// What happened. From a call to its reply, a message can be followed by its id.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Code was stored.
        CodeUploaded {
            /// Its name: `blake2_256` of its bytes.
            code_hash: CodeHash,
            /// Who uploaded it.
            uploader: T::AccountId,
            /// What is held on the uploader's account, the first that keeps the code, in planck.
            deposit: Balance,
        },
        /// One more account keeps code.
        CodeKept {
            /// Its name.
            code_hash: CodeHash,
            /// The account.
            keeper: T::AccountId,
            /// What is held on the account until it keeps the code no longer, in planck.
            deposit: Balance,
        },
        /// An account keeps code no longer. Others do.
        CodeReleased {
            /// Its name.
            code_hash: CodeHash,
            /// The account.
            keeper: T::AccountId,
            /// The deposit that it has back, in planck.
            deposit: Balance,
        },
        /// The last account that kept code does so no longer, and the code was removed.
        CodeRemoved {
            /// Its name.
            code_hash: CodeHash,
            /// The account.
            keeper: T::AccountId,
            /// The deposit that it has back, in planck.
            deposit: Balance,
        },
        /// A program has an address; its `init` is queued.
        ProgramCreated {
            /// Its address.
            program: T::AccountId,
            /// The code it runs.
            code_hash: CodeHash,
            /// Who created it.
            creator: T::AccountId,
            /// The message that runs its `init`.
            message_id: MessageId,
        },
        /// A program's `init` succeeded: it handles messages from now on.
        ProgramInitialised {
            /// The program.
            program: T::AccountId,
        },
        /// A program's `init` failed: it is gone, and its creator has the deposits back; after a turn
        /// that had committed, what the tombstone leaves of them (`ProgramExited` says who has them).
        ProgramRemoved {
            /// The address it had.
            program: T::AccountId,
            /// How `init` failed.
            code: ReplyCode,
        },
        /// A program has exited.
        ProgramExited {
            /// The address it had, which no program will have again.
            program: T::AccountId,
            /// Who inherits (if whom the program named had exited, that one's heir), also value of
            /// messages that arrives later. A plain transfer to the address is lost.
            inheritor: T::AccountId,
            /// Its balance, and the deposit for its record, in planck: on the inheritor's account already.
            /// The deposit for what it stores follows as that is freed.
            value: Balance,
        },
        /// Some of what an exited program stored has been freed.
        ProgramFreed {
            /// The address it had.
            program: T::AccountId,
            /// Who inherits.
            inheritor: T::AccountId,
            /// The part of the deposit that was held for that, in planck, and what else was on the
            /// program's account: on the inheritor's already.
            value: Balance,
        },
        /// The queue is served no longer.
        ServicePaused,
        /// The queue is served again.
        ServiceResumed,
        /// A message to a program, or the reply to a message of a program, is to be served.
        MessageQueued {
            /// Its id.
            message_id: MessageId,
            /// Who sent it.
            source: T::AccountId,
            /// The program it goes to.
            destination: T::AccountId,
            /// What it carries, in planck.
            value: Balance,
        },
        /// A message has ended, and has its reply.
        MessageProcessed {
            /// Its id.
            message_id: MessageId,
            /// The program it went to.
            destination: T::AccountId,
            /// How it ended.
            reply_code: ReplyCode,
            /// Gas that its last turn burned.
            gas_burned: Gas,
        },
        /// A turn of a message has ended, and the message waits.
        MessageWaiting {
            /// Its id.
            message_id: MessageId,
            /// The program that it waits in.
            program: T::AccountId,
            /// For how many blocks of service at most.
            blocks: u32,
            /// Gas that the turn burned.
            gas_burned: Gas,
        },
        /// A program has sent a message that is delivered later.
        MessageDelayed {
            /// Its id.
            message_id: MessageId,
            /// The program that sent it.
            source: T::AccountId,
            /// Whom it goes to.
            destination: T::AccountId,
            /// What it carries, in planck.
            value: Balance,
            /// After how many blocks of service.
            blocks: u32,
        },
        /// A letter has left its user's mailbox.
        LetterClosed {
            /// The message.
            message_id: MessageId,
            /// The user.
            user: T::AccountId,
            /// How it left.
            end: mailbox::LetterEnd,
            /// What it carried, in planck: the user's now, or the program's again if it expired.
            value: Balance,
        },
        /// A program goes on with other code and fresh memory.
        ProgramUpgraded {
            /// The program.
            program: T::AccountId,
            /// The code that it runs from now on.
            code_hash: CodeHash,
            /// How often it has been upgraded.
            epoch: u32,
        },
        /// Somebody else may upgrade a program, or nobody any more.
        AdminSet {
            /// The program.
            program: T::AccountId,
            /// Who may; with none it is immutable for ever.
            admin: Option<T::AccountId>,
        },
        /// A payer has closed a purse: nothing new begins on it.
        PurseClosed {
            /// The message whose call opened it.
            message_id: MessageId,
            /// Whose money it holds.
            payer: T::AccountId,
        },
        /// A program deposited an event.
        ProgramEvent {
            /// The program.
            program: T::AccountId,
            /// The message in whose turn it did.
            message_id: MessageId,
            /// What it says, in the program's own encoding.
            data: Vec<u8>,
        },
        /// A program wrote to a user: a message of its own, or the reply to the user's.
        UserMessage {
            /// Its id.
            message_id: MessageId,
            /// The program.
            source: T::AccountId,
            /// The user.
            destination: T::AccountId,
            /// What it says. If it tells of a panic, the text; of a revert, its bytes.
            payload: Vec<u8>,
            /// What it carried, in planck: on the user's account already. In the reply to a
            /// message that failed, what came back of that message's value. In escrow, if it stands
            /// in the mailbox.
            value: Balance,
            /// What it answers and how that ended; none for a message of the program's own.
            reply: Option<ReplyTo>,
            /// For how many blocks of service it stands in the user's mailbox, if the program
            /// awaits an answer: `sendReply` gives it, `claimValue` takes the value and gives none.
            expires: Option<u32>,
        },
    }

    /// Why a call was refused. Nothing was changed but the fee.
    #[pallet::error]
    pub enum Error<T> {
        /// The code is not well-formed WebAssembly: cut off, corrupt, or not Wasm at all. Upload
        /// the bytes of a `.wasm` file.
        CodeMalformed,
        /// The code, its IDL apart, is longer than `limits.code`. Build it for size, and strip it.
        CodeTooLarge,
        /// The code uses floating point, which is not deterministic across machines. Use integers
        /// or fixed point; `actorsApi.checkCode` names the function.
        CodeUsesFloat,
        /// The code uses a WebAssembly feature that is not allowed (SIMD, threads, reference
        /// types, tail calls, ...). Build for `wasm32v1-none`; `actorsApi.checkCode` names it.
        CodeUsesForbiddenFeature,
        /// The code has a start function. Export it as `_initialize` instead.
        CodeHasStartFunction,
        /// The code imports something that is not in the ABI. `actorsApi.checkCode` names it.
        CodeImportUnknown,
        /// The code imports a function of the ABI with the wrong signature.
        CodeImportMistyped,
        /// The code exports a function that is not an entry, or an entry that is not `() -> ()`.
        CodeExportInvalid,
        /// The code exports neither `init` nor `handle`.
        CodeHasNoEntry,
        /// The code must define exactly one memory, export it as `memory`, and start within
        /// `limits.memory`.
        CodeMemoryInvalid,
        /// The code keeps a second mutable global unexported (it would be lost from turn to
        /// turn), or its `__stack_low` and `__stack_high` are not what they must be.
        CodeGlobalInvalid,
        /// The code exceeds one of the limits on its shape. `actorsApi.checkCode` names it.
        CodeOverLimit,
        /// The engine cannot translate the code, or would translate it wrongly.
        /// `actorsApi.checkCode` says where.
        CodeUntranslatable,
        /// The code has several sections `actors:idl`, or others behind it. `actors-build` puts the
        /// one at the end: build with it, and add nothing afterwards.
        CodeIdlMisplaced,
        /// The IDL in the code's section `actors:idl` is longer than `limits.idl`. Shorten the
        /// comments that it has.
        CodeIdlTooLarge,
        /// The uploads of this block would exceed what one block judges. Try again in a later
        /// block.
        TooMuchCode,
        /// The same code is stored already. Create programs from it; with `keep_code` it stays as
        /// long as you want.
        CodeAlreadyStored,
        /// No code is stored under that hash.
        CodeNotFound,
        /// Programs use the code, or an upgrade to it is queued, and no other account keeps it.
        CodeInUse,
        /// The account does not keep the code: it has neither uploaded it nor called `keep_code`.
        NotKeeper,
        /// The account keeps the code already.
        AlreadyKeeper,
        /// The account's free balance does not cover the deposit for the code.
        CodeDepositNotPayable,
        /// A program has that address already, or had it and exited. Use another salt.
        ProgramAlreadyExists,
        /// The salt is longer than `limits.salt`.
        SaltTooLong,
        /// The account's free balance does not cover a program's existential deposit and the
        /// deposit for its record.
        ProgramDepositNotPayable,
        /// There is no program at the destination.
        NotAProgram,
        /// The payload is longer than `limits.payload`.
        PayloadTooLong,
        /// The gas limit does not cover loading the program and, with a backlog, its place in the
        /// queue: no turn could start. Ask `actorsApi.dryRunMessage` for the gas that is needed.
        GasLimitTooLow,
        /// The account's free balance does not cover the gas limit at `gasPrice` together with
        /// the deposit limit.
        GasNotPayable,
        /// The account's free balance does not cover the value.
        ValueNotPayable,
        /// The queue is full. Try again in a later block.
        QueueFull,
        /// No such message stands in the account's mailbox: it was answered, its value was
        /// claimed, it has expired, or it is somebody else's.
        NoSuchLetter,
        /// The message that awaited the answer waits no longer: it has gone on at its own deadline, it
        /// has failed, or its program has exited or been upgraded.
        NotAwaited,
        /// The time to answer the letter is over: its value goes back to the program.
        LetterExpired,
        /// The letter's value is below the existential deposit, and the account has gone. Fund it
        /// first.
        LetterValueTooSmall,
        /// Only the program's admin may do that, and the caller is not it. A program without an
        /// admin is immutable.
        NotAdmin,
        /// No call that sent a message of that id is still at work: all that it paid for has ended and
        /// its money is back, or a program sent the message. Give the id that your call's event
        /// `MessageQueued` names.
        NoSuchPurse,
        /// Only who made the call may close what it has opened.
        NotPayer,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_runtime_upgrade() -> Weight {
            // Before that the migration has not said yet what the account was endowed with.
            if Self::on_chain_storage_version() >= STORAGE_VERSION {
                Self::endow_escrow();
            }
            Self::endowing_weight()
        }

        fn on_initialize(block: BlockNumberFor<T>) -> Weight {
            // Not at genesis: a pallet that is built later, as the balances may be, would not know of it.
            let closing = T::WeightInfo::close_till();
            if !block.is_one() {
                return closing;
            }
            Self::endow_escrow();
            closing.saturating_add(Self::endowing_weight())
        }

        fn on_finalize(_: BlockNumberFor<T>) {
            Self::close_till();
        }

        fn on_poll(_: BlockNumberFor<T>, meter: &mut WeightMeter) {
            meter.consume(Self::poll(meter.remaining(), &mut Session::default()));
        }

        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::idle(remaining, &mut Session::default())
        }

        #[cfg(feature = "std")]
        fn integrity_test() {
            Self::check_configuration();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants()?;
            Self::check_end_of_block()
        }
    }

    /// Reads that any wallet can make with the chain's metadata alone; the runtime API has the
    /// same. All are bounded like a block, and traces like four.
    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What `send_message` with these arguments would do as the next thing on chain, its
        /// whole cascade included. Where `gas_limit` or `deposit_limit` is missing, the source's
        /// spendable balance is shared between gas, at most four of the longest turns with what their
        /// places cost now, and deposits. Where both are, the source is lent what it has too little, and `missing`
        /// says how much of that it lacks for the call.
        ///
        /// # Errors
        ///
        /// `Refused` with the name of the call's error, where it would be refused.
        pub fn dry_run_message(
            source: T::AccountId,
            destination: T::AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<T::AccountId>, ReadError> {
            Self::view_dry_run_message(
                source,
                destination,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
        }

        /// What `create_program` with these arguments would do, likewise.
        ///
        /// # Errors
        ///
        /// `Refused` with the name of the call's error, where it would be refused.
        pub fn dry_run_creation(
            creator: T::AccountId,
            code_hash: CodeHash,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<T::AccountId>, ReadError> {
            Self::view_dry_run_creation(
                creator,
                code_hash,
                salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
        }

        /// What `upload_program` with these arguments would do, likewise.
        ///
        /// # Errors
        ///
        /// `Invalid` if the code is not valid: what is wrong, in which function and where; `Refused`
        /// with the name of the call's error, where it would be refused for another reason.
        pub fn dry_run_upload_program(
            creator: T::AccountId,
            code: Vec<u8>,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<T::AccountId>, ReadError> {
            Self::view_dry_run_upload_program(
                creator,
                code,
                salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
        }

        /// What `upgrade_program` with these arguments would do, likewise.
        ///
        /// # Errors
        ///
        /// `Refused` with the name of the call's error, where it would be refused.
        pub fn dry_run_upgrade(
            admin: T::AccountId,
            program: T::AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<T::AccountId>, ReadError> {
            Self::view_dry_run_upgrade(admin, program, code_hash, payload, gas_limit, deposit_limit)
        }

        /// What `upload_code`, unless the same code is stored already, and then `upgrade_program`
        /// would do, likewise.
        ///
        /// # Errors
        ///
        /// As `dry_run_upload_program`.
        pub fn dry_run_upgrade_code(
            admin: T::AccountId,
            program: T::AccountId,
            code: Vec<u8>,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<T::AccountId>, ReadError> {
            Self::view_dry_run_upgrade_code(admin, program, code, payload, gas_limit, deposit_limit)
        }

        /// What `upload_code` would do: the code's name and deposit, or why it is refused.
        ///
        /// # Errors
        ///
        /// As `dry_run_upload_program`.
        pub fn dry_run_upload(
            uploader: T::AccountId,
            code: Vec<u8>,
        ) -> Result<DryRunUpload, ReadError> {
            Self::view_dry_run_upload(uploader, code)
        }

        /// Everything that `send_message` with these arguments would cause, as in a dry run, turn
        /// by turn; and then lets at most `blocks` blocks of service pass, as long as it is not
        /// over, so that deadlines, delays and letters come due.
        ///
        /// # Errors
        ///
        /// `Refused` with the name of the call's error, where it would be refused.
        pub fn trace_message(
            source: T::AccountId,
            destination: T::AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<T::AccountId>, ReadError> {
            Self::view_trace_message(
                source,
                destination,
                payload,
                value,
                gas_limit,
                deposit_limit,
                blocks,
            )
        }

        /// Everything that `upgrade_program` with these arguments would cause, likewise.
        ///
        /// # Errors
        ///
        /// `Refused` with the name of the call's error, where it would be refused.
        pub fn trace_upgrade(
            admin: T::AccountId,
            program: T::AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<T::AccountId>, ReadError> {
            Self::view_trace_upgrade(
                admin,
                program,
                code_hash,
                payload,
                gas_limit,
                deposit_limit,
                blocks,
            )
        }

        /// Everything that becomes of a message that stands in the queue, waits, or is delayed: the
        /// queue is served from here as the next block would, and at most `blocks` further ones.
        /// Ask the state of the block before to be told what a block did.
        ///
        /// # Errors
        ///
        /// `NoSuchMessage`.
        pub fn trace_queued(
            message_id: MessageId,
            blocks: u32,
        ) -> Result<Trace<T::AccountId>, ReadError> {
            Self::view_trace_queued(message_id, blocks)
        }

        /// Runs the program's `state` entry with `payload` and returns its result.
        ///
        /// # Errors
        ///
        /// Where there is no such program or entry, and how the entry failed if it did.
        pub fn read_state(program: T::AccountId, payload: Vec<u8>) -> Result<Vec<u8>, ReadError> {
            Self::view_read_state(program, payload)
        }

        /// The value of one key of a program's keyed state, if it has that key.
        ///
        /// # Errors
        ///
        /// `NotAProgram`, or `Exited`.
        pub fn state_entry(
            program: T::AccountId,
            key: Vec<u8>,
        ) -> Result<Option<Vec<u8>>, ReadError> {
            Self::view_state_entry(program, key)
        }

        /// A program's record.
        pub fn program(program: T::AccountId) -> Option<ProgramInfo<T::AccountId>> {
            Self::view_program(program)
        }

        /// Who inherits from the program that stood at that address and has exited.
        pub fn inheritor(program: T::AccountId) -> Option<T::AccountId> {
            Tombstones::<T>::get(program)
        }

        /// What is known of stored code.
        pub fn code(code_hash: CodeHash) -> Option<CodeDetails> {
            Self::view_code(code_hash)
        }

        /// The bytes of stored code, as they were uploaded.
        pub fn wasm(code_hash: CodeHash) -> Option<Vec<u8>> {
            Self::view_wasm(code_hash)
        }

        /// The IDL that code was uploaded with: what its section `actors:idl` says. The chain has
        /// not judged it.
        pub fn idl(code_hash: CodeHash) -> Option<Vec<u8>> {
            Self::view_idl(code_hash)
        }

        /// Judges code as `upload_code` does; an error says what is wrong, in which function and
        /// where, and how to mend it.
        ///
        /// # Errors
        ///
        /// The first rule that it breaks, as a sentence for whoever wrote it.
        pub fn check_code(code: Vec<u8>) -> Result<(), String> {
            Self::view_check_code(&code)
        }

        /// The queue: how long it is, what a place in it costs, and what is served next.
        pub fn queue() -> QueueInfo<T::AccountId> {
            Self::view_queue()
        }

        /// The messages that wait in a program, at most 64, in the order of their ids: of those whose
        /// ids follow `start`, if that is given. It need not wait itself: to have all of them, ask again
        /// with the last id until fewer than 64 come.
        pub fn waiting(
            program: T::AccountId,
            start: Option<MessageId>,
        ) -> Vec<WaitingInfo<T::AccountId>> {
            Self::view_waiting(&program, start)
        }

        /// The messages that stand in a user's mailbox, at most 64, likewise.
        pub fn mailbox(
            user: T::AccountId,
            start: Option<MessageId>,
        ) -> Vec<LetterInfo<T::AccountId>> {
            Self::view_mailbox(&user, start)
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Stores code under `blake2_256` of its bytes, after judging it whole.
        ///
        /// Holds a deposit on the uploader's account, which `remove_code` gives back. What it weighs
        /// at first is a share of the block; a transaction that makes the call itself and succeeds
        /// weighs the work alone in the end.
        #[pallet::call_index(0)]
        #[pallet::weight(Pallet::<T>::upload_weight(code.len() as u32))]
        pub fn upload_code(origin: OriginFor<T>, code: Vec<u8>) -> DispatchResultWithPostInfo {
            let uploader = T::UploadOrigin::ensure_origin(origin)?;
            let work = T::WeightInfo::upload_code(code.len() as u32);
            Self::do_upload_code(&uploader, code)?;
            Ok(Self::weight_of_uploaded(work))
        }

        /// Keeps code no longer, and gives the caller the deposit for it back. The code stays as long
        /// as another account keeps it; with the last one it is removed, and that one must stay while
        /// programs use the code.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::remove_code())]
        pub fn remove_code(origin: OriginFor<T>, code_hash: CodeHash) -> DispatchResult {
            let keeper = ensure_signed(origin)?;
            Self::do_remove_code(&keeper, code_hash)
        }

        /// Creates a program from stored code and queues the message that runs its `init`.
        ///
        /// The address is `blake2_256("actors/program" ++ SCALE(code_hash, creator, salt))`. The
        /// creator pays the program's existential deposit and the deposit for its record at once,
        /// and has both back if `init` fails. The arguments after `salt` are those of
        /// `send_message`.
        #[pallet::call_index(2)]
        #[pallet::weight(
            T::WeightInfo::create_program(payload.len() as u32)
                .saturating_add(T::WeightInfo::serve_message(payload.len() as u32))
        )]
        pub fn create_program(
            origin: OriginFor<T>,
            code_hash: CodeHash,
            salt: Vec<u8>,
            payload: Vec<u8>,
            #[pallet::compact] value: Balance,
            #[pallet::compact] gas_limit: Gas,
            #[pallet::compact] deposit_limit: Balance,
        ) -> DispatchResult {
            let creator = T::CreateOrigin::ensure_origin(origin)?;
            Self::do_create_program(
                &creator,
                code_hash,
                &salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
            .map(|_| ())
        }

        /// `upload_code`, unless the same code is stored already, and `create_program` in one.
        #[pallet::call_index(3)]
        #[pallet::weight(
            Pallet::<T>::upload_weight(code.len() as u32)
                .saturating_add(T::WeightInfo::create_program(payload.len() as u32))
                .saturating_add(T::WeightInfo::serve_message(payload.len() as u32))
        )]
        pub fn upload_program(
            origin: OriginFor<T>,
            code: Vec<u8>,
            salt: Vec<u8>,
            payload: Vec<u8>,
            #[pallet::compact] value: Balance,
            #[pallet::compact] gas_limit: Gas,
            #[pallet::compact] deposit_limit: Balance,
        ) -> DispatchResultWithPostInfo {
            let uploader = T::UploadOrigin::ensure_origin(origin.clone())?;
            let creator = T::CreateOrigin::ensure_origin(origin)?;
            let bytes = payload.len() as u32;
            let work = T::WeightInfo::upload_code(code.len() as u32)
                .saturating_add(T::WeightInfo::create_program(bytes))
                .saturating_add(T::WeightInfo::serve_message(bytes));
            let code_hash = Self::ensure_code(&uploader, code)?;
            Self::do_create_program(
                &creator,
                code_hash,
                &salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )?;
            Ok(Self::weight_of_uploaded(work))
        }

        /// Sends a message to a program.
        ///
        /// - `payload`: what it says, in the program's own encoding.
        /// - `value`: what it carries, in planck; it comes back if the turn fails.
        /// - `gas_limit`: the most gas that it and whatever it causes may burn. Its price is taken
        ///   and what is not burned comes back.
        /// - `deposit_limit`: the most planck it may add to the program's storage deposit. The program
        ///   may send some of it along with its own messages; what is not used comes back.
        ///
        /// The reply comes as the event `UserMessage`, in the same block where there is room.
        #[pallet::call_index(4)]
        #[pallet::weight(
            // Serving it is paid with it; its turn burns gas besides.
            T::WeightInfo::send_message(payload.len() as u32)
                .saturating_add(T::WeightInfo::serve_message(payload.len() as u32))
        )]
        pub fn send_message(
            origin: OriginFor<T>,
            destination: T::AccountId,
            payload: Vec<u8>,
            #[pallet::compact] value: Balance,
            #[pallet::compact] gas_limit: Gas,
            #[pallet::compact] deposit_limit: Balance,
        ) -> DispatchResult {
            let source = ensure_signed(origin)?;
            Self::do_send_message(
                &source,
                destination,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
            .map(|_| ())
        }

        /// Pauses the service of the queue, or resumes it. Messages are accepted meanwhile, as
        /// long as the queue has room; none is lost.
        #[pallet::call_index(5)]
        #[pallet::weight((T::WeightInfo::set_service_paused(), DispatchClass::Operational))]
        pub fn set_service_paused(origin: OriginFor<T>, paused: bool) -> DispatchResult {
            T::ManagerOrigin::ensure_origin(origin)?;
            Self::do_set_service_paused(paused)
        }

        /// Answers a message in the caller's mailbox, and so resumes the message of the program
        /// that awaits it. The caller has the letter's value.
        ///
        /// - `message_id`: the letter, as its `UserMessage` event names it.
        /// - `payload`: what the reply says, in the program's own encoding.
        /// - `value`: what it carries, in planck. It is the program's, whatever becomes of its turn.
        /// - `only_if_awaited`: refuses the call if no message awaits the answer any more. Otherwise
        ///   the program handles it as a late one, or only keeps the value.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::send_reply(payload.len() as u32))]
        pub fn send_reply(
            origin: OriginFor<T>,
            message_id: MessageId,
            payload: Vec<u8>,
            #[pallet::compact] value: Balance,
            only_if_awaited: bool,
        ) -> DispatchResult {
            let user = ensure_signed(origin)?;
            Self::do_send_reply(&user, message_id, payload, value, only_if_awaited)
        }

        /// Takes the value of a message in the caller's mailbox, and has nothing to say: the
        /// program that awaits an answer gets an empty one.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::send_reply(0))]
        pub fn claim_value(origin: OriginFor<T>, message_id: MessageId) -> DispatchResult {
            let user = ensure_signed(origin)?;
            Self::do_claim_value(&user, message_id)
        }

        /// Queues the message that upgrades a program to other stored code, for its admin: a turn of
        /// the new code's `migrate`, with fresh memory and the keyed state as it is. If it fails, the
        /// old code goes on and nothing has changed. If it ends well, messages that wait in the
        /// program are answered with `Upgraded`. The arguments after `code_hash` are those of
        /// `send_message`.
        #[pallet::call_index(8)]
        #[pallet::weight(
            T::WeightInfo::upgrade_program(payload.len() as u32)
                .saturating_add(T::WeightInfo::serve_message(payload.len() as u32))
        )]
        pub fn upgrade_program(
            origin: OriginFor<T>,
            program: T::AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            #[pallet::compact] gas_limit: Gas,
            #[pallet::compact] deposit_limit: Balance,
        ) -> DispatchResult {
            let admin = ensure_signed(origin)?;
            Self::do_upgrade_program(
                &admin,
                program,
                code_hash,
                payload,
                gas_limit,
                deposit_limit,
            )
            .map(|_| ())
        }

        /// Lets another account upgrade a program in the caller's stead; or, with none, nobody ever
        /// again.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::set_admin())]
        pub fn set_admin(
            origin: OriginFor<T>,
            program: T::AccountId,
            admin: Option<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_set_admin(&who, program, admin)
        }

        /// Closes what one of the caller's calls has opened: nothing new begins on it, and what is left
        /// of its gas and deposit money comes back with the last message that it pays for. Messages
        /// whose first turn has not run end with `PurseClosed`, delayed ones among them, and their
        /// value goes back. What has begun goes on, and has its reply or its deadline, but can send to
        /// users only; signals clean up all the same.
        ///
        /// - `message_id`: the message that the call sent.
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::close_purse())]
        pub fn close_purse(origin: OriginFor<T>, message_id: MessageId) -> DispatchResult {
            let payer = ensure_signed(origin)?;
            Self::do_close_purse(&payer, message_id)
        }

        /// Keeps stored code: it stays until the caller calls `remove_code`, whoever uploaded it and
        /// whatever others do. Holds the deposit that an upload of it would take today. Who may upload may
        /// keep.
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::keep_code())]
        pub fn keep_code(origin: OriginFor<T>, code_hash: CodeHash) -> DispatchResult {
            let keeper = T::UploadOrigin::ensure_origin(origin)?;
            Self::do_keep_code(&keeper, code_hash)
        }
    }
}
