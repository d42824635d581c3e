//! `integrity_test` says both numbers and the fix.

use crate::{mock::*, Pallet};

#[test]
fn the_mocks_configuration_holds() {
    Pallet::<Test>::check_configuration();
}
