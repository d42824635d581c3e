//! Parameters and results of functions that are called from outside.

use syn::{
    spanned::Spanned, Error, FnArg, GenericArgument, Ident, Pat, PathArguments, Result, ReturnType,
    Signature, Type,
};

/// A parameter that is part of the payload.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// A parameter.
#[allow(clippy::large_enum_variant, reason = "a program has few of them")]
pub(crate) enum Parameter {
    Argument(Argument),
    /// The value that came along.
    Funds,
}

/// The parameters without the receiver.
pub(crate) fn parameters<'a>(inputs: impl Iterator<Item = &'a FnArg>) -> Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    for input in inputs {
        let FnArg::Typed(input) = input else {
            return Err(Error::new(input.span(), "the receiver comes first"));
        };
        if let Type::Reference(reference) = &*input.ty {
            return Err(Error::new(
                reference.span(),
                "an argument is decoded from the message, so there is nothing to borrow from: take `String` for `&str`, \
                 `Vec<T>` for `&[T]`, and else the type itself",
            ));
        }
        if last_segment(&input.ty).is_some_and(|name| name == "Funds") {
            if parameters
                .iter()
                .any(|parameter| matches!(parameter, Parameter::Funds))
            {
                return Err(Error::new(
                    input.span(),
                    "a message has one value: one parameter of `Funds`",
                ));
            }
            parameters.push(Parameter::Funds);
            continue;
        }
        let Pat::Ident(name) = &*input.pat else {
            return Err(Error::new(
                input.pat.span(),
                "an argument has a name, which callers see: take the pattern apart inside of the function",
            ));
        };
        parameters.push(Parameter::Argument(Argument {
            name: name.ident.clone(),
            ty: (*input.ty).clone(),
        }));
    }
    let arguments = parameters
        .iter()
        .filter(|parameter| matches!(parameter, Parameter::Argument(_)));
    if arguments.count() > 256 {
        return Err(Error::new(
            proc_macro2::Span::call_site(),
            "a call has 256 arguments at most",
        ));
    }
    Ok(parameters)
}

/// What a function returns.
pub(crate) enum Returns {
    Value(Type),
    /// `Result<…>`, as it stands.
    Result(Type),
}

pub(crate) fn returns(signature: &Signature) -> Returns {
    match &signature.output {
        ReturnType::Default => Returns::Value(syn::parse_quote!(())),
        ReturnType::Type(_, ty) => match last_segment(ty) {
            Some(name) if name == "Result" => Returns::Result((**ty).clone()),
            _ => Returns::Value((**ty).clone()),
        },
    }
}

/// The name of a type, without its path.
pub(crate) fn last_segment(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// Whether a type is `This<Self>`.
pub(crate) fn is_this(ty: &Type, program: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(segment) = path.path.segments.last() else {
        return false;
    };
    let PathArguments::AngleBracketed(of) = &segment.arguments else {
        return false;
    };
    let of_self = |ty: &Type| last_segment(ty).is_some_and(|name| name == "Self") || ty == program;
    segment.ident == "This"
        && matches!(of.args.first(), Some(GenericArgument::Type(ty)) if of_self(ty))
}
