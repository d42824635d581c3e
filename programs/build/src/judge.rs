//! Judging a module by the chain's own rules, and saying in whose source they are broken.

use actors_executor::{validate, CodeInfo, Invalid, InvalidKind, Limits};

use crate::{module::Names, Error};

/// What the chain says of a blob, on default limits; functions are named as in the source.
pub(crate) fn judge(wasm: &[u8], names: &Names) -> Result<CodeInfo, Error> {
    validate(wasm, &Limits::default()).map_err(|invalid| refused(&invalid, names))
}

/// What the chain says of a module that is not optimised yet: it may still be too large.
pub(crate) fn judge_unoptimised(wasm: &[u8], names: &Names) -> Result<(), Error> {
    let limits = Limits {
        code: u32::MAX,
        function_body: u32::MAX,
        ..Limits::default()
    };
    match validate(wasm, &limits) {
        Err(invalid) if !matches!(invalid.kind, InvalidKind::Limit) => {
            Err(refused(&invalid, names))
        }
        _ => Ok(()),
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
