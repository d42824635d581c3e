//! What a node or a wallet may ask of the runtime.

use actors_primitives::{CodeHash, Gas, MessageId};
use actors_runtime_api::{
    CodeDetails, DryRun, DryRunUpload, LetterInfo, OpaqueBytes, ProgramInfo, QueueInfo, ReadError,
    Trace, WaitingInfo,
};
use alloc::{string::String, vec::Vec};
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    weights::Weight,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_consensus_aura::{sr25519::AuthorityId as AuraId, SlotDuration};
use sp_consensus_grandpa::{
    AuthorityId as GrandpaId, AuthorityList, EquivocationProof, OpaqueKeyOwnershipProof, SetId,
};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_genesis_builder::PresetId;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::{
    genesis, opaque::SessionKeys, units::SLOT_DURATION, AccountId, Actors, Balance, Block,
    Executive, Grandpa, InherentDataExt, Nonce, Runtime, RuntimeCall, RuntimeGenesisConfig, System,
    TransactionPayment, VERSION,
};

sp_api::impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: InherentData,
        ) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> SlotDuration {
            SlotDuration::from_millis(SLOT_DURATION)
        }

        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(
            owner: Vec<u8>,
            seed: Option<Vec<u8>>,
        ) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        // Nothing is at stake, so nothing is reported.
        fn submit_report_equivocation_unsigned_extrinsic(
            _equivocation_proof: EquivocationProof<
                <Block as BlockT>::Hash,
                NumberFor<Block>,
            >,
            _key_owner_proof: OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            None
        }

        fn generate_key_ownership_proof(
            _set_id: SetId,
            _authority_id: GrandpaId,
        ) -> Option<OpaqueKeyOwnershipProof> {
            None
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
        for Runtime
    {
        fn query_info(
            uxt: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(uxt, len)
        }

        fn query_fee_details(uxt: <Block as BlockT>::Extrinsic, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(uxt, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
        Block,
        Balance,
        RuntimeCall,
    > for Runtime {
        fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }

        fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis::preset)
        }

        fn preset_names() -> Vec<PresetId> {
            genesis::preset_names()
        }
    }

    impl actors_runtime_api::ActorsApi<Block, AccountId> for Runtime {
        fn dry_run_message(
            source: AccountId,
            destination: AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError> {
            Actors::dry_run_message(source, destination, payload, value, gas_limit, deposit_limit)
        }

        fn dry_run_creation(
            creator: AccountId,
            code_hash: CodeHash,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError> {
            Actors::dry_run_creation(
                creator,
                code_hash,
                salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
        }

        fn dry_run_upload_program(
            creator: AccountId,
            code: Vec<u8>,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError> {
            Actors::dry_run_upload_program(
                creator,
                code,
                salt,
                payload,
                value,
                gas_limit,
                deposit_limit,
            )
        }

        fn dry_run_upgrade(
            admin: AccountId,
            program: AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError> {
            Actors::dry_run_upgrade(admin, program, code_hash, payload, gas_limit, deposit_limit)
        }

        fn dry_run_upgrade_code(
            admin: AccountId,
            program: AccountId,
            code: Vec<u8>,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError> {
            Actors::dry_run_upgrade_code(admin, program, code, payload, gas_limit, deposit_limit)
        }

        fn dry_run_upload(uploader: AccountId, code: Vec<u8>) -> Result<DryRunUpload, ReadError> {
            Actors::dry_run_upload(uploader, code)
        }

        fn trace_message(
            source: AccountId,
            destination: AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError> {
            Actors::trace_message(
                source,
                destination,
                payload,
                value,
                gas_limit,
                deposit_limit,
                blocks,
            )
        }

        fn trace_upgrade(
            admin: AccountId,
            program: AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError> {
            Actors::trace_upgrade(
                admin,
                program,
                code_hash,
                payload,
                gas_limit,
                deposit_limit,
                blocks,
            )
        }

        fn trace_queued(
            message_id: MessageId,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError> {
            Actors::trace_queued(message_id, blocks)
        }

        fn read_state(program: AccountId, payload: Vec<u8>) -> Result<Vec<u8>, ReadError> {
            Actors::read_state(program, payload)
        }

        fn state_entry(program: AccountId, key: Vec<u8>) -> Result<Option<Vec<u8>>, ReadError> {
            Actors::state_entry(program, key)
        }

        fn program(program: AccountId) -> Option<ProgramInfo<AccountId>> {
            Actors::program(program)
        }

        fn inheritor(program: AccountId) -> Option<AccountId> {
            Actors::inheritor(program)
        }

        fn code(code_hash: CodeHash) -> Option<CodeDetails> {
            Actors::code(code_hash)
        }

        fn check_code(code: Vec<u8>) -> Result<(), String> {
            Actors::check_code(code)
        }

        fn wasm(code_hash: CodeHash) -> Option<OpaqueBytes> {
            Actors::wasm(code_hash).map(OpaqueBytes)
        }

        fn idl(code_hash: CodeHash) -> Option<OpaqueBytes> {
            Actors::idl(code_hash).map(OpaqueBytes)
        }

        fn queue() -> QueueInfo<AccountId> {
            Actors::queue()
        }

        fn waiting(
            program: AccountId,
            start: Option<MessageId>,
        ) -> Vec<WaitingInfo<AccountId>> {
            Actors::waiting(program, start)
        }

        fn mailbox(user: AccountId, start: Option<MessageId>) -> Vec<LetterInfo<AccountId>> {
            Actors::mailbox(user, start)
        }

        fn has_work() -> bool {
            Actors::has_work()
        }

        fn has_schedule() -> bool {
            Actors::has_schedule()
        }
    }
}
