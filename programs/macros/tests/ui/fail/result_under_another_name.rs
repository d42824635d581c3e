use actors_std::prelude::*;

type Outcome = Result<u32, u8>;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Adds, and fails in a way that would commit.
    #[method]
    pub fn add(&mut self, by: u32) -> Outcome {
        self.count += by;
        Err(1)
    }

    /// Adds what a friend says.
    #[method]
    pub async fn ask(this: This<Self>, friend: ActorId) -> Outcome {
        let by = Request::<u32>::call(friend, 0, &()).await.map_err(|_| 1)?;
        Ok(this.with(|state| {
            state.count += by;
            state.count
        }))
    }
}

fn main() {}
