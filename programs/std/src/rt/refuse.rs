//! Refusing a call: the payloads are those of [`Refusal`](crate::Refusal).

use crate::{message, revert};

#[cold]
pub(crate) fn no_route() -> ! {
    revert(&[2])
}

#[cold]
pub(crate) fn argument(argument: u8) -> ! {
    revert(&[3, argument])
}

#[cold]
pub(crate) fn trailing(bytes: usize) -> ! {
    let [a, b, c, d] = (bytes as u32).to_le_bytes();
    revert(&[4, a, b, c, d])
}

/// Refuses a route that there is not.
#[cold]
pub fn refuse_route(route: u8) -> ! {
    revert(&[1, route])
}

/// Refuses an upgrade from a version of the state that is not known here.
#[cold]
pub fn refuse_version(found: Option<u16>) -> ! {
    match found.map(u16::to_le_bytes) {
        Some([low, high]) => revert(&[6, 1, low, high]),
        None => revert(&[6, 0]),
    }
}

/// Refuses value.
#[inline]
pub fn unpaid() {
    if message::value() != 0 {
        revert(&[5]);
    }
}

#[cfg(test)]
mod tests {
    use crate::{refusal::Never, Refusal};
    use codec::Encode;

    /// What the functions above write by hand.
    #[test]
    fn refusals_have_these_bytes() {
        type Ours = Refusal<Never>;
        let cases: [(Ours, &[u8]); 7] = [
            (Refusal::UnknownRoute { route: 9 }, &[1, 9]),
            (Refusal::NoRoute, &[2]),
            (Refusal::Arguments { argument: 3 }, &[3, 3]),
            (Refusal::TrailingBytes { bytes: 258 }, &[4, 2, 1, 0, 0]),
            (Refusal::NotPayable, &[5]),
            (Refusal::StateVersion { found: None }, &[6, 0]),
            (Refusal::StateVersion { found: Some(258) }, &[6, 1, 2, 1]),
        ];
        for (refusal, bytes) in cases {
            assert_eq!(refusal.encode(), bytes);
            assert_eq!(Ours::read(bytes), Some(refusal));
            assert_eq!(Ours::read(&[bytes, &[0]].concat()), None);
        }
        assert_eq!(Ours::read(&[]), None);
        assert_eq!(Refusal::read(&[0, 7]), Some(Refusal::Program(7u8)));
        assert_eq!(Refusal::<u8>::read(&[0, 7, 7]), None);
    }
}
