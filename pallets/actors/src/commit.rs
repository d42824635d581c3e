//! What a turn asked for, applied: one function an effect, all of them or none.

use actors_executor::{Create, Effect, Effects, MemoryChange, Send};
use actors_primitives::{Gas, ReplyCode};
use alloc::vec::Vec;
use frame_support::traits::Get;

use crate::{
    aborted::Aborted,
    ledger::{Leaves, Ledger, Paying},
    message::{Kind, Message, Sender, Waiter},
    queue::Lane,
    reply::Ending,
    task::{Ended, Task},
    Config, Event, Pallet, Program, Programs, Status,
};

impl<T: Config> Pallet<T> {
    /// Applies everything that a successful turn asks for, or fails whole.
    pub(crate) fn commit(
        ledger: &mut Ledger<'_, T>,
        task: &Task<T>,
        mut program: Program<T>,
        effects: Effects,
    ) -> Result<Ended, Aborted> {
        let message = &task.message;
        let account = &message.destination;
        ledger.purse.restore(task.past.signal);
        if task.past.turns == 0 && message.kind.has_reply() {
            Self::pay_out(&mut ledger.service.till, account, message.value)?;
        }
        if effects.exit.is_none() {
            Self::commit_program(
                ledger,
                task,
                &mut program,
                effects.memory,
                effects.state,
                &effects.wait,
            )?;
        }

        let mut reply = None;
        for effect in effects.effects {
            match effect {
                Effect::Send(send) => Self::apply_send(ledger, message, program.epoch, send)?,
                Effect::Create(create) => {
                    Self::apply_create(ledger, message, program.epoch, create)?;
                }
                Effect::Wake(message) => Self::wake(
                    ledger.service,
                    account,
                    Waiter {
                        epoch: program.epoch,
                        message,
                    },
                ),
                Effect::Emit(data) => Self::deposit_event(Event::ProgramEvent {
                    program: account.clone(),
                    message_id: message.id,
                    data,
                }),
                Effect::Reply(given) => {
                    reply = Some(Ending {
                        code: ReplyCode::Replied,
                        payload: given.payload,
                        value: given.value,
                    });
                }
            }
        }
        let has_replied = task.past.has_replied || reply.is_some();
        let code = match (&reply, task.past.has_replied) {
            (None, false) => ReplyCode::Finished,
            _ => ReplyCode::Replied,
        };
        if message.kind.has_reply() && !task.past.has_replied {
            // Whoever still waits has time to reply.
            let is_last = effects.wait.is_none();
            let ending = reply.or_else(|| is_last.then(Ending::empty));
            if let Some(ending) = ending {
                // What goes on keeps what it may use.
                let deposit = match is_last {
                    true => core::mem::take(&mut ledger.deposit),
                    false => 0,
                };
                let (service, purse) = (&mut *ledger.service, &mut ledger.purse);
                Self::give_reply(service, message, ending, purse, deposit)?;
            }
        }
        if let Some(inheritor) = effects.exit {
            if let Kind::Migrate(code_hash) = message.kind {
                Self::release_code(code_hash);
            }
            Self::exit_program(ledger.service, account, program, inheritor.into())?;
            return Ok(Ended::With(code));
        }
        let Some(wait) = effects.wait else {
            return Ok(Ended::With(code));
        };
        let blocks = wait.blocks;
        let past = crate::task::Past {
            has_replied,
            ..task.past
        };
        Self::park(ledger, message, past, program.epoch, wait);
        Ok(Ended::Not(blocks))
    }

    /// Writes what the turn changed in the program itself, and settles its deposit.
    fn commit_program(
        ledger: &mut Ledger<'_, T>,
        task: &Task<T>,
        program: &mut Program<T>,
        memory: MemoryChange,
        state: alloc::collections::BTreeMap<Vec<u8>, Option<Vec<u8>>>,
        wait: &Option<actors_executor::Wait>,
    ) -> Result<(), Aborted> {
        let account = &task.message.destination;
        let before = program.clone();
        let mut footprint = program.footprint;
        match task.message.kind {
            Kind::Migrate(code) => {
                let service = &mut *ledger.service;
                Self::migrate(service, account, program, code, memory, &mut footprint)?;
            }
            _ => Self::write_memory(account, program, memory, &mut footprint)?,
        }
        for (key, value) in state {
            Self::write_state(account, key, value, &mut footprint)?;
        }
        let is_larger = program.wasm_pages > before.wasm_pages
            || program.pages.len() > before.pages.len()
            || program.code_hash != before.code_hash;
        if is_larger {
            Self::ensure_loadable(program)?;
        }
        Self::settle_deposit(account, program, footprint, ledger)?;
        if task.message.kind == Kind::Init && wait.is_none() {
            program.status = Status::Active;
            Self::deposit_event(Event::ProgramInitialised {
                program: account.clone(),
            });
        }
        if *program != before {
            Programs::<T>::insert(account, program);
        }
        Ok(())
    }

    /// The most that loading a program may take: three quarters of the longest turn, so that the
    /// rest is left to do something.
    pub(crate) fn most_to_load() -> Gas {
        let quarter = T::MaxTurnGas::get() / 4;
        quarter.saturating_mul(3)
    }

    /// Refuses memory that no turn could load again: the program would be lost for ever.
    fn ensure_loadable(program: &Program<T>) -> Result<(), Aborted> {
        let schedule = T::Schedule::get();
        let pages = u32::try_from(program.pages.len()).unwrap_or(u32::MAX);
        let load = schedule
            .load_code(&program.info, program.wasm_pages)
            .saturating_add(schedule.load_pages(pages));
        match load <= Self::most_to_load() {
            true => Ok(()),
            false => Err(Aborted::Reply(ReplyCode::LimitExceeded)),
        }
    }

    /// Sends a program's message: to a program through the queue, to a user as an event or into
    /// the mailbox; later, if it is to be later.
    fn apply_send(
        ledger: &mut Ledger<'_, T>,
        message: &Message<T>,
        epoch: u32,
        send: Send,
    ) -> Result<(), Aborted> {
        let source = message.destination.clone();
        let destination = T::AccountId::from(send.destination);
        // What is awaited and goes to a user is a letter, which the executor has found out. To a
        // program that has exited it is sent too: its sender is told so.
        let is_at_once = !send.is_awaited && send.delay == 0;
        if is_at_once && !Self::is_address_used(&destination) {
            Self::transfer_from_program(&source, &destination, send.value)?;
            Self::deposit_event(Event::UserMessage {
                message_id: send.id,
                source,
                destination,
                payload: send.payload,
                value: send.value,
                reply: None,
                expires: None,
            });
            return Ok(());
        }
        Self::value_departs(&mut ledger.service.till, &source, send.value)?;
        // A letter pays its rent out of what pays for the message.
        let rent = send.letter.as_ref().map_or(0, |letter| letter.rent);
        let gas = send.gas.map(|gas| gas.saturating_add(rent));
        let leaves = match send.letter {
            Some(_) => Leaves::AsLetter,
            None if send.delay > 0 => Leaves::Later,
            None => Leaves::AtOnce(send.payload.len() as u32),
        };
        let Paying {
            purse,
            deposit,
            place,
        } = ledger.pay_for(message, send.id, gas, send.deposit, leaves);
        let sent = Message {
            id: send.id,
            kind: Kind::Handle,
            source,
            sender: Self::sender_of(message, epoch, send.is_awaited),
            destination,
            payload: Self::bounded(send.payload)?,
            value: send.value,
            purse,
            deposit,
            place,
        };
        match send.letter {
            Some(letter) => {
                match send.gas {
                    Some(_) => Self::change_purse(&purse, |own| own.set_aside(letter.rent)),
                    None => ledger.purse.set_aside(letter.rent),
                }
                Self::post(ledger.service, sent, letter);
            }
            None if send.delay > 0 => Self::delay(ledger.service, sent, send.delay),
            None => Self::enqueue(ledger.service, Lane::Queue, sent),
        }
        Ok(())
    }

    /// How the reply to what a message sends reaches it.
    fn sender_of(message: &Message<T>, epoch: u32, is_awaited: bool) -> Sender {
        match is_awaited {
            true => Sender::Awaiting(Waiter {
                epoch,
                message: message.id,
            }),
            false => Sender::Program,
        }
    }

    /// Creates a program for a program, which pays what any creator pays.
    fn apply_create(
        ledger: &mut Ledger<'_, T>,
        message: &Message<T>,
        epoch: u32,
        create: Create,
    ) -> Result<(), Aborted> {
        let creator = message.destination.clone();
        let program = T::AccountId::from(create.program);
        Self::ensure_creator(&creator).map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))?;
        Self::insert_program(&program, &creator, create.code)?;
        Self::value_departs(&mut ledger.service.till, &creator, create.value)?;
        Self::deposit_event(Event::ProgramCreated {
            program: program.clone(),
            code_hash: create.code,
            creator: creator.clone(),
            message_id: create.id,
        });
        let Paying {
            purse,
            deposit,
            place,
        } = ledger.pay_for(
            message,
            create.id,
            create.gas,
            create.deposit,
            Leaves::AtOnce(create.payload.len() as u32),
        );
        let init = Message {
            id: create.id,
            kind: Kind::Init,
            source: creator,
            sender: Self::sender_of(message, epoch, create.is_awaited),
            destination: program,
            payload: Self::bounded(create.payload)?,
            value: create.value,
            purse,
            deposit,
            place,
        };
        Self::enqueue(ledger.service, Lane::Queue, init);
        Ok(())
    }
}
