//! `#[program]`: the struct's functions, and the entries that call them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned, ToTokens};
use std::rc::Rc;
use syn::{spanned::Spanned, Error, ImplItem, ItemImpl, Result, Type};

use crate::{
    call::{number, take_attribute, Call, Numbered, Receiver},
    idl, options,
    signature::{Argument, Parameter, Returns},
};

/// What was read of the `impl` block.
pub(crate) struct Program {
    pub(crate) ty: Type,
    pub(crate) options: options::Program,
    pub(crate) docs: Vec<String>,
    pub(crate) constructors: Vec<Numbered<u8>>,
    pub(crate) methods: Vec<Numbered<u8>>,
    pub(crate) queries: Vec<Numbered<u8>>,
    /// By the version that they begin from; 0 where the state is not kept in versions.
    pub(crate) migrations: Vec<Numbered<u16>>,
}

pub(crate) fn expand(options: options::Program, mut block: ItemImpl) -> TokenStream {
    let emitted = emitted(&options, &block.self_ty);
    let program = match Program::parse(options, &mut block) {
        Ok(program) => program,
        // The functions stay, so that nothing else is told about what they use and who uses them.
        Err(error) => {
            let (error, ty) = (error.into_compile_error(), &block.self_ty);
            return quote! {
                #block
                #error

                impl ::actors_std::rt::Program for #ty {
                    fn store() -> &'static ::actors_std::rt::Store<Self> {
                        static STORE: ::actors_std::rt::Store<#ty> = ::actors_std::rt::Store::new();
                        &STORE
                    }
                }

                #emitted
            };
        }
    };
    let entries = idl::named(program.entries(), &program.ty.to_token_stream());
    let idl = idl::describe(&program);
    quote! {
        #[allow(
            clippy::missing_errors_doc,
            clippy::new_without_default,
            reason = "an error is typed, and a program is made by callers"
        )]
        #block

        const _: () = {
            #entries
        };

        #emitted

        #idl
    }
}

/// Lets the events be emitted that the program's interface has.
fn emitted(options: &options::Program, program: &Type) -> TokenStream {
    let events = options.events.iter();
    quote!(#(impl ::actors_std::EmittedBy<#program> for #events {})*)
}

impl Program {
    fn parse(options: options::Program, block: &mut ItemImpl) -> Result<Self> {
        if let Some((_, path, _)) = &block.trait_ {
            return Err(Error::new(
                path.span(),
                "`#[program]` stands before `impl Struct { … }`, without a trait",
            ));
        }
        if !block.generics.params.is_empty() {
            return Err(Error::new(
                block.generics.span(),
                "a program is one struct: it has no parameters",
            ));
        }
        let mut program = Self {
            ty: (*block.self_ty).clone(),
            options,
            docs: crate::docs::lines(&block.attrs),
            constructors: Vec::new(),
            methods: Vec::new(),
            queries: Vec::new(),
            migrations: Vec::new(),
        };
        // The first mistake of each function is told, and not those of the first function only.
        let mut errors: Option<Error> = None;
        for item in &mut block.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            if let Err(error) = program.read(function) {
                match &mut errors {
                    Some(errors) => errors.combine(error),
                    None => errors = Some(error),
                }
            }
        }
        if let Some(errors) = errors {
            return Err(errors);
        }
        if program.constructors.is_empty() && program.methods.is_empty() {
            return Err(Error::new(
                block.self_ty.span(),
                "nothing can be sent to this program: mark a function with `#[method]`, or with `#[constructor]`",
            ));
        }
        Ok(program)
    }

    fn read(&mut self, function: &mut syn::ImplItemFn) -> Result<()> {
        let constructor = take_attribute(&mut function.attrs, "constructor")?;
        let method = take_attribute(&mut function.attrs, "method")?;
        let query = take_attribute(&mut function.attrs, "query")?;
        let migrate = take_attribute(&mut function.attrs, "migrate")?;
        let marks = [&constructor, &method, &query, &migrate];
        let count = marks.into_iter().flatten().count();
        if count == 0 {
            return Ok(());
        }
        if count > 1 && (constructor.is_some() || migrate.is_some()) {
            return Err(Error::new(
                function.sig.ident.span(),
                "only `#[method]` and `#[query]` go together",
            ));
        }
        let call = Rc::new(Call::parse(function, &self.ty)?);
        if let Some(attribute) = constructor {
            call.check_constructor()?;
            add(&mut self.constructors, &call, number(&attribute, "route")?)?;
        }
        if let Some(attribute) = &method {
            call.check_method()?;
            add(&mut self.methods, &call, number(attribute, "route")?)?;
        }
        if let Some(attribute) = query {
            call.check_query()?;
            add(&mut self.queries, &call, number(&attribute, "route")?)?;
        }
        if let Some(attribute) = migrate {
            call.check_migration()?;
            self.read_migration(call, number(&attribute, "from")?)?;
        }
        Ok(())
    }

    fn read_migration(&mut self, call: Rc<Call>, from: Option<u16>) -> Result<()> {
        let span = call.name.span();
        let text = match (self.options.state_version, from) {
            (Some(version), Some(from)) if from == 0 || from > version => {
                Some(format!("the state is in version {version} now: a migration begins from 1 to {version}"))
            }
            (Some(_), Some(_)) if !matches!(call.parameters.first(), Some(Parameter::Argument(_))) => {
                Some("the first parameter of a migration is the state that it takes over".into())
            }
            (Some(_), None) => Some("say from which version of the state: `#[migrate(from = 1)]`".into()),
            (None, Some(_)) => Some(
                "the state of this program is in memory, which no upgrade keeps: say `#[program(state_version = …)]`, in the \
                 former code as well, or `#[migrate]` alone"
                    .into(),
            ),
            _ => None,
        };
        let number = from.unwrap_or(0);
        let text = text.or_else(|| {
            let twice = self.migrations.iter().any(|other| other.number == number);
            twice.then(|| "there is a migration from that version already".to_string())
        });
        match text {
            Some(text) => Err(Error::new(span, text)),
            None => {
                self.migrations.push(Numbered { number, call });
                Ok(())
            }
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.methods.iter().any(|method| method.call.is_async)
    }

    fn entries(&self) -> TokenStream {
        let ty = &self.ty;
        let mut names = Vec::new();
        let mut functions = Vec::new();
        let close = match self.options.state_version {
            Some(_) => quote!(STORE.close();),
            None => quote!(),
        };
        if !self.constructors.is_empty() {
            names.push(quote!(init));
            let arms = self
                .constructors
                .iter()
                .map(|constructor| self.arm(constructor));
            functions.push(quote! {
                fn init() {
                    let (route, mut arguments) = rt::Arguments::routed();
                    match route {
                        #(#arms)*
                        _ => rt::refuse_route(route),
                    }
                    #close
                }
            });
        }
        if !self.methods.is_empty() {
            names.push(quote!(handle));
            let arms = self.methods.iter().map(|method| self.arm(method));
            let resume = self.waits().then(|| {
                quote! {
                    if rt::resume() {
                        #close
                        return;
                    }
                }
            });
            functions.push(quote! {
                fn handle() {
                    #resume
                    let (route, mut arguments) = rt::Arguments::routed();
                    match route {
                        #(#arms)*
                        _ => rt::refuse_route(route),
                    }
                    #close
                }
            });
        }
        if self.waits() {
            names.push(quote!(handle_signal));
            functions.push(quote! {
                fn handle_signal() {
                    rt::signal();
                    #close
                }
            });
        }
        if !self.queries.is_empty() {
            names.push(quote!(state));
            let arms = self.queries.iter().map(|query| self.arm(query));
            functions.push(quote! {
                fn state() {
                    let (route, mut arguments) = rt::Arguments::routed();
                    match route {
                        #(#arms)*
                        _ => rt::refuse_route(route),
                    }
                }
            });
        }
        if let Some(migrate) = self.migrate(&close) {
            names.push(quote!(migrate));
            functions.push(migrate);
        }
        let fresh = self.constructors.is_empty().then(|| {
            quote! {
                #[inline]
                fn fresh() -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(::core::default::Default::default())
                }
            }
        });
        let keyed = self.options.state_version.map(|version| {
            quote! {
                fn load() -> ::core::option::Option<Self> {
                    rt::load_as(#version)
                }

                fn save(&self) {
                    rt::save(#version, self);
                }
            }
        });
        quote! {
            use ::actors_std::rt;

            static STORE: rt::Store<#ty> = rt::Store::new();

            impl rt::Program for #ty {
                #[inline]
                fn store() -> &'static rt::Store<Self> {
                    &STORE
                }

                #fresh
                #keyed
            }

            #(#functions)*

            ::actors_std::entries!(#(#names),*);
        }
    }

    /// Decodes the arguments of a call, runs it, and answers.
    fn arm(&self, numbered: &Numbered<u8>) -> TokenStream {
        let Numbered { number, call } = numbered;
        let (read, passed) = read_arguments(&call.parameters);
        let paid = match call.is_payable() {
            true => quote!(),
            false => quote!(rt::unpaid();),
        };
        let (ty, name) = (&self.ty, &call.name);
        let answer = match &call.returns {
            Returns::Value(_) => quote!(rt::answer(&returned);),
            Returns::Result(_) => quote!(rt::outcome(&returned);),
        };
        let spelled = spelled(&call.returns);
        let run = match call.receiver {
            Receiver::None => {
                let made = made(&call.returns);
                quote! {
                    let made = #ty::#name(#(#passed),*);
                    STORE.set(#made);
                }
            }
            Receiver::Shared => quote! {
                let returned = STORE.with(|state| #ty::#name(state, #(#passed),*));
                #answer
            },
            Receiver::Exclusive => quote! {
                let returned = STORE.with_mut(|state| #ty::#name(state, #(#passed),*));
                #answer
            },
            Receiver::This => quote! {
                rt::spawn(async move {
                    let returned = #ty::#name(::actors_std::This::new(), #(#passed),*).await;
                    #answer
                });
            },
        };
        quote! {
            #number => {
                #spelled
                #paid
                #read
                arguments.end();
                #run
            }
        }
    }

    fn migrate(&self, close: &TokenStream) -> Option<TokenStream> {
        let ty = &self.ty;
        let Some(version) = self.options.state_version else {
            let Numbered { call, .. } = self.migrations.first()?;
            let (read, passed) = read_arguments(&call.parameters);
            let (name, made) = (&call.name, made(&call.returns));
            return Some(quote! {
                fn migrate() {
                    let mut arguments = rt::Arguments::all();
                    #read
                    arguments.end();
                    let made = #ty::#name(#(#passed),*);
                    STORE.set(#made);
                }
            });
        };
        let arms = self.migrations.iter().map(|Numbered { number, call }| {
            let mut parameters = call.parameters.iter();
            let old = parameters.next().map(|old| match old {
                Parameter::Argument(Argument { ty, .. }) => quote!(let old: #ty = stored.decode();),
                Parameter::Funds => quote!(),
            });
            let (read, passed) = read_arguments(parameters);
            let (name, made) = (&call.name, made(&call.returns));
            quote! {
                #number => {
                    #old
                    #read
                    arguments.end();
                    let made = #ty::#name(old, #(#passed),*);
                    STORE.set(#made);
                }
            }
        });
        // The same version goes on as it is, where nothing else is said.
        let same = (!self
            .migrations
            .iter()
            .any(|migration| migration.number == version))
        .then(|| quote!(#version => arguments.end(),));
        Some(quote! {
            fn migrate() {
                let stored = rt::migrate();
                let mut arguments = rt::Arguments::all();
                match stored.version() {
                    #(#arms)*
                    #same
                    found => rt::refuse_version(::core::option::Option::Some(found)),
                }
                // So that nothing is in memory any more.
                ::core::mem::drop(stored);
                #close
            }
        })
    }
}

/// Refuses a `Result` under another name: its errors would be answers, and what the turn did would stand.
fn spelled(returns: &Returns) -> TokenStream {
    let Returns::Value(ty) = returns else {
        return quote!();
    };
    // Where it is `Self`, there are no errors.
    quote_spanned! {ty.span()=>
        const _: () = {
            #[allow(unused_imports, reason = "a `Result` has no use for it")]
            use rt::IsNoResult as _;
            assert!(
                !rt::Is::<#ty>::RESULT,
                "this is a `Result` under another name: write `Result<…, …>` out, so that an error fails the turn"
            );
        };
    }
}

/// The state that a function has made; its error fails the turn.
fn made(returns: &Returns) -> TokenStream {
    match returns {
        Returns::Value(_) => quote!(made),
        Returns::Result(_) => quote! {
            match made {
                ::core::result::Result::Ok(made) => made,
                ::core::result::Result::Err(error) => rt::fail(&error),
            }
        },
    }
}

/// Decodes arguments, and what is then passed.
fn read_arguments<'a>(
    parameters: impl IntoIterator<Item = &'a Parameter>,
) -> (TokenStream, Vec<TokenStream>) {
    let mut read = TokenStream::new();
    let mut passed = Vec::new();
    let mut place: usize = 0;
    for parameter in parameters {
        match parameter {
            Parameter::Argument(Argument { ty, .. }) => {
                let name = quote::format_ident!("argument_{place}");
                let number = u8::try_from(place).unwrap_or(u8::MAX);
                read.extend(quote!(let #name: #ty = arguments.next(#number);));
                passed.push(quote!(#name));
                place += 1;
            }
            Parameter::Funds => {
                passed.push(quote!(::actors_std::Funds(::actors_std::message::value())));
            }
        }
    }
    (read, passed)
}

/// Adds a call under its route, or under the next that is free.
fn add(calls: &mut Vec<Numbered<u8>>, call: &Rc<Call>, route: Option<u8>) -> Result<()> {
    let taken = |route| calls.iter().any(|other| other.number == route);
    let number = match route {
        Some(route) if taken(route) => {
            return Err(Error::new(
                call.name.span(),
                format!("the route {route} is taken already"),
            ));
        }
        Some(route) => route,
        None => {
            let next = calls
                .last()
                .map_or(Some(0), |last| last.number.checked_add(1));
            match next {
                Some(next) if !taken(next) => next,
                _ => {
                    return Err(Error::new(
                        call.name.span(),
                        "the route that follows the one before is taken, or past 255: say `(route = …)`",
                    ))
                }
            }
        }
    };
    calls.push(Numbered {
        number,
        call: call.clone(),
    });
    Ok(())
}
