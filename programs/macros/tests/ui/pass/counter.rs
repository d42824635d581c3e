use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Begins with a number.
    #[constructor]
    pub fn new(count: u32) -> Self {
        Self { count }
    }

    /// Begins with a number that is not 0.
    #[constructor]
    pub fn try_new(count: u32) -> Result<Self, String> {
        match count {
            0 => Err("nothing".into()),
            count => Ok(Self { count }),
        }
    }

    /// Adds what a friend says.
    #[method(route = 7)]
    pub async fn add_from(this: This<Self>, friend: ActorId, paid: Funds) -> Result<u32, u8> {
        let more = Request::<u32>::call(friend, 0, &()).value(paid).await.map_err(|_| 1)?;
        Ok(this.with(|state| {
            state.count += more;
            state.count
        }))
    }

    /// The count.
    #[method]
    #[query]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// From other code.
    #[migrate]
    pub fn from_other(count: u32) -> Self {
        Self { count }
    }
}

fn main() {}
