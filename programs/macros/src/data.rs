//! Types that travel.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, ToTokens};
use syn::{parse_quote, ConstParam, DeriveInput};

use crate::{idl, signature};

pub(crate) enum Kind {
    Data,
    Event,
}

pub(crate) fn expand(options: TokenStream, item: TokenStream, kind: Kind) -> TokenStream {
    let parsed = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return error.into_compile_error(),
    };
    if !options.is_empty() {
        return syn::Error::new_spanned(options, "this attribute takes nothing")
            .into_compile_error();
    }
    let (name, generics) = (&parsed.ident, &parsed.generics);
    let (impl_generics, type_generics, condition) = generics.split_for_impl();
    let event = match kind {
        Kind::Data => quote!(),
        Kind::Event => quote! {
            impl #impl_generics ::actors_std::Event for #name #type_generics #condition {}

            impl #impl_generics #name #type_generics #condition {
                /// Deposits it.
                ///
                /// # Panics
                ///
                /// Where it is longer than the chain's `limits.event`, and in a query; that fails the turn.
                #[allow(dead_code, reason = "a program need not emit what it knows of")]
                pub fn emit<ProgramOfEvent>(&self)
                where
                    Self: ::actors_std::EmittedBy<ProgramOfEvent>,
                {
                    ::actors_std::Event::deposit(self);
                }
            }
        },
    };
    if generics.const_params().next().is_some() {
        let described = described(parsed);
        return quote! {
            #[derive(::actors_std::codec::Encode, ::actors_std::codec::Decode)]
            #[codec(crate = ::actors_std::codec)]
            #item
            #described
            #event
        };
    }
    quote! {
        #[derive(
            ::actors_std::codec::Encode,
            ::actors_std::codec::Decode,
            ::actors_std::scale_info::TypeInfo,
        )]
        #[codec(crate = ::actors_std::codec)]
        #[scale_info(crate = ::actors_std::scale_info)]
        #item
        #event
    }
}

/// Describes a type with constants among its parameters, such as `Fixed<10>`, as `Fixed_10`: a
/// description has no place for them, and clients would take `Fixed<20>` for the same type.
fn described(mut item: DeriveInput) -> TokenStream {
    let name = item.ident.clone();
    let mut generics = item.generics.clone();
    let (_, type_generics, _) = item.generics.split_for_impl();
    let this = quote!(#name #type_generics);
    // What the derived description is taken from: the same type under another name.
    let twin = format_ident!("{name}Described");
    let twin_type = quote!(#twin #type_generics);
    for parameter in generics.type_params_mut() {
        let bounds = &mut parameter.bounds;
        bounds.push(parse_quote!(::actors_std::scale_info::TypeInfo));
        bounds.push(parse_quote!('static));
    }
    let (impl_generics, _, condition) = generics.split_for_impl();
    let constants = item.generics.const_params().map(text);
    let constants = quote!(#(#constants),*);
    item.ident = twin;
    item.vis = syn::Visibility::Inherited;
    item.attrs.retain(|attribute| {
        let kept = ["doc", "cfg", "cfg_attr", "codec", "scale_info"];
        kept.iter().any(|kept| attribute.path().is_ident(kept))
    });
    let item = idl::named(item.to_token_stream(), &this);
    let name = name.to_string();
    quote! {
        const _: () = {
            use ::actors_std::scale_info::{prelude, Path, Type, TypeInfo};

            #[derive(::actors_std::scale_info::TypeInfo)]
            #[scale_info(crate = ::actors_std::scale_info)]
            #[allow(dead_code, reason = "it is described only")]
            #item

            impl #impl_generics TypeInfo for #this #condition {
                type Identity = Self;

                fn type_info() -> Type {
                    let constants: &[prelude::string::String] = &[#constants];
                    let name = prelude::format!("{}_{}", #name, constants.join("_"));
                    let mut described = <#twin_type as TypeInfo>::type_info();
                    described.path = Path::new(name.leak(), ::core::module_path!());
                    described
                }
            }
        };
    }
}

/// A constant as a part of a name.
fn text(constant: &ConstParam) -> TokenStream {
    let name = &constant.ident;
    let is_char = signature::last_segment(&constant.ty).is_some_and(|ty| ty == "char");
    match is_char {
        true => quote!(prelude::format!("{}", u32::from(#name))),
        // The sign is no part of a name.
        false => quote!(prelude::format!("{}", #name).replace('-', "minus")),
    }
}
