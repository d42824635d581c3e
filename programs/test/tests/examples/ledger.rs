use actors_test::{Chain, Program, ReadError, Refusal, ReplyCode, User, MICRO_UNIT, MILLI_UNIT};
use codec::{Decode, Encode};
use std::collections::BTreeMap;

use crate::built::built;

type Account = [u8; 32];

// What the ledger speaks: a route, and the arguments in the order in which they stand.

#[derive(Encode)]
enum Call {
    Transfer {
        to: Account,
        amount: u128,
    },
    Approve {
        spender: Account,
        amount: u128,
    },
    TransferFrom {
        from: Account,
        to: Account,
        amount: u128,
    },
    Mint {
        to: Account,
        amount: u128,
    },
    Burn {
        amount: u128,
    },
}

#[derive(Encode)]
enum Query {
    Metadata,
    TotalSupply,
    BalanceOf { account: Account },
    Allowance { owner: Account, spender: Account },
    Owner,
}

#[derive(Debug, Encode)]
enum LedgerError {
    BalanceTooSmall,
    AllowanceTooSmall,
    SupplyTooLarge,
    NotOwner,
    TextTooLong,
}

#[derive(Debug, PartialEq, Eq, Decode)]
enum Event {
    Transfer {
        from: Option<Account>,
        to: Option<Account>,
        amount: u128,
    },
    Approval {
        owner: Account,
        spender: Account,
        amount: u128,
    },
}

/// A ledger of Alice's, with two more users.
struct Setup {
    chain: Chain,
    ledger: Program,
    alice: User,
    bob: User,
    carol: User,
}

impl Setup {
    fn new(supply: u128) -> Self {
        let chain = Chain::new();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| chain.user(name));
        let ledger = chain.deploy(built("ledger")).init("new");
        let ledger = ledger.arg("Gold").arg("Au").arg(12u8).arg(supply);
        let ledger = ledger.by(&alice);
        Self {
            chain,
            ledger,
            alice,
            bob,
            carol,
        }
    }

    #[track_caller]
    fn does(&self, who: &User, call: Call) {
        let message = self.ledger.send(call.encode()).by(who);
        message.expect_code(ReplyCode::Finished);
    }

    #[track_caller]
    fn fails(&self, who: &User, call: Call, error: LedgerError) {
        let before = self.balances();
        let supply: u128 = self.ledger.query(Query::TotalSupply);
        let message = self.ledger.send(call.encode()).by(who);
        message.expect_revert(error);
        assert_eq!(self.balances(), before);
        assert_eq!(self.ledger.query::<u128>(Query::TotalSupply), supply);
        assert_eq!(self.events(), []);
    }

    fn balance(&self, user: &User) -> u128 {
        let account = user.id();
        self.ledger.query(Query::BalanceOf { account })
    }

    fn balances(&self) -> [u128; 3] {
        [&self.alice, &self.bob, &self.carol].map(|user| self.balance(user))
    }

    fn allowance(&self, owner: &User, spender: &User) -> u128 {
        let (owner, spender) = (owner.id(), spender.id());
        self.ledger.query(Query::Allowance { owner, spender })
    }

    #[track_caller]
    fn events(&self) -> Vec<Event> {
        self.ledger.events()
    }
}

fn moved(from: Option<&User>, to: Option<&User>, amount: u128) -> Event {
    Event::Transfer {
        from: from.map(User::id),
        to: to.map(User::id),
        amount,
    }
}

#[test]
fn the_creator_gets_the_supply() {
    let stage = Setup::new(1_000);
    assert_eq!(stage.balances(), [1_000, 0, 0]);
    assert_eq!(stage.ledger.query::<u128>(Query::TotalSupply), 1_000);
    let metadata: (String, String, u8) = stage.ledger.query(Query::Metadata);
    assert_eq!(metadata, ("Gold".into(), "Au".into(), 12));
    assert_eq!(
        stage.ledger.query::<Account>(Query::Owner),
        stage.alice.id()
    );
    assert_eq!(stage.events(), [moved(None, Some(&stage.alice), 1_000)]);
}

#[test]
fn a_ledger_that_makes_no_sense_is_not_founded() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let found = |payload: Vec<u8>| {
        let deploy = chain.deploy(built("ledger")).payload(payload);
        deploy.try_by(&alice).map_err(Box::new)
    };
    let cut = |argument| Refusal::Arguments { argument }.encode();
    let too_long = [&[0][..], &LedgerError::TextTooLong.encode()].concat();
    let bad = [
        (vec![], Refusal::NoRoute.encode()),
        (vec![1], Refusal::UnknownRoute { route: 1 }.encode()),
        ((0u8, "Gold", "Au", 12u8).encode(), cut(3)),
        ((0u8, "Gold", "Au", 12u8, 1u64).encode(), cut(3)),
        (
            (0u8, "Gold", "Au", 12u8, 1u128, 0u8).encode(),
            Refusal::TrailingBytes { bytes: 1 }.encode(),
        ),
        (
            (0u8, "x".repeat(64), "Au", 12u8, 1u128).encode(),
            too_long.clone(),
        ),
        (
            (0u8, "Gold", "x".repeat(64), 12u8, 1u128).encode(),
            too_long,
        ),
        ((0u8, vec![0xffu8; 4], "Au", 12u8, 1u128).encode(), cut(0)),
    ];
    for (payload, refusal) in bad {
        let failure = found(payload).expect_err("it makes no sense");
        let reply = failure.reply().expect("it came to init");
        assert_eq!(
            (reply.code, &reply.payload),
            (ReplyCode::Reverted, &refusal)
        );
    }
    let name = "x".repeat(63);
    let ledger = found((0u8, &name, &name, 255u8, u128::MAX).encode()).expect("it is founded");
    let metadata: (String, String, u8) = ledger.query(Query::Metadata);
    assert_eq!(metadata, (name.clone(), name, 255));
}

#[test]
fn transfers_move_what_there_is() {
    let stage = Setup::new(100);
    let (alice, bob) = (&stage.alice, &stage.bob);
    stage.events();
    stage.does(
        alice,
        Call::Transfer {
            to: bob.id(),
            amount: 30,
        },
    );
    assert_eq!(stage.balances(), [70, 30, 0]);
    assert_eq!(stage.events(), [moved(Some(alice), Some(bob), 30)]);
    stage.does(
        bob,
        Call::Transfer {
            to: bob.id(),
            amount: 30,
        },
    );
    assert_eq!(stage.balances(), [70, 30, 0], "to oneself nothing changes");
    assert_eq!(stage.events(), [moved(Some(bob), Some(bob), 30)]);
    stage.does(
        bob,
        Call::Transfer {
            to: alice.id(),
            amount: 0,
        },
    );
    assert_eq!(stage.balances(), [70, 30, 0]);
    stage.events();

    stage.fails(
        bob,
        Call::Transfer {
            to: alice.id(),
            amount: 31,
        },
        LedgerError::BalanceTooSmall,
    );
    stage.fails(
        bob,
        Call::Transfer {
            to: bob.id(),
            amount: 31,
        },
        LedgerError::BalanceTooSmall,
    );
    stage.fails(
        alice,
        Call::Transfer {
            to: bob.id(),
            amount: u128::MAX,
        },
        LedgerError::BalanceTooSmall,
    );
    stage.fails(
        &stage.carol,
        Call::Transfer {
            to: bob.id(),
            amount: 1,
        },
        LedgerError::BalanceTooSmall,
    );
}

#[test]
fn a_spender_spends_what_was_approved() {
    let stage = Setup::new(100);
    let (alice, bob, carol) = (&stage.alice, &stage.bob, &stage.carol);
    let (from, to) = (alice.id(), carol.id());
    stage.events();
    stage.does(
        alice,
        Call::Approve {
            spender: bob.id(),
            amount: 50,
        },
    );
    let approval = Event::Approval {
        owner: alice.id(),
        spender: bob.id(),
        amount: 50,
    };
    assert_eq!(stage.events(), [approval]);
    assert_eq!(
        (stage.allowance(alice, bob), stage.allowance(bob, alice)),
        (50, 0)
    );
    stage.does(
        bob,
        Call::TransferFrom {
            from,
            to,
            amount: 20,
        },
    );
    assert_eq!(stage.events(), [moved(Some(alice), Some(carol), 20)]);
    assert_eq!(
        (stage.balances(), stage.allowance(alice, bob)),
        ([80, 0, 20], 30)
    );

    stage.fails(
        bob,
        Call::TransferFrom {
            from,
            to,
            amount: 31,
        },
        LedgerError::AllowanceTooSmall,
    );
    stage.fails(
        carol,
        Call::TransferFrom {
            from,
            to,
            amount: 1,
        },
        LedgerError::AllowanceTooSmall,
    );
    assert_eq!(stage.allowance(alice, bob), 30);
    stage.does(
        alice,
        Call::Approve {
            spender: bob.id(),
            amount: 500,
        },
    );
    stage.events();
    stage.fails(
        bob,
        Call::TransferFrom {
            from,
            to,
            amount: 81,
        },
        LedgerError::BalanceTooSmall,
    );
    assert_eq!(
        stage.allowance(alice, bob),
        500,
        "a failed turn spends nothing"
    );
    stage.does(
        alice,
        Call::Approve {
            spender: bob.id(),
            amount: 0,
        },
    );
    stage.events();
    stage.fails(
        bob,
        Call::TransferFrom {
            from,
            to,
            amount: 1,
        },
        LedgerError::AllowanceTooSmall,
    );
}

#[test]
fn programs_can_ask_for_a_balance() {
    let stage = Setup::new(100);
    let ask = stage.ledger.call("balance_of").arg(stage.alice.id());
    ask.by(&stage.bob).expect_ok(100u128);
}

#[test]
fn the_owner_mints_and_holders_burn() {
    let stage = Setup::new(100);
    let (alice, bob) = (&stage.alice, &stage.bob);
    stage.events();
    stage.does(
        alice,
        Call::Mint {
            to: bob.id(),
            amount: 5,
        },
    );
    stage.does(bob, Call::Burn { amount: 2 });
    assert_eq!(
        stage.events(),
        [moved(None, Some(bob), 5), moved(Some(bob), None, 2)]
    );
    assert_eq!(stage.balances(), [100, 3, 0]);
    assert_eq!(stage.ledger.query::<u128>(Query::TotalSupply), 103);
    stage.fails(
        bob,
        Call::Mint {
            to: bob.id(),
            amount: 1,
        },
        LedgerError::NotOwner,
    );
    stage.fails(bob, Call::Burn { amount: 4 }, LedgerError::BalanceTooSmall);
    stage.fails(
        alice,
        Call::Mint {
            to: bob.id(),
            amount: u128::MAX,
        },
        LedgerError::SupplyTooLarge,
    );
}

#[test]
fn nonsense_and_value_are_refused() {
    let stage = Setup::new(100);
    let ledger = &stage.ledger;
    let transfer = Call::Transfer {
        to: stage.bob.id(),
        amount: 1,
    }
    .encode();
    let longer = [&transfer[..], &[0]].concat();
    for (wrong, refusal) in [
        (&b""[..], Refusal::NoRoute),
        (&[6; 17], Refusal::UnknownRoute { route: 6 }),
        (&transfer[..48], Refusal::Arguments { argument: 1 }),
        (&longer, Refusal::TrailingBytes { bytes: 1 }),
        (&[0; 1_000], Refusal::TrailingBytes { bytes: 951 }),
    ] {
        let message = ledger.send(wrong).by(&stage.alice);
        message.expect_refusal(refusal);
    }
    let paid = ledger.send(&transfer).value(7).by(&stage.alice);
    assert_eq!(paid.expect_refusal(Refusal::NotPayable).value, 7);
    let query = ledger.try_read_state(b"").expect_err("nothing is no query");
    let ReadError::Failed { code, payload, .. } = query else {
        panic!("it is read, and refuses: {query:?}")
    };
    let no_route = Refusal::NoRoute.encode();
    assert_eq!((code, payload), (ReplyCode::Reverted, no_route));
    assert_eq!(stage.balances(), [100, 0, 0]);
}

#[test]
fn whoever_opens_an_entry_pays_for_it_and_nothing_else_is_stored() {
    let stage = Setup::new(100);
    let info = || stage.ledger.info().expect("it is there");
    let entry = MILLI_UNIT + (33 + 16) * MICRO_UNIT;
    let (alice, bob) = (&stage.alice, &stage.bob);
    let (deposit, before) = (info().deposit, alice.balance());
    let message = Call::Transfer {
        to: bob.id(),
        amount: 40,
    }
    .encode();
    let reply = stage.ledger.send(&message).by(alice).expect_success();
    assert_eq!(info().deposit, deposit + entry);
    let gas = u128::from(reply.gas_burned) / 100;
    assert_eq!(alice.balance(), before - entry - gas);
    let reply = stage
        .ledger
        .send(&message)
        .deposit(0)
        .by(alice)
        .expect_success();
    assert_eq!(
        info().deposit,
        deposit + entry,
        "the entry is there already"
    );
    // Keyed state alone: the same entries cost the same, and no page is stored.
    assert!(reply.gas_burned < 3_000_000_000, "{} gas", reply.gas_burned);
    assert_eq!(info().stored_pages, 0);
    stage.does(
        bob,
        Call::Transfer {
            to: alice.id(),
            amount: 80,
        },
    );
    assert_eq!(info().deposit, deposit, "an empty entry is gone");

    let key = [&b"b"[..], &alice.id()].concat();
    assert_eq!(stage.ledger.state_entry(key), Some(100u128.encode()));
    let message = Call::Transfer {
        to: bob.id(),
        amount: 1,
    }
    .encode();
    let short = stage.ledger.send(message).deposit(entry - 1).by(alice);
    short.expect_code(ReplyCode::DepositShortfall);
    assert_eq!(stage.balances(), [100, 0, 0]);
}

/// A ledger in a few lines.
struct Model {
    supply: u128,
    balances: BTreeMap<Account, u128>,
    allowances: BTreeMap<(Account, Account), u128>,
}

impl Model {
    fn balance(&self, account: Account) -> u128 {
        self.balances.get(&account).copied().unwrap_or(0)
    }

    fn shift(&mut self, from: Account, to: Account, amount: u128) -> bool {
        if self.balance(from) < amount {
            return false;
        }
        *self.balances.entry(from).or_default() -= amount;
        *self.balances.entry(to).or_default() += amount;
        true
    }

    /// Does a call; says whether it could.
    fn does(&mut self, owner: Account, sender: Account, call: &Call) -> bool {
        match *call {
            Call::Transfer { to, amount } => self.shift(sender, to, amount),
            Call::Approve { spender, amount } => {
                self.allowances.insert((sender, spender), amount);
                true
            }
            Call::TransferFrom { from, to, amount } => {
                let allowed = self.allowances.get(&(from, sender)).copied().unwrap_or(0);
                if allowed < amount || !self.shift(from, to, amount) {
                    return false;
                }
                self.allowances.insert((from, sender), allowed - amount);
                true
            }
            Call::Mint { to, amount } => {
                if sender != owner {
                    return false;
                }
                self.supply += amount;
                *self.balances.entry(to).or_default() += amount;
                true
            }
            Call::Burn { amount } => {
                if self.balance(sender) < amount {
                    return false;
                }
                self.supply -= amount;
                *self.balances.entry(sender).or_default() -= amount;
                true
            }
        }
    }
}

#[test]
fn many_calls_agree_with_a_model() {
    let stage = Setup::new(60);
    let users = [&stage.alice, &stage.bob, &stage.carol];
    let owner = stage.alice.id();
    let mut model = Model {
        supply: 60,
        balances: BTreeMap::from([(owner, 60)]),
        allowances: BTreeMap::new(),
    };
    // A linear congruential generator: the same calls each time.
    let mut seed = 1u64;
    let mut pick = |count: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % count
    };
    let (mut done, mut failed) = (0, 0);
    for _ in 0..300 {
        let [sender, one, two] = [(); 3].map(|()| users[pick(3) as usize]);
        let amount = u128::from(pick(40));
        let call = match pick(5) {
            0 => Call::Transfer {
                to: one.id(),
                amount,
            },
            1 => Call::Approve {
                spender: one.id(),
                amount,
            },
            2 => Call::TransferFrom {
                from: one.id(),
                to: two.id(),
                amount,
            },
            3 => Call::Mint {
                to: one.id(),
                amount,
            },
            _ => Call::Burn { amount },
        };
        let could = model.does(owner, sender.id(), &call);
        let message = stage.ledger.send(call.encode()).by(sender);
        if could {
            done += 1;
            message.expect_code(ReplyCode::Finished);
        } else {
            failed += 1;
            message.expect_code(ReplyCode::Reverted);
        }
        let expected = users.map(|user| model.balance(user.id()));
        assert_eq!(stage.balances(), expected);
        let supply: u128 = stage.ledger.query(Query::TotalSupply);
        assert_eq!((supply, supply), (model.supply, expected.iter().sum()));
    }
    for owner in users {
        for spender in users {
            let key = (owner.id(), spender.id());
            let expected = model.allowances.get(&key).copied().unwrap_or(0);
            assert_eq!(stage.allowance(owner, spender), expected);
        }
    }
    assert!(
        done > 60 && failed > 60,
        "{done} done and {failed} failed is one-sided"
    );
    assert!(stage.chain.block_number() > 300);
}
