//! An interface as text: signatures as in Rust.

use alloc::{string::String, vec::Vec};
use core::fmt::{self, Write};
use scale_info::{form::PortableForm, Field, Type, TypeDef};

use crate::{
    spelling::{is_known, spell},
    Arg, Call, Entry, Idl, TypeId,
};

impl fmt::Display for Idl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        docs(formatter, "", &self.docs)?;
        writeln!(formatter, "program {} {};", self.name, self.version)?;
        for entry in Entry::ALL {
            self.entry(formatter, entry)?;
        }
        if !self.migrations.is_empty() {
            writeln!(formatter, "\nmigrate {{")?;
            for migration in &self.migrations {
                docs(formatter, "    ", &migration.docs)?;
                let from = migration.from;
                write!(
                    formatter,
                    "    from {from}: fn({})",
                    self.args(&migration.args)
                )?;
                if let Some(error) = migration.error {
                    write!(formatter, " -> Result<(), {}>", spell(&self.types, error))?;
                }
                writeln!(formatter, ";")?;
            }
            writeln!(formatter, "}}")?;
        }
        if let Some(version) = self.state_version {
            writeln!(formatter, "\nstate version {version};")?;
        }
        if let Some(events) = self.events {
            writeln!(formatter, "\nevents {};", spell(&self.types, events))?;
        }
        for ty in self.types.types.iter().filter(|it| !is_known(&it.ty)) {
            self.definition(formatter, ty.id, &ty.ty)?;
        }
        Ok(())
    }
}

impl Idl {
    /// The signature of a call, such as `fn transfer(to: AccountId32, amount: u128) -> bool`.
    #[must_use]
    pub fn signature(&self, call: &Call) -> String {
        let mut text = String::new();
        if call.is_async {
            text.push_str("async ");
        }
        let returns = spell(&self.types, call.returns);
        text.push_str("fn ");
        text.push_str(&call.name);
        text.push('(');
        text.push_str(&self.args(&call.args));
        text.push(')');
        // Writing to a text does not fail.
        let _ = match call.error.map(|error| spell(&self.types, error)) {
            Some(error) => write!(text, " -> Result<{returns}, {error}>"),
            None if returns == "()" => Ok(()),
            None => write!(text, " -> {returns}"),
        };
        text
    }

    fn entry(&self, formatter: &mut fmt::Formatter<'_>, entry: Entry) -> fmt::Result {
        let calls = self.calls(entry);
        if calls.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "\n{entry} {{")?;
        for call in calls {
            docs(formatter, "    ", &call.docs)?;
            let payable = if call.payable { "payable " } else { "" };
            let signature = self.signature(call);
            writeln!(formatter, "    {}: {payable}{signature};", call.route)?;
        }
        writeln!(formatter, "}}")
    }

    fn args(&self, args: &[Arg]) -> String {
        let mut text = String::new();
        for (at, arg) in args.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(&arg.name);
            text.push_str(": ");
            text.push_str(&spell(&self.types, arg.ty));
        }
        text
    }

    fn definition(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        id: TypeId,
        ty: &Type<PortableForm>,
    ) -> fmt::Result {
        let name = spell(&self.types, id);
        match &ty.type_def {
            TypeDef::Composite(composite) => {
                writeln!(formatter)?;
                docs(formatter, "", &ty.docs)?;
                let end = match composite.fields.first() {
                    Some(field) if field.name.is_some() => "",
                    _ => ";",
                };
                let fields = self.fields(&composite.fields);
                writeln!(formatter, "struct {name}{fields}{end}")
            }
            TypeDef::Variant(variant) => {
                writeln!(formatter)?;
                docs(formatter, "", &ty.docs)?;
                writeln!(formatter, "enum {name} {{")?;
                for variant in &variant.variants {
                    docs(formatter, "    ", &variant.docs)?;
                    let fields = self.fields(&variant.fields);
                    let (name, index) = (&variant.name, variant.index);
                    writeln!(formatter, "    {index}: {name}{fields},")?;
                }
                writeln!(formatter, "}}")
            }
            _ => Ok(()),
        }
    }

    fn fields(&self, fields: &[Field<PortableForm>]) -> String {
        let parts = fields.iter().map(|field| {
            let ty = spell(&self.types, field.ty.id);
            match &field.name {
                Some(name) => alloc::format!("{name}: {ty}"),
                None => ty,
            }
        });
        let parts: Vec<_> = parts.collect();
        let parts = parts.join(", ");
        match fields.first() {
            None => String::new(),
            Some(field) if field.name.is_some() => alloc::format!(" {{ {parts} }}"),
            Some(_) => alloc::format!("({parts})"),
        }
    }
}

fn docs(formatter: &mut fmt::Formatter<'_>, indent: &str, docs: &[String]) -> fmt::Result {
    for line in docs {
        let line = line.trim();
        let space = if line.is_empty() { "" } else { " " };
        writeln!(formatter, "{indent}///{space}{line}")?;
    }
    Ok(())
}
