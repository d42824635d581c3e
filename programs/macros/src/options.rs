//! What stands in the parentheses of an attribute.

use syn::{
    parse::{Parse, ParseStream},
    Ident, LitInt, Result, Token, Type,
};

/// `#[program(…)]`
#[derive(Default)]
pub(crate) struct Program {
    pub(crate) events: Option<Type>,
    pub(crate) state_version: Option<u16>,
}

impl Parse for Program {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            if name == "events" {
                options.events = Some(input.parse()?);
            } else if name == "state_version" {
                let number: LitInt = input.parse()?;
                let version = number.base10_parse()?;
                if version == 0 {
                    return Err(syn::Error::new(number.span(), "versions begin with 1"));
                }
                options.state_version = Some(version);
            } else {
                return Err(syn::Error::new(
                    name.span(),
                    "there is `events = Type` and `state_version = 1`",
                ));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// `#[method(route = 7)]`, `#[migrate(from = 1)]`: one number of that name, or nothing.
pub(crate) struct Number {
    pub(crate) value: Option<LitInt>,
}

impl Number {
    pub(crate) fn of(attribute: &syn::Attribute, name: &str) -> Result<Self> {
        if matches!(attribute.meta, syn::Meta::Path(_)) {
            return Ok(Self { value: None });
        }
        let mut value = None;
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident(name) {
                return Err(meta.error(format!("there is `{name} = number`")));
            }
            value = Some(meta.value()?.parse()?);
            Ok(())
        })?;
        Ok(Self { value })
    }
}
