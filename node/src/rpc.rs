//! What the node serves: the standard methods, and none of its own.
//!
//! Everything about programs is a runtime API, which any client reaches through `state_call`.

use std::sync::Arc;

use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::components::{Client, Pool};

/// The methods that come on top of those of every Substrate node: an account's next nonce, a
/// transaction's fee.
pub(crate) fn module(
    client: Arc<Client>,
    pool: Arc<Pool>,
) -> Result<RpcModule<()>, jsonrpsee::core::RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client).into_rpc())?;
    Ok(module)
}
