//! The part of a module that the chain allows.
//!
//! The published suite mixes floats with integers in one module. What is not allowed is left out
//! function by function, and with it what calls it, so that the rest can be run. Nothing is
//! renumbered: a function that is left out traps, and no test calls it.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::Instruction as I;
use wasmparser::{
    BlockType, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, Operator, Parser,
    Payload, TypeRef, ValType,
};

use crate::module::{op, Export, Function, Global, Module, Signature, Value};

/// Why something is left out.
pub type Reason = String;

/// What is allowed of a module, and why the rest is not.
#[derive(Clone, Debug)]
pub struct Part {
    /// The module, in which what is left out traps.
    pub module: Module,
    /// Functions that are left out, by number.
    pub without: BTreeMap<u32, Reason>,
    /// Whether it imports a memory or a table, which here is its own.
    pub shares: bool,
    /// Whether it grows its memory.
    pub grows: bool,
}

/// Reads the part of a module that the chain allows.
///
/// # Errors
///
/// Why nothing of it is: what the reason is about cannot be left out alone.
pub fn part(wasm: &[u8]) -> Result<Part, Reason> {
    let mut reader = Reader::default();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| format!("does not parse: {}", error.message()))?;
        reader.section(&payload, wasm).map_err(|error| error.0)?;
    }
    Ok(reader.finish())
}

/// A reason, from wherever it comes.
struct Out(Reason);

impl From<wasmparser::BinaryReaderError> for Out {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self(format!("does not parse: {}", error.message()))
    }
}

impl From<&str> for Out {
    fn from(reason: &str) -> Self {
        Self(reason.into())
    }
}

#[derive(Default)]
struct Reader {
    module: Module,
    without: BTreeMap<u32, Reason>,
    shares: bool,
    grows: bool,
    /// Types that are not allowed.
    odd_types: BTreeMap<u32, Reason>,
    /// Globals that are not allowed.
    odd_globals: BTreeSet<u32>,
    /// Which functions each function calls, and by which types.
    calls: BTreeMap<u32, (BTreeSet<u32>, BTreeSet<u32>)>,
    /// Types of functions whose body is still to come.
    declared: Vec<u32>,
    bodies: usize,
}

impl Reader {
    fn section(&mut self, payload: &Payload<'_>, wasm: &[u8]) -> Result<(), Out> {
        match payload {
            Payload::TypeSection(reader) => {
                for (index, ty) in (0..).zip(reader.clone().into_iter_err_on_gc_types()) {
                    let ty = ty.map_err(|_| "types of garbage collection")?;
                    self.ty(index, &ty);
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.clone().into_imports() {
                    self.import(&import?)?;
                }
            }
            Payload::FunctionSection(reader) => {
                self.declared = reader.clone().into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(reader) => {
                for table in reader.clone() {
                    let ty = table?.ty;
                    self.table(ty)?;
                }
            }
            Payload::MemorySection(reader) => {
                for ty in reader.clone() {
                    let ty = ty?;
                    self.memory(ty)?;
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader.clone() {
                    let global = global?;
                    let value = self.constant(&global.init_expr);
                    self.global(global.ty, value);
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader.clone() {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func => wasm_encoder::ExportKind::Func,
                        ExternalKind::Global => wasm_encoder::ExportKind::Global,
                        _ => continue,
                    };
                    self.module.exports.push(Export {
                        name: export.name.into(),
                        kind,
                        index: export.index,
                    });
                }
            }
            Payload::StartSection { .. } => return Err("a start function".into()),
            Payload::ElementSection(reader) => {
                for segment in reader.clone() {
                    self.elements(&segment?)?;
                }
            }
            Payload::DataSection(reader) => {
                for segment in reader.clone() {
                    let segment = segment?;
                    if let DataKind::Active { offset_expr, .. } = &segment.kind {
                        let offset = self.constant(offset_expr);
                        let offset = offset.ok_or("an offset that is no constant")?;
                        self.module.data.push((offset as u32, segment.data.into()));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.body(body, wasm)?,
            Payload::TagSection(_) => return Err("exceptions".into()),
            _ => {}
        }
        Ok(())
    }

    fn ty(&mut self, index: u32, ty: &wasmparser::FuncType) {
        let mut plain = |value: &ValType| match value {
            ValType::I32 => Value::I32,
            ValType::I64 => Value::I64,
            other => {
                self.odd_types.insert(index, named(*other).into());
                // As wide, so that two types that differ go on to differ.
                match other {
                    ValType::F64 => Value::I64,
                    _ => Value::I32,
                }
            }
        };
        let params = ty.params().iter().map(&mut plain).collect();
        let result = ty.results().first().map(&mut plain);
        if ty.results().len() > 1 {
            self.odd_types.insert(index, "several results".into());
        }
        self.module.types.push(Signature { params, result });
    }

    /// What the suite imports is put into the module, in the same place.
    fn import(&mut self, import: &wasmparser::Import<'_>) -> Result<(), Out> {
        let is_spectest = import.module == "spectest";
        match import.ty {
            TypeRef::Func(ty) => {
                let result = self.module.types.get(ty as usize).and_then(|ty| ty.result);
                if !is_spectest || result.is_some() {
                    let number = self.module.functions.len() as u32;
                    self.without
                        .insert(number, "imports of another module".into());
                }
                // The suite's own print what they get.
                self.module.functions.push(Function {
                    ty,
                    locals: Vec::new(),
                    body: trap(result.is_some()),
                });
            }
            TypeRef::Global(ty) if is_spectest => self.global(ty, Some(666)),
            TypeRef::Memory(ty) if is_spectest => {
                self.shares = true;
                self.memory(ty)?;
            }
            TypeRef::Table(ty) if is_spectest => {
                self.shares = true;
                self.table(ty)?;
            }
            _ => return Err("imports of another module".into()),
        }
        Ok(())
    }

    fn global(&mut self, ty: wasmparser::GlobalType, value: Option<i64>) {
        let (plain, is_odd) = match ty.content_type {
            ValType::I32 => (Value::I32, value.is_none()),
            ValType::I64 => (Value::I64, value.is_none()),
            _ => (Value::I32, true),
        };
        if is_odd {
            self.odd_globals.insert(self.module.globals.len() as u32);
        }
        self.module.globals.push(Global {
            ty: plain,
            mutable: ty.mutable,
            value: value.unwrap_or_default(),
        });
    }

    fn table(&mut self, ty: wasmparser::TableType) -> Result<(), Out> {
        if self.module.table.is_some() {
            return Err("several tables".into());
        }
        if ty.table64 || !ty.element_type.is_func_ref() {
            return Err("a table of another kind".into());
        }
        let size = |size| u32::try_from(size).map_err(|_| Out("a large table".into()));
        self.module.table = Some((size(ty.initial)?, ty.maximum.map(size).transpose()?));
        Ok(())
    }

    fn memory(&mut self, ty: wasmparser::MemoryType) -> Result<(), Out> {
        if self.module.memory.is_some() {
            return Err("several memories".into());
        }
        if ty.memory64 || ty.shared || ty.page_size_log2.is_some() {
            return Err("a memory of another kind".into());
        }
        let size = |size| u32::try_from(size).map_err(|_| Out("a large memory".into()));
        self.module.memory = Some((size(ty.initial)?, ty.maximum.map(size).transpose()?));
        Ok(())
    }

    fn elements(&mut self, segment: &wasmparser::Element<'_>) -> Result<(), Out> {
        let ElementKind::Active {
            offset_expr,
            table_index,
        } = &segment.kind
        else {
            return Ok(());
        };
        if table_index.is_some_and(|index| index != 0) {
            return Err("several tables".into());
        }
        let functions = match &segment.items {
            ElementItems::Functions(functions) => {
                functions.clone().into_iter().collect::<Result<_, _>>()?
            }
            ElementItems::Expressions(_, expressions) => {
                let mut functions = Vec::new();
                for expression in expressions.clone() {
                    match expression?.get_operators_reader().read()? {
                        Operator::RefFunc { function_index } => functions.push(function_index),
                        _ => return Err("a table of references".into()),
                    }
                }
                functions
            }
        };
        let offset = self.constant(offset_expr);
        let offset = offset.ok_or("an offset that is no constant")? as u32;
        self.module.elements.push((offset, functions));
        Ok(())
    }

    /// The value of a constant, or of an imported global.
    fn constant(&self, expression: &ConstExpr<'_>) -> Option<i64> {
        let mut operators = expression.get_operators_reader();
        match (operators.read().ok()?, operators.read().ok()?) {
            (Operator::I32Const { value }, Operator::End) => Some(value.into()),
            (Operator::I64Const { value }, Operator::End) => Some(value),
            (Operator::GlobalGet { global_index }, Operator::End)
                if !self.odd_globals.contains(&global_index) =>
            {
                Some(self.module.globals.get(global_index as usize)?.value)
            }
            _ => None,
        }
    }

    fn body(&mut self, body: &wasmparser::FunctionBody<'_>, wasm: &[u8]) -> Result<(), Out> {
        let number = self.module.functions.len() as u32;
        let ty = *self.declared.get(self.bodies).ok_or("no type")?;
        self.bodies += 1;
        let mut reason = self.odd_types.get(&ty).cloned();
        let mut function = Function {
            ty,
            ..Function::default()
        };
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            match ty {
                ValType::I32 => function.locals.extend((0..count).map(|_| Value::I32)),
                ValType::I64 => function.locals.extend((0..count).map(|_| Value::I64)),
                other => reason = Some(named(other).into()),
            }
        }
        let mut calls = (BTreeSet::new(), BTreeSet::new());
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read()?;
            let bytes = wasm[start as usize..reader.original_position() as usize].to_vec();
            function.body.push(bytes);
            match &operator {
                Operator::Call { function_index } => {
                    calls.0.insert(*function_index);
                }
                Operator::MemoryGrow { .. } => self.grows = true,
                Operator::CallIndirect { type_index, .. } => {
                    calls.1.insert(*type_index);
                }
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index }
                    if self.odd_globals.contains(global_index) =>
                {
                    reason = Some("floats".into());
                }
                Operator::Block { blockty }
                | Operator::Loop { blockty }
                | Operator::If { blockty } => match blockty {
                    BlockType::Empty | BlockType::Type(ValType::I32 | ValType::I64) => {}
                    BlockType::Type(other) => reason = Some(named(*other).into()),
                    BlockType::FuncType(_) => {
                        reason = Some("blocks with parameters or several results".into());
                    }
                },
                _ => {}
            }
            if let Some(not_allowed) = outside(&operator) {
                reason = reason.or(Some(not_allowed.into()));
            }
        }
        self.calls.insert(number, calls);
        if let Some(reason) = reason {
            self.without.insert(number, reason);
        }
        self.module.functions.push(function);
        Ok(())
    }

    fn finish(mut self) -> Part {
        // What calls something that is left out is left out.
        loop {
            let before = self.without.len();
            for (function, (callees, types)) in &self.calls {
                let calls_it = callees
                    .iter()
                    .any(|callee| self.without.contains_key(callee))
                    || types.iter().any(|ty| self.odd_types.contains_key(ty));
                if calls_it && !self.without.contains_key(function) {
                    let reason = "calls what is left out".to_string();
                    self.without.insert(*function, reason);
                }
            }
            if self.without.len() == before {
                break;
            }
        }
        for number in self.without.keys() {
            if let Some(function) = self.module.functions.get_mut(*number as usize) {
                function.body = trap(true);
                function.locals.clear();
            }
        }
        Part {
            module: self.module,
            without: self.without,
            shares: self.shares,
            grows: self.grows,
        }
    }
}

/// A body that traps, or one that does nothing.
fn trap(traps: bool) -> Vec<Vec<u8>> {
    match traps {
        true => vec![op(&I::Unreachable), op(&I::End)],
        false => vec![op(&I::End)],
    }
}

fn named(ty: ValType) -> &'static str {
    match ty {
        ValType::F32 | ValType::F64 => "floats",
        ValType::V128 => "SIMD",
        _ => "references",
    }
}

macro_rules! define_outside {
    ($(
        @$proposal:ident $operator:ident $({ $($argument:ident: $type:ty),* })?
            => $visit:ident ($($annotation:tt)*)
    )*) => {
        /// Why the chain does not allow an operator, if it does not.
        fn outside(operator: &Operator<'_>) -> Option<&'static str> {
            match operator {
                $(Operator::$operator { .. } => {
                    let (proposal, name) = (stringify!($proposal), stringify!($visit));
                    match proposal {
                        _ if name.contains("f32") || name.contains("f64") => Some("floats"),
                        "mvp" | "sign_extension" => None,
                        "bulk_memory" if name == "visit_memory_copy" => None,
                        "bulk_memory" if name == "visit_memory_fill" => None,
                        other => Some(other),
                    }
                })*
                _ => Some("SIMD"),
            }
        }
    };
}

wasmparser::for_each_operator!(define_outside);
