//! Programs: their beginning, and their end.

use actors_primitives::{CodeHash, MessageId, ReplyCode};

use super::{
    chain::Chain,
    happening::Happening,
    message::Waiter,
    program::{Memory, Program},
    service::Seen,
    turn::Failure,
};
use crate::mock::AccountId;

impl Chain {
    /// A program has an address from now on; its creator pays for its record.
    pub(super) fn insert_program(
        &mut self,
        creator: &AccountId,
        account: &AccountId,
        code: CodeHash,
    ) {
        let deposit = self.rules.record_deposit;
        self.ledger.found(creator, account, deposit);
        let program = Program {
            code,
            creator: creator.clone(),
            admin: Some(creator.clone()),
            is_active: false,
            epoch: 0,
            memory: Memory::default(),
            state: Default::default(),
        };
        self.programs.insert(account.clone(), program);
    }

    /// A program is gone whose `init` failed in its first turn; its creator has everything back.
    pub(super) fn remove_program(&mut self, account: &AccountId, payer: &AccountId) {
        let deposit = self.ledger.release_storage(account, 0);
        let (program, heir) = (&self.programs[account], self.heir_of_failed(account, payer));
        let returned = match self.tombstones.contains_key(&program.creator) {
            // Nobody can make a program there again, so nothing stays.
            true => u128::MAX,
            false => self.rules.existential_deposit + deposit,
        };
        self.programs.remove(account);
        self.ledger.unfound(account, &heir, returned);
    }

    /// A program ends whose `init` failed in a later turn: what it was before cannot be undone.
    pub(super) fn end_failed_program(&mut self, account: &AccountId, payer: &AccountId) {
        let heir = self.heir_of_failed(account, payer);
        self.bury(account, heir);
    }

    /// Who has what a program leaves whose `init` failed: its creator, unless that has left
    /// everything to this very program; then who pays for the message.
    fn heir_of_failed(&self, account: &AccountId, payer: &AccountId) -> AccountId {
        let heir = self.heir(&self.programs[account].creator);
        match heir == *account {
            true => payer.clone(),
            false => heir,
        }
    }

    /// A program ends itself.
    pub(super) fn exit(&mut self, account: &AccountId, to: &AccountId) -> Result<(), Failure> {
        let heir = self.heir(to);
        if heir == *account {
            return Err(ReplyCode::SyscallMisuse.into());
        }
        self.bury(account, heir);
        Ok(())
    }

    /// Everything that a program leaves goes to the heir, and its address keeps a tombstone.
    fn bury(&mut self, account: &AccountId, heir: AccountId) {
        let program = self.programs.remove(account);
        let epoch = program.as_ref().map_or(0, |program| program.epoch);
        // What is held for pages and keys stays until they are freed.
        let (items, bytes) = program.map_or((0, 0), |program| program.footprint());
        let kept = self.rules.deposit(items, bytes) - self.rules.record_deposit;
        self.last_epochs.insert(account.clone(), epoch);
        self.tombstones.insert(account.clone(), heir.clone());
        self.ledger.release_storage(account, kept);
        self.ledger.bury(account, self.rules.tombstone());
        let value = self.ledger.bequeath(account, &heir);
        self.happens(Happening::Exited {
            program: account.clone(),
            inheritor: heir,
            value,
        });
    }

    /// Answers what waited in programs that have exited or gone on as others, in the order that
    /// is seen: it is that of a map.
    pub(super) fn sweep(&mut self, seen: &mut Seen) {
        while let Some((program, waiter)) = seen.peek().and_then(|id| self.swept(&id)) {
            seen.skip();
            self.answer_swept(&program, waiter);
        }
        while let Some(program) = seen.freed() {
            self.free(&program);
        }
    }

    /// All that an exited program stored is freed, in one step: no program of the scripts stores more.
    fn free(&mut self, program: &AccountId) {
        self.ledger.release_storage(program, 0);
        let heir = self.heir(program);
        let value = self.ledger.bequeath(program, &heir);
        self.happens(Happening::Freed {
            program: program.clone(),
            inheritor: heir,
            value,
        });
    }

    /// What waits under that id and will not be resumed.
    fn swept(&self, id: &MessageId) -> Option<(AccountId, Waiter)> {
        let mut all = self.waiting.keys();
        let key = all.find(|(_, waiter)| waiter.message == *id)?;
        (!self.waits(&key.0, key.1)).then(|| key.clone())
    }

    fn answer_swept(&mut self, program: &AccountId, waiter: Waiter) {
        let waiting = self.end_wait(program, waiter);
        let message = waiting.message;
        self.purse(&message.purse).gas += waiting.signal;
        // It was void from the moment of the upgrade, if there was one.
        let failure = match self.last_epochs.get(program) {
            Some(epoch) if *epoch == waiter.epoch => self.absence(program),
            _ => ReplyCode::Upgraded.into(),
        };
        let code = failure.code;
        if !waiting.has_replied {
            self.give_end(&message, failure);
        }
        self.finish(&message, code, 0);
    }
}
