use actors_test::{Chain, Program, Refusal, User};
use codec::{Decode, Encode};

use crate::built::built;

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Counted {
    Added { by: u32, count: u32 },
}

#[derive(Debug, Encode)]
enum CounterError {
    Overflow,
}

fn counter(chain: &Chain, count: u32, alice: &User) -> Program {
    let counter = chain.deploy(built("counter")).init("new");
    counter.arg(count).by(alice)
}

fn count(counter: &Program) -> u32 {
    counter.ask("count").answer()
}

#[test]
fn the_count_is_kept_in_memory_and_told() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = counter(&chain, 40, &alice);
    assert_eq!(count(&counter), 40);
    counter.call("add").arg(1u32).by(&alice).expect_ok(41u32);
    counter.call("add").arg(9u32).by(&alice).expect_ok(50u32);
    assert_eq!(count(&counter), 50);
    counter.call("count").by(&alice).expect_ok(50u32);
    let told = [(1, 41), (9, 50)].map(|(by, count)| Counted::Added { by, count });
    assert_eq!(counter.events::<Counted>(), told);
    assert_eq!(counter.info().expect("it is there").stored_pages, 1);
}

#[test]
fn what_it_does_not_take_changes_nothing() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = counter(&chain, 0, &alice);
    for (wrong, refusal) in [
        (&b"\0abc"[..], Refusal::Arguments { argument: 0 }),
        (b"\0abcde", Refusal::TrailingBytes { bytes: 1 }),
        (b"\x02", Refusal::UnknownRoute { route: 2 }),
    ] {
        counter.send(wrong).by(&alice).expect_refusal(refusal);
    }
    let most = u32::MAX;
    counter.call("add").arg(most).by(&alice).expect_ok(most);
    let over = counter.call("add").arg(1u32).by(&alice);
    over.expect_revert(CounterError::Overflow);
    assert_eq!(count(&counter), most);
    let told = Counted::Added {
        by: most,
        count: most,
    };
    assert_eq!(counter.events::<Counted>(), [told]);
}
