//! A question on its way: into the user's mailbox, and what comes back from there. `oracle-2` goes on with it.

use actors_std::prelude::*;

/// The longest question and the longest answer, in bytes.
const LONGEST: usize = 256;

/// What came of a question.
#[actors_std::data]
#[derive(Clone)]
pub enum Answer {
    /// What the user said. What the user sent is with it.
    Said(Vec<u8>),
    /// The user took the pay, and had nothing to say.
    Declined,
    /// The user let the time pass. The pay is with it.
    TooLate,
}

/// Why nothing came of a question.
#[actors_std::error]
pub enum OracleError {
    /// A question has 256 bytes at most.
    QuestionTooLong,
    /// The user said more than 256 bytes.
    AnswerTooLong,
    /// The chain takes no such letter, or whoever is asked is a program, and failed.
    NotAsked,
}

/// A letter to that user, which stands for so many blocks.
pub(crate) fn letter(
    user: ActorId,
    blocks: u32,
    question: Vec<u8>,
    pay: Funds,
) -> Result<Request<Raw>, OracleError> {
    if question.len() > LONGEST {
        return Err(OracleError::QuestionTooLong);
    }
    Ok(Request::raw(user, question).value(pay).deadline(blocks))
}

/// What came of it.
pub(crate) fn read(
    reply: Result<(Raw, Funds), CallError>,
    pay: Funds,
) -> Result<Paid<Answer>, OracleError> {
    match reply {
        Ok((Raw(said), _)) if said.len() > LONGEST => Err(OracleError::AnswerTooLong),
        Ok((Raw(said), value)) if said.is_empty() => Ok(Paid(Answer::Declined, value)),
        Ok((Raw(said), value)) => Ok(Paid(Answer::Said(said), value)),
        // The letter has expired just before, and its value is here again.
        Err(CallError::Deadline) => Ok(Paid(Answer::TooLate, pay)),
        Err(_) => Err(OracleError::NotAsked),
    }
}
