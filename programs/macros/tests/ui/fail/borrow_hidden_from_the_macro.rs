use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Adds what a friend says.
    #[method]
    pub async fn add_from(this: This<Self>, friend: ActorId) -> u32 {
        let me = this;
        let count = me.with(|state| {
            let count = &mut state.count;
            count
        });
        *count += Request::<u32>::call(friend, 0, &()).await.unwrap_or(0);
        *count
    }
}

fn main() {}
