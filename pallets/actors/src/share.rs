//! The shares of a block that the queue has, and what its steps take of them at most.

use actors_primitives::Gas;
use frame_support::{traits::Get, weights::Weight};
use sp_runtime::Perbill;

use crate::{bounds, Config, Pallet, WeightInfo};

/// A share of a weight, in both dimensions.
pub(crate) fn share_of(share: Perbill, whole: Weight) -> Weight {
    Weight::from_parts(
        share.mul_floor(whole.ref_time()),
        share.mul_floor(whole.proof_size()),
    )
}

impl<T: Config> Pallet<T> {
    /// The share of a block that the queue has before transactions.
    pub(crate) fn min_service_weight() -> Weight {
        share_of(T::MinServiceWeight::get(), T::BlockWeights::get().max_block)
    }

    /// What the head of the queue takes at most, besides its turn.
    pub(crate) fn longest_step() -> Weight {
        T::WeightInfo::serve_message(bounds::PAYLOAD)
            .saturating_add(T::WeightInfo::resume_message(bounds::PAYLOAD))
    }

    /// What a hook takes around all that it serves: its record, and handing over what it has earned.
    pub(crate) fn around() -> Weight {
        T::WeightInfo::tick().saturating_add(T::WeightInfo::hand_over())
    }

    /// The most that serving one message takes, with all that a hook does before it.
    pub(crate) fn longest_head() -> Weight {
        Self::around()
            .saturating_add(Self::longest_step())
            .saturating_add(Self::turn_weight(
                T::MaxTurnGas::get(),
                T::Schedule::get().proof_byte,
            ))
    }

    /// Of the guaranteed share, what is due and what is to be swept may take: a half, and no more
    /// than leaves the head of the queue its longest turn.
    pub(crate) fn due_share() -> Weight {
        let share = Self::min_service_weight();
        let half = Weight::from_parts(share.ref_time() / 2, share.proof_size() / 2);
        match share.checked_sub(&Self::longest_head()) {
            Some(rest) => half.min(rest),
            None => half,
        }
    }

    /// What each block serves of the queue, whatever its transactions leave: the share before these, without
    /// what is due.
    pub(crate) fn promised() -> Weight {
        Self::min_service_weight()
            .saturating_sub(Self::around())
            .saturating_sub(Self::due_share())
    }

    /// What a weight is worth in gas: its time, and its proof where a chain prices that.
    pub(crate) fn in_gas(weight: Weight) -> Gas {
        let proof = T::Schedule::get().proof_byte;
        let proof = proof.saturating_mul(weight.proof_size());
        weight.ref_time().saturating_add(proof)
    }

    /// How much gas turns may burn within a weight.
    pub(crate) fn gas_within(weight: Weight) -> Gas {
        let time = weight.ref_time();
        match T::Schedule::get().proof_byte {
            0 => time,
            proof => time.min(proof.saturating_mul(weight.proof_size())),
        }
    }

    /// Of that share, what sweeping has for itself: a quarter, however much is due.
    pub(crate) fn sweep_share(share: Weight) -> Weight {
        Weight::from_parts(share.ref_time() / 4, share.proof_size() / 4)
    }

    /// The most that a turn of that much gas weighs. Bytes of proof are part of gas where a
    /// chain prices them, so gas bounds them too.
    pub(crate) fn turn_weight(gas: Gas, proof_price: Gas) -> Weight {
        Weight::from_parts(gas, gas.checked_div(proof_price).unwrap_or(0))
    }
}
