use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Adds what a friend says.
    #[method]
    pub async fn add_from(&mut self, friend: ActorId) -> u32 {
        let more = Request::<u32>::call(friend, 0, &()).await.unwrap_or(0);
        self.count += more;
        self.count
    }
}

fn main() {}
