use actors_test::{Chain, Program, User};
use codec::{Decode, Encode};

use crate::built::built;

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum VoteError {
    NoSuchVote,
    Over,
    VotedAlready,
    NotYours,
    NotSoLong,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Tally {
    yes: u32,
    no: u32,
    is_over: bool,
}

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Happened {
    Begun { vote: u32, text: String },
    Ended { vote: u32, tally: Tally },
}

/// For how many blocks people vote.
const BLOCKS: u32 = 10;

struct Setup {
    chain: Chain,
    vote: Program,
    alice: User,
    voters: [User; 3],
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let vote = chain.deploy(built("vote")).by(&alice);
        let voters = ["bob", "carol", "dave"].map(|name| chain.user(name));
        Self {
            chain,
            vote,
            alice,
            voters,
        }
    }

    fn votes(&self, vote: u32, voter: &User, yes: bool) -> actors_test::Message {
        self.vote.call("vote").arg(vote).arg(yes).by(voter)
    }

    fn tally(&self, vote: u32) -> Option<Tally> {
        self.vote.ask("tally").arg(vote).answer()
    }

    /// Two are for it, one is against it.
    fn all_vote(&self, vote: u32) {
        for (voter, yes) in self.voters.iter().zip([true, false, true]) {
            self.votes(vote, voter, yes).expect_success();
        }
    }
}

const RESULT: Tally = Tally {
    yes: 2,
    no: 1,
    is_over: true,
};

#[test]
fn whoever_proposes_is_answered_with_the_result() {
    let stage = Setup::new();
    let begun = stage.chain.block_number();
    let message = stage
        .vote
        .call("propose")
        .arg("More tea?")
        .arg(BLOCKS)
        .by(&stage.alice);
    stage.chain.settle();
    let text = "More tea?".to_string();
    stage.vote.expect_event(Happened::Begun { vote: 1, text });
    stage.all_vote(1);
    assert_eq!(message.reply_so_far(), None);
    message.expect_ok(RESULT);
    assert!(stage.chain.block_number() >= begun + BLOCKS);
    stage.vote.expect_event(Happened::Ended {
        vote: 1,
        tally: RESULT,
    });
    assert_eq!(stage.tally(1), Some(RESULT));
}

#[test]
fn whoever_announces_is_answered_at_once() {
    let stage = Setup::new();
    let message = stage
        .vote
        .call("announce")
        .arg("More cake?")
        .arg(BLOCKS)
        .by(&stage.alice);
    message.expect_ok(1u32);
    stage.all_vote(1);
    assert_eq!(stage.tally(1).map(|tally| tally.is_over), Some(false));
    let waiting = stage.alice.balance();
    stage.chain.skip(BLOCKS);
    stage.chain.settle();
    assert_eq!(stage.tally(1), Some(RESULT));
    stage.vote.expect_event(Happened::Ended {
        vote: 1,
        tally: RESULT,
    });
    assert!(
        stage.alice.balance() > waiting,
        "the gas that it left is back"
    );
}

#[test]
fn who_comes_late_or_twice_is_told() {
    let stage = Setup::new();
    let [bob, carol, dave] = &stage.voters;
    let message = stage
        .vote
        .call("propose")
        .arg("?")
        .arg(BLOCKS)
        .by(&stage.alice);
    stage.chain.settle();
    stage.votes(1, bob, true).expect_success();
    stage
        .votes(1, bob, false)
        .expect_revert(VoteError::VotedAlready);
    stage
        .votes(2, bob, true)
        .expect_revert(VoteError::NoSuchVote);
    // Nobody else ends it.
    let close = stage.vote.call("close").arg(1u32).by(carol);
    close.expect_revert(VoteError::NotYours);
    let tally: Tally = message.expect();
    assert_eq!((tally.yes, tally.no), (1, 0));
    stage.votes(1, dave, true).expect_revert(VoteError::Over);
    stage.votes(1, bob, true).expect_revert(VoteError::Over);
    assert_eq!(stage.tally(1), Some(tally));
}

#[test]
fn votes_go_on_beside_each_other() {
    let stage = Setup::new();
    let propose = |blocks: u32| {
        let call = stage.vote.call("propose").arg("?").arg(blocks);
        call.by(&stage.alice)
    };
    let messages = [12u32, 4, 8].map(propose);
    stage.chain.settle();
    for vote in [1, 3] {
        stage.all_vote(vote);
    }
    messages[1].expect_ok(Tally {
        yes: 0,
        no: 0,
        is_over: true,
    });
    assert_eq!(messages[2].reply_so_far(), None);
    messages[2].expect_ok(RESULT);
    messages[0].expect_ok(RESULT);
}

#[test]
fn a_vote_ends_though_its_message_has_no_gas_left() {
    let stage = Setup::new();
    let propose = |gas: u64| {
        let call = stage.vote.call("propose").arg("?").arg(BLOCKS).gas(gas);
        let message = call.by(&stage.alice);
        message.reply();
        message
    };
    // The first turn takes most of what the message needs: sleeping, and setting aside.
    let enough = 30_000_000_000;
    let start = stage.chain.snapshot();
    let (mut least, mut most) = (0, enough);
    while most - least > 1_000_000 {
        let middle = (least + most) / 2;
        stage.chain.restore(&start);
        let slept = propose(middle).reply_so_far().is_some() && stage.tally(1).is_some();
        *(if slept { &mut most } else { &mut least }) = middle;
    }
    // So much is just enough to fall asleep, and too little to do anything when it wakes up.
    stage.chain.restore(&start);
    let message = propose(most);
    message.expect_code(actors_test::ReplyCode::OutOfGas);
    stage.chain.settle();
    let tally = stage.tally(1).expect("it was begun");
    assert!(tally.is_over, "`on_failure` has ended it");
}

#[test]
fn what_lasts_too_long_is_refused() {
    let stage = Setup::new();
    let long = |name| {
        let call = stage.vote.call(name).arg("?").arg(1_000_000u32);
        call.by(&stage.alice)
    };
    long("announce").expect_revert(VoteError::NotSoLong);
    long("propose").expect_panic("the chain lets no message wait so long");
    assert_eq!(stage.tally(1), None, "nothing was begun");
    assert_eq!(stage.vote.raw_events().len(), 0);
}
