//! Judging a module by the chain's own rules, and saying in whose source they are broken.

use actors_executor::{validate, CodeInfo, Invalid, InvalidKind, Limits};

use crate::{module::Names, Error};

/// What the chain says of a blob, on default limits; functions are named as in the source.
pub(crate) fn judge(wasm: &[u8], names: &Names) -> Result<CodeInfo, Error> {
    validate(wasm, &Limits::default()).map_err(|invalid| refused(&invalid, names))
}

/// What the chain says of a module that is not finished yet: it may still be too large, and have
/// operators that the engine does not get right.
pub(crate) fn judge_unoptimised(wasm: &[u8], names: &Names) -> Result<(), Error> {
    match validate(wasm, &of_any_size()) {
        Err(invalid) if invalid.kind != InvalidKind::Limit && pitfall(&invalid).is_none() => {
            Err(refused(&invalid, names))
        }
        _ => Ok(()),
    }
}

/// The first operator that the engine would not get right, and where it is, if the module is refused
/// for that.
pub(crate) fn first_pitfall(wasm: &[u8]) -> Option<(usize, String)> {
    let invalid = validate(wasm, &of_any_size()).err()?;
    let operator = pitfall(&invalid)?;
    Some((usize::try_from(invalid.offset?).ok()?, operator.into()))
}

fn pitfall(invalid: &Invalid) -> Option<&str> {
    let is_one = invalid.kind == InvalidKind::Untranslatable;
    invalid.operator.as_deref().filter(|_| is_one)
}

fn of_any_size() -> Limits {
    Limits {
        code: u32::MAX,
        function_body: u32::MAX,
        ..Limits::default()
    }
}

fn refused(invalid: &Invalid, names: &Names) -> Error {
    let mut invalid = invalid.clone();
    let remedy = std::mem::take(&mut invalid.remedy);
    if let Some(function) = &mut invalid.function {
        if let Some(name) = names.of(function.index) {
            function.name = Some(name.into());
        }
    }
    let found = invalid.to_string();
    let found = found.trim_end_matches(": ");
    Error::new(format!("the chain would refuse it: {found}"), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::Module;

    #[test]
    fn a_function_is_named_as_in_the_source() {
        let wasm = wat::parse_str(
            "(module (memory (export \"memory\") 1)
                (func $_ZN6ledger4rate17h0123456789abcdefE (export \"handle\")
                    (local f64) (local.set 0 (f64.const 1.5))))",
        )
        .expect("the text is a module");
        let names = Module::parse(&wasm).expect("a module").names();
        let error = judge(&wasm, &names).expect_err("floats").to_string();
        assert!(error.contains("function `ledger::rate`"), "{error}");
        assert!(error.contains("use integers or fixed point"), "{error}");
        assert!(judge_unoptimised(&wasm, &names).is_err());
    }
}
