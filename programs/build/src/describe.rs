//! Asking a program what its interface is, by running the build that says it.

use actors_idl::Idl;
use wasmi::{
    Config, Engine, Error as Trap, ExternType, Instance, Linker, Module, Store, StoreLimits,
    StoreLimitsBuilder,
};

use crate::Error;

/// What a build with the feature `actors-std/idl` exports.
const EXPORT: &str = "__actors_idl";
/// Operators that describing an interface may take.
const FUEL: u64 = 1_000_000_000;
/// Bytes of memory that it may take.
const MEMORY: usize = 64 * 1024 * 1024;

/// The content of the custom section, or nothing if the program has no typed interface.
pub(crate) fn describe(wasm: &[u8]) -> Result<Option<(Vec<u8>, Idl)>, Error> {
    let mut config = Config::default();
    config.consume_fuel(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).map_err(|error| failed(&error))?;
    if module.get_export(EXPORT).is_none() {
        return Ok(None);
    }
    let limits = StoreLimitsBuilder::new().memory_size(MEMORY).build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    store.set_fuel(FUEL).map_err(|error| failed(&error))?;
    let instance = stubbed(&engine, &module)?
        .instantiate_and_start(&mut store, &module)
        .map_err(|error| failed(&error))?;
    let section = run(&mut store, instance)?;
    let idl = Idl::decode_section(&section).map_err(|error| {
        Error::new(
            format!("the program describes its interface wrongly: {error}"),
            "use actors-std and actors-build of the same release",
        )
    })?;
    Ok(Some((section, idl)))
}

/// Every import, as a function that traps: there is no chain to ask what one's interface is.
fn stubbed(engine: &Engine, module: &Module) -> Result<Linker<StoreLimits>, Error> {
    let mut linker = Linker::new(engine);
    for import in module.imports() {
        let name = format!("{}.{}", import.module(), import.name());
        let ExternType::Func(ty) = import.ty() else {
            return Err(Error::new(
                format!("the program imports `{name}`, which is no function"),
                "programs import functions of `actors_v1` only",
            ));
        };
        let shown = name.clone();
        linker
            .func_new(
                import.module(),
                import.name(),
                ty.clone(),
                move |_, _, _| Err(Trap::new(format!("it calls `{shown}`"))),
            )
            // The same import twice is the same stub.
            .ok();
    }
    Ok(linker)
}

fn run(store: &mut Store<StoreLimits>, instance: Instance) -> Result<Vec<u8>, Error> {
    let packed = instance
        .get_typed_func::<(), i64>(&*store, EXPORT)
        .map_err(|error| failed(&error))?
        .call(&mut *store, ())
        .map_err(|error| failed(&error))?;
    let packed = packed.cast_unsigned();
    let (start, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
    let memory = instance
        .get_memory(&*store, "memory")
        .ok_or_else(|| failed(&"it exports no memory"))?;
    let bytes = memory.data(&*store);
    bytes
        .get(start..start.saturating_add(length))
        .map(<[u8]>::to_vec)
        .ok_or_else(|| failed(&"it points outside of its memory"))
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::new(
        format!("the program cannot be asked for its interface: {error}"),
        "use actors-std and actors-build of the same release; if that is so, report this",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Option<(Vec<u8>, Idl)>, Error> {
        describe(&wat::parse_str(text).expect("the text is a module"))
    }

    #[test]
    fn a_program_without_an_interface_has_none() {
        assert_eq!(said("(module (func (export \"handle\")))"), Ok(None));
    }

    #[test]
    fn what_it_points_at_is_read() {
        let section = actors_idl::Builder::new("p", "1.2.3", &[]).encode();
        let data: String = section.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let text = format!(
            "(module
                (import \"actors_v1\" \"debug\" (func (param i32 i32)))
                (memory (export \"memory\") 1) (data (i32.const 16) \"{data}\")
                (func (export \"__actors_idl\") (result i64) i64.const {}))",
            (16u64 << 32) | section.len() as u64
        );
        let (found, idl) = said(&text).expect("it answers").expect("it has one");
        assert_eq!((found, idl.name.as_str()), (section, "p"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |body: &str| {
            let text = format!(
                "(module
                    (import \"actors_v1\" \"debug\" (func $debug (param i32 i32)))
                    (memory (export \"memory\") 1)
                    (func (export \"__actors_idl\") (result i64) {body}))"
            );
            said(&text).expect_err("it is wrong").to_string()
        };
        let outside = said("i64.const 4294967295");
        assert!(
            outside.contains("points outside of its memory"),
            "{outside}"
        );
        let calls = said("(call $debug (i32.const 0) (i32.const 0)) i64.const 0");
        assert!(calls.contains("it calls `actors_v1.debug`"), "{calls}");
        let endless = said("(loop $l (br $l)) i64.const 0");
        assert!(endless.contains("fuel"), "{endless}");
        let empty = said("i64.const 0");
        assert!(empty.contains("describes its interface wrongly"), "{empty}");
    }
}
