//! Makes a program of a struct and its methods. Used through `actors-std`, which documents it for its users.

mod call;
mod data;
mod docs;
mod escape;
mod idl;
mod interface;
mod options;
mod program;
mod signature;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Makes a program of a struct and its methods. It stands before an `impl` block, once in a crate.
///
/// | attribute | what it makes of a function |
/// |---|---|
/// | `#[constructor]` | what `init` runs: returns `Self`, or a `Result` of it. Without one, the program begins as its `Default`, and needs no `init` |
/// | `#[method]` | what `handle` runs. With `&mut self` or `&self` it is done at once; an `async fn` with `this: This<Self>` may wait |
/// | `#[query]` | what `state` runs, for whoever reads: with `&self`, changes nothing. Together with `#[method]`, programs can ask it too |
/// | `#[migrate]` | what `migrate` runs when the code takes the place of other code: returns `Self`, or a `Result` of it |
///
/// **Arguments and answers** are SCALE. The first byte of a payload, the route, tells which function is meant: the constructors,
/// methods and queries are each counted from 0 in the order in which they stand; `#[method(route = 7)]` says another number.
/// A call that does not decode, has bytes left over, or means nothing is answered with a
/// [`Refusal`](https://docs.rs/actors-std), and so is value that no parameter of the type `Funds` takes.
///
/// **Errors**: a function that returns `Err` fails the turn. All that the turn did is undone, and the sender gets the error, typed.
///
/// **State** stays in memory from turn to turn. With `#[program(state_version = 1)]` it is an entry of keyed state
/// instead, read when a turn asks for it, written when a turn changed it, and outlives an upgrade: the next version says
/// `#[program(state_version = 2)]`, and `#[migrate(from = 1)] fn …(old: Old, …) -> Self`.
///
/// `#[program(events = Event)]` names the type of what the program tells, for its interface.
#[proc_macro_attribute]
pub fn program(options: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(options as options::Program);
    let block = parse_macro_input!(item as syn::ItemImpl);
    program::expand(options, block).into()
}

/// Gives a type what it needs to be an argument, an answer or an entry of keyed state: SCALE, and its description.
#[proc_macro_attribute]
pub fn data(options: TokenStream, item: TokenStream) -> TokenStream {
    data::expand(options.into(), item.into(), data::Kind::Data).into()
}

/// As `data`, for the error of a method.
#[proc_macro_attribute]
pub fn error(options: TokenStream, item: TokenStream) -> TokenStream {
    data::expand(options.into(), item.into(), data::Kind::Data).into()
}

/// As `data`, for what a program tells the world: `emit` deposits it. The program has to name the type,
/// `#[program(events = …)]`, so that its interface has it.
#[proc_macro_attribute]
pub fn event(options: TokenStream, item: TokenStream) -> TokenStream {
    data::expand(options.into(), item.into(), data::Kind::Event).into()
}

/// Makes of a trait a struct of the same name that sends a program what the trait lists: `Bank(address).withdraw(5).await`.
///
/// Functions have no `self`; the route is their place, or `#[route(7)]`. A parameter of the type `Funds` is the value that
/// goes along. A function that returns a `Result` has that error.
#[proc_macro_attribute]
pub fn interface(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::ItemTrait);
    interface::expand(options.into(), item)
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}
