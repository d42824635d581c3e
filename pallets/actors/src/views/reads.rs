//! Reads of what is stored.

use actors_primitives::{abi::Entry, CodeHash, MessageId};
use actors_runtime_api::{
    CodeDetails, LetterInfo, ProgramInfo, ProgramStatus, QueueInfo, QueuedMessage, ReadError,
    WaitingInfo,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use frame_support::traits::Get;

use crate::{
    pallet::Key, reply::last_words, waiting::WaitState, Codes, Config, Idls, Mailboxes, Pallet,
    Program, Programs, Queue, Service, State, Status, Tombstones, Waiting, Wasm,
};

/// Messages that a look at the queue, at those that wait, or at a mailbox shows: enough to see
/// what holds it up, and bounded.
const SHOWN_MESSAGES: usize = 64;

impl<T: Config> Pallet<T> {
    pub(crate) fn view_read_state(
        program: T::AccountId,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, ReadError> {
        let record = Self::readable(&program)?;
        if record.status == Status::Initialising {
            return Err(ReadError::NotInitialised);
        }
        let outcome = Self::run_state(&program, &record, payload);
        outcome.ok_or(ReadError::NoStateEntry)?.map_err(|failure| {
            let (text, payload) = last_words(&failure);
            ReadError::Failed {
                code: failure.code,
                text,
                payload,
            }
        })
    }

    fn readable(program: &T::AccountId) -> Result<Program<T>, ReadError> {
        match Programs::<T>::get(program) {
            Some(record) => Ok(record),
            None if Tombstones::<T>::contains_key(program) => Err(ReadError::Exited),
            None => Err(ReadError::NotAProgram),
        }
    }

    pub(crate) fn view_state_entry(
        program: T::AccountId,
        key: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        Self::readable(&program)?;
        // A key longer than any that can be written has no value.
        let key = Key::try_from(key).ok();
        Ok(key
            .and_then(|key| State::<T>::get(program, key))
            .map(Into::into))
    }

    pub(crate) fn view_program(program: T::AccountId) -> Option<ProgramInfo<T::AccountId>> {
        let record = Programs::<T>::get(program)?;
        let stored_pages = record.pages.len() as u32;
        let page_bytes =
            u64::from(stored_pages).saturating_mul(actors_primitives::PAGE_SIZE.into());
        Some(ProgramInfo {
            code_hash: record.code_hash,
            admin: record.admin,
            epoch: record.epoch,
            creator: record.creator,
            status: match record.status {
                Status::Initialising => ProgramStatus::Initialising,
                Status::Active => ProgramStatus::Active,
            },
            wasm_pages: record.wasm_pages,
            stored_pages,
            state_bytes: record.footprint.bytes.saturating_sub(page_bytes),
            deposit: record.deposit,
        })
    }

    pub(crate) fn view_code(code_hash: CodeHash) -> Option<CodeDetails> {
        let code = Codes::<T>::get(code_hash)?;
        let exported = Entry::ALL
            .into_iter()
            .filter(|entry| code.info.exports.contains(*entry));
        Some(CodeDetails {
            keepers: code.keepers,
            deposit: Self::code_deposit(code.info.code_len as usize, code.idl_len as usize),
            references: code.references,
            bytes: code.info.code_len,
            idl_bytes: code.idl_len,
            wasm_pages: code.info.wasm_pages,
            exports: exported.map(|entry| entry.export().to_string()).collect(),
        })
    }

    pub(crate) fn view_wasm(code_hash: CodeHash) -> Option<Vec<u8>> {
        let mut wasm = Wasm::<T>::get(code_hash)?.into_inner();
        wasm.extend(Idls::<T>::get(code_hash).unwrap_or_default());
        Some(wasm)
    }

    pub(crate) fn view_idl(code_hash: CodeHash) -> Option<Vec<u8>> {
        let section = Idls::<T>::get(code_hash)?;
        actors_executor::idl_of(&section).map(<[u8]>::to_vec)
    }

    pub(crate) fn view_check_code(code: &[u8]) -> Result<(), String> {
        Self::validate_code(code)
            .map(|_| ())
            .map_err(|invalid| invalid.to_string())
    }

    pub(crate) fn view_queue() -> QueueInfo<T::AccountId> {
        let service = Service::<T>::get();
        let messages = (service.queue.head..service.queue.tail)
            .take(SHOWN_MESSAGES)
            .filter_map(Queue::<T>::get);
        QueueInfo {
            queued: service.queue.length(),
            booked: service.booked.length(),
            place_price: Self::place_rate(&service).price(T::MaxTurnGas::get()),
            is_paused: service.is_paused,
            unfreed_programs: u32::try_from(service.remains.length()).unwrap_or(u32::MAX),
            clock: service.clock,
            scheduled: service.scheduled,
            messages: messages
                .map(|message| QueuedMessage {
                    id: message.id,
                    source: message.source,
                    destination: message.destination,
                    entry: message.kind.entry().export().to_string(),
                    payload_bytes: message.payload.len() as u32,
                    value: message.value,
                })
                .collect(),
        }
    }

    pub(crate) fn view_waiting(
        program: &T::AccountId,
        start: Option<MessageId>,
    ) -> Vec<WaitingInfo<T::AccountId>> {
        let Some(record) = Programs::<T>::get(program) else {
            return Vec::new();
        };
        let clock = Service::<T>::get().clock;
        let prefix = (program, record.epoch);
        let all = match start {
            Some(id) => {
                let start = Waiting::<T>::hashed_key_for((program, record.epoch, id));
                Waiting::<T>::iter_prefix_from(prefix, start)
            }
            None => Waiting::<T>::iter_prefix(prefix),
        };
        all.take(SHOWN_MESSAGES)
            .map(|(_, waiting)| {
                let waited = waiting.waited_by(clock);
                let (deadline, causes) = match waiting.state {
                    WaitState::Parked(_) => (Some(waiting.blocks.saturating_sub(waited)), 0),
                    WaitState::Called { causes, .. } => (None, causes),
                };
                WaitingInfo {
                    message_id: waiting.message.id,
                    source: waiting.message.source,
                    turn: waiting.turn,
                    has_replied: waiting.has_replied,
                    blocks: waiting.blocks,
                    waited,
                    deadline,
                    causes,
                    payload_bytes: waiting.bytes,
                }
            })
            .collect()
    }

    pub(crate) fn view_mailbox(
        user: &T::AccountId,
        start: Option<MessageId>,
    ) -> Vec<LetterInfo<T::AccountId>> {
        let clock = Service::<T>::get().clock;
        let all = match start {
            Some(id) => {
                Mailboxes::<T>::iter_prefix_from(user, Mailboxes::<T>::hashed_key_for(user, id))
            }
            None => Mailboxes::<T>::iter_prefix(user),
        };
        all.take(SHOWN_MESSAGES)
            .map(|(_, letter)| LetterInfo {
                message_id: letter.message.id,
                program: letter.message.source.clone(),
                payload: letter.message.payload.to_vec(),
                value: letter.message.value,
                expires: letter.blocks.saturating_sub(letter.passed(clock)),
            })
            .collect()
    }
}
