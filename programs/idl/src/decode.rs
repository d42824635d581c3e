//! Reading the section of a program that somebody else built.
//!
//! Nothing in it is trusted: what is read takes memory and time in proportion to its length, which
//! is bounded, and what refers to something that is not there is refused here, so that whoever
//! follows a reference later finds it.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use codec::Decode;
use core::fmt;
use scale_info::{form::PortableForm, PortableRegistry, TypeDef};

use crate::{Arg, Call, Idl, Migration, TypeId, MAX_BYTES, VERSION};

/// Why a section is no interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdlError {
    /// It has no byte.
    Empty,
    /// It has more bytes than the format allows.
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// It is of a version of the format that is not known here.
    UnknownVersion {
        /// Its first byte.
        version: u8,
    },
    /// A field of it is cut off or is no SCALE.
    Malformed {
        /// The field of [`Idl`].
        field: &'static str,
        /// The byte of the section where that field begins.
        at: usize,
    },
    /// Something follows the interface.
    TrailingBytes {
        /// How many bytes.
        bytes: usize,
    },
    /// A type does not stand where its number says.
    Misplaced {
        /// Where it stands.
        position: usize,
        /// The number that it has.
        id: TypeId,
    },
    /// A type is named that is not there.
    UnknownType {
        /// Its number.
        id: TypeId,
        /// Where it is named.
        place: String,
    },
    /// Two calls of one entry have the same name or route, two migrations the same origin, or two
    /// variants of an enum the same index.
    Twice {
        /// What there is twice, and where.
        what: String,
    },
}

impl fmt::Display for IdlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(formatter, "it is empty"),
            Self::TooLong { bytes } => {
                write!(
                    formatter,
                    "it has {bytes} bytes, and the limit is {MAX_BYTES}"
                )
            }
            Self::UnknownVersion { version } => write!(
                formatter,
                "it is of version {version} of the format, and this tool knows version {VERSION}"
            ),
            Self::Malformed { field, at } => {
                write!(
                    formatter,
                    "`{field}`, from byte {at}, is cut off or is no SCALE"
                )
            }
            Self::TrailingBytes { bytes } => {
                write!(formatter, "{bytes} bytes follow after its end")
            }
            Self::Misplaced { position, id } => {
                write!(
                    formatter,
                    "type #{id} stands in the place of type #{position}"
                )
            }
            Self::UnknownType { id, place } => {
                write!(formatter, "{place} names type #{id}, which is not there")
            }
            Self::Twice { what } => write!(formatter, "it has {what} twice"),
        }
    }
}

impl core::error::Error for IdlError {}

impl Idl {
    /// Reads the content of a custom section.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where. Every type that what is returned refers to is there.
    pub fn decode_section(section: &[u8]) -> Result<Self, IdlError> {
        if section.len() > MAX_BYTES {
            return Err(IdlError::TooLong {
                bytes: section.len(),
            });
        }
        let (version, rest) = section.split_first().ok_or(IdlError::Empty)?;
        if *version != VERSION {
            return Err(IdlError::UnknownVersion { version: *version });
        }
        let mut reader = Reader {
            length: section.len(),
            rest,
        };
        let idl = Self {
            name: reader.field("name")?,
            version: reader.field("version")?,
            docs: reader.field("docs")?,
            types: reader.field("types")?,
            constructors: reader.field("constructors")?,
            methods: reader.field("methods")?,
            queries: reader.field("queries")?,
            migrations: reader.field("migrations")?,
            events: reader.field("events")?,
            state_version: reader.field("state_version")?,
        };
        if !reader.rest.is_empty() {
            return Err(IdlError::TrailingBytes {
                bytes: reader.rest.len(),
            });
        }
        idl.check()?;
        Ok(idl)
    }

    /// The content of the custom section.
    #[must_use]
    pub fn encode_section(&self) -> Vec<u8> {
        let mut section = Vec::from([VERSION]);
        codec::Encode::encode_to(self, &mut section);
        section
    }

    /// Checks what every reader relies on.
    ///
    /// # Errors
    ///
    /// If a type is named that is not there, or if a name or a route is taken twice.
    pub fn check(&self) -> Result<(), IdlError> {
        check_registry(&self.types)?;
        let known = Known(&self.types);
        for (entry, calls) in [
            ("init", &self.constructors),
            ("handle", &self.methods),
            ("state", &self.queries),
        ] {
            let (mut names, mut routes) = (BTreeSet::new(), BTreeSet::new());
            for call in calls {
                known.call(call)?;
                if !routes.insert(call.route) {
                    return Err(twice(format!("route {} of `{entry}`", call.route)));
                }
                if !names.insert(&call.name) {
                    return Err(twice(format!("`{}` of `{entry}`", call.name)));
                }
            }
        }
        let mut origins = BTreeSet::new();
        for migration in &self.migrations {
            known.migration(migration)?;
            if !origins.insert(migration.from) {
                return Err(twice(format!("a migration from {}", migration.from)));
            }
        }
        match self.events {
            Some(id) => known.ty(id, || "`events`".into()),
            None => Ok(()),
        }
    }
}

fn twice(what: String) -> IdlError {
    IdlError::Twice { what }
}

struct Reader<'a> {
    length: usize,
    rest: &'a [u8],
}

impl Reader<'_> {
    fn field<T: Decode>(&mut self, field: &'static str) -> Result<T, IdlError> {
        let at = self.length.saturating_sub(self.rest.len());
        T::decode(&mut self.rest).map_err(|_| IdlError::Malformed { field, at })
    }
}

/// The types that are there.
struct Known<'a>(&'a PortableRegistry);

impl Known<'_> {
    fn ty(&self, id: TypeId, place: impl FnOnce() -> String) -> Result<(), IdlError> {
        match self.0.resolve(id) {
            Some(_) => Ok(()),
            None => Err(IdlError::UnknownType { id, place: place() }),
        }
    }

    fn call(&self, call: &Call) -> Result<(), IdlError> {
        self.args(&call.name, &call.args)?;
        self.ty(call.returns, || format!("what `{}` returns", call.name))?;
        self.error(call.error, || format!("the error of `{}`", call.name))
    }

    fn migration(&self, migration: &Migration) -> Result<(), IdlError> {
        let name = format!("migration from {}", migration.from);
        self.args(&name, &migration.args)?;
        self.error(migration.error, || format!("the error of the {name}"))
    }

    fn args(&self, call: &str, args: &[Arg]) -> Result<(), IdlError> {
        args.iter()
            .try_for_each(|arg| self.ty(arg.ty, || format!("argument `{}` of `{call}`", arg.name)))
    }

    fn error(&self, error: Option<TypeId>, place: impl FnOnce() -> String) -> Result<(), IdlError> {
        error.map_or(Ok(()), |id| self.ty(id, place))
    }
}

fn check_registry(types: &PortableRegistry) -> Result<(), IdlError> {
    let known = Known(types);
    for (position, ty) in types.types.iter().enumerate() {
        if usize::try_from(ty.id) != Ok(position) {
            return Err(IdlError::Misplaced {
                position,
                id: ty.id,
            });
        }
        let mut wrong = Ok(());
        if let TypeDef::Variant(variant) = &ty.ty.type_def {
            let mut indices = BTreeSet::new();
            if let Some(it) = variant.variants.iter().find(|it| !indices.insert(it.index)) {
                return Err(twice(format!("variant {} of type #{position}", it.index)));
            }
        }
        each_reference(&ty.ty, &mut |id| {
            if wrong.is_ok() {
                wrong = known.ty(id, || format!("type #{position}"));
            }
        });
        wrong?;
    }
    Ok(())
}

/// Calls `see` with each type that a type refers to.
fn each_reference(ty: &scale_info::Type<PortableForm>, see: &mut dyn FnMut(TypeId)) {
    for param in &ty.type_params {
        if let Some(ty) = &param.ty {
            see(ty.id);
        }
    }
    match &ty.type_def {
        TypeDef::Composite(composite) => composite.fields.iter().for_each(|it| see(it.ty.id)),
        TypeDef::Variant(variant) => {
            let fields = variant.variants.iter().flat_map(|it| &it.fields);
            fields.for_each(|it| see(it.ty.id));
        }
        TypeDef::Sequence(sequence) => see(sequence.type_param.id),
        TypeDef::Array(array) => see(array.type_param.id),
        TypeDef::Tuple(tuple) => tuple.fields.iter().for_each(|it| see(it.id)),
        TypeDef::Primitive(_) => {}
        TypeDef::Compact(compact) => see(compact.type_param.id),
        TypeDef::BitSequence(bits) => {
            see(bits.bit_store_type.id);
            see(bits.bit_order_type.id);
        }
    }
}
