//! wasmi as the engine: the only file that knows it.

use actors_primitives::{
    abi::{Entries, Entry, MEMORY},
    for_each_import,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use wasmi::{
    errors::{ErrorKind, HostError, InstantiationError, MemoryError},
    Caller, CompilationMode, Config, CustomFuelCosts, EnforcedLimits, Error, Extern, Func,
    Instance, Memory, Module, OperatorCost, Store, StoreLimits, StoreLimitsBuilder, TrapCode, Val,
};

use crate::{
    memory::WASM_PAGE_BYTES,
    sandbox::{Sandbox, Stop},
    syscalls::{self, Argument, Call, Fault, Journal, Outcome},
    CodeInfo, Limits,
};

/// A program loaded into wasmi.
pub(crate) struct Wasmi<'h> {
    store: Store<Data<'h>>,
    instance: Instance,
    memory: Memory,
}

/// What the host functions of a store see.
struct Data<'h> {
    journal: Journal<'h>,
    /// The program's memory; `None` only while it is instantiated, when nothing runs.
    memory: Option<Memory>,
    /// Bounds the one memory and the one table.
    limits: StoreLimits,
}

impl<'h> Sandbox<'h> for Wasmi<'h> {
    type Module = Module;

    fn translate(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<(), String> {
        let engine = engine(info, limits, CompilationMode::Eager);
        Module::new(&engine, wasm)
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn module(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<Module, Stop> {
        module(wasm, info, limits)
    }

    fn load(
        module: &Module,
        limits: &Limits,
        fuel: u64,
        journal: Journal<'h>,
    ) -> Result<Self, Stop> {
        let store_limits = StoreLimitsBuilder::new()
            .memory_size(size(limits.memory).saturating_mul(WASM_PAGE_BYTES))
            .table_elements(size(limits.table))
            .instances(1)
            .memories(1)
            .tables(1)
            .build();
        let data = Data {
            journal,
            memory: None,
            limits: store_limits,
        };
        let mut store = Store::new(module.engine(), data);
        store.limiter(|data| &mut data.limits);
        store.set_fuel(fuel).map_err(stop)?;
        // Without wasmi's linker, which first sorts by name what is used once, in order.
        let externals: Option<Vec<Extern>> = module
            .imports()
            .map(|import| link(&mut store, import.name()).map(Extern::Func))
            .collect();
        let externals = externals.ok_or(Stop::Trapped)?;
        let instance = Instance::new(&mut store, module, &externals).map_err(stop)?;
        let memory = instance.get_memory(&store, MEMORY).ok_or(Stop::Trapped)?;
        store.data_mut().memory = Some(memory);
        Ok(Self {
            store,
            instance,
            memory,
        })
    }

    fn grow(&mut self, wasm_pages: u32) -> Result<(), Stop> {
        let additional = u64::from(wasm_pages).saturating_sub(self.memory.size(&self.store));
        match self.memory.grow(&mut self.store, additional) {
            Ok(_) => Ok(()),
            Err(_) => Err(Stop::MemoryLimit),
        }
    }

    fn journal_mut(&mut self) -> &mut Journal<'h> {
        &mut self.store.data_mut().journal
    }

    fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    fn set_global(&mut self, export: &str, value: u64) {
        let Some(global) = self.instance.get_global(&self.store, export) else {
            return;
        };
        let bytes = value.to_le_bytes();
        let value = match global.get(&self.store) {
            Val::I32(_) => {
                let [a, b, c, d, ..] = bytes;
                Val::I32(i32::from_le_bytes([a, b, c, d]))
            }
            Val::I64(_) => Val::I64(i64::from_le_bytes(bytes)),
            _ => return,
        };
        // Fails for an immutable global only, which is none that is kept.
        let _ = global.set(&mut self.store, value);
    }

    fn global(&self, export: &str) -> Option<u64> {
        match self
            .instance
            .get_global(&self.store, export)?
            .get(&self.store)
        {
            Val::I32(value) => Some(u64::from(u32::from_le_bytes(value.to_le_bytes()))),
            Val::I64(value) => Some(u64::from_le_bytes(value.to_le_bytes())),
            _ => None,
        }
    }

    fn run(&mut self, entry: Entry) -> Result<(), Stop> {
        let export = self
            .instance
            .get_typed_func::<(), ()>(&self.store, entry.export())
            .map_err(stop)?;
        export.call(&mut self.store, ()).map_err(stop)
    }

    fn fuel(&self) -> u64 {
        self.store.get_fuel().unwrap_or(0)
    }

    fn burn(&mut self, fuel: u64) -> Result<(), Stop> {
        let left = self.fuel().checked_sub(fuel).ok_or(Stop::OutOfGas)?;
        self.store.set_fuel(left).map_err(stop)
    }

    fn into_journal(self) -> Journal<'h> {
        self.store.into_data().journal
    }
}

fn engine(info: &CodeInfo, limits: &Limits, mode: CompilationMode) -> wasmi::Engine {
    let stack = size(limits.stack).max(MIN_STACK_BYTES);
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .operator_cost(operator_cost(info))
        .fuel_cost(CustomFuelCosts {
            // A byte moved or zeroed takes 0.35 to 0.5 ns, a unit of fuel 1 ns.
            bytes_copied_per_fuel: 1,
            // Paid flat when the code is loaded: the first caller of a function must not pay
            // for what a reused module would have done already.
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        })
        .set_max_recursion_depth(size(limits.call_depth))
        .set_max_stack_height(stack)
        // At once, untouched: growing would move it, which nobody pays for.
        .set_min_stack_height(stack)
        // An engine is kept with its module: the largest stack that a turn made of it would be
        // kept as well.
        .set_max_cached_stacks(0)
        .compilation_mode(mode)
        .ignore_custom_sections(true)
        .allow_start_fn(false)
        .enforced_limits(EnforcedLimits::default())
        .floats(false)
        .wasm_mutable_global(true)
        .wasm_sign_extension(true)
        .wasm_bulk_memory(true)
        .wasm_saturating_float_to_int(false)
        .wasm_multi_value(false)
        .wasm_multi_memory(false)
        .wasm_reference_types(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    wasmi::Engine::new(&config)
}

/// wasmi's own initial height: a maximum below it panics.
const MIN_STACK_BYTES: usize = 1_000;

/// The price of an indirect call, which looks up its callee and compares types besides.
pub(crate) const CALL_INDIRECT: u8 = 120;

/// The price of each operator in fuel, of which one unit is a nanosecond: what the hostile programs
/// of `make bench` take inside a runtime, and a margin.
fn operator_cost(info: &CodeInfo) -> OperatorCost {
    /// Nothing of its own; as an argument, a copy, and a call may have as many as `Limits::params`.
    const CONSTANT: u8 = 4;
    /// Nothing of its own, until a block, a call or a change of the local makes it a copy.
    const LOCAL: u8 = 10;
    /// One jump of the engine's, which no processor predicts in long code.
    const SIMPLE: u8 = 14;
    /// Besides, a page or a line that is nowhere near.
    const ACCESS: u8 = 24;
    const DIVIDE: u8 = 16;
    /// The callee's entry, its return, and the frame, of which the first touch is the dearest.
    const CALL: u8 = 90;
    // The engine zeroes the callee's locals and does not price it: half a nanosecond each, at the
    // largest function of the module, since an indirect call may reach any.
    let locals = u8::try_from(info.locals.div_ceil(2)).unwrap_or(u8::MAX);
    let mut cost = OperatorCost::default();
    macro_rules! set {
        ($price:expr => $($operator:ident)+) => { $(cost.$operator = $price;)+ };
    }
    set!(CONSTANT => i32_const i64_const);
    set!(LOCAL => local_get);
    set!(SIMPLE =>
        loop_ select local_set local_tee global_get global_set memory_size
        i32_eqz i32_eq i32_ne i32_lt_s i32_lt_u i32_gt_s i32_gt_u i32_le_s
        i32_le_u i32_ge_s i32_ge_u i64_eqz i64_eq i64_ne i64_lt_s i64_lt_u i64_gt_s i64_gt_u
        i64_le_s i64_le_u i64_ge_s i64_ge_u i32_clz i32_ctz i32_popcnt i32_add i32_sub i32_mul
        i32_and i32_or i32_xor i32_shl i32_shr_s i32_shr_u i32_rotl i32_rotr i64_clz i64_ctz
        i64_popcnt i64_add i64_sub i64_mul i64_and i64_or i64_xor i64_shl i64_shr_s i64_shr_u
        i64_rotl i64_rotr i32_wrap_i64 i64_extend_i32_s i64_extend_i32_u i32_extend8_s
        i32_extend16_s i64_extend8_s i64_extend16_s i64_extend32_s
    );
    set!(ACCESS =>
        i32_load i64_load i32_load8_s i32_load8_u i32_load16_s i32_load16_u i64_load8_s
        i64_load8_u i64_load16_s i64_load16_u i64_load32_s i64_load32_u i32_store i64_store
        i32_store8 i32_store16 i64_store8 i64_store16 i64_store32
    );
    set!(DIVIDE =>
        i32_div_s i32_div_u i32_rem_s i32_rem_u i64_div_s i64_div_u i64_rem_s i64_rem_u
    );
    set!(CALL.saturating_add(locals) => call);
    set!(CALL_INDIRECT.saturating_add(locals) => call_indirect);
    // Besides the bytes that they move.
    set!(48 => memory_copy memory_fill);
    // May move the whole memory elsewhere, besides zeroing what is new: the most there is.
    set!(u8::MAX => memory_grow);
    // They may move a value besides.
    set!(16 => br br_if);
    // And the jump over the other branch, for which `else` itself pays nothing: with a price of its
    // own the engine takes nearly twice as long to translate it.
    set!(20 => if_);
    set!(24 => br_table);
    cost
}

fn module(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<Module, Stop> {
    let is_admitted = info.is_current() && !info.is_refused();
    if !is_admitted || u32::try_from(wasm.len()) != Ok(info.code_len) {
        return Err(Stop::Trapped);
    }
    let engine = engine(info, limits, CompilationMode::Lazy);
    // SAFETY: `validate` of this version has accepted this code and made `info` of it, with the
    // features that `engine` has: `Host::code` promises to return what it was made of.
    unsafe { Module::new_unchecked(&engine, wasm) }.map_err(stop)
}

/// Only ever of limits, on targets of at least 32 bits.
fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl HostError for Stop {}

fn stop(error: Error) -> Stop {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.clone();
    }
    match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => return Stop::OutOfGas,
        Some(TrapCode::StackOverflow) => return Stop::StackDepth,
        Some(TrapCode::GrowthOperationLimited | TrapCode::OutOfSystemMemory) => {
            return Stop::MemoryLimit
        }
        Some(_) => return Stop::Trapped,
        None => {}
    }
    match error.kind() {
        ErrorKind::Instantiation(InstantiationError::FailedToInstantiateMemory(_))
        | ErrorKind::Memory(
            MemoryError::OutOfSystemMemory | MemoryError::ResourceLimiterDeniedAllocation,
        ) => Stop::MemoryLimit,
        _ => Stop::Trapped,
    }
}

/// Runs one system call on the memory and fuel of its caller.
fn enter<'h, R: Outcome>(
    caller: &mut Caller<'_, Data<'h>>,
    entries: Entries,
    body: impl FnOnce(&mut Call<'_, 'h>) -> Result<R, Fault>,
) -> Result<R, Error> {
    let fuel = caller.get_fuel()?;
    let memory = caller
        .data()
        .memory
        .ok_or_else(|| Error::host(Stop::Trapped))?;
    let (memory, data) = memory.data_and_store_mut(&mut *caller);
    let mut call = Call {
        memory,
        fuel,
        journal: &mut data.journal,
    };
    let result = call.make(entries, body);
    let fuel = call.fuel;
    caller.set_fuel(fuel)?;
    result.map_err(Error::host)
}

macro_rules! result {
    () => {
        ()
    };
    ($result:ty) => {
        $result
    };
}

macro_rules! link_one {
    ($store:ident $wanted:ident $entries:ident $name:ident
        ($($param:ident: $type:ty),*) ($($result:ty)?)) => {
        if $wanted == stringify!($name) {
            return Some(Func::wrap(
                $store,
                |mut caller: Caller<'_, Data<'_>> $(, $param: <$type as Argument>::Number)*|
                    -> Result<result!($($result)?), Error>
                {
                    enter(&mut caller, Entries::$entries, |call| {
                        syscalls::$name(call $(, $param)*)
                    })
                },
            ));
        }
    };
}

macro_rules! link_all {
    ($(
        $(#[doc = $doc:literal])+
        $entries:ident fn $name:ident($($param:ident: $type:ty),* $(,)?)
        $(-> $result:ty)?;
    )+) => {
        /// The host function behind the import of that name, if there is one.
        fn link(store: &mut Store<Data<'_>>, wanted: &str) -> Option<Func> {
            $(link_one!(store wanted $entries $name ($($param: $type),*) ($($result)?));)+
            None
        }
    };
}

for_each_import!(link_all);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate;

    fn info(locals: &str) -> CodeInfo {
        let text = alloc::format!(
            r#"(module (memory (export "memory") 1) (func (export "handle") {locals}))"#
        );
        let wasm = wat::parse_str(text).expect("it assembles");
        validate(&wasm, &Limits::default()).expect("it is valid")
    }

    /// Operators that are no work of their own: they end something, or leave a value where it is.
    const FREE: [&str; 7] = [
        "block",
        "drop",
        "else_",
        "end",
        "nop",
        "return_",
        "unreachable",
    ];

    #[test]
    fn every_operator_that_does_something_has_a_price() {
        let costs = alloc::format!("{:?}", operator_cost(&info("")));
        let (_, fields) = costs.split_once('{').expect("it is a struct");
        let mut priced = 0;
        for field in fields.trim_end_matches([' ', '}']).split(", ") {
            let (name, price) = field.trim().split_once(": ").expect("it is a field");
            let price: u32 = price.parse().expect("it is a number");
            assert_eq!(price == 0, FREE.contains(&name), "{name}");
            priced += 1;
        }
        assert!(priced > 100, "{priced}");
    }

    #[test]
    fn the_most_locals_can_be_paid_for() {
        let most = Limits::default().locals;
        let zeroed = most.div_ceil(2);
        let locals = alloc::format!("(local {})", "i64 ".repeat(most as usize));
        let cost = operator_cost(&info(&locals));
        let none = operator_cost(&info(""));
        assert_eq!(u32::from(cost.call), u32::from(none.call) + zeroed);
        assert_eq!(
            u32::from(cost.call_indirect),
            u32::from(none.call_indirect) + zeroed
        );
    }
}
