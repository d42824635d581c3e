/// What the program names.
#[actors_std::event]
pub enum Counted {
    Added { by: u32 },
}

/// What it does not name.
#[actors_std::event]
pub enum Told {
    Emptied,
}

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program(events = Counted)]
impl Counter {
    /// Adds.
    #[method]
    pub fn add(&mut self, by: u32) {
        self.count += by;
        Counted::Added { by }.emit();
    }

    /// Begins anew.
    #[method]
    pub fn empty(&mut self) {
        self.count = 0;
        Told::Emptied.emit();
    }
}

fn main() {}
