//! The interface of the program, described when it is being built.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{quote, ToTokens};

use crate::{
    call::Call,
    program::Program,
    signature::{Argument, Parameter, Returns},
};

pub(crate) fn describe(program: &Program) -> TokenStream {
    let docs = &program.docs;
    let calls = [
        (&program.constructors, quote!(constructor), true),
        (&program.methods, quote!(method), false),
        (&program.queries, quote!(query), false),
    ]
    .into_iter()
    .flat_map(|(calls, add, makes)| {
        calls.iter().map(move |numbered| {
            let call = describe_call(&numbered.call, numbered.number, makes);
            quote! {
                let call = #call;
                builder.#add(call);
            }
        })
    });
    let migrations = program.migrations.iter().map(|migration| {
        let (from, call) = (migration.number, &migration.call);
        let skipped = usize::from(program.options.state_version.is_some());
        let args = arguments(call.parameters.iter().skip(skipped));
        let (docs, error) = (&call.docs, error(&call.returns));
        quote! {
            let migration = idl::Migration {
                from: #from,
                docs: idl::lines(&[#(#docs),*]),
                args: #args,
                error: #error,
            };
            builder.migration(migration);
        }
    });
    let events = program
        .options
        .events
        .iter()
        .map(|events| quote!(builder.events::<#events>();));
    let version = program
        .options
        .state_version
        .map(|version| quote!(builder.state_version(#version);));
    let description = quote! {
            use ::actors_std::expansion::idl;
            let mut builder = idl::Builder::new(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_PKG_VERSION"),
                &[#(#docs),*],
            );
            #(#calls)*
            #(#migrations)*
            #(#events)*
            #version
            builder.encode()
    };
    let description = named(description, &program.ty.to_token_stream());
    quote!(::actors_std::export_idl! { #description })
}

/// Says the name of the program for `Self`, which means nothing outside of its functions.
pub(crate) fn named(tokens: TokenStream, name: &TokenStream) -> TokenStream {
    let named_tree = |tree| match tree {
        TokenTree::Ident(ident) if ident == "Self" => name.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), named(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::from(inner).into()
        }
        other => TokenStream::from(other),
    };
    tokens.into_iter().flat_map(named_tree).collect()
}

fn describe_call(call: &Call, route: u8, makes: bool) -> TokenStream {
    let (name, docs) = (call.name.to_string(), &call.docs);
    let (payable, is_async) = (call.is_payable(), call.is_async);
    let args = arguments(call.parameters.iter());
    let error = error(&call.returns);
    // A constructor makes the state, which nobody is sent.
    let returns = match &call.returns {
        _ if makes => quote!(builder.ty::<()>()),
        Returns::Value(ty) => quote!(builder.ty::<#ty>()),
        Returns::Result(ty) => {
            quote!(builder.ty::<<#ty as ::actors_std::rt::Outcome>::Value>())
        }
    };
    quote! {
        idl::Call {
            name: ::actors_std::expansion::String::from(#name),
            route: #route,
            docs: idl::lines(&[#(#docs),*]),
            args: #args,
            payable: #payable,
            is_async: #is_async,
            returns: #returns,
            error: #error,
        }
    }
}

fn arguments<'a>(parameters: impl Iterator<Item = &'a Parameter>) -> TokenStream {
    let args = parameters.filter_map(|parameter| match parameter {
        Parameter::Argument(Argument { name, ty }) => {
            let name = name.to_string();
            Some(quote!(builder.arg::<#ty>(#name)))
        }
        Parameter::Funds => None,
    });
    quote!(::actors_std::expansion::Vec::from([#(#args),*]))
}

fn error(returns: &Returns) -> TokenStream {
    match returns {
        Returns::Value(_) => quote!(::core::option::Option::None),
        Returns::Result(ty) => quote! {
            ::core::option::Option::Some(
                builder.ty::<<#ty as ::actors_std::rt::Outcome>::Error>()
            )
        },
    }
}
