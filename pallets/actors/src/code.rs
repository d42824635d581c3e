//! Stored code: judged once, stored once, paid for by its uploader.

use actors_executor::{split_idl, Blob, CodeInfo, Invalid, InvalidKind, Modules};
use actors_primitives::{Balance, CodeHash};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    dispatch::{DispatchClass, PostDispatchInfo},
    ensure,
    pallet_prelude::{BoundedVec, DispatchError, DispatchResult},
    storage::{
        transactional::{Layer, TRANSACTION_LEVEL_KEY},
        unhashed,
    },
    traits::{fungible::hold::Mutate as _, tokens::Precision, Get},
    weights::Weight,
};
use scale_info::TypeInfo;

use crate::{
    deposit::Footprint, report, service::HALF_BUDGET, Codes, Config, Error, Event, HoldReason,
    Idls, Pallet, Uploaded, Wasm, WeightInfo,
};

/// What is known of stored code.
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
pub struct Code<T: Config> {
    /// Who uploaded it, and gets the deposit back.
    pub uploader: T::AccountId,
    /// What is held for it, in planck.
    pub deposit: Balance,
    /// How many programs use it.
    pub references: u32,
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

    /// The deposit for code: its record, what runs, and its IDL if it has one.
    pub(crate) fn code_deposit(blob: &Blob<'_>) -> Balance {
        let mut footprint = Footprint::default();
        footprint.add(Code::<T>::max_encoded_len());
        footprint.add(blob.code.len());
        if !blob.section.is_empty() {
            footprint.add(blob.section.len());
        }
        Self::deposit_for(footprint)
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

    pub(crate) fn do_upload_code(
        uploader: &T::AccountId,
        mut wasm: Vec<u8>,
    ) -> Result<CodeHash, DispatchError> {
        let code_hash = Self::code_hash(&wasm);
        ensure!(
            !Codes::<T>::contains_key(code_hash),
            Error::<T>::CodeAlreadyStored
        );
        let blob = split_idl(&wasm).map_err(Self::refusal)?;
        // Before the code is judged: who cannot pay has nothing translated.
        let deposit = Self::code_deposit(&blob);
        T::Currency::hold(&HoldReason::Code.into(), uploader, deposit)
            .map_err(|_| Error::<T>::CodeDepositNotPayable)?;
        Self::note_upload(blob.code.len())?;
        let mut info = Self::validate_code(&wasm).map_err(Self::refusal)?;
        info.schedule = T::Schedule::get().version;
        if !blob.section.is_empty() {
            let section = BoundedVec::try_from(blob.section.to_vec());
            Idls::<T>::insert(code_hash, section.map_err(|_| Error::<T>::CodeIdlTooLarge)?);
        }
        let runs = blob.code.len();
        wasm.truncate(runs);
        let wasm = BoundedVec::try_from(wasm).map_err(|_| Error::<T>::CodeTooLarge)?;
        Wasm::<T>::insert(code_hash, wasm);
        let code = Code {
            uploader: uploader.clone(),
            deposit,
            references: 0,
            info,
        };
        Codes::<T>::insert(code_hash, code);
        let uploader = uploader.clone();
        Self::deposit_event(Event::CodeUploaded {
            code_hash,
            uploader,
            deposit,
        });
        Ok(code_hash)
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
    fn note_upload(bytes: usize) -> DispatchResult {
        // What is longer is refused unread.
        let bytes = bytes.min(T::Limits::get().code as usize) as u32;
        let left = Self::code_left().checked_sub(Modules::cost(bytes));
        let left = left.ok_or(Error::<T>::TooMuchCode)?;
        let now = frame_system::Pallet::<T>::block_number();
        Uploaded::<T>::put((now, HALF_BUDGET.saturating_sub(left)));
        Ok(())
    }

    /// Writes down what this version of the validator says of code that an older one admitted.
    pub(crate) fn record_verdict(code_hash: CodeHash, info: CodeInfo) {
        Codes::<T>::mutate_extant(code_hash, |code| code.info = info);
    }

    fn refusal(invalid: Invalid) -> Error<T> {
        log::debug!(target: crate::LOG_TARGET, "code refused: {invalid}");
        invalid.kind.into()
    }

    /// Stores code unless it is stored already.
    pub(crate) fn ensure_code(
        uploader: &T::AccountId,
        wasm: Vec<u8>,
    ) -> Result<CodeHash, DispatchError> {
        let code_hash = Self::code_hash(&wasm);
        if Codes::<T>::contains_key(code_hash) {
            return Ok(code_hash);
        }
        Self::do_upload_code(uploader, wasm)
    }

    pub(crate) fn do_remove_code(uploader: &T::AccountId, code_hash: CodeHash) -> DispatchResult {
        let code = Codes::<T>::get(code_hash).ok_or(Error::<T>::CodeNotFound)?;
        ensure!(code.uploader == *uploader, Error::<T>::NotUploader);
        ensure!(code.references == 0, Error::<T>::CodeInUse);
        let reason = HoldReason::Code.into();
        let deposit = code.deposit;
        if T::Currency::release(&reason, uploader, deposit, Precision::BestEffort) != Ok(deposit) {
            report!("a code's deposit is less than its record says");
        }
        Codes::<T>::remove(code_hash);
        Wasm::<T>::remove(code_hash);
        Idls::<T>::remove(code_hash);
        let uploader = uploader.clone();
        Self::deposit_event(Event::CodeRemoved {
            code_hash,
            uploader,
            deposit,
        });
        Ok(())
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
