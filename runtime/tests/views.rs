//! The pallet's reads answer as view functions too: by an id that the metadata has.

use actors_runtime::{AccountId, Runtime};
use actors_runtime_api::{QueueInfo, ReadError};
use codec::{Decode, Encode};
use frame_support::view_functions::{ViewFunction, ViewFunctionId};
use pallet_actors::pallet::{QueueViewFunction, ReadStateViewFunction};

fn call<R: Decode>(id: ViewFunctionId, input: impl Encode) -> R {
    let bytes = Runtime::execute_view_function(id, input.encode()).expect("there is one");
    // A view function's answer is the SCALE encoding of what it returns.
    R::decode(&mut &bytes[..]).expect("it returns that")
}

#[test]
fn reads_are_view_functions() {
    sp_io::TestExternalities::default().execute_with(|| {
        let queue: QueueInfo<AccountId> = call(QueueViewFunction::<Runtime>::id(), ());
        assert_eq!((queue.queued, queue.is_paused), (0, false));
        let nowhere = (AccountId::new([9; 32]), Vec::<u8>::new());
        let read: Result<Vec<u8>, ReadError> =
            call(ReadStateViewFunction::<Runtime>::id(), nowhere);
        assert_eq!(read, Err(ReadError::NotAProgram));
    });
}
