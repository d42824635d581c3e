//! Modules of the subset that the chain allows, open to be written, read, joined and cut.

use std::borrow::Cow;

use wasm_encoder as enc;

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
#[must_use]
pub fn op(instruction: &enc::Instruction<'_>) -> Vec<u8> {
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

pub(crate) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
