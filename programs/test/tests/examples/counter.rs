use actors_test::Chain;

use crate::built::built;

#[test]
fn the_count_is_kept_in_memory_and_told() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = chain
        .deploy(built("counter"))
        .payload(40u32.to_le_bytes())
        .by(&alice);
    assert_eq!(counter.query::<u32>(()), 40);
    assert_eq!(counter.send(b"").by(&alice).expect::<u32>(), 41);
    assert_eq!(
        counter.send(9u32.to_le_bytes()).by(&alice).expect::<u32>(),
        50
    );
    assert_eq!(counter.query::<u32>(()), 50);
    assert_eq!(counter.events(), [41u32.to_le_bytes(), 50u32.to_le_bytes()]);
    assert_eq!(counter.info().expect("it is there").stored_pages, 1);
}

#[test]
fn what_it_does_not_take_changes_nothing() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = chain.deploy(built("counter")).by(&alice);
    let bad = "expected a u32, or nothing";
    counter.send(b"abc").by(&alice).expect_panic(bad);
    counter.send(b"abcde").by(&alice).expect_panic(bad);
    let most = u32::MAX.to_le_bytes();
    counter.send(most).by(&alice).expect_reply(most);
    counter
        .send(b"")
        .by(&alice)
        .expect_panic("the count would overflow");
    assert_eq!(counter.query::<u32>(()), u32::MAX);
    assert_eq!(counter.events(), [most]);
}
