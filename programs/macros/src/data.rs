//! Types that travel.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

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
        },
    };
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
