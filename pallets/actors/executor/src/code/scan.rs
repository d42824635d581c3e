//! One pass over a blob: the rules of WebAssembly by wasmparser, the rules of the chain here.
//!
//! Each section is first held against the chain's caps, so that nothing large is read, then
//! against its other rules, then given to wasmparser. The chain's rules come first because they
//! say more: a floating point operator is named as one, not as a byte that was not expected.

use actors_primitives::{
    abi::{self, Entries, Entry, ValType as AbiType},
    WASM_PAGE_SIZE,
};
use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use wasmparser::{
    BinaryReaderError, BlockType, DataKind, DataSectionReader, ElementItems, ElementKind,
    ElementSectionReader, Encoding, Export, ExportSectionReader, ExternalKind, FuncType,
    FuncValidatorAllocations, FunctionBody, FunctionSectionReader, GlobalSectionReader,
    ImportSectionReader, MemorySectionReader, MemoryType, Operator, Parser, Payload,
    TableSectionReader, TypeRef, TypeSectionReader, ValType, ValidPayload, Validator, WasmFeatures,
};

use super::{
    cursor::Cursor,
    frame,
    names::{shown, Names},
    operators::{self, judge, name_of_bytes, Verdict},
    pitfalls::{Known, Pitfall, Values},
    CodeInfo, FunctionRef, Invalid, InvalidKind, MOST_WASM_PAGES, VERSION,
};
use crate::{memory::const_i32, Limits, Schedule};

/// MVP without floats, sign extension, bulk memory, and the export of mutable globals.
const FEATURES: WasmFeatures = WasmFeatures::GC_TYPES
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY);

/// The export name that linkers give the stack pointer.
const STACK_POINTER: &str = "__stack_pointer";

const FLOAT_REMEDY: &str =
    "floating point is not deterministic across machines; use integers or fixed point";
const FEATURE_REMEDY: &str =
    "programs are WebAssembly MVP with sign extension, memory.copy and memory.fill; build for \
     wasm32v1-none, or turn the feature off in the compiler";
const MALFORMED_REMEDY: &str = "this is not valid WebAssembly; build it again";

pub(crate) fn scan(wasm: &[u8], limits: &Limits) -> Result<CodeInfo, Invalid> {
    let code_len = u32::try_from(wasm.len()).unwrap_or(u32::MAX);
    if code_len > limits.code {
        return Err(Invalid::module(
            InvalidKind::TooLarge,
            format!(
                "the module has {code_len} bytes, and the limit is {}",
                limits.code
            ),
            "build with optimisation for size and strip debug information",
        ));
    }
    if !wasm.starts_with(b"\0asm") {
        return Err(Invalid::module(
            InvalidKind::Malformed,
            "the file does not start like WebAssembly",
            "upload a binary module (.wasm), not text or an archive",
        ));
    }
    frame::check(wasm)?;
    let mut scan = Scan::new(wasm, limits);
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut values = Values::default();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| scan.malformed(&error))?;
        scan.section(&payload)?;
        match validator
            .payload(&payload)
            .map_err(|error| scan.malformed(&error))?
        {
            ValidPayload::Func(function, body) => {
                let name = scan.names.function(function.index);
                scan.body(&name, &body)?;
                let mut function = function.into_validator(allocations);
                let malformed = |error: BinaryReaderError| {
                    let operator = operator_at(&body, error.offset());
                    scan.malformed_body(&error, name.clone(), operator)
                };
                let mut reader = body.get_binary_reader();
                function.read_locals(&mut reader).map_err(malformed)?;
                values.clear();
                reader.set_features(FEATURES);
                while !reader.eof() {
                    let at = reader.original_position();
                    let operator = reader.read_operator().map_err(malformed)?;
                    function.op(at, &operator).map_err(malformed)?;
                    let height = function.operand_stack_height();
                    let result = scan.result(&operator);
                    if let Some(pitfall) = values.follow(&operator, height, result) {
                        return Err(pitfall_at(pitfall, &operator).within(name).at(at));
                    }
                }
                let end = reader.original_position();
                function.finish(end).map_err(malformed)?;
                allocations = function.into_allocations();
            }
            ValidPayload::Ok | ValidPayload::Parser(_) | ValidPayload::End(_) => {}
        }
    }
    scan.finish(code_len)
}

struct Scan<'a> {
    wasm: &'a [u8],
    limits: &'a Limits,
    names: Names<'a>,
    types: Vec<FuncType>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    memory: Option<MemoryType>,
    memory_exported: bool,
    table: u32,
    globals: Vec<Declared>,
    kept: BTreeSet<u32>,
    stack_low: Option<u32>,
    stack_high: Option<u32>,
    exports: Entries,
    locals: u32,
}

/// A global as it was declared.
struct Declared {
    ty: ValType,
    mutable: bool,
    /// Its value, if it is a constant `i32`.
    value: Option<u32>,
}

impl<'a> Scan<'a> {
    fn new(wasm: &'a [u8], limits: &'a Limits) -> Self {
        Self {
            wasm,
            limits,
            names: Names::read(wasm, limits.functions),
            types: Vec::new(),
            functions: Vec::new(),
            memory: None,
            memory_exported: false,
            table: 0,
            globals: Vec::new(),
            kept: BTreeSet::new(),
            stack_low: None,
            stack_high: None,
            exports: Entries::NONE,
            locals: 0,
        }
    }

    /// What wasmparser refuses. Some of it is only refused because a feature is off.
    fn malformed(&self, error: &BinaryReaderError) -> Invalid {
        // The only sign of it that wasmparser gives. Should a text change, the kind does, but
        // what is refused does not.
        const HINTS: [&str; 6] = [
            "not enabled",
            "disabled",
            "zero byte expected",
            "gc proposal",
            "SIMD",
            "constant expression required",
        ];
        let message = error.message();
        let is_feature = HINTS.iter().any(|hint| message.contains(hint));
        let found = format!("the module is refused ({message})");
        if is_feature {
            feature(found).at(error.offset())
        } else {
            Invalid::module(InvalidKind::Malformed, found, MALFORMED_REMEDY).at(error.offset())
        }
    }

    /// What wasmparser refuses in a function, at an operator if it is known.
    fn malformed_body(
        &self,
        error: &BinaryReaderError,
        function: FunctionRef,
        operator: Option<String>,
    ) -> Invalid {
        let mut invalid = self.malformed(error).within(function);
        let message = error.message();
        invalid.found = match &operator {
            Some(operator) => format!("is refused at {operator} ({message})"),
            None => format!("is refused ({message})"),
        };
        invalid.operator = operator;
        invalid
    }

    fn section(&mut self, payload: &Payload<'a>) -> Result<(), Invalid> {
        match payload {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => Err(feature("the file is a component, not a module")),
            Payload::TypeSection(reader) => self.type_section(reader),
            Payload::ImportSection(reader) => self.import_section(reader),
            Payload::FunctionSection(reader) => self.function_section(reader),
            Payload::TableSection(reader) => self.table_section(reader),
            Payload::MemorySection(reader) => self.memory_section(reader),
            Payload::TagSection(reader) => {
                Err(feature("the module has exception tags").at(reader.range().start))
            }
            Payload::GlobalSection(reader) => self.global_section(reader),
            Payload::ExportSection(reader) => self.export_section(reader),
            Payload::StartSection { func, range } => Err(Invalid::module(
                InvalidKind::StartFunction,
                "is the module's start function",
                "programs start at `init` and `handle` only; export it as `_initialize`, which \
                 runs once before the first of them (`asc --exportStart _initialize`), or let \
                 `actors-build optimise` do it",
            )
            .within(self.names.function(*func))
            .at(range.start)),
            Payload::ElementSection(reader) => self.element_section(reader),
            Payload::DataSection(reader) => self.data_section(reader),
            _ => Ok(()),
        }
    }

    fn type_section(&mut self, reader: &TypeSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        cap("types", reader.count(), self.limits.types, start)?;
        for (index, ty) in reader.clone().into_iter_err_on_gc_types().enumerate() {
            let ty = ty.map_err(|error| {
                let oversized = self.oversized_type(reader);
                oversized.unwrap_or_else(|| self.malformed(&error))
            })?;
            for value in ty.params().iter().chain(ty.results()) {
                number(*value, |ty| format!("type #{index} uses {ty}"))
                    .map_err(|error| self.in_signature(error, index, *value).at(start))?;
            }
            if ty.results().len() > 1 {
                return Err(
                    feature(format!("type #{index} has several results (multi-value)")).at(start),
                );
            }
            self.cap_type(index, len(ty.params()), len(ty.results()))
                .map_err(|error| error.at(start))?;
            self.types.push(ty);
        }
        Ok(())
    }

    fn cap_type(&self, index: usize, params: u32, results: u32) -> Result<(), Invalid> {
        for (what, found, allowed) in [
            ("parameters", params, self.limits.params),
            ("results", results, self.limits.results),
        ] {
            if found > allowed {
                let Some(function) = self.first_of_type(index) else {
                    let what = format!("type #{index} has {found} {what}");
                    return Err(over(what, allowed));
                };
                let error = over(format!("has {found} {what}"), allowed);
                return Err(error.within(self.names.function(function)));
            }
        }
        Ok(())
    }

    /// The first function type with more parameters than are allowed. wasmparser has a limit of
    /// its own, beyond which it does not read on.
    fn oversized_type(&self, reader: &TypeSectionReader<'a>) -> Option<Invalid> {
        const FUNCTION: u8 = 0x60;
        let range = reader.range();
        let mut cursor = Cursor::new(self.wasm.get(range.clone())?);
        for index in 0..usize::try_from(cursor.number()?).ok()? {
            if cursor.byte()? != FUNCTION {
                return None;
            }
            let params = cursor.number()?;
            if let Err(error) = self.cap_type(index, params, 0) {
                return Some(error.at(range.start));
            }
            // Types of more than one byte are none that a program may use.
            cursor.take(params)?;
            let results = cursor.number()?;
            cursor.take(results)?;
        }
        None
    }

    /// Names the first function that has the type, where one has: authors know functions, not
    /// types.
    fn in_signature(&self, mut error: Invalid, ty: usize, value: ValType) -> Invalid {
        if let Some(function) = self.first_of_type(ty) {
            error.found = format!("uses {value} in its signature");
            error = error.within(self.names.function(function));
        }
        error
    }

    /// The first function of a type whose section comes before the functions'.
    fn first_of_type(&self, ty: usize) -> Option<u32> {
        let is_it = |found: u32| usize::try_from(found) == Ok(ty);
        let mut index = 0u32;
        for payload in Parser::new(0).parse_all(self.wasm) {
            match payload.ok()? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_iter().flatten() {
                        match import.ty {
                            TypeRef::Func(found) if is_it(found) => return Some(index),
                            TypeRef::Func(_) => index = index.saturating_add(1),
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    let at = functions.into_iter().flatten().position(is_it)?;
                    return u32::try_from(at).ok()?.checked_add(index);
                }
                _ => {}
            }
        }
        None
    }

    fn import_section(&mut self, reader: &ImportSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        cap("imports", reader.count(), self.limits.imports, start)?;
        for import in reader.clone().into_iter_with_offsets() {
            let (offset, import) = import.map_err(|error| self.malformed(&error))?;
            let name = format!("{}.{}", shown(import.module), shown(import.name));
            let TypeRef::Func(ty) = import.ty else {
                return Err(match import.ty {
                    TypeRef::Memory(_) => Invalid::module(
                        InvalidKind::Memory,
                        format!("the module imports its memory as `{name}`"),
                        "define the memory and export it as `memory` (do not link with \
                         --import-memory)",
                    ),
                    _ => Invalid::module(
                        InvalidKind::UnknownImport,
                        format!("the import `{name}` is not a function"),
                        "programs import functions of `actors_v1` only",
                    ),
                }
                .at(offset));
            };
            self.import(&name, import.module, import.name, ty)
                .map_err(|error| error.at(offset))?;
            self.functions.push(ty);
        }
        Ok(())
    }

    fn import(&self, shown: &str, module: &str, name: &str, ty: u32) -> Result<(), Invalid> {
        let found = Some(module == abi::MODULE).filter(|ours| *ours);
        let Some(row) = found.and_then(|_| abi::Import::find(name)) else {
            return Err(Invalid::module(
                InvalidKind::UnknownImport,
                format!("the import `{shown}` is not in the ABI"),
                "programs import functions of `actors_v1` only; if a library imports it, build \
                 without that library or for a target without a system",
            ));
        };
        let params: Vec<ValType> = row.params.iter().map(|(_, ty)| wasm_type(*ty)).collect();
        let results: Vec<ValType> = row.result.iter().map(|ty| wasm_type(*ty)).collect();
        let expected = signature(&params, &results);
        let actual = self
            .type_of(ty)
            .map(|ty| signature(ty.params(), ty.results()))
            .unwrap_or_default();
        if expected == actual {
            Ok(())
        } else {
            Err(Invalid::module(
                InvalidKind::ImportType,
                format!("the import `{shown}` has the type {actual}, and the ABI says {expected}"),
                "declare it as the ABI does",
            ))
        }
    }

    fn function_section(&mut self, reader: &FunctionSectionReader<'a>) -> Result<(), Invalid> {
        let total = len(&self.functions).saturating_add(reader.count());
        let start = reader.range().start;
        cap("functions", total, self.limits.functions, start)?;
        for ty in reader.clone() {
            self.functions
                .push(ty.map_err(|error| self.malformed(&error))?);
        }
        Ok(())
    }

    fn table_section(&mut self, reader: &TableSectionReader<'a>) -> Result<(), Invalid> {
        if reader.count() > 1 {
            return Err(feature(format!("the module has {} tables", reader.count()))
                .at(reader.range().start));
        }
        for table in reader.clone() {
            let table = table.map_err(|error| self.malformed(&error))?;
            if table.ty.table64 || table.ty.shared {
                return Err(
                    feature("the table is shared or has 64-bit indices").at(reader.range().start)
                );
            }
            let elements = u32::try_from(table.ty.initial).unwrap_or(u32::MAX);
            let start = reader.range().start;
            cap("table elements", elements, self.limits.table, start)?;
            self.table = elements;
        }
        Ok(())
    }

    fn memory_section(&mut self, reader: &MemorySectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        if reader.count() > 1 {
            return Err(feature(format!("the module has {} memories", reader.count())).at(start));
        }
        for memory in reader.clone() {
            let memory = memory.map_err(|error| self.malformed(&error))?;
            if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                return Err(feature(
                    "the memory is shared, has 64-bit addresses or its own page size",
                )
                .at(start));
            }
            if memory.initial > u64::from(self.limits.memory) {
                return Err(Invalid::module(
                    InvalidKind::Memory,
                    format!(
                        "the memory starts with {} Wasm pages, and the limit is {}",
                        memory.initial, self.limits.memory
                    ),
                    "link with a smaller stack (-zstack-size) and smaller static data",
                )
                .at(start));
            }
            // A maximum of 4 GiB does not fit a `usize` of 32 bits, on which the engine then
            // decides otherwise in a runtime than natively.
            if memory
                .maximum
                .is_some_and(|maximum| maximum >= u64::from(WASM_PAGE_SIZE))
            {
                return Err(Invalid::module(
                    InvalidKind::Memory,
                    "the memory has a maximum of 4 GiB",
                    "declare a smaller maximum, or none",
                )
                .at(start));
            }
            self.memory = Some(memory);
        }
        Ok(())
    }

    fn global_section(&mut self, reader: &GlobalSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        cap("globals", reader.count(), self.limits.globals, start)?;
        for (index, global) in reader.clone().into_iter_with_offsets().enumerate() {
            let (offset, global) = global.map_err(|error| self.malformed(&error))?;
            number(global.ty.content_type, |ty| {
                format!("global #{index} uses {ty}")
            })
            .map_err(|error| error.at(offset))?;
            self.globals.push(Declared {
                ty: global.ty.content_type,
                mutable: global.ty.mutable,
                value: const_i32(&global.init_expr),
            });
        }
        Ok(())
    }

    fn export_section(&mut self, reader: &ExportSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        cap("exports", reader.count(), self.limits.exports, start)?;
        for export in reader.clone().into_iter_with_offsets() {
            let (offset, export) = export.map_err(|error| self.malformed(&error))?;
            self.export(&export).map_err(|error| error.at(offset))?;
        }
        Ok(())
    }

    fn export(&mut self, export: &Export<'a>) -> Result<(), Invalid> {
        let name = shown(export.name);
        let entry = Entry::from_export(export.name);
        match export.kind {
            ExternalKind::Func => {
                let Some(entry) = entry else {
                    return Err(Invalid::module(
                        InvalidKind::UnknownExport,
                        format!("the exported function `{name}` is not an entry"),
                        "export `init`, `handle`, `handle_reply`, `handle_signal`, `state`, \
                         `migrate` and `_initialize` only",
                    ));
                };
                let index = usize::try_from(export.index).unwrap_or(usize::MAX);
                let ty = self.functions.get(index).and_then(|ty| self.type_of(*ty));
                // wasmparser refuses an index that is none.
                let Some(ty) = ty else {
                    return Ok(());
                };
                let actual = signature(ty.params(), ty.results());
                if actual != signature(&[], &[]) {
                    return Err(Invalid::module(
                        InvalidKind::ExportType,
                        format!("the entry `{name}` has the type {actual}"),
                        "entries have neither parameters nor results: () -> ()",
                    ));
                }
                self.exports = self.exports.with(entry);
                return Ok(());
            }
            ExternalKind::Memory if export.name == abi::MEMORY => self.memory_exported = true,
            ExternalKind::Global => return self.export_global(export, &name),
            ExternalKind::Memory | ExternalKind::Table | ExternalKind::Tag => {}
        }
        if entry.is_some() {
            return Err(not_a_function(&name));
        }
        Ok(())
    }

    fn export_global(&mut self, export: &Export<'a>, name: &str) -> Result<(), Invalid> {
        if Entry::from_export(export.name).is_some() {
            return Err(not_a_function(name));
        }
        let index = usize::try_from(export.index).unwrap_or(usize::MAX);
        // wasmparser refuses an index that is none.
        let Some(global) = self.globals.get(index) else {
            return Ok(());
        };
        if export.name == STACK_POINTER && global.mutable {
            return Err(Invalid::module(
                InvalidKind::Global,
                "the stack pointer is exported",
                "exported mutable globals are kept from turn to turn, and the stack starts \
                 afresh; do not export `__stack_pointer` (Zig: `--export=handle` instead of \
                 `-rdynamic`), or let `actors-build optimise` take the export away",
            ));
        }
        if export.name == abi::STACK_LOW || export.name == abi::STACK_HIGH {
            if global.mutable || global.ty != ValType::I32 || global.value.is_none() {
                return Err(Invalid::module(
                    InvalidKind::Global,
                    format!("the exported global `{name}` is not an immutable i32 constant"),
                    "let the linker define it (--export=__stack_low --export=__stack_high)",
                ));
            }
            if export.name == abi::STACK_LOW {
                self.stack_low = global.value;
            } else {
                self.stack_high = global.value;
            }
        }
        if global.mutable {
            self.kept.insert(export.index);
        }
        Ok(())
    }

    fn element_section(&mut self, reader: &ElementSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        let allowed = self.limits.element_segments;
        cap("element segments", reader.count(), allowed, start)?;
        let mut elements = 0u32;
        for (index, segment) in reader.clone().into_iter_with_offsets().enumerate() {
            let (offset, segment) = segment.map_err(|error| self.malformed(&error))?;
            let ElementKind::Active { offset_expr, .. } = &segment.kind else {
                return Err(feature(format!("element segment #{index} is not active")).at(offset));
            };
            let ElementItems::Functions(functions) = &segment.items else {
                return Err(feature(format!("element segment #{index} has expressions")).at(offset));
            };
            // Each has one byte here, and many in the engine.
            elements = elements.saturating_add(functions.count());
            cap(
                "elements in its segments",
                elements,
                self.limits.table,
                start,
            )?;
            let end = const_i32(offset_expr).and_then(|at| at.checked_add(functions.count()));
            if end.is_none_or(|end| end > self.table) {
                return Err(Invalid::module(
                    InvalidKind::Malformed,
                    format!("element segment #{index} does not fit the table"),
                    MALFORMED_REMEDY,
                )
                .at(offset));
            }
        }
        Ok(())
    }

    fn data_section(&mut self, reader: &DataSectionReader<'a>) -> Result<(), Invalid> {
        let start = reader.range().start;
        let allowed = self.limits.data_segments;
        cap("data segments", reader.count(), allowed, start)?;
        let pages = self.memory.map_or(0, |memory| memory.initial);
        let bytes = pages.saturating_mul(u64::from(WASM_PAGE_SIZE));
        for (index, segment) in reader.clone().into_iter_with_offsets().enumerate() {
            let (offset, segment) = segment.map_err(|error| self.malformed(&error))?;
            let DataKind::Active { offset_expr, .. } = &segment.kind else {
                return Err(feature(format!("data segment #{index} is passive")).at(offset));
            };
            let length = u64::try_from(segment.data.len()).unwrap_or(u64::MAX);
            let end = const_i32(offset_expr).and_then(|at| u64::from(at).checked_add(length));
            if end.is_none_or(|end| end > bytes) {
                return Err(Invalid::module(
                    InvalidKind::Memory,
                    format!("data segment #{index} does not fit the initial memory"),
                    "let the memory start with as many pages as the data needs",
                )
                .at(offset));
            }
        }
        Ok(())
    }

    fn body(&mut self, name: &FunctionRef, body: &FunctionBody<'a>) -> Result<(), Invalid> {
        let malformed =
            |scan: &Self, error: &BinaryReaderError| scan.malformed_body(error, name.clone(), None);
        let range = body.range();
        let bytes = u32::try_from(range.len()).unwrap_or(u32::MAX);
        let within = |error: Invalid| error.within(name.clone()).at(range.start);
        cap_of("bytes of body", bytes, self.limits.function_body).map_err(within)?;

        let mut locals: u32 = 0;
        let reader = body
            .get_locals_reader()
            .map_err(|error| malformed(self, &error))?;
        for group in reader {
            let (count, ty) = group.map_err(|error| malformed(self, &error))?;
            number(ty, |ty| format!("uses {ty} for a local")).map_err(within)?;
            locals = locals.saturating_add(count);
            cap_of("locals", locals, self.limits.locals).map_err(within)?;
        }
        self.locals = self.locals.max(locals);

        let mut nesting: u32 = 0;
        let mut reader = body
            .get_operators_reader()
            .map_err(|error| malformed(self, &error))?;
        while !reader.eof() {
            let start = reader.original_position();
            let (operator, offset) = reader.read_with_offset().map_err(|error| {
                let bytes = self.wasm.get(start..).unwrap_or_default();
                self.malformed_body(&error, name.clone(), name_of_bytes(bytes))
            })?;
            let here = |error: Invalid| error.within(name.clone()).at(offset);
            match judge(&operator) {
                Verdict::Allowed => {}
                Verdict::Float(text) => {
                    let found = format!("uses {text}");
                    return Err(here(
                        Invalid::module(InvalidKind::Float, found, FLOAT_REMEDY).using(text),
                    ));
                }
                Verdict::Feature(text, proposal) => {
                    return Err(here(
                        feature(format!("uses {text} ({proposal})")).using(text),
                    ));
                }
            }
            match &operator {
                Operator::Block { blockty }
                | Operator::Loop { blockty }
                | Operator::If { blockty } => {
                    match blockty {
                        BlockType::Empty => {}
                        BlockType::Type(ty) => {
                            let name = || operators::name(&operator);
                            number(*ty, |ty| format!("uses {ty} as the result of a block"))
                                .map_err(|error| here(error.using(name())))?;
                        }
                        BlockType::FuncType(_) => {
                            let found = "has a block with parameters or several results";
                            let name = operators::name(&operator);
                            return Err(here(feature(found).using(name)));
                        }
                    }
                    nesting = nesting.saturating_add(1);
                    cap_of("nested blocks", nesting, self.limits.nesting)
                        .map_err(|error| here(error.using(operators::name(&operator))))?;
                }
                Operator::End => nesting = nesting.saturating_sub(1),
                Operator::BrTable { targets } => {
                    cap_of("targets in a br_table", targets.len(), self.limits.br_table)
                        .map_err(|error| here(error.using("br_table".into())))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn finish(self, code_len: u32) -> Result<CodeInfo, Invalid> {
        let Some(memory) = self.memory else {
            return Err(Invalid::module(
                InvalidKind::Memory,
                "the module has no memory",
                "define one and export it as `memory`, even if it has no pages",
            ));
        };
        if !self.memory_exported {
            return Err(Invalid::module(
                InvalidKind::Memory,
                "the memory is not exported",
                "export it as `memory`",
            ));
        }
        if !self.exports.contains(Entry::Init) && !self.exports.contains(Entry::Handle) {
            return Err(Invalid::module(
                InvalidKind::NoEntry,
                "the module exports neither `init` nor `handle`",
                "export at least one of them, as a function () -> ()",
            ));
        }
        let unkept: Vec<String> = (0..)
            .zip(&self.globals)
            .filter(|(index, global)| global.mutable && !self.kept.contains(index))
            .map(|(index, _)| format!("#{index}"))
            .collect();
        if unkept.len() > 1 {
            return Err(Invalid::module(
                InvalidKind::Global,
                format!("the mutable globals {} are not exported", unkept.join(", ")),
                "only the stack pointer may stay unexported: what is not exported is lost after \
                 each turn; export the others, as `actors-build optimise` does",
            ));
        }
        let stack = match (self.stack_low, self.stack_high) {
            (None, None) => None,
            (Some(low), Some(high)) if low <= high => Some((low, high)),
            (Some(low), Some(high)) => {
                return Err(Invalid::module(
                    InvalidKind::Global,
                    format!("`__stack_low` ({low}) lies above `__stack_high` ({high})"),
                    "let the linker define both",
                ));
            }
            _ => {
                return Err(Invalid::module(
                    InvalidKind::Global,
                    "only one of `__stack_low` and `__stack_high` is exported",
                    "export both or none",
                ));
            }
        };
        let maximum = memory.maximum.unwrap_or(MOST_WASM_PAGES.into());
        Ok(CodeInfo {
            version: VERSION,
            schedule: Schedule::default().version,
            code_len,
            functions: len(&self.functions),
            locals: self.locals,
            globals: len(&self.globals),
            kept_globals: u32::try_from(self.kept.len()).unwrap_or(u32::MAX),
            table: self.table,
            wasm_pages: u32::try_from(memory.initial).unwrap_or(u32::MAX),
            max_wasm_pages: u32::try_from(maximum).unwrap_or(u32::MAX),
            exports: self.exports,
            stack,
        })
    }

    /// What is known of what a call returns or a global holds; `None` for what is neither.
    fn result(&self, operator: &Operator<'a>) -> Option<Known> {
        let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
        let of_type = |ty: u32| {
            let ty = self.type_of(ty)?;
            (!ty.results().is_empty()).then_some(Known::COMPUTED)
        };
        match operator {
            Operator::Call { function_index } => of_type(*self.functions.get(at(*function_index))?),
            Operator::CallIndirect { type_index, .. } => of_type(*type_index),
            // The engine takes one that never changes for its value.
            Operator::GlobalGet { global_index } => {
                let is_mutable = |global: &Declared| global.mutable;
                match self.globals.get(at(*global_index)).is_some_and(is_mutable) {
                    true => Some(Known::COMPUTED),
                    false => Some(Known::CONSTANT),
                }
            }
            _ => None,
        }
    }

    fn type_of(&self, ty: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(ty).ok()?)
    }
}

/// The name of the operator that the byte at an offset belongs to.
fn operator_at(body: &FunctionBody<'_>, offset: usize) -> Option<String> {
    let reader = body.get_operators_reader().ok()?;
    let operators = reader.into_iter_with_offsets().map_while(Result::ok);
    let (operator, _) = operators.take_while(|(_, at)| *at <= offset).last()?;
    Some(operators::name(&operator))
}

/// Refuses what is no `i32` or `i64`.
fn number(ty: ValType, found: impl Fn(ValType) -> String) -> Result<(), Invalid> {
    match ty {
        ValType::I32 | ValType::I64 => Ok(()),
        ValType::F32 | ValType::F64 => {
            Err(Invalid::module(InvalidKind::Float, found(ty), FLOAT_REMEDY))
        }
        ValType::V128 | ValType::Ref(_) => Err(feature(found(ty))),
    }
}

fn feature(found: impl Into<String>) -> Invalid {
    Invalid::module(InvalidKind::Feature, found, FEATURE_REMEDY)
}

fn pitfall_at(pitfall: Pitfall, operator: &Operator<'_>) -> Invalid {
    let name = operators::name(operator);
    let (found, remedy) = match pitfall {
        Pitfall::Select => (
            format!(
                "has a `{name}` that tests an i32 for zero (i32.eqz, or i32.eq or i32.ne with 0), \
                 which the engine gets wrong"
            ),
            "swap the two values instead of comparing (the optimiser of your compiler, wasm-opt or \
             actors-build does)",
        ),
        Pitfall::Store => (
            format!(
                "has a `{name}` of a local at itself with an offset above 65535, which the engine \
                 cannot translate"
            ),
            "add the offset to the address first (actors-build computes the value instead)",
        ),
    };
    Invalid::module(InvalidKind::Untranslatable, found, remedy).using(name)
}

fn not_a_function(name: &str) -> Invalid {
    Invalid::module(
        InvalidKind::ExportType,
        format!("the export `{name}` is not a function"),
        "that name is reserved for an entry: export a function () -> () or rename it",
    )
}

/// Holds a number of the module, of a section that begins at `start`, against a cap.
fn cap(what: &str, found: u32, allowed: u32, start: usize) -> Result<(), Invalid> {
    if found <= allowed {
        return Ok(());
    }
    Err(over(format!("the module has {found} {what}"), allowed).at(start))
}

/// Holds a number of a function, which the message names, against a cap.
fn cap_of(what: &str, found: u32, allowed: u32) -> Result<(), Invalid> {
    if found <= allowed {
        return Ok(());
    }
    Err(over(format!("has {found} {what}"), allowed))
}

/// Caps are checked for each block and each local: only one that is exceeded makes a text.
fn over(what: String, allowed: u32) -> Invalid {
    Invalid::module(
        InvalidKind::Limit,
        format!("{what}, and the limit is {allowed}"),
        "split it up, or build with optimisation for size",
    )
}

fn wasm_type(ty: AbiType) -> ValType {
    match ty {
        AbiType::I32 => ValType::I32,
        AbiType::I64 => ValType::I64,
    }
}

fn signature(params: &[ValType], results: &[ValType]) -> String {
    let list = |types: &[ValType]| {
        let names: Vec<String> = types.iter().map(|ty| format!("{ty}")).collect();
        names.join(", ")
    };
    format!("({}) -> ({})", list(params), list(results))
}

fn len<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
