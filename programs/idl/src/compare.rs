//! What changed between two interfaces, and whom it breaks.
//!
//! Bytes decide: whoever was compiled against the older interface goes on sending and reading the
//! same ones.

use alloc::{format, string::String, vec::Vec};

use crate::{
    shape::{differences, order, pairs, Difference, Way},
    Arg, Audience, Call, Change, Idl, TypeId,
};

/// How `new` differs from `old`, in the order of the interface. Names of types, docs and the
/// program's own name and version do not count.
#[must_use]
pub fn compare(old: &Idl, new: &Idl) -> Vec<Change> {
    let mut comparison = Comparison {
        old,
        new,
        changes: Vec::new(),
    };
    for (entry, audience, old, new) in [
        (
            "init",
            Audience::Deployers,
            &old.constructors,
            &new.constructors,
        ),
        ("handle", Audience::Callers, &old.methods, &new.methods),
        ("state", Audience::Callers, &old.queries, &new.queries),
    ] {
        comparison.calls(entry, audience, old, new);
    }
    comparison.events();
    comparison.state();
    comparison.changes
}

/// What a program loses when `new` takes the place of `old`, although callers see nothing of it:
/// the state in its memory, unless the new code makes that anew.
#[must_use]
pub fn lost(old: &Idl, new: &Idl) -> Option<Change> {
    let in_memory = old.state_version.is_none() && new.state_version.is_none();
    if !in_memory || !new.migrations.is_empty() {
        return None;
    }
    let why = match new.constructors.is_empty() {
        true => {
            "the program begins as `Default` again; keep what must stay in collections, or say \
             `state_version` in both"
        }
        false => {
            "nothing makes the state anew, so calls fail; write a `#[migrate]`, or say \
             `state_version` in both"
        }
    };
    Some(Change {
        place: "upgrade".into(),
        what: "what is in memory is lost".into(),
        why,
        breaks: Some(Audience::State),
    })
}

struct Comparison<'a> {
    old: &'a Idl,
    new: &'a Idl,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    fn tell(
        &mut self,
        place: &str,
        what: impl Into<String>,
        why: &'static str,
        breaks: Option<Audience>,
    ) {
        self.changes.push(Change {
            place: place.into(),
            what: what.into(),
            why,
            breaks,
        });
    }

    fn calls(&mut self, entry: &str, audience: Audience, old: &[Call], new: &[Call]) {
        for call in old {
            let place = format!("{entry} `{}`", call.name);
            match new.iter().find(|it| it.name == call.name) {
                Some(same) => self.call(&place, audience, call, same),
                None => {
                    let what = match new.iter().find(|it| it.route == call.route) {
                        Some(other) => format!(
                            "is gone, and its route {} leads to `{}`",
                            call.route, other.name
                        ),
                        None => "is gone".into(),
                    };
                    self.tell(
                        &place,
                        what,
                        "what is sent to it is refused or misread",
                        Some(audience),
                    );
                }
            }
        }
        let added = new
            .iter()
            .filter(|call| old.iter().all(|it| it.name != call.name));
        for call in added {
            let place = format!("{entry} `{}`", call.name);
            self.tell(&place, "is new", "", None);
        }
    }

    fn call(&mut self, place: &str, audience: Audience, old: &Call, new: &Call) {
        let breaks = Some(audience);
        if old.route != new.route {
            let what = format!("route {} became {}", old.route, new.route);
            self.tell(
                place,
                what,
                "the first byte of a payload decides what runs",
                breaks,
            );
        }
        self.args(place, audience, &old.args, &new.args);
        match (old.payable, new.payable) {
            (true, false) => {
                self.tell(
                    place,
                    "takes no value any more",
                    "value sent to it is refused",
                    breaks,
                );
            }
            (false, true) => self.tell(place, "takes value", "nobody has to send any", None),
            _ => {}
        }
        match (old.is_async, new.is_async) {
            (false, true) => self.tell(
                place,
                "may wait before it replies",
                "the reply comes as before, but perhaps blocks later: see to deadlines",
                None,
            ),
            (true, false) => self.tell(place, "replies at once", "", None),
            _ => {}
        }
        self.types(
            &format!("{place}, what it returns"),
            audience,
            (old.returns, new.returns),
            Way::Out,
        );
        self.error(place, audience, old.error, new.error);
    }

    fn error(&mut self, place: &str, audience: Audience, old: Option<TypeId>, new: Option<TypeId>) {
        let place = format!("{place}, its error");
        match (old, new) {
            (Some(old), Some(new)) => self.types(&place, audience, (old, new), Way::OutOpen),
            (Some(_), None) => {
                let why = "who acts on an error of it waits in vain";
                self.tell(&place, "is gone", why, Some(audience));
            }
            (None, Some(_)) => {
                let why = "that the call failed is told by the reply code, as before";
                self.tell(&place, "is new", why, None);
            }
            (None, None) => {}
        }
    }

    fn args(&mut self, place: &str, audience: Audience, old: &[Arg], new: &[Arg]) {
        let (old, new) = (parts(old), parts(new));
        for told in order("argument", &old, &new) {
            self.difference(place, audience, told);
        }
        for (name, old, new) in pairs(&old, &new) {
            let place = format!("{place}, argument `{name}`");
            self.types(&place, audience, (old, new), Way::In);
        }
    }

    fn types(&mut self, place: &str, audience: Audience, ids: (TypeId, TypeId), way: Way) {
        let (old, new) = ((&self.old.types, ids.0), (&self.new.types, ids.1));
        for told in differences(old, new, way) {
            self.difference(place, audience, told);
        }
    }

    fn difference(&mut self, place: &str, audience: Audience, told: Difference) {
        let place = match told.path.as_str() {
            "" => String::from(place),
            path => format!("{place}, at `{path}`"),
        };
        self.tell(&place, told.what, told.why, told.breaks.then_some(audience));
    }

    fn events(&mut self) {
        match (self.old.events, self.new.events) {
            (Some(old), Some(new)) => {
                self.types("events", Audience::Listeners, (old, new), Way::OutOpen);
            }
            (Some(_), None) => {
                let why = "who reads them waits in vain";
                self.tell("events", "are gone", why, Some(Audience::Listeners));
            }
            (None, Some(_)) => self.tell("events", "are new", "", None),
            (None, None) => {}
        }
    }

    fn state(&mut self) {
        let (old, new) = (self.old.state_version, self.new.state_version);
        if old == new {
            return;
        }
        let spell = |version: Option<u16>| match version {
            Some(version) => format!("version {version}"),
            None => "none".into(),
        };
        let what = format!("was {} and is {}", spell(old), spell(new));
        let place = "state version";
        let breaks = Some(Audience::Upgrades);
        match (old, new) {
            (Some(old), Some(new)) if new < old => {
                let why = "a version only goes up: what is stored would be read wrongly";
                self.tell(place, what, why, breaks);
            }
            (Some(old), Some(_)) if self.new.migrations.iter().any(|it| it.from == old) => {
                self.tell(place, what, "there is a migration from it", None);
            }
            (Some(_), Some(_)) => {
                let why = "there is no migration from it, so an upgrade is refused";
                self.tell(place, what, why, breaks);
            }
            (Some(_), None) => {
                let why = "what is stored is never read again";
                self.tell(place, what, why, breaks);
            }
            (None, _) => {
                let why = "nothing is stored to migrate from, so an upgrade is refused";
                self.tell(place, what, why, breaks);
            }
        }
    }
}

fn parts(args: &[Arg]) -> Vec<(Option<&str>, TypeId)> {
    args.iter()
        .map(|arg| (Some(arg.name.as_str()), arg.ty))
        .collect()
}
