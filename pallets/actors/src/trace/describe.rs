//! Turns in the words of a trace.

use actors_executor::{Cause, Effect, Effects, Failure};
use actors_primitives::{MessageId, ReplyCode};
use actors_runtime_api::{TraceCause, TraceEffect, TraceEnd};
use alloc::{string::String, vec::Vec};
use sp_runtime::traits::SaturatedConversion;

use crate::{message::Kind, reply::last_words, task::Task, Config, Programs};

/// The end of a turn that has nothing more to say than its code.
pub(super) fn ended(code: ReplyCode) -> TraceEnd {
    TraceEnd::Ended {
        code,
        text: String::new(),
        payload: Vec::new(),
    }
}

/// The end of a message that failed, and what the program said of it.
pub(super) fn failed(failure: &Failure) -> TraceEnd {
    let (text, payload) = last_words(failure);
    TraceEnd::Ended {
        code: failure.code,
        text,
        payload,
    }
}

/// The message that a message tells of: a reply, or a signal.
pub(super) fn told(kind: Kind) -> Option<MessageId> {
    match kind {
        Kind::Reply { to, .. } => Some(to),
        Kind::Signal { of, .. } => Some(of),
        _ => None,
    }
}

/// Why a turn runs.
pub(super) fn cause<T: Config>(task: &Task<T>) -> TraceCause {
    if let Kind::Signal { of, code } = task.message.kind {
        return TraceCause::Signal { of, code };
    }
    match &task.cause {
        Cause::Fresh => TraceCause::Fresh,
        Cause::Reply(reply) => TraceCause::Reply {
            to: reply.to,
            code: reply.code,
            value: reply.value,
            payload: reply.payload.clone(),
        },
        Cause::Woken => TraceCause::Woken,
        Cause::Deadline => TraceCause::Deadline,
    }
}

/// What a turn asks for, as a trace tells it.
pub(super) fn told_effects<T: Config>(
    task: &Task<T>,
    asked: &Effects,
) -> Vec<TraceEffect<T::AccountId>> {
    let mut told: Vec<_> = asked
        .effects
        .iter()
        .cloned()
        .map(told_effect::<T>)
        .collect();
    match asked.exit {
        Some(inheritor) => told.push(TraceEffect::Exited {
            inheritor: inheritor.into(),
        }),
        None => told.extend(stored(task, asked)),
    }
    if let Some(wait) = &asked.wait {
        told.push(TraceEffect::Waits {
            blocks: wait.blocks,
        });
    }
    told
}

fn told_effect<T: Config>(effect: Effect) -> TraceEffect<T::AccountId> {
    match effect {
        Effect::Send(send) => TraceEffect::Sent {
            message_id: send.id,
            destination: send.destination.into(),
            payload: send.payload,
            value: send.value,
            deposit: send.deposit,
            gas: send.gas,
            delay: send.delay,
            is_awaited: send.is_awaited,
            letter: send.letter.map(|letter| letter.blocks),
        },
        Effect::Create(create) => TraceEffect::Created {
            message_id: create.id,
            program: create.program.into(),
            code_hash: create.code,
            payload: create.payload,
            value: create.value,
            deposit: create.deposit,
            gas: create.gas,
            is_awaited: create.is_awaited,
        },
        Effect::Wake(message_id) => TraceEffect::Woke { message_id },
        Effect::Emit(data) => TraceEffect::Emitted { data },
        Effect::Reply(reply) => TraceEffect::Replied {
            payload: reply.payload,
            value: reply.value,
        },
    }
}

/// What changes in storage, if anything does.
fn stored<T: Config>(task: &Task<T>, asked: &Effects) -> Option<TraceEffect<T::AccountId>> {
    let memory = &asked.memory;
    let replaced = match task.message.kind {
        // The pages of the old code go, but for those that the new one writes.
        Kind::Migrate(_) => Programs::<T>::get(&task.message.destination).map_or(0, |program| {
            let kept = |index: &&_| memory.stored.contains_key(*index);
            let kept = program.pages.iter().filter(kept).count();
            program.pages.len().saturating_sub(kept)
        }),
        _ => 0,
    };
    let freed = memory.freed.len().saturating_add(replaced);
    let counts = [memory.stored.len(), freed, asked.state.len()];
    let [pages, freed_pages, state_keys] = counts.map(SaturatedConversion::saturated_into::<u32>);
    let is_something = counts.iter().any(|count| *count > 0);
    is_something.then_some(TraceEffect::Stored {
        pages,
        freed_pages,
        state_keys,
    })
}
