//! Why the effects of a turn are not applied.

use actors_executor::Failure;
use actors_primitives::ReplyCode;
use frame_support::pallet_prelude::DispatchError;

use crate::Config;

/// Why the effects of a turn were not applied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Aborted {
    /// By a rule of the protocol.
    Reply(ReplyCode),
    /// By another pallet.
    Dispatch(DispatchError),
}

impl From<DispatchError> for Aborted {
    fn from(error: DispatchError) -> Self {
        Self::Dispatch(error)
    }
}

impl<T: Config> From<crate::Error<T>> for Aborted {
    fn from(error: crate::Error<T>) -> Self {
        Self::Dispatch(error.into())
    }
}

impl From<Aborted> for Failure {
    fn from(aborted: Aborted) -> Self {
        match aborted {
            Aborted::Reply(code) => code.into(),
            Aborted::Dispatch(error) => {
                log::debug!(target: crate::LOG_TARGET, "effects refused: {error:?}");
                ReplyCode::LimitExceeded.into()
            }
        }
    }
}
