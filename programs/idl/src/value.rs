//! Values of described types as text, for people: what a test received, or what a chain shows.
//!
//! Type and value may both be somebody else's. Depth, steps and the length of the text are
//! bounded, and a value that would take more is an error, not a stack overflow.

use alloc::{format, string::String, vec::Vec};
use codec::{Compact, Decode};
use core::fmt;
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefPrimitive};

use crate::{Call, Entry, Idl, TypeId};

/// Values inside values.
const DEEPEST: u8 = 64;
/// Values in all: a value of no bytes may be there four thousand million times.
const STEPS: u32 = 65_536;
/// Bytes of text after which the rest is `…`.
const LONGEST: usize = 16 * 1024;
/// Elements of a sequence that are shown.
const SHOWN: u32 = 64;
/// Bytes of a sequence of bytes that are shown.
const SHOWN_BYTES: usize = 256;

/// Why bytes are no value of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// They end too early.
    CutOff {
        /// The type whose value is not complete.
        ty: String,
    },
    /// They are none of the values of that type.
    Invalid {
        /// The type.
        ty: String,
        /// What was found.
        found: String,
    },
    /// Something follows the value.
    TrailingBytes {
        /// How many bytes.
        bytes: usize,
    },
    /// The payload is empty, where the first byte is a route.
    NoRoute,
    /// No call has that route.
    UnknownRoute {
        /// The first byte.
        route: u8,
    },
    /// A type that is not there.
    UnknownType {
        /// Its number.
        id: TypeId,
    },
    /// It is nested too deeply, or has too many parts.
    TooLarge,
    /// The program declares nothing of that kind: no events, or no error of the call.
    NotDeclared,
}

impl fmt::Display for ValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff { ty } => write!(formatter, "the bytes end within a value of {ty}"),
            Self::Invalid { ty, found } => write!(formatter, "{found} is no value of {ty}"),
            Self::TrailingBytes { bytes } => write!(formatter, "{bytes} bytes follow the value"),
            Self::NoRoute => write!(formatter, "an empty payload has no route"),
            Self::UnknownRoute { route } => write!(formatter, "no call has the route {route}"),
            Self::UnknownType { id } => write!(formatter, "type #{id} is not there"),
            Self::TooLarge => write!(formatter, "the value has too many parts to be shown"),
            Self::NotDeclared => write!(formatter, "the program declares no such type"),
        }
    }
}

impl core::error::Error for ValueError {}

impl Idl {
    /// A value as text, such as `Transfer { to: 0x…, amount: 5 }`.
    ///
    /// # Errors
    ///
    /// If the bytes are not exactly one value of the type.
    pub fn value_text(&self, ty: TypeId, bytes: &[u8]) -> Result<String, ValueError> {
        let mut writer = Writer::new(&self.types, bytes);
        writer.value(ty, DEEPEST)?;
        writer.finish()
    }

    /// The payload of a message as text, such as `transfer(to: 0x…, amount: 5)`.
    ///
    /// # Errors
    ///
    /// If it has no route, one of no call, or arguments that do not decode.
    pub fn payload_text(&self, entry: Entry, payload: &[u8]) -> Result<String, ValueError> {
        let (route, rest) = payload.split_first().ok_or(ValueError::NoRoute)?;
        let route = *route;
        let call = self.call_by_route(entry, route);
        let call = call.ok_or(ValueError::UnknownRoute { route })?;
        let mut writer = Writer::new(&self.types, rest);
        writer.put(&call.name);
        writer.put("(");
        for (at, arg) in call.args.iter().enumerate() {
            writer.put(if at == 0 { "" } else { ", " });
            writer.put(&arg.name);
            writer.put(": ");
            writer.value(arg.ty, DEEPEST)?;
        }
        writer.put(")");
        writer.finish()
    }

    /// What a call replied, as text.
    ///
    /// # Errors
    ///
    /// If the bytes are not exactly one value of what it returns.
    pub fn reply_text(&self, call: &Call, payload: &[u8]) -> Result<String, ValueError> {
        self.value_text(call.returns, payload)
    }

    /// The payload of a reply with the code `Reverted`, as text: the error of the call's own, or
    /// why it never ran. `error` is the type of that error, as [`Call::error`] has it.
    ///
    /// # Errors
    ///
    /// If the bytes are no refusal.
    pub fn refusal_text(
        &self,
        error: Option<TypeId>,
        payload: &[u8],
    ) -> Result<String, ValueError> {
        const TYPE: &str = "Refusal";
        let (kind, mut rest) = payload.split_first().ok_or_else(|| cut_off(TYPE))?;
        let text = match kind {
            0 => return self.value_text(error.ok_or(ValueError::NotDeclared)?, rest),
            1 => format!("UnknownRoute {{ route: {} }}", take::<u8>(&mut rest, TYPE)?),
            2 => "NoRoute".into(),
            3 => format!("Arguments {{ argument: {} }}", take::<u8>(&mut rest, TYPE)?),
            4 => format!(
                "TrailingBytes {{ bytes: {} }}",
                take::<u32>(&mut rest, TYPE)?
            ),
            5 => "NotPayable".into(),
            6 => {
                let found: Option<u16> = take(&mut rest, TYPE)?;
                format!("StateVersion {{ found: {found:?} }}")
            }
            other => {
                return Err(ValueError::Invalid {
                    ty: TYPE.into(),
                    found: format!("variant {other}"),
                })
            }
        };
        match rest.len() {
            0 => Ok(text),
            bytes => Err(ValueError::TrailingBytes { bytes }),
        }
    }

    /// A program event as text.
    ///
    /// # Errors
    ///
    /// If the program declares no events, or the bytes are none of them.
    pub fn event_text(&self, data: &[u8]) -> Result<String, ValueError> {
        self.value_text(self.events.ok_or(ValueError::NotDeclared)?, data)
    }
}

fn cut_off(ty: &str) -> ValueError {
    ValueError::CutOff { ty: ty.into() }
}

/// Takes a value whose type is fixed.
fn take<T: Decode>(rest: &mut &[u8], ty: &str) -> Result<T, ValueError> {
    T::decode(rest).map_err(|_| cut_off(ty))
}

/// Reads bytes and writes text.
struct Writer<'a> {
    types: &'a PortableRegistry,
    rest: &'a [u8],
    text: String,
    steps: u32,
    /// How many elements are being read that are not shown.
    hidden: u32,
}

impl<'a> Writer<'a> {
    fn new(types: &'a PortableRegistry, bytes: &'a [u8]) -> Self {
        Self {
            types,
            rest: bytes,
            text: String::new(),
            steps: 0,
            hidden: 0,
        }
    }

    fn finish(self) -> Result<String, ValueError> {
        match self.rest.len() {
            0 => Ok(self.text),
            bytes => Err(ValueError::TrailingBytes { bytes }),
        }
    }

    fn put(&mut self, text: &str) {
        if self.hidden > 0 || self.text.len() >= LONGEST {
            return;
        }
        self.text.push_str(text);
        if self.text.len() >= LONGEST {
            self.text.push('…');
        }
    }

    fn cut_off(&self, ty: TypeId) -> ValueError {
        cut_off(&crate::spelling::spell(self.types, ty))
    }

    fn invalid(&self, ty: TypeId, found: String) -> ValueError {
        ValueError::Invalid {
            ty: crate::spelling::spell(self.types, ty),
            found,
        }
    }

    fn take<T: Decode>(&mut self, ty: TypeId) -> Result<T, ValueError> {
        T::decode(&mut self.rest).map_err(|_| self.cut_off(ty))
    }

    fn bytes(&mut self, count: u32, ty: TypeId) -> Result<&'a [u8], ValueError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let split = self.rest.split_at_checked(count);
        let (taken, rest) = split.ok_or_else(|| self.cut_off(ty))?;
        self.rest = rest;
        Ok(taken)
    }

    fn length(&mut self, ty: TypeId) -> Result<u32, ValueError> {
        self.take::<Compact<u32>>(ty).map(|length| length.0)
    }

    fn value(&mut self, id: TypeId, depth: u8) -> Result<(), ValueError> {
        let types = self.types;
        let ty = types.resolve(id).ok_or(ValueError::UnknownType { id })?;
        let depth = depth.checked_sub(1).ok_or(ValueError::TooLarge)?;
        self.steps = self.steps.saturating_add(1);
        if self.steps > STEPS {
            return Err(ValueError::TooLarge);
        }
        let name = ty.path.segments.last().map_or("", String::as_str);
        match &ty.type_def {
            TypeDef::Composite(composite) => self.composite(name, &composite.fields, depth),
            TypeDef::Variant(variant) => {
                let index: u8 = self.take(id)?;
                let found = variant.variants.iter().find(|it| it.index == index);
                let Some(found) = found else {
                    return Err(self.invalid(id, format!("variant {index}")));
                };
                self.put(&found.name);
                self.fields(&found.fields, depth)
            }
            TypeDef::Sequence(sequence) => {
                let count = self.length(id)?;
                self.elements(id, sequence.type_param.id, count, depth)
            }
            TypeDef::Array(array) => self.elements(id, array.type_param.id, array.len, depth),
            TypeDef::Tuple(tuple) => {
                self.put("(");
                for (at, field) in tuple.fields.iter().enumerate() {
                    self.put(if at == 0 { "" } else { ", " });
                    self.value(field.id, depth)?;
                }
                self.put(")");
                Ok(())
            }
            TypeDef::Primitive(primitive) => self.primitive(id, primitive),
            TypeDef::Compact(_) => {
                let number = self.take::<Compact<u128>>(id)?;
                self.put(&format!("{}", number.0));
                Ok(())
            }
            TypeDef::BitSequence(bits) => {
                let count = self.length(id)?;
                let width = match types.resolve(bits.bit_store_type.id).map(|it| &it.type_def) {
                    Some(TypeDef::Primitive(TypeDefPrimitive::U16)) => 16u32,
                    Some(TypeDef::Primitive(TypeDefPrimitive::U32)) => 32,
                    Some(TypeDef::Primitive(TypeDefPrimitive::U64)) => 64,
                    _ => 8,
                };
                let bytes = count.div_ceil(width).saturating_mul(width / 8);
                let bytes = self.bytes(bytes, id)?;
                self.put(&format!("{count} bits "));
                self.hex(bytes);
                Ok(())
            }
        }
    }

    fn composite(
        &mut self,
        name: &str,
        fields: &[Field<PortableForm>],
        depth: u8,
    ) -> Result<(), ValueError> {
        // A wrapper of bytes or of a list, such as an account id or a map, is that.
        if let [field] = fields {
            let inner = self.types.resolve(field.ty.id).map(|it| &it.type_def);
            if matches!(inner, Some(TypeDef::Array(_) | TypeDef::Sequence(_))) {
                return self.value(field.ty.id, depth);
            }
        }
        self.put(name);
        self.fields(fields, depth)
    }

    fn fields(&mut self, fields: &[Field<PortableForm>], depth: u8) -> Result<(), ValueError> {
        if fields.is_empty() {
            return Ok(());
        }
        let is_named = fields.iter().all(|field| field.name.is_some());
        self.put(if is_named { " { " } else { "(" });
        for (at, field) in fields.iter().enumerate() {
            self.put(if at == 0 { "" } else { ", " });
            if let Some(name) = field.name.as_ref().filter(|_| is_named) {
                self.put(name);
                self.put(": ");
            }
            self.value(field.ty.id, depth)?;
        }
        self.put(if is_named { " }" } else { ")" });
        Ok(())
    }

    fn elements(
        &mut self,
        id: TypeId,
        inner: TypeId,
        count: u32,
        depth: u8,
    ) -> Result<(), ValueError> {
        let of = self.types.resolve(inner).map(|it| &it.type_def);
        if matches!(of, Some(TypeDef::Primitive(TypeDefPrimitive::U8))) {
            let bytes = self.bytes(count, id)?;
            self.hex(bytes);
            return Ok(());
        }
        self.put("[");
        for at in 0..count {
            let is_hidden = at >= SHOWN;
            if at == SHOWN {
                self.put(&format!(", … {} more", count.saturating_sub(SHOWN)));
            } else if at > 0 && !is_hidden {
                self.put(", ");
            }
            self.hidden = self.hidden.saturating_add(is_hidden.into());
            let done = self.value(inner, depth);
            self.hidden = self.hidden.saturating_sub(is_hidden.into());
            done?;
        }
        self.put("]");
        Ok(())
    }

    fn hex(&mut self, bytes: &[u8]) {
        if self.hidden > 0 {
            return;
        }
        let (shown, rest) = bytes.split_at_checked(SHOWN_BYTES).unwrap_or((bytes, &[]));
        let digits: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
        self.put("0x");
        self.put(&digits.concat());
        if !rest.is_empty() {
            self.put(&format!("… {} more bytes", rest.len()));
        }
    }

    fn primitive(&mut self, id: TypeId, primitive: &TypeDefPrimitive) -> Result<(), ValueError> {
        let text = match primitive {
            TypeDefPrimitive::Bool => match self.take::<u8>(id)? {
                0 => "false".into(),
                1 => "true".into(),
                other => return Err(self.invalid(id, format!("{other}"))),
            },
            TypeDefPrimitive::Char => {
                let number: u32 = self.take(id)?;
                match char::from_u32(number) {
                    Some(found) => format!("{found:?}"),
                    None => return Err(self.invalid(id, format!("{number:#x}"))),
                }
            }
            TypeDefPrimitive::Str => {
                let length = self.length(id)?;
                let bytes = self.bytes(length, id)?;
                match core::str::from_utf8(bytes) {
                    Ok(text) => quoted(text),
                    Err(_) => return Err(self.invalid(id, "text that is not UTF-8".into())),
                }
            }
            TypeDefPrimitive::U8 => format!("{}", self.take::<u8>(id)?),
            TypeDefPrimitive::U16 => format!("{}", self.take::<u16>(id)?),
            TypeDefPrimitive::U32 => format!("{}", self.take::<u32>(id)?),
            TypeDefPrimitive::U64 => format!("{}", self.take::<u64>(id)?),
            TypeDefPrimitive::U128 => format!("{}", self.take::<u128>(id)?),
            TypeDefPrimitive::I8 => format!("{}", self.take::<i8>(id)?),
            TypeDefPrimitive::I16 => format!("{}", self.take::<i16>(id)?),
            TypeDefPrimitive::I32 => format!("{}", self.take::<i32>(id)?),
            TypeDefPrimitive::I64 => format!("{}", self.take::<i64>(id)?),
            TypeDefPrimitive::I128 => format!("{}", self.take::<i128>(id)?),
            // Too large for numbers of Rust: its bytes, the lowest first, as they came.
            TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => {
                let bytes = self.bytes(32, id)?;
                self.hex(bytes);
                return Ok(());
            }
        };
        self.put(&text);
        Ok(())
    }
}

/// A text in quotes, cut where it is long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_BYTES) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
