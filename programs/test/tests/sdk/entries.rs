//! Collections in keyed state.

use actors_test::{Chain, Message, Program, User};
use codec::{Decode, Encode};

use crate::{built::built, support::panicked};

struct Setup {
    chain: Chain,
    entries: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let entries = chain.deploy(built("sdk-entries")).by(&alice);
        Self {
            chain,
            entries,
            alice,
        }
    }

    fn call(&self, name: &str) -> actors_test::NamedSend {
        self.entries.call(name)
    }

    /// What the entries take.
    fn bytes(&self) -> u64 {
        let info = self.entries.info().expect("it is there");
        info.state_bytes
    }

    fn entry<T: Decode>(&self, key: impl AsRef<[u8]>) -> Option<T> {
        let entry = self.entries.state_entry(key)?;
        Some(T::decode(&mut &entry[..]).expect("it is of that type"))
    }

    #[track_caller]
    fn one(&self, what: u8, value: u64, expected: (bool, Option<u64>, bool)) {
        let message = self.call("one").arg(what).arg(value).by(&self.alice);
        message.expect_ok(expected);
    }

    #[track_caller]
    fn number(&self, what: u8, key: u32, value: u64, expected: (bool, Option<u64>, bool)) {
        let call = self.call("number").arg(what).arg(key).arg(value);
        call.by(&self.alice).expect_ok(expected);
    }

    fn list(&self, what: u8, place: u32, text: &str) -> Message {
        let call = self.call("list").arg(what).arg(place).arg(text);
        call.by(&self.alice)
    }
}

#[test]
fn a_value_is_one_entry_under_its_name() {
    let stage = Setup::new();
    let nothing = stage.entries.storage_deposit();
    stage.one(0, 0, (false, None, false));
    stage.one(1, 7, (false, Some(7), true));
    assert_eq!(stage.entry("one"), Some(7u64));
    stage.one(2, 3, (true, Some(10), true));
    stage.one(3, 0, (true, Some(10), false));
    assert_eq!(stage.entry::<u64>("one"), None);
    assert_eq!(stage.entries.storage_deposit(), nothing);
    // Where there is none, a change begins with the default. A default stays, unlike in a map.
    stage.one(2, 0, (false, Some(0), true));
    stage.one(4, 0, (true, None, false));
    stage.one(4, 0, (false, None, false));
}

#[test]
fn a_map_has_an_entry_for_each_key() {
    let stage = Setup::new();
    let nothing = stage.entries.storage_deposit();
    let key = |key: u32| [&b"number"[..], &key.encode()].concat();
    stage.number(0, 1, 0, (false, None, false));
    stage.number(1, 1, 7, (false, Some(7), true));
    stage.number(1, 2, 0, (false, Some(0), true));
    assert_eq!(stage.entry(key(1)), Some(7u64));
    assert_eq!(stage.entry(key(2)), Some(0u64), "`insert` stores a default");
    stage.number(2, 1, 3, (true, Some(10), true));
    assert_eq!(stage.entry(key(1)), Some(10u64));
    stage.number(3, 2, 0, (true, Some(0), false));
    // What becomes the default is removed.
    stage.number(2, 1, 10u64.wrapping_neg(), (true, Some(0), false));
    assert_eq!(stage.entry::<u64>(key(1)), None);
    stage.number(2, 3, 0, (false, Some(0), false));
    stage.number(2, 3, 4, (false, Some(4), true));
    stage.number(4, 3, 0, (true, None, false));
    assert_eq!(stage.entries.storage_deposit(), nothing);
}

#[test]
fn keys_may_have_several_parts() {
    let stage = Setup::new();
    let text = |first: u8, second: &str, text: Option<&str>| {
        let call = stage.call("text").arg(first).arg(second);
        call.arg(text.map(str::to_string)).by(&stage.alice)
    };
    text(1, "a", Some("one")).expect_ok(Some("one"));
    text(1, "b", Some("two")).expect_ok(Some("two"));
    text(2, "a", None).expect_ok(None::<String>);
    text(1, "a", None).expect_ok(Some("one"));
    let key = [&b"text"[..], &(1u8, "b").encode()].concat();
    assert_eq!(stage.entry::<String>(key), Some("two".into()));
    // Longer than what is read on the stack.
    let long = "x".repeat(5_000);
    text(3, "", Some(&long)).expect_ok(Some(&long));
    text(3, "", None).expect_ok(Some(&long));
}

#[test]
fn keys_and_values_have_an_end() {
    let stage = Setup::new();
    let key = |bytes: u32| stage.call("key").arg(bytes).by(&stage.alice);
    // With the name and its length, 128 bytes.
    key(125).expect_ok(1u8);
    key(125).expect_ok(2u8);
    let text = "a key of keyed state is longer than 128 bytes: hash what is long";
    for bytes in [126, 1_000, 100_000] {
        key(bytes).expect_panic(text);
    }
    let long = |bytes: u32| stage.call("long").arg(bytes).by(&stage.alice);
    long(16_382).expect_ok(16_382u32);
    let text = "the chain takes no such entry: it is too long, or nothing may be written here";
    for bytes in [16_383, 60_000] {
        long(bytes).expect_panic(text);
    }
    assert_eq!(stage.entry::<Vec<u8>>("long"), Some(vec![7; 16_382]));
}

#[test]
fn a_set_has_an_empty_entry_for_each_member() {
    let stage = Setup::new();
    let member = |account: [u8; 32], is: bool| {
        let call = stage.call("member").arg(account).arg(is);
        call.by(&stage.alice)
    };
    let (one, two) = ([1u8; 32], [2u8; 32]);
    member(one, true).expect_ok((true, true));
    member(one, true).expect_ok((false, true));
    member(two, false).expect_ok((false, false));
    let key = [&b"member"[..], &one].concat();
    assert_eq!(stage.entries.state_entry(&key), Some(vec![]));
    member(one, false).expect_ok((true, false));
    member(one, false).expect_ok((false, false));
    assert_eq!(stage.entries.state_entry(&key), None);
}

#[test]
fn a_list_keeps_its_order() {
    let stage = Setup::new();
    let nothing = stage.bytes();
    let elements = || stage.entries.ask("elements").answer::<Vec<String>>();
    let none = None::<String>;
    stage.list(2, 0, "").expect_ok((&none, 0u32));
    stage.list(0, 0, "").expect_ok((&none, 0u32));
    for (place, text) in (0u32..).zip(["a", "b", "c", "d"]) {
        let pushed = stage.list(1, 0, text);
        pushed.expect_ok((Some(place.to_string()), place + 1));
    }
    assert_eq!(stage.entry("list"), Some(4u32));
    let key = [&b"list"[..], &2u32.encode()].concat();
    assert_eq!(stage.entry::<String>(key), Some("c".into()));
    stage.list(4, 1, "B").expect_ok((Some("B"), 4u32));
    stage.list(4, 4, "E").expect_ok((&none, 4u32));
    // The last takes the place of what is removed.
    stage.list(3, 0, "").expect_ok((Some("a"), 3u32));
    assert_eq!(elements(), ["d", "B", "c"]);
    stage.list(3, 2, "").expect_ok((Some("c"), 2u32));
    stage.list(3, 2, "").expect_ok((&none, 2u32));
    assert_eq!(elements(), ["d", "B"]);
    stage.list(0, 1, "").expect_ok((Some("B"), 2u32));
    stage.list(0, 2, "").expect_ok((&none, 2u32));
    stage.list(2, 0, "").expect_ok((Some("B"), 1u32));
    stage.list(1, 0, "e").expect_ok((Some("1"), 2u32));
    stage.list(5, 0, "").expect_ok((&none, 0u32));
    assert_eq!(elements(), [""; 0]);
    assert_eq!(stage.bytes(), nothing, "nothing stays");
}

#[test]
fn a_turn_pays_for_what_it_touches() {
    let stage = Setup::new();
    let read = || {
        let message = stage.call("read").arg(3u32).by(&stage.alice);
        message.expect_ok(Some(3u64)).gas_burned
    };
    let fill = |from: u32, to: u32| {
        let call = stage.call("fill").arg(from).arg(to);
        call.by(&stage.alice).expect_success();
    };
    fill(0, 10);
    let few = read();
    for part in 0..8 {
        fill(10 + part * 100, 110 + part * 100);
    }
    assert_eq!(read(), few, "of hundreds as of ten");
    assert_eq!(
        stage.entries.ask("get").arg(700u32).answer::<Option<u64>>(),
        Some(700)
    );
}

#[test]
fn a_query_writes_nothing() {
    let stage = Setup::new();
    let wrote = stage.entries.try_read_state([2u8, 5, 0, 0, 0]);
    let told = format!("{:?}", wrote.expect_err("it may not"));
    assert!(told.contains("Panicked"), "{told}");
    assert_eq!(
        stage.entries.ask("get").arg(5u32).answer::<Option<u64>>(),
        None
    );
    stage.chain.next_block();
    // A turn that fails writes nothing either.
    let text = panicked(&stage.call("key").arg(200u32).by(&stage.alice));
    assert!(text.contains("128 bytes"));
}
