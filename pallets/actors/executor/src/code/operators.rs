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
    let (proposal, visit, is_float) = identity(operator);
    if is_float {
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
    let (_, visit, _) = identity(operator);
    (visit.starts_with("visit_i32_") || visit.starts_with("visit_i64_"))
        && !visit.ends_with("_const")
        && !visit.contains("_store")
        && !is_load(operator)
}

/// Whether an operator loads from memory.
pub(crate) fn is_load(operator: &Operator<'_>) -> bool {
    identity(operator).1.contains("_load")
}

/// An operator's name in the text format.
pub(crate) fn name(operator: &Operator<'_>) -> String {
    text(identity(operator).1)
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

/// Whether a name has `f32` or `f64` in it. Answered when this is compiled: it is asked for each
/// operator of a module.
const fn names_float(name: &str) -> bool {
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        if matches!((*first, tail), (b'f', [b'3', b'2', ..] | [b'6', b'4', ..])) {
            return true;
        }
        rest = tail;
    }
    false
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
        /// The proposal that an operator comes from, its name with `visit_` before it, and
        /// whether that names a float.
        fn identity(operator: &Operator<'_>) -> (&'static str, &'static str, bool) {
            match operator {
                $(Operator::$operator { .. } => {
                    let visit = stringify!($visit);
                    (stringify!($proposal), visit, const { names_float(stringify!($visit)) })
                })*
                _ => ("unknown", "an unknown operator", false),
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
            assert_eq!(names_float(visit), visit.contains("f64"));
        }
    }
}
