//! Modules of the subset that the chain allows, open to be written, read, joined and cut.

use std::borrow::Cow;

use wasm_encoder as enc;
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, Operator, Parser, Payload, TypeRef,
};

/// A type of a value: there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

impl Value {
    pub(crate) fn encoded(self) -> enc::ValType {
        match self {
            Self::I32 => enc::ValType::I32,
            Self::I64 => enc::ValType::I64,
        }
    }
}

/// The type of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Its parameters.
    pub params: Vec<Value>,
    /// Its result, if it has one.
    pub result: Option<Value>,
}

/// A function of the module.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Its type, by number.
    pub ty: u32,
    /// Its locals besides its parameters.
    pub locals: Vec<Value>,
    /// Its operators with their immediates, each as its bytes; the last is `end`.
    pub body: Vec<Vec<u8>>,
}

/// A global of the module.
#[derive(Clone, Copy, Debug)]
pub struct Global {
    /// Its type.
    pub ty: Value,
    /// Whether it may be set.
    pub mutable: bool,
    /// What it starts with.
    pub value: i64,
}

/// What a module exports.
#[derive(Clone, Debug)]
pub struct Export {
    /// Under which name.
    pub name: String,
    /// Of which kind.
    pub kind: enc::ExportKind,
    /// Which of them.
    pub index: u32,
}

/// A module. Everything is numbered as it stands here; imported functions come first.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Types of functions.
    pub types: Vec<Signature>,
    /// Functions of `actors_v1` that it imports, with their types.
    pub imports: Vec<(String, u32)>,
    /// Its own functions.
    pub functions: Vec<Function>,
    /// Least and most elements of its table.
    pub table: Option<(u32, Option<u32>)>,
    /// Least and most Wasm pages of its memory.
    pub memory: Option<(u32, Option<u32>)>,
    /// Its globals.
    pub globals: Vec<Global>,
    /// Its exports.
    pub exports: Vec<Export>,
    /// Segments of its table: where, and which functions.
    pub elements: Vec<(u32, Vec<u32>)>,
    /// Segments of its memory: where, and what.
    pub data: Vec<(u32, Vec<u8>)>,
}

/// The bytes of one operator.
pub(crate) fn op(instruction: &enc::Instruction<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    enc::Encode::encode(instruction, &mut bytes);
    bytes
}

impl Module {
    /// The number of the first function of its own.
    #[must_use]
    pub fn first_function(&self) -> u32 {
        count(&self.imports)
    }

    /// The type of a function by its number, imported or not.
    #[must_use]
    pub fn signature(&self, function: u32) -> Option<&Signature> {
        let function = function as usize;
        let ty = match self.imports.get(function) {
            Some((_, ty)) => *ty,
            None => self.functions.get(function - self.imports.len())?.ty,
        };
        self.types.get(ty as usize)
    }

    /// The module as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut module = enc::Module::new();
        let mut types = enc::TypeSection::new();
        for ty in &self.types {
            let encoded = |value: &Value| value.encoded();
            types
                .ty()
                .function(ty.params.iter().map(encoded), ty.result.iter().map(encoded));
        }
        module.section(&types);
        let mut imports = enc::ImportSection::new();
        for (name, ty) in &self.imports {
            imports.import("actors_v1", name, enc::EntityType::Function(*ty));
        }
        module.section(&imports);
        let mut functions = enc::FunctionSection::new();
        for function in &self.functions {
            functions.function(function.ty);
        }
        module.section(&functions);
        if let Some((minimum, maximum)) = self.table {
            let mut tables = enc::TableSection::new();
            tables.table(enc::TableType {
                element_type: enc::RefType::FUNCREF,
                table64: false,
                minimum: minimum.into(),
                maximum: maximum.map(Into::into),
                shared: false,
            });
            module.section(&tables);
        }
        if let Some((minimum, maximum)) = self.memory {
            let mut memories = enc::MemorySection::new();
            memories.memory(enc::MemoryType {
                minimum: minimum.into(),
                maximum: maximum.map(Into::into),
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
            module.section(&memories);
        }
        let mut globals = enc::GlobalSection::new();
        for global in &self.globals {
            let ty = enc::GlobalType {
                val_type: global.ty.encoded(),
                mutable: global.mutable,
                shared: false,
            };
            let value = match global.ty {
                Value::I32 => enc::ConstExpr::i32_const(global.value as i32),
                Value::I64 => enc::ConstExpr::i64_const(global.value),
            };
            globals.global(ty, &value);
        }
        module.section(&globals);
        let mut exports = enc::ExportSection::new();
        for export in &self.exports {
            exports.export(&export.name, export.kind, export.index);
        }
        module.section(&exports);
        if !self.elements.is_empty() {
            let mut elements = enc::ElementSection::new();
            for (offset, functions) in &self.elements {
                elements.active(
                    None,
                    &enc::ConstExpr::i32_const(*offset as i32),
                    enc::Elements::Functions(Cow::Borrowed(functions)),
                );
            }
            module.section(&elements);
        }
        let mut code = enc::CodeSection::new();
        for function in &self.functions {
            let locals = function.locals.iter().map(|local| (1, local.encoded()));
            let mut body = enc::Function::new(locals);
            body.raw(function.body.concat());
            code.function(&body);
        }
        module.section(&code);
        if !self.data.is_empty() {
            let mut data = enc::DataSection::new();
            for (offset, bytes) in &self.data {
                let offset = enc::ConstExpr::i32_const(*offset as i32);
                data.active(0, &offset, bytes.iter().copied());
            }
            module.section(&data);
        }
        module.finish()
    }

    /// Reads a module whose every part is of the subset.
    ///
    /// # Errors
    ///
    /// What is not.
    pub fn read(wasm: &[u8]) -> Result<Self, String> {
        let mut module = Self::default();
        let mut types = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(|error| error.to_string())? {
                Payload::TypeSection(reader) => {
                    for ty in reader.into_iter_err_on_gc_types() {
                        let ty = ty.map_err(|error| error.to_string())?;
                        let params = ty.params().iter().map(|ty| value(*ty));
                        let params = params.collect::<Result<_, _>>()?;
                        let result = match ty.results() {
                            [] => None,
                            [result] => Some(value(*result)?),
                            _ => return Err("several results".into()),
                        };
                        module.types.push(Signature { params, result });
                    }
                }
                Payload::ImportSection(reader) => {
                    for import in reader.into_imports() {
                        let import = import.map_err(|error| error.to_string())?;
                        let (TypeRef::Func(ty), "actors_v1") = (import.ty, import.module) else {
                            return Err(format!("imports {}.{}", import.module, import.name));
                        };
                        module.imports.push((import.name.into(), ty));
                    }
                }
                Payload::FunctionSection(reader) => {
                    types = reader
                        .into_iter()
                        .collect::<Result<_, _>>()
                        .map_err(|error| error.to_string())?;
                }
                Payload::TableSection(reader) => {
                    for table in reader {
                        let ty = table.map_err(|error| error.to_string())?.ty;
                        if module.table.is_some() {
                            return Err("several tables".into());
                        }
                        module.table = Some((size(ty.initial)?, ty.maximum.map(size).transpose()?));
                    }
                }
                Payload::MemorySection(reader) => {
                    for ty in reader {
                        let ty = ty.map_err(|error| error.to_string())?;
                        if module.memory.is_some() {
                            return Err("several memories".into());
                        }
                        module.memory =
                            Some((size(ty.initial)?, ty.maximum.map(size).transpose()?));
                    }
                }
                Payload::GlobalSection(reader) => {
                    for global in reader {
                        let global = global.map_err(|error| error.to_string())?;
                        module.globals.push(Global {
                            ty: value(global.ty.content_type)?,
                            mutable: global.ty.mutable,
                            value: constant(&global.init_expr)?,
                        });
                    }
                }
                Payload::ExportSection(reader) => {
                    for export in reader {
                        let export = export.map_err(|error| error.to_string())?;
                        module.exports.push(Export {
                            name: export.name.into(),
                            kind: match export.kind {
                                ExternalKind::Func => enc::ExportKind::Func,
                                ExternalKind::Table => enc::ExportKind::Table,
                                ExternalKind::Memory => enc::ExportKind::Memory,
                                ExternalKind::Global => enc::ExportKind::Global,
                                _ => return Err("an export of another kind".into()),
                            },
                            index: export.index,
                        });
                    }
                }
                Payload::StartSection { .. } => return Err("a start function".into()),
                Payload::ElementSection(reader) => {
                    for segment in reader {
                        let segment = segment.map_err(|error| error.to_string())?;
                        let (
                            ElementKind::Active { offset_expr, .. },
                            ElementItems::Functions(functions),
                        ) = (&segment.kind, &segment.items)
                        else {
                            return Err("an element segment of another kind".into());
                        };
                        let functions: Result<_, _> = functions.clone().into_iter().collect();
                        module.elements.push((
                            constant(offset_expr)? as u32,
                            functions.map_err(|error| error.to_string())?,
                        ));
                    }
                }
                Payload::DataSection(reader) => {
                    for segment in reader {
                        let segment = segment.map_err(|error| error.to_string())?;
                        let DataKind::Active { offset_expr, .. } = &segment.kind else {
                            return Err("a passive data segment".into());
                        };
                        let offset = constant(offset_expr)? as u32;
                        module.data.push((offset, segment.data.into()));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut function = Function {
                        ty: *types.get(module.functions.len()).ok_or("no type")?,
                        ..Function::default()
                    };
                    let locals = body
                        .get_locals_reader()
                        .map_err(|error| error.to_string())?;
                    for group in locals {
                        let (count, ty) = group.map_err(|error| error.to_string())?;
                        let ty = value(ty)?;
                        function.locals.extend((0..count).map(|_| ty));
                    }
                    let operators = body
                        .get_operators_reader()
                        .map_err(|error| error.to_string())?;
                    let starts = operators
                        .into_iter_with_offsets()
                        .map(|operator| operator.map(|(_, at)| at))
                        .collect::<Result<Vec<_>, _>>()
                        .map_err(|error| error.to_string())?;
                    let ends = starts.iter().skip(1).copied().chain([body.range().end]);
                    let ranges = starts.iter().zip(ends);
                    function.body = ranges
                        .map(|(start, end)| wasm[*start as usize..end as usize].into())
                        .collect();
                    module.functions.push(function);
                }
                _ => {}
            }
        }
        Ok(module)
    }

    /// The text of the module.
    #[must_use]
    pub fn text(&self) -> String {
        wasmprinter::print_bytes(self.encode()).unwrap_or_else(|error| format!(";; {error}"))
    }

    /// Operators of all its functions.
    #[must_use]
    pub fn operators(&self) -> usize {
        self.functions
            .iter()
            .map(|function| function.body.len())
            .sum()
    }
}

fn value(ty: wasmparser::ValType) -> Result<Value, String> {
    match ty {
        wasmparser::ValType::I32 => Ok(Value::I32),
        wasmparser::ValType::I64 => Ok(Value::I64),
        other => Err(other.to_string()),
    }
}

fn size(size: u64) -> Result<u32, String> {
    u32::try_from(size).map_err(|_| format!("a size of {size}"))
}

/// The value of an expression that is one constant.
fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<i64, String> {
    let mut operators = expression.get_operators_reader();
    match (operators.read(), operators.read()) {
        (Ok(Operator::I32Const { value }), Ok(Operator::End)) => Ok(value.into()),
        (Ok(Operator::I64Const { value }), Ok(Operator::End)) => Ok(value),
        _ => Err("an expression that is no constant".into()),
    }
}

pub(crate) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
