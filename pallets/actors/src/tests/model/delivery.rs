//! Messages that are delivered later.

use actors_primitives::MessageId;

use super::{agenda::Due, chain::Chain, happening::Happening, message::Message};

impl Chain {
    /// Keeps a message until it is due. It holds a reference of its purse.
    pub(super) fn delay(&mut self, message: Message, blocks: u32) {
        self.agenda.write(blocks, Due::Delayed(message.id));
        self.delayed.insert(message.id, message);
    }

    /// A delayed message is due: it goes to whoever is at its destination now.
    pub(super) fn deliver(&mut self, id: MessageId) {
        let message = self.delayed.remove(&id).expect("it is delayed");
        if self.is_address_used(&message.destination) {
            self.enqueue_booked(message);
            return;
        }
        let to = &message.destination;
        let value = match self.ledger.can_receive(to, message.value) {
            true => self.ledger.arrive(to, message.value),
            // The program that it was sent to has gone, and left no account.
            false => {
                self.value_returns(&message.source, message.value);
                0
            }
        };
        self.release_purse(&message.purse);
        self.happens(Happening::Told {
            message: message.id,
            source: message.source,
            user: message.destination,
            payload: message.payload,
            value,
            reply: None,
            expires: None,
        });
    }
}
