//! `#[interface]`: what a program can be sent, for those who send it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{spanned::Spanned, Error, ItemTrait, LitInt, Result, TraitItem};

use crate::{
    call::take_attribute,
    signature::{self, Argument, Parameter, Returns},
};

pub(crate) fn expand(options: TokenStream, mut item: ItemTrait) -> Result<TokenStream> {
    if !options.is_empty() {
        return Err(Error::new(options.span(), "this attribute takes nothing"));
    }
    let mut functions = Vec::new();
    let mut next: Option<u8> = Some(0);
    for item in &mut item.items {
        let TraitItem::Fn(function) = item else {
            return Err(Error::new(item.span(), "an interface lists functions"));
        };
        let route = match take_attribute(&mut function.attrs, "route")? {
            Some(attribute) => attribute.parse_args::<LitInt>()?.base10_parse()?,
            None => next.ok_or_else(|| Error::new(function.span(), "routes end with 255"))?,
        };
        next = route.checked_add(1);
        functions.push(request(function, route)?);
    }
    let (attributes, visibility, name) = (&item.attrs, &item.vis, &item.ident);
    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Copy)]
        #visibility struct #name(
            /// The address of the program.
            pub ::actors_std::ActorId,
        );

        impl #name {
            #(#functions)*
        }
    })
}

fn request(function: &syn::TraitItemFn, route: u8) -> Result<TokenStream> {
    if let Some(receiver) = function.sig.receiver() {
        return Err(Error::new(
            receiver.span(),
            "functions of an interface have no `self`: the program has its state",
        ));
    }
    let parameters = signature::parameters(function.sig.inputs.iter())?;
    let (attributes, name) = (&function.attrs, &function.sig.ident);
    let mut taken = Vec::new();
    let mut names = Vec::new();
    let mut value = None;
    for parameter in &parameters {
        match parameter {
            Parameter::Argument(Argument { name, ty }) => {
                taken.push(quote!(#name: #ty));
                names.push(name);
            }
            Parameter::Funds => {
                taken.push(quote!(funds: ::actors_std::Funds));
                value = Some(quote!(.value(funds)));
            }
        }
    }
    let returns = match signature::returns(&function.sig) {
        Returns::Value(ty) => quote!(#ty),
        Returns::Result(ty) => quote! {
            <#ty as ::actors_std::rt::Outcome>::Value,
            <#ty as ::actors_std::rt::Outcome>::Error
        },
    };
    Ok(quote! {
        #(#attributes)*
        pub fn #name(&self, #(#taken),*) -> ::actors_std::Request<#returns> {
            ::actors_std::Request::call(self.0, #route, &(#(#names,)*))#value
        }
    })
}
