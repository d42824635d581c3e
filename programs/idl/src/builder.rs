//! Describes a program, type by type. `actors-macros` writes the calls.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use scale_info::{form::PortableForm, PortableRegistry, Registry, TypeDef, TypeInfo};

use crate::{Arg, Call, Idl, Migration, TypeId};

/// An interface that is being described.
pub struct Builder {
    idl: Idl,
    types: Registry,
}

impl Builder {
    /// Begins the interface of a program of that name and version.
    #[must_use]
    pub fn new(name: &str, version: &str, docs: &[&str]) -> Self {
        Self {
            idl: Idl {
                name: name.into(),
                version: version.into(),
                docs: lines(docs),
                types: PortableRegistry { types: Vec::new() },
                constructors: Vec::new(),
                methods: Vec::new(),
                queries: Vec::new(),
                migrations: Vec::new(),
                events: None,
                state_version: None,
            },
            types: Registry::new(),
        }
    }

    /// The number of a type.
    pub fn ty<T: TypeInfo + 'static>(&mut self) -> TypeId {
        self.types.register_type(&scale_info::meta_type::<T>()).id
    }

    /// An argument.
    pub fn arg<T: TypeInfo + 'static>(&mut self, name: &str) -> Arg {
        Arg {
            name: name.to_string(),
            ty: self.ty::<T>(),
        }
    }

    /// Adds what `init` takes.
    pub fn constructor(&mut self, call: Call) {
        self.idl.constructors.push(call);
    }

    /// Adds what `handle` takes.
    pub fn method(&mut self, call: Call) {
        self.idl.methods.push(call);
    }

    /// Adds what `state` takes.
    pub fn query(&mut self, call: Call) {
        self.idl.queries.push(call);
    }

    /// Adds what `migrate` takes.
    pub fn migration(&mut self, migration: Migration) {
        self.idl.migrations.push(migration);
    }

    /// Says what the program's events are.
    pub fn events<T: TypeInfo + 'static>(&mut self) {
        self.idl.events = Some(self.ty::<T>());
    }

    /// Says in which version the program keeps its state.
    pub fn state_version(&mut self, version: u16) {
        self.idl.state_version = Some(version);
    }

    /// The interface.
    #[must_use]
    pub fn finish(self) -> Idl {
        let mut types = self.types.into();
        tell_apart(&mut types);
        Idl { types, ..self.idl }
    }

    /// What stands in the custom section.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        self.finish().encode_section()
    }
}

/// Numbers types that have one name and are encoded differently, from the second on: clients know
/// a type by its path and parameters alone. `#[data]` does better where a constant makes the
/// difference; this is for types that describe themselves otherwise.
fn tell_apart(types: &mut PortableRegistry) {
    type Name = (Vec<String>, Vec<Option<TypeId>>);
    let mut known: BTreeMap<Name, Vec<TypeDef<PortableForm>>> = BTreeMap::new();
    for ty in types.types.iter_mut().map(|it| &mut it.ty) {
        let params = ty.type_params.iter().map(|it| it.ty.map(|ty| ty.id));
        let name = (ty.path.segments.clone(), params.collect());
        let alike = known.entry(name).or_default();
        if alike.contains(&ty.type_def) {
            continue;
        }
        alike.push(ty.type_def.clone());
        let number = alike.len();
        if let Some(last) = ty.path.segments.last_mut().filter(|_| number > 1) {
            *last = format!("{last}_{number}");
        }
    }
}

/// Lines of documentation, as an interface keeps them.
#[must_use]
pub fn lines(docs: &[&str]) -> Vec<String> {
    docs.iter().map(|line| (*line).to_string()).collect()
}
