//! Programs: instances of code, each at an address of its own.

use actors_executor::{CodeInfo, PageIndex, StoredMemory};
use actors_primitives::{
    program_preimage, Balance, CodeHash, ReplyCode, PAGE_SIZE, WASM_PAGE_SIZE,
};
use alloc::collections::BTreeSet;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    pallet_prelude::{BoundedBTreeSet, BoundedVec, DispatchError},
    traits::{
        fungible::{hold::Mutate as _, Inspect, Mutate},
        tokens::{Fortitude, Preservation},
        EnsureOrigin,
    },
};
use frame_system::RawOrigin;
use scale_info::TypeInfo;

use crate::{
    deposit::Footprint, record::ServiceState, report, task::Task, till::Till, Config, Error, Event,
    GlobalsBound, HoldReason, PagesBound, Pallet, Programs, Tombstones,
};

/// Pages of 16 KiB in a Wasm page.
pub(crate) const PAGES_PER_WASM_PAGE: u32 = WASM_PAGE_SIZE / PAGE_SIZE;

/// Where a program is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Status {
    /// Its `init` has not ended yet: it has not run, or it waits.
    Initialising,
    /// It handles messages.
    Active,
}

/// A program's record.
#[derive(
    frame_support::CloneNoBound,
    frame_support::DebugNoBound,
    frame_support::PartialEqNoBound,
    frame_support::EqNoBound,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Program<T: Config> {
    /// The code it runs.
    pub code_hash: CodeHash,
    /// What running that code needs to know: as in the code's own record, which a turn need not
    /// read then.
    pub info: CodeInfo,
    /// Who created it.
    pub creator: T::AccountId,
    /// Who may upgrade it; nobody, if it is immutable.
    pub admin: Option<T::AccountId>,
    /// How often it has been upgraded.
    pub epoch: u32,
    /// Where it is in its life.
    pub status: Status,
    /// The size of its memory, in Wasm pages; zero before its first turn.
    pub wasm_pages: u32,
    /// Its kept globals.
    pub globals: BoundedVec<u64, GlobalsBound>,
    /// Which of its pages are stored.
    pub pages: BoundedBTreeSet<PageIndex, PagesBound>,
    /// What it stores besides this record.
    pub footprint: Footprint,
    /// What is held on its account for all that, in planck.
    pub deposit: Balance,
}

impl<T: Config> Program<T> {
    /// Its memory as the executor asks for it.
    pub(crate) fn memory(&self) -> StoredMemory {
        StoredMemory {
            wasm_pages: self.wasm_pages,
            globals: self.globals.to_vec(),
            pages: self.pages.iter().copied().collect::<BTreeSet<_>>(),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The address of the program that `creator` makes from `code_hash` with `salt`.
    #[must_use]
    pub fn program_address(
        code_hash: CodeHash,
        creator: &T::AccountId,
        salt: &[u8],
    ) -> T::AccountId {
        let preimage = program_preimage(&code_hash, &creator.clone().into(), salt);
        sp_io::hashing::blake2_256(&preimage).into()
    }

    /// Whether the account may create programs.
    pub(crate) fn ensure_creator(who: &T::AccountId) -> Result<(), DispatchError> {
        T::CreateOrigin::ensure_origin(RawOrigin::Signed(who.clone()).into())?;
        Ok(())
    }

    /// Whether a program stands at the address, or did.
    pub(crate) fn is_address_used(account: &T::AccountId) -> bool {
        Programs::<T>::contains_key(account) || Tombstones::<T>::contains_key(account)
    }

    /// Writes a new program's record, returns it, and moves its deposits from the creator.
    ///
    /// An account may stand at the address already, since addresses can be known beforehand; the
    /// program simply takes it over.
    pub(crate) fn insert_program(
        account: &T::AccountId,
        creator: &T::AccountId,
        code_hash: CodeHash,
    ) -> Result<Program<T>, DispatchError> {
        let info = Self::retain_code(code_hash)?.info;
        ensure!(
            !Self::is_address_used(account),
            Error::<T>::ProgramAlreadyExists
        );
        let deposit = Self::record_deposit();
        let total = Self::creation_deposit();
        T::Currency::transfer(creator, account, total, Preservation::Preserve)
            .and_then(|_| T::Currency::hold(&HoldReason::Storage.into(), account, deposit))
            .map_err(|_| Error::<T>::ProgramDepositNotPayable)?;
        let program = Program {
            code_hash,
            info,
            creator: creator.clone(),
            admin: Some(creator.clone()),
            epoch: 0,
            status: Status::Initialising,
            wasm_pages: 0,
            globals: BoundedVec::new(),
            pages: BoundedBTreeSet::new(),
            footprint: Footprint::default(),
            deposit,
        };
        Programs::<T>::insert(account, &program);
        Ok(program)
    }

    /// Writes down what running the program's code needs to know now.
    pub(crate) fn renew_info(account: &T::AccountId, program: &mut Program<T>, info: CodeInfo) {
        program.info = info;
        Programs::<T>::insert(account, &*program);
    }

    /// Ends a program whose `init` has failed. If a turn of it had committed it may have acted
    /// already, so its address is used; else it leaves nothing.
    pub(crate) fn fail_init(
        service: &mut ServiceState,
        task: &Task<T>,
        code: ReplyCode,
        payer: Option<&T::AccountId>,
    ) {
        let account = &task.message.destination;
        let Some(program) = Programs::<T>::get(account) else {
            // It had ended while its message was on its way.
            return;
        };
        let heir = Self::heir_of_stillborn(account, &program, payer);
        if task.past.turns == 0 {
            Self::remove_program(&mut service.till, account, program, heir);
        } else if let Err(error) = Self::end_program(service, account, program, heir, true) {
            report!("a program whose `init` failed has ended, but not whole: {error:?}");
        }
        Self::deposit_event(Event::ProgramRemoved {
            program: account.clone(),
            code,
        });
    }

    /// Who has what a program leaves whose `init` has failed: its creator, or who inherits from
    /// that. A creator that has left everything to this very program leaves it to whoever pays for
    /// the message.
    fn heir_of_stillborn(
        account: &T::AccountId,
        program: &Program<T>,
        payer: Option<&T::AccountId>,
    ) -> T::AccountId {
        let heir = Self::heir(program.creator.clone());
        match heir == *account {
            true => payer.cloned().unwrap_or_else(Self::escrow),
            false => heir,
        }
    }

    /// Removes a program that never committed a turn, and gives its deposits to `to`: it stores
    /// nothing but its record.
    fn remove_program(
        till: &mut Till,
        account: &T::AccountId,
        program: Program<T>,
        to: T::AccountId,
    ) {
        Programs::<T>::remove(account);
        Self::release_code(program.code_hash);
        let total = T::Currency::minimum_balance().saturating_add(program.deposit);
        Self::release_rest(till, account, &to, program.deposit);
        // The existential deposit may have risen since: never more than there is.
        let there =
            T::Currency::reducible_balance(account, Preservation::Expendable, Fortitude::Polite);
        // What came to the address otherwise stays for a program that the creator makes there
        // again, which nobody can once that has exited.
        let returned = match Tombstones::<T>::contains_key(&program.creator) {
            true => there,
            false => total.min(there),
        };
        if T::Currency::transfer(account, &to, returned, Preservation::Expendable).is_err() {
            report!("a removed program's deposits could not be returned");
        }
    }

    pub(crate) fn ensure_admin(
        who: &T::AccountId,
        program: &T::AccountId,
    ) -> Result<Program<T>, DispatchError> {
        let record = Programs::<T>::get(program).ok_or(Error::<T>::NotAProgram)?;
        ensure!(record.admin.as_ref() == Some(who), Error::<T>::NotAdmin);
        Ok(record)
    }
}
