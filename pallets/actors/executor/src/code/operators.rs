//! Which operators a program may use.

use alloc::string::String;
use wasmparser::Operator;

/// What the rules say of an operator.
pub(crate) enum Verdict {
    /// It may be used.
    Allowed,
    /// It works on floating point numbers.
    Float(String),
    /// It belongs to that proposal, which is not allowed.
    Feature(String, &'static str),
}

/// Judges an operator by its name and by the proposal that it comes from.
pub(crate) fn judge(operator: &Operator<'_>) -> Verdict {
    let Identity {
        proposal,
        visit,
        works,
    } = identity(operator);
    if works == Works::OnFloats {
        return Verdict::Float(text(visit));
    }
    let is_allowed = match proposal {
        "mvp" | "sign_extension" => true,
        "bulk_memory" => matches!(visit, "visit_memory_copy" | "visit_memory_fill"),
        _ => false,
    };
    if is_allowed {
        Verdict::Allowed
    } else {
        Verdict::Feature(text(visit), title(proposal))
    }
}

/// Whether an operator makes a number of one or two others, and of nothing else.
pub(crate) fn is_numeric(operator: &Operator<'_>) -> bool {
    identity(operator).works == Works::OnIntegers
}

/// Whether an operator loads an integer from memory.
pub(crate) fn is_load(operator: &Operator<'_>) -> bool {
    identity(operator).works == Works::AsLoad
}

/// An operator's name in the text format.
pub(crate) fn name(operator: &Operator<'_>) -> String {
    text(identity(operator).visit)
}

/// The name of an operator that could not be read, as far as its first bytes tell.
pub(crate) fn name_of_bytes(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xfd, number, ..] => Some(alloc::format!("SIMD operator 0xfd {number:#04x}")),
        _ => None,
    }
}

/// The name that users know a proposal by.
fn title(proposal: &'static str) -> &'static str {
    match proposal {
        "bulk_memory" => "passive segments and bulk table operations",
        "reference_types" | "function_references" => "reference types",
        "tail_call" => "tail calls",
        "threads" | "shared_everything_threads" => "threads and atomics",
        "exceptions" | "legacy_exceptions" => "exceptions",
        "gc" => "garbage collection",
        "wide_arithmetic" => "wide arithmetic",
        "stack_switching" => "stack switching",
        "memory_control" => "memory control",
        other => other,
    }
}

/// What an operator is.
struct Identity {
    /// The proposal that it comes from.
    proposal: &'static str,
    /// Its name with `visit_` before it.
    visit: &'static str,
    works: Works,
}

/// How an operator works, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Works {
    OnFloats,
    /// It makes a number of one or two others.
    OnIntegers,
    AsLoad,
    Otherwise,
}

impl Works {
    /// Answered when this is compiled: it is asked for each operator of a module.
    const fn of(visit: &str) -> Self {
        if has(visit, "f32") || has(visit, "f64") {
            return Self::OnFloats;
        }
        if has(visit, "_load") {
            return Self::AsLoad;
        }
        let is_integer = has(visit, "visit_i32_") || has(visit, "visit_i64_");
        match is_integer && !has(visit, "_const") && !has(visit, "_store") {
            true => Self::OnIntegers,
            false => Self::Otherwise,
        }
    }
}

/// Whether a name has `part` in it.
const fn has(name: &str, part: &str) -> bool {
    let (mut rest, part) = (name.as_bytes(), part.as_bytes());
    while let [_, tail @ ..] = rest {
        if begins(rest, part) {
            return true;
        }
        rest = tail;
    }
    false
}

const fn begins(mut bytes: &[u8], mut part: &[u8]) -> bool {
    while let [wanted, wanted_tail @ ..] = part {
        match bytes {
            [found, tail @ ..] if *found == *wanted => (bytes, part) = (tail, wanted_tail),
            _ => return false,
        }
    }
    true
}

/// `visit_i32_load8_u` is `i32.load8_u` in the text format, but `visit_br_table` is `br_table`.
fn text(visit: &'static str) -> String {
    const SPACES: [&str; 12] = [
        "i32", "i64", "f32", "f64", "v128", "memory", "table", "local", "global", "ref", "data",
        "elem",
    ];
    let name = visit.strip_prefix("visit_").unwrap_or(visit);
    match name.split_once('_') {
        Some((space, rest)) if SPACES.contains(&space) => {
            let rest = if rest.starts_with("atomic_") {
                rest.replacen('_', ".", 2)
            } else {
                String::from(rest)
            };
            alloc::format!("{space}.{rest}")
        }
        _ => String::from(name),
    }
}

macro_rules! define_identity {
    ($(
        @$proposal:ident $operator:ident $({ $($argument:ident: $type:ty),* })?
            => $visit:ident ($($annotation:tt)*)
    )*) => {
        fn identity(operator: &Operator<'_>) -> Identity {
            match operator {
                $(Operator::$operator { .. } => Identity {
                    proposal: stringify!($proposal),
                    visit: stringify!($visit),
                    works: const { Works::of(stringify!($visit)) },
                },)*
                _ => Identity {
                    proposal: "unknown",
                    visit: "an unknown operator",
                    works: Works::Otherwise,
                },
            }
        }
    };
}

wasmparser::for_each_operator!(define_identity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_in_the_text_format() {
        for (visit, expected) in [
            ("visit_i32_load8_u", "i32.load8_u"),
            ("visit_br_table", "br_table"),
            ("visit_local_get", "local.get"),
            ("visit_memory_copy", "memory.copy"),
            ("visit_call_indirect", "call_indirect"),
            ("visit_f64_add", "f64.add"),
        ] {
            assert_eq!(text(visit), expected);
            let is_float = Works::of(visit) == Works::OnFloats;
            assert_eq!(is_float, visit.contains("f64"));
        }
    }

    #[test]
    fn names_tell_how_operators_work() {
        for (visit, expected) in [
            ("visit_i32_eqz", Works::OnIntegers),
            ("visit_i64_extend_i32_u", Works::OnIntegers),
            ("visit_i64_load32_u", Works::AsLoad),
            ("visit_i64_store32", Works::Otherwise),
            ("visit_i32_const", Works::Otherwise),
            ("visit_i32_wrap_i64", Works::OnIntegers),
            ("visit_i32_trunc_f32_s", Works::OnFloats),
            ("visit_local_get", Works::Otherwise),
            ("visit_memory_grow", Works::Otherwise),
        ] {
            assert_eq!(Works::of(visit), expected, "{visit}");
        }
    }
}
