//! Stored code: judged once, stored once, and paid for by each account that keeps it.

use actors_executor::{split_idl, Blob, CodeInfo, Invalid, InvalidKind, Modules};
use actors_primitives::{Balance, CodeHash};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    dispatch::{DispatchClass, PostDispatchInfo},
    ensure,
    pallet_prelude::{DispatchError, DispatchResult},
    storage::{
        transactional::{Layer, TRANSACTION_LEVEL_KEY},
        unhashed,
    },
    traits::{fungible::hold::Mutate as _, tokens::Precision, Get},
    weights::Weight,
};
use scale_info::TypeInfo;

use crate::{
    deposit::Footprint, report, session::HALF_BUDGET, Codes, Config, Error, HoldReason, Keepers,
    Pallet, Uploaded, WeightInfo,
};

/// What is known of stored code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Code {
    /// How many accounts keep it: who uploaded it, and who has called `keep_code`.
    pub keepers: u32,
    /// How many programs use it, and upgrades to it that are queued.
    pub references: u32,
    /// Bytes of the section that its IDL is in, 0 if it has none.
    pub idl_len: u32,
    /// What running it needs to know.
    pub info: CodeInfo,
}

impl<T: Config> Pallet<T> {
    /// Judges `wasm` as `upload_code` does.
    ///
    /// # Errors
    /// What is wrong, where, and how to mend it.
    pub fn validate_code(wasm: &[u8]) -> Result<CodeInfo, Invalid> {
        actors_executor::validate(wasm, &T::Limits::get())
    }

    /// As [`Self::validate_code`]; and the parts in which it is stored.
    pub(crate) fn judge(wasm: &[u8]) -> Result<(CodeInfo, Blob<'_>), Invalid> {
        Ok((Self::validate_code(wasm)?, split_idl(wasm)?))
    }

    /// What keeping code takes, whoever else does: the deposit for its record, for what runs, for its
    /// IDL if it has one, and for the keeper's own record.
    pub(crate) fn code_deposit(code_len: usize, idl_len: usize) -> Balance {
        let mut footprint = Footprint::default();
        footprint.add(Code::max_encoded_len());
        footprint.add(code_len);
        if idl_len > 0 {
            footprint.add(idl_len);
        }
        footprint.add(Balance::max_encoded_len());
        Self::deposit_for(footprint)
    }

    /// Makes an account a keeper of code, with its deposit.
    pub(crate) fn add_keeper(
        keeper: &T::AccountId,
        code_hash: CodeHash,
        deposit: Balance,
    ) -> DispatchResult {
        T::Currency::hold(&HoldReason::Code.into(), keeper, deposit)
            .map_err(|_| Error::<T>::CodeDepositNotPayable)?;
        Keepers::<T>::insert(code_hash, keeper, deposit);
        Ok(())
    }

    /// Gives a keeper the deposit back; says how much it was. An error if the account cannot take it: its
    /// free balance would stay below the existential deposit, which was raised since.
    pub(crate) fn remove_keeper(
        keeper: &T::AccountId,
        code_hash: CodeHash,
    ) -> Result<Balance, DispatchError> {
        let deposit = Keepers::<T>::take(code_hash, keeper).ok_or(Error::<T>::NotKeeper)?;
        let reason = HoldReason::Code.into();
        let released = T::Currency::release(&reason, keeper, deposit, Precision::BestEffort)?;
        if released != deposit {
            report!("a code's deposit is less than its record says");
        }
        Ok(deposit)
    }

    pub(crate) fn code_hash(wasm: &[u8]) -> CodeHash {
        CodeHash(sp_io::hashing::blake2_256(wasm))
    }

    /// What an upload of that many bytes weighs until it is certain that it stays.
    ///
    /// Judging code takes memory of the runtime that nothing gives back within a block. Storage counts
    /// the uploads that stay; those that fail, or whose batch fails, are undone there. The block's
    /// weight is not: so they weigh a share of what all transactions of a block may weigh.
    pub(crate) fn upload_weight(bytes: u32) -> Weight {
        let work = T::WeightInfo::upload_code(bytes);
        let block = T::BlockWeights::get();
        let normal = block.get(DispatchClass::Normal).max_total;
        let normal = normal.unwrap_or(block.max_block).ref_time();
        let share = u128::from(normal)
            .saturating_mul(Modules::cost(bytes).into())
            .div_ceil(Modules::UNDONE.into());
        let share = u64::try_from(share).unwrap_or(u64::MAX);
        Weight::from_parts(work.ref_time().max(share), work.proof_size())
    }

    /// What an upload that succeeded weighs: the work alone, if nothing around the call can undo it.
    pub(crate) fn weight_of_uploaded(work: Weight) -> PostDispatchInfo {
        // A call is a layer of storage, and so is each that it is made from: a batch, a proxy.
        let layers = unhashed::get_or_default::<Layer>(TRANSACTION_LEVEL_KEY);
        Some(work).filter(|_| layers <= 1).into()
    }

    /// Bytes of code that may still be read anew after the transactions of the block.
    pub(crate) fn code_left() -> u32 {
        let (block, bytes) = Uploaded::<T>::get();
        match block == frame_system::Pallet::<T>::block_number() {
            true => HALF_BUDGET.saturating_sub(bytes),
            false => HALF_BUDGET,
        }
    }

    /// Notes that code of that length is judged, which translates all of it, if the block may
    /// still do that.
    pub(crate) fn note_upload(bytes: usize) -> DispatchResult {
        // What is longer is refused unread.
        let bytes = bytes.min(T::Limits::get().code as usize) as u32;
        let uploaded = HALF_BUDGET.saturating_sub(Self::code_left());
        let all = uploaded.saturating_add(Modules::cost(bytes));
        ensure!(all <= Self::most_uploaded(), Error::<T>::TooMuchCode);
        let now = frame_system::Pallet::<T>::block_number();
        Uploaded::<T>::put((now, all));
        Ok(())
    }

    /// Bytes of code that the uploads of a block may have: one of the longest at least; and where there
    /// is room for that, one of the longest can still be read after the transactions.
    pub(crate) fn most_uploaded() -> u32 {
        let longest = Modules::cost(T::Limits::get().code);
        HALF_BUDGET.saturating_sub(longest).max(longest)
    }

    /// Writes down what this version of the validator says of code that an older one admitted.
    pub(crate) fn record_verdict(code_hash: CodeHash, info: CodeInfo) {
        Codes::<T>::mutate_extant(code_hash, |code| code.info = info);
    }

    pub(crate) fn refusal(invalid: Invalid) -> Error<T> {
        log::debug!(target: crate::LOG_TARGET, "code refused: {invalid}");
        invalid.kind.into()
    }

    /// Adds a user to stored code.
    pub(crate) fn retain_code(code_hash: CodeHash) -> Result<Code, DispatchError> {
        Codes::<T>::try_mutate(code_hash, |code| {
            let code = code.as_mut().ok_or(Error::<T>::CodeNotFound)?;
            code.references = code.references.saturating_add(1);
            Ok(code.clone())
        })
    }

    /// Gives up a program's reference to its code.
    pub(crate) fn release_code(code_hash: CodeHash) {
        Codes::<T>::mutate(code_hash, |code| match code {
            Some(code) => code.references = code.references.saturating_sub(1),
            None => report!("a program's code has no record"),
        });
    }
}

impl<T> From<InvalidKind> for Error<T> {
    fn from(kind: InvalidKind) -> Self {
        match kind {
            InvalidKind::Malformed => Self::CodeMalformed,
            InvalidKind::TooLarge => Self::CodeTooLarge,
            InvalidKind::Float => Self::CodeUsesFloat,
            InvalidKind::Feature => Self::CodeUsesForbiddenFeature,
            InvalidKind::StartFunction => Self::CodeHasStartFunction,
            InvalidKind::UnknownImport => Self::CodeImportUnknown,
            InvalidKind::ImportType => Self::CodeImportMistyped,
            InvalidKind::UnknownExport | InvalidKind::ExportType => Self::CodeExportInvalid,
            InvalidKind::NoEntry => Self::CodeHasNoEntry,
            InvalidKind::Memory => Self::CodeMemoryInvalid,
            InvalidKind::Global => Self::CodeGlobalInvalid,
            InvalidKind::Limit => Self::CodeOverLimit,
            InvalidKind::Untranslatable => Self::CodeUntranslatable,
            InvalidKind::IdlMisplaced => Self::CodeIdlMisplaced,
            InvalidKind::IdlTooLarge => Self::CodeIdlTooLarge,
        }
    }
}
