use actors_idl::{compare, lost, Audience, Builder, Call, Idl, Migration};
use codec::Encode;
use scale_info::TypeInfo;

use crate::token::{call, token};

/// What is told of a change to the token, and whom it breaks.
fn told(change: impl FnOnce(&mut Idl)) -> Vec<(String, Option<Audience>)> {
    let old = token();
    let mut new = old.clone();
    change(&mut new);
    let changes = compare(&old, &new).into_iter();
    changes
        .map(|it| (format!("{}: {}", it.place, it.what), it.breaks()))
        .collect()
}

/// How two programs differ that have one method each.
fn between(
    old: impl FnOnce(&mut Builder) -> Call,
    new: impl FnOnce(&mut Builder) -> Call,
) -> Vec<String> {
    let build = |describe: Box<dyn FnOnce(&mut Builder) -> Call + '_>| {
        let mut builder = Builder::new("p", "1.0.0", &[]);
        let call = describe(&mut builder);
        builder.method(call);
        builder.finish()
    };
    let (old, new) = (build(Box::new(old)), build(Box::new(new)));
    assert_eq!(compare(&old, &old), []);
    assert_eq!(compare(&new, &new), []);
    let changes = compare(&old, &new).into_iter();
    let sign = |breaks| if breaks { "!" } else { " " };
    changes
        .map(|it| format!("{}{}: {}", sign(it.is_breaking()), it.place, it.what))
        .collect()
}

fn takes<T: TypeInfo + 'static>(builder: &mut Builder) -> Call {
    Call {
        args: vec![builder.arg::<T>("it")],
        returns: builder.ty::<()>(),
        ..call("f", 0)
    }
}

fn returns<T: TypeInfo + 'static>(builder: &mut Builder) -> Call {
    Call {
        returns: builder.ty::<T>(),
        ..call("f", 0)
    }
}

fn fails<T: TypeInfo + 'static>(builder: &mut Builder) -> Call {
    Call {
        returns: builder.ty::<()>(),
        error: Some(builder.ty::<T>()),
        ..call("f", 0)
    }
}

#[test]
fn nothing_changes_where_only_names_and_docs_do() {
    let changes = told(|new| {
        new.name = "other".into();
        new.version = "9.0.0".into();
        new.methods[0].docs.clear();
    });
    assert_eq!(changes, []);
}

#[test]
fn what_happens_to_calls_is_told() {
    use Audience::{Callers, Deployers};
    let one = |change: fn(&mut Idl)| match told(change).as_slice() {
        [(text, breaks)] => (text.clone(), *breaks),
        other => panic!("{other:?}"),
    };
    let at = |text: &str, breaks| (text.to_string(), breaks);
    assert_eq!(
        one(|new| drop(new.methods.pop())),
        at("handle `run`: is gone", Some(Callers))
    );
    assert_eq!(
        one(|new| new.methods[1].route = 7),
        at("handle `run`: route 1 became 7", Some(Callers))
    );
    assert_eq!(
        one(|new| new.methods.push(call("more", 2))),
        at("handle `more`: is new", None)
    );
    assert_eq!(
        one(|new| new.methods[0].payable = false),
        at("handle `transfer`: takes no value any more", Some(Callers))
    );
    assert_eq!(
        one(|new| new.methods[1].payable = true),
        at("handle `run`: takes value", None)
    );
    assert_eq!(
        one(|new| new.methods[0].is_async = true),
        at("handle `transfer`: may wait before it replies", None)
    );
    assert_eq!(
        one(|new| new.methods[0].error = None),
        at("handle `transfer`, its error: is gone", Some(Callers))
    );
    assert_eq!(
        one(|new| new.queries.clear()),
        at("state `look`: is gone", Some(Callers))
    );
    assert_eq!(
        one(|new| new.constructors.clear()),
        at("init `new`: is gone", Some(Deployers))
    );
    assert_eq!(
        told(|new| new.methods[1].name = "go".into()),
        [
            at(
                "handle `run`: is gone, and its route 1 leads to `go`",
                Some(Callers)
            ),
            at("handle `go`: is new", None)
        ]
    );
}

#[test]
fn a_constructor_breaks_deployers_and_no_program_that_exists() {
    let old = token();
    let mut new = old.clone();
    new.constructors[0].args.clear();
    let changes = compare(&old, &new);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].breaks(), Some(Audience::Deployers));
    assert!(!changes[0].is_breaking());
}

#[test]
fn what_happens_to_arguments_is_told() {
    use Audience::Callers;
    let changed =
        |change: fn(&mut Vec<actors_idl::Arg>)| told(|new| change(&mut new.methods[0].args));
    let at = |text: &str, breaks| (format!("handle `transfer`: {text}"), breaks);
    assert_eq!(
        changed(|args| drop(args.pop())),
        [at("argument `amount` is gone", Some(Callers))]
    );
    assert_eq!(
        changed(|args| {
            let more = actors_idl::Arg {
                name: "memo".into(),
                ..args[0].clone()
            };
            args.push(more);
        }),
        [at("argument `memo` is new", Some(Callers))]
    );
    assert_eq!(
        changed(|args| args[0].name = "recipient".into()),
        [at("argument `to` is now `recipient`", None)]
    );
    let swapped = changed(|args| args.swap(0, 1));
    assert_eq!(
        swapped.first(),
        Some(&at(
            "the arguments (to, amount) became (amount, to)",
            Some(Callers)
        ))
    );
}

#[test]
fn types_are_compared_by_what_they_are_encoded_as() {
    #[derive(Encode, TypeInfo)]
    struct Amount(u128);
    #[derive(Encode, TypeInfo)]
    struct Pair {
        left: u8,
        right: u16,
    }
    assert_eq!(between(takes::<u128>, takes::<Amount>), [""; 0]);
    assert_eq!(
        between(takes::<(u8, u16)>, takes::<Pair>).len(),
        2,
        "fields got names"
    );
    assert_eq!(
        between(takes::<[u8; 32]>, takes::<crate::token::Account>),
        [""; 0]
    );
    assert_eq!(
        between(takes::<u64>, takes::<u128>),
        ["!handle `f`, argument `it`: was u64 and is u128"]
    );
    assert_eq!(
        between(takes::<Vec<Option<u64>>>, takes::<Vec<Option<Amount>>>),
        ["!handle `f`, argument `it`, at `[]::Some.0`: was u64 and is u128"]
    );
    assert_eq!(
        between(takes::<[u8; 4]>, takes::<[u8; 5]>),
        ["!handle `f`, argument `it`: was [u8; 4] and is [u8; 5]"]
    );
    assert_eq!(
        between(returns::<()>, returns::<bool>),
        ["!handle `f`, what it returns: was () and is bool"]
    );
}

#[test]
fn fields_are_told_by_their_order() {
    mod old {
        #[derive(codec::Encode, scale_info::TypeInfo)]
        pub(crate) struct It {
            pub(crate) from: u8,
            pub(crate) to: u8,
        }
    }
    mod new {
        #[derive(codec::Encode, scale_info::TypeInfo)]
        pub(crate) struct It {
            pub(crate) to: u8,
            pub(crate) from: u8,
        }
    }
    mod more {
        #[derive(codec::Encode, scale_info::TypeInfo)]
        pub(crate) struct It {
            pub(crate) from: u8,
            pub(crate) to: u8,
            pub(crate) memo: u8,
        }
    }
    assert_eq!(
        between(takes::<old::It>, takes::<new::It>),
        ["!handle `f`, argument `it`: the fields (from, to) became (to, from)"]
    );
    assert_eq!(
        between(takes::<old::It>, takes::<more::It>),
        ["!handle `f`, argument `it`: field `memo` is new"]
    );
}

#[test]
fn a_case_may_be_added_where_nobody_is_lost() {
    #[derive(Encode, TypeInfo)]
    enum Two {
        A,
        B(u8),
    }
    #[derive(Encode, TypeInfo)]
    enum Three {
        A,
        B(u8),
        C,
    }
    #[derive(Encode, TypeInfo)]
    enum Moved {
        B(u8),
        A,
    }
    #[derive(Encode, TypeInfo)]
    enum Renamed {
        A,
        X(u8),
    }
    // Sent to the program: it understands more.
    assert_eq!(
        between(takes::<Two>, takes::<Three>),
        [" handle `f`, argument `it`: variant `C` is new"]
    );
    assert_eq!(
        between(takes::<Three>, takes::<Two>),
        ["!handle `f`, argument `it`: variant `C` is gone"]
    );
    // Said by the program: it may say what nobody understands.
    assert_eq!(
        between(returns::<Two>, returns::<Three>),
        ["!handle `f`, what it returns: variant `C` is new"]
    );
    // An error is known to be one by its reply code.
    assert_eq!(
        between(fails::<Two>, fails::<Three>),
        [" handle `f`, its error: variant `C` is new"]
    );
    assert_eq!(
        between(fails::<Vec<Two>>, fails::<Vec<Three>>),
        ["!handle `f`, its error, at `[]`: variant `C` is new"]
    );
    assert_eq!(
        between(fails::<Three>, fails::<Two>),
        ["!handle `f`, its error: variant `C` is gone"]
    );
    assert_eq!(
        between(fails::<Two>, fails::<Moved>),
        [
            "!handle `f`, its error: `A` was variant 0 and is variant 1",
            "!handle `f`, its error: `B` was variant 1 and is variant 0"
        ]
    );
    assert_eq!(
        between(fails::<Two>, fails::<Renamed>),
        ["!handle `f`, its error: variant 1 was `B` and is `X`"]
    );
}

#[test]
fn types_that_contain_themselves_are_compared() {
    mod old {
        #[derive(codec::Encode, scale_info::TypeInfo)]
        pub(crate) struct Tree {
            pub(crate) leaf: u32,
            pub(crate) below: Vec<Tree>,
        }
    }
    mod new {
        #[derive(codec::Encode, scale_info::TypeInfo)]
        pub(crate) struct Tree {
            pub(crate) leaf: u64,
            pub(crate) below: Vec<Tree>,
        }
    }
    assert_eq!(between(takes::<old::Tree>, takes::<old::Tree>), [""; 0]);
    assert_eq!(
        between(takes::<old::Tree>, takes::<new::Tree>),
        ["!handle `f`, argument `it`, at `.leaf`: was u32 and is u64"]
    );
}

#[test]
fn events_and_state_are_compared() {
    use Audience::{Listeners, Upgrades};
    assert_eq!(
        told(|new| new.events = None),
        [("events: are gone".to_string(), Some(Listeners))]
    );
    let state = |old, new, from: Option<u16>| {
        let mut before = token();
        before.state_version = old;
        let mut after = token();
        after.state_version = new;
        after.migrations = from
            .map(|from| Migration {
                from,
                docs: Vec::new(),
                args: Vec::new(),
                error: None,
            })
            .into_iter()
            .collect();
        let changes = compare(&before, &after);
        changes.first().map(|it| (it.breaks(), it.to_string()))
    };
    let breaks = |old, new, from| state(old, new, from).map(|it| it.0);
    assert_eq!(breaks(Some(2), Some(2), None), None);
    assert_eq!(breaks(Some(2), Some(3), Some(2)), Some(None));
    assert_eq!(breaks(Some(2), Some(3), Some(1)), Some(Some(Upgrades)));
    assert_eq!(breaks(Some(2), Some(1), Some(2)), Some(Some(Upgrades)));
    assert_eq!(breaks(Some(2), None, None), Some(Some(Upgrades)));
    assert_eq!(breaks(None, Some(1), None), Some(Some(Upgrades)));
    let (_, text) = state(Some(2), Some(3), None).expect("it is told");
    assert_eq!(
        text,
        "state version: was version 2 and is version 3 (breaks upgrades: there is no migration \
         from it, so an upgrade is refused)"
    );
}

#[test]
fn an_upgrade_that_loses_what_is_in_memory_is_told() {
    let program = |constructor: bool, version: Option<u16>, migrates: bool| {
        let mut builder = Builder::new("p", "1.0.0", &[]);
        if constructor {
            builder.constructor(call("new", 0));
        }
        if migrates {
            builder.migration(Migration {
                from: 0,
                docs: Vec::new(),
                args: Vec::new(),
                error: None,
            });
        }
        if let Some(version) = version {
            builder.state_version(version);
        }
        builder.finish()
    };
    let told = |old, new: Idl| lost(&old, &new).map(|it| (it.is_breaking(), it.to_string()));
    let old = || program(true, None, false);
    let (breaking, text) = told(old(), program(true, None, false)).expect("it is told");
    assert_eq!(
        text,
        "upgrade: what is in memory is lost (breaks state: nothing makes the state anew, so calls \
         fail; write a `#[migrate]`, or say `state_version` in both)"
    );
    assert!(!breaking, "the author may mean it");
    let (_, text) = told(old(), program(false, None, false)).expect("it is told");
    assert!(text.contains("begins as `Default` again"), "{text}");
    // Where it is made anew, or lies in keyed state, or cannot be taken over.
    assert_eq!(told(old(), program(true, None, true)), None);
    assert_eq!(told(old(), program(true, Some(1), false)), None);
    let keyed = program(true, Some(1), false);
    assert_eq!(told(keyed.clone(), keyed), None);
}
