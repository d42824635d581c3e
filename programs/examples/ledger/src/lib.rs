//! A fungible token: who has how much, and who may spend how much of whose.
//!
//! What it teaches: each balance is an entry of **keyed state**. A turn reads and writes the
//! entries it needs, and costs the same with ten holders and with ten million; whoever opens an
//! entry pays its deposit. Memory would be loaded and compared whole, and is lost by an upgrade.
//!
//! - `init` takes name, symbol, decimals and supply, and mints the supply to the creator, who is
//!   the owner.
//! - `handle` takes a call: [`Call`] lists them. It gives no reply but its end, and fails with a
//!   text that says why; nothing has changed then.
//! - `state` takes a query: [`Query`] lists them.
//! - Each change deposits an event: [`Event`] lists them.
//!
//! All of them are SCALE, in the few forms that `scale` reads and writes by itself: the codec
//! crate of the chain needs an allocator, and this program needs none.
//!
//! The entries of keyed state, which anybody can read without a turn:
//!
//! | key | value |
//! |---|---|
//! | `"b"`, account | its balance, a `u128`; none for nothing |
//! | `"a"`, account, spender | what the spender may still spend, a `u128`; none for nothing |
//! | `"s"` | the supply, a `u128` |
//! | `"o"` | the owner, who may mint |
//! | `"m"` | name, symbol and decimals |

#![cfg_attr(target_family = "wasm", no_std)]

mod book;
mod call;
mod event;
mod query;
mod scale;

use actors_std::{message, outbox};
use book::Account;
use call::Call;
use event::Event;
use query::Query;
use scale::{Reader, Writer};

actors_std::entries!(init, handle, state);

/// What a step comes to: a text for the sender where it cannot be done.
type Outcome<T = ()> = Result<T, &'static str>;

fn init() {
    finish(found());
}

fn handle() {
    finish(obey());
}

fn state() {
    finish(answer());
}

/// Fails the turn, and so undoes it, when something in it could not be done.
fn finish(outcome: Outcome) {
    if let Err(text) = outcome {
        actors_std::panic(text);
    }
}

/// Founds the ledger.
fn found() -> Outcome {
    refuse_value()?;
    let mut buffer = [0; 160];
    let payload = payload(&mut buffer)?;
    let (metadata, supply) = founding(payload).ok_or(
        "expected a name, a symbol (at most 63 bytes each), decimals, and the supply as a u128",
    )?;
    let creator = message::source();
    book::set_metadata(metadata)?;
    book::set_owner(&creator)?;
    mint(&creator, supply)
}

/// The metadata as it stands in the payload of `init`, and the supply that follows it.
fn founding(payload: &[u8]) -> Option<(&[u8], u128)> {
    let mut reader = Reader::new(payload);
    reader.text()?;
    reader.text()?;
    reader.byte()?;
    let metadata = payload.get(..payload.len().checked_sub(reader.left())?)?;
    let supply = reader.amount()?;
    reader.end()?;
    Some((metadata, supply))
}

/// Does what a message asks for.
fn obey() -> Outcome {
    refuse_value()?;
    let mut buffer = [0; Call::LONGEST];
    let call = Call::decode(payload(&mut buffer)?).ok_or("this is not a call of the ledger")?;
    let sender = message::source();
    match call {
        Call::Transfer { to, amount } => transfer(&sender, &to, amount),
        Call::Approve { spender, amount } => approve(&sender, &spender, amount),
        Call::TransferFrom { from, to, amount } => {
            spend_allowance(&from, &sender, amount)?;
            transfer(&from, &to, amount)
        }
        Call::Mint { to, amount } => {
            if book::owner()? != sender {
                return Err("only the owner mints");
            }
            mint(&to, amount)
        }
        Call::Burn { amount } => burn(&sender, amount),
    }
}

/// Replies to a query.
fn answer() -> Outcome {
    let mut buffer = [0; Query::LONGEST];
    let query = Query::decode(payload(&mut buffer)?).ok_or("this is not a query of the ledger")?;
    match query {
        Query::Metadata => {
            let mut buffer = [0; book::METADATA];
            reply(book::metadata(&mut buffer)?)
        }
        Query::TotalSupply => reply_amount(book::supply()?),
        Query::BalanceOf { account } => reply_amount(book::balance(&account)?),
        Query::Allowance { owner, spender } => reply_amount(book::allowance(&owner, &spender)?),
        Query::Owner => reply(&book::owner()?),
    }
}

fn transfer(from: &Account, to: &Account, amount: u128) -> Outcome {
    debit(from, amount)?;
    credit(to, amount)?;
    emit(Event::Transfer {
        from: Some(from),
        to: Some(to),
        amount,
    })
}

fn approve(owner: &Account, spender: &Account, amount: u128) -> Outcome {
    book::set_allowance(owner, spender, amount)?;
    emit(Event::Approval {
        owner,
        spender,
        amount,
    })
}

fn spend_allowance(owner: &Account, spender: &Account, amount: u128) -> Outcome {
    let allowed = book::allowance(owner, spender)?;
    let left = allowed
        .checked_sub(amount)
        .ok_or("the allowance is too small")?;
    book::set_allowance(owner, spender, left)
}

fn mint(to: &Account, amount: u128) -> Outcome {
    let supply = book::supply()?
        .checked_add(amount)
        .ok_or("the supply would be too large")?;
    book::set_supply(supply)?;
    credit(to, amount)?;
    emit(Event::Transfer {
        from: None,
        to: Some(to),
        amount,
    })
}

fn burn(from: &Account, amount: u128) -> Outcome {
    debit(from, amount)?;
    let supply = book::supply()?
        .checked_sub(amount)
        .ok_or("the supply is less than a balance")?;
    book::set_supply(supply)?;
    emit(Event::Transfer {
        from: Some(from),
        to: None,
        amount,
    })
}

fn debit(account: &Account, amount: u128) -> Outcome {
    let balance = book::balance(account)?
        .checked_sub(amount)
        .ok_or("the balance is too small")?;
    book::set_balance(account, balance)
}

fn credit(account: &Account, amount: u128) -> Outcome {
    let balance = book::balance(account)?
        .checked_add(amount)
        .ok_or("the balance would be too large")?;
    book::set_balance(account, balance)
}

/// The chain's own token would be lost here: nothing gives it back.
fn refuse_value() -> Outcome {
    match message::value() {
        0 => Ok(()),
        _ => Err("the ledger takes no value"),
    }
}

fn payload(buffer: &mut [u8]) -> Outcome<&[u8]> {
    message::payload(buffer).map_err(|_| "the payload is too long")
}

fn emit(event: Event) -> Outcome {
    let mut writer = Writer::<{ event::LONGEST }>::new();
    event.encode(&mut writer);
    outbox::emit(writer.written()).map_err(|_| "the chain takes no event")
}

fn reply_amount(amount: u128) -> Outcome {
    reply(&amount.to_le_bytes())
}

fn reply(bytes: &[u8]) -> Outcome {
    message::reply(bytes, 0).map_err(|_| "the chain takes no reply")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_founding_payload_is_metadata_and_supply() {
        let payload = [
            &[4 << 2][..],
            b"Gold",
            &[2 << 2],
            b"Au",
            &[12],
            &7u128.to_le_bytes(),
        ]
        .concat();
        let (metadata, supply) = founding(&payload).expect("it is well-formed");
        assert_eq!((metadata, supply), (&payload[..9], 7));
        for length in 0..payload.len() {
            assert_eq!(founding(&payload[..length]), None, "cut off at {length}");
        }
        let more = [&payload[..], &[0]].concat();
        assert_eq!(founding(&more), None, "nothing may follow");
    }
}
