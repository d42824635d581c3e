//! A function of the program that is called from outside.

use syn::{spanned::Spanned, Attribute, Error, FnArg, Ident, ImplItemFn, Result, Type, Visibility};

use crate::{
    docs, escape, options,
    signature::{self, is_this, Parameter, Returns},
};

/// What the state is to a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// `&self`
    Shared,
    /// `&mut self`
    Exclusive,
    /// `this: This<Self>`
    This,
    /// There is none yet.
    None,
}

/// A function of the program that is called from outside.
pub(crate) struct Call {
    pub(crate) name: Ident,
    pub(crate) docs: Vec<String>,
    pub(crate) receiver: Receiver,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Returns,
}

/// A call with the number that it goes by: a route, or the version that a migration begins from.
pub(crate) struct Numbered<N> {
    pub(crate) number: N,
    pub(crate) call: std::rc::Rc<Call>,
}

/// Takes the attribute of that name off.
pub(crate) fn take_attribute(
    attributes: &mut Vec<Attribute>,
    name: &str,
) -> Result<Option<Attribute>> {
    let Some(index) = attributes
        .iter()
        .position(|attribute| attribute.path().is_ident(name))
    else {
        return Ok(None);
    };
    let attribute = attributes.remove(index);
    match attributes
        .iter()
        .find(|attribute| attribute.path().is_ident(name))
    {
        Some(second) => Err(Error::new(
            second.span(),
            format!("`#[{name}]` stands here twice"),
        )),
        None => Ok(Some(attribute)),
    }
}

const BORROW: &str = "a method that waits cannot borrow the state: while it awaits, other messages of the program run, and \
    change what it would have borrowed.\n\
    Take `this: This<Self>` instead, and reach the state with `this.with(|state| …)`, which ends before each `.await`";

impl Call {
    /// Reads a function. Its attributes are taken off already.
    pub(crate) fn parse(function: &ImplItemFn, program: &Type) -> Result<Self> {
        let signature = &function.sig;
        if !matches!(function.vis, Visibility::Public(_)) {
            return Err(Error::new(
                signature.ident.span(),
                "whatever is called from outside is `pub`",
            ));
        }
        if !signature.generics.params.is_empty() {
            return Err(Error::new(
                signature.generics.span(),
                "what is called from outside has no parameters but values: callers see one type each",
            ));
        }
        for (token, span) in [
            ("const", signature.constness.map(|token| token.span())),
            ("unsafe", signature.unsafety.map(|token| token.span())),
            ("extern", signature.abi.as_ref().map(Spanned::span)),
        ] {
            if let Some(span) = span {
                return Err(Error::new(
                    span,
                    format!("what is called from outside is not `{token}`"),
                ));
            }
        }
        let is_async = signature.asyncness.is_some();
        let mut inputs = signature.inputs.iter().peekable();
        let receiver = match inputs.peek() {
            Some(FnArg::Receiver(receiver)) => {
                if is_async {
                    return Err(Error::new(receiver.span(), BORROW));
                }
                if receiver.reference.is_none() || receiver.colon_token.is_some() {
                    return Err(Error::new(
                        receiver.span(),
                        "the state stays where it is: take `&self` or `&mut self`",
                    ));
                }
                inputs.next();
                match receiver.mutability {
                    Some(_) => Receiver::Exclusive,
                    None => Receiver::Shared,
                }
            }
            Some(FnArg::Typed(input)) if is_this(&input.ty, program) => {
                inputs.next();
                Receiver::This
            }
            _ => Receiver::None,
        };
        if is_async {
            escape::check(&function.block)?;
        }
        Ok(Self {
            name: signature.ident.clone(),
            docs: docs::lines(&function.attrs),
            receiver,
            is_async,
            parameters: signature::parameters(inputs)?,
            returns: signature::returns(signature),
        })
    }

    pub(crate) fn is_payable(&self) -> bool {
        self.parameters
            .iter()
            .any(|parameter| matches!(parameter, Parameter::Funds))
    }

    fn error<T>(&self, text: &str) -> Result<T> {
        Err(Error::new(self.name.span(), text))
    }

    pub(crate) fn check_constructor(&self) -> Result<()> {
        if self.receiver != Receiver::None || self.is_async {
            return self.error(
                "a constructor makes the state, at once: it has no `self`, and is not `async`",
            );
        }
        self.check_makes_state("a constructor")
    }

    pub(crate) fn check_migration(&self) -> Result<()> {
        if self.receiver != Receiver::None || self.is_async || self.is_payable() {
            return self.error(
                "a migration makes the state of the new code, at once: it has no `self`, is not `async`, and no value comes with it",
            );
        }
        self.check_makes_state("a migration")
    }

    fn check_makes_state(&self, what: &str) -> Result<()> {
        let makes = match &self.returns {
            Returns::Value(ty) => signature::last_segment(ty).is_some_and(|name| name == "Self"),
            Returns::Result(ty) => first_argument(ty).is_some_and(|name| name == "Self"),
        };
        match makes {
            true => Ok(()),
            false => self.error(&format!("{what} returns `Self`, or `Result<Self, …>`")),
        }
    }

    pub(crate) fn check_method(&self) -> Result<()> {
        match (self.is_async, self.receiver) {
            (false, Receiver::Shared | Receiver::Exclusive) | (true, Receiver::This) => Ok(()),
            (true, _) => self.error("a method that waits takes `this: This<Self>` first, through which it reaches the state"),
            (false, Receiver::This) => self.error("`this: This<Self>` is for methods that wait: make it `async`, or take `&mut self`"),
            (false, Receiver::None) => self.error("a method takes `&self` or `&mut self`; one that waits is `async` and takes `this: This<Self>`"),
        }
    }

    pub(crate) fn check_query(&self) -> Result<()> {
        if self.is_async || self.receiver != Receiver::Shared || self.is_payable() {
            return self.error(
                "a query changes nothing: it takes `&self`, is not `async`, and takes no value",
            );
        }
        Ok(())
    }
}

/// The name of a type's first argument.
fn first_argument(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => signature::last_segment(ty),
        _ => None,
    }
}

/// Reads the number in an attribute.
pub(crate) fn number<N: std::str::FromStr>(attribute: &Attribute, name: &str) -> Result<Option<N>>
where
    N::Err: std::fmt::Display,
{
    let number = options::Number::of(attribute, name)?;
    number.value.map(|number| number.base10_parse()).transpose()
}
