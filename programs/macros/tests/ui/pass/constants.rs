//! Types with constants among their parameters are described under names of their own.

use actors_std::scale_info::{self, TypeDef, TypeInfo};
use actors_std::{codec::Encode, prelude::*};

/// As many bytes.
#[actors_std::data]
pub struct Fixed<const N: usize>(pub [u8; N]);

/// Constants of every kind, beside a type.
#[actors_std::data]
#[derive(Clone, PartialEq)]
pub enum Several<T, const FLAG: bool, const SIGNED: i8, const LETTER: char> {
    /// Nothing.
    None,
    /// One, or more of the same type.
    #[codec(index = 7)]
    Some { first: T, more: Vec<Self> },
}

/// An event with a constant.
#[actors_std::event]
pub enum Told<const N: usize> {
    Fixed(Fixed<N>),
}

fn name<T: TypeInfo>() -> String {
    let path = T::type_info().path;
    path.ident().expect("a name").to_string()
}

fn main() {
    assert_eq!(name::<Fixed<10>>(), "Fixed_10");
    assert_eq!(name::<Fixed<20>>(), "Fixed_20");
    assert_eq!(name::<Told<3>>(), "Told_3");

    type One = Several<u8, true, -5, 'a'>;
    let described = One::type_info();
    assert_eq!(name::<One>(), "Several_true_minus5_97");
    assert_eq!(described.type_params.len(), 1);
    let TypeDef::Variant(variants) = described.type_def else {
        panic!("it is an enum");
    };
    let [none, some] = &variants.variants[..] else {
        panic!("it has two variants");
    };
    assert_eq!((none.index, some.index), (0, 7));
    // What refers to itself refers to what it is called, not to what describes it.
    let own = scale_info::meta_type::<Vec<One>>();
    assert_eq!(some.fields[1].ty, own);
    assert_eq!(One::None.encode(), [0]);
}
