//! Scripts as `script.wat` reads them: the second reading of the same bytes.

use actors_primitives::CodeHash;

use crate::mock::AccountId;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Command<'a> {
    Send(Send<'a>),
    Create(Create<'a>),
    Reply { value: u128, payload: &'a [u8] },
    Wait(u32),
    Wake(u8),
    Waits(u8),
    Exit(AccountId),
    Emit(u8),
    Set { key: u8, value: &'a [u8] },
    Get(u8),
    Remove(u8),
    Touch { page: u8, marker: u8 },
    Grow,
    Burn,
    Trap,
    Panic(&'a [u8]),
    Revert(&'a [u8]),
    Misuse,
    Recurse,
}

#[derive(Debug)]
pub(super) struct Send<'a> {
    pub(super) to: AccountId,
    pub(super) value: u128,
    pub(super) deposit: u128,
    pub(super) gas: i64,
    pub(super) delay: u32,
    pub(super) flags: u32,
    pub(super) slot: u8,
    pub(super) payload: &'a [u8],
}

#[derive(Debug)]
pub(super) struct Create<'a> {
    pub(super) code: CodeHash,
    pub(super) value: u128,
    pub(super) deposit: u128,
    pub(super) gas: i64,
    pub(super) flags: u32,
    pub(super) slot: u8,
    pub(super) salt: u8,
    pub(super) payload: &'a [u8],
}

/// What is left to read. All that is read was written by [`super::cast::Cast`], so it is there.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The commands of one turn.
    pub(super) fn of_turn(payload: &'a [u8], turn: u32) -> Self {
        let mut reader = Self(payload);
        for _ in 0..turn {
            if !reader.0.is_empty() {
                reader.sized();
            }
        }
        match reader.0 {
            [] => Self(&[]),
            _ => Self(reader.sized()),
        }
    }

    /// The commands that a handler has in the keyed state.
    pub(super) fn of_handler(stored: &'a [u8]) -> Self {
        Self(stored)
    }

    fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(bytes);
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let taken = self.take(N).try_into();
        taken.expect("as many bytes were taken")
    }

    fn u8(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    fn u128(&mut self) -> u128 {
        u128::from_le_bytes(self.array())
    }

    fn sized(&mut self) -> &'a [u8] {
        let len = u16::from_le_bytes(self.array());
        self.take(len.into())
    }

    fn send(&mut self) -> Send<'a> {
        Send {
            to: self.array().into(),
            value: self.u128(),
            deposit: self.u128(),
            gas: self.i64(),
            delay: self.u32(),
            flags: self.u32(),
            slot: self.u8(),
            payload: self.sized(),
        }
    }

    fn create(&mut self) -> Create<'a> {
        Create {
            code: CodeHash(self.array()),
            value: self.u128(),
            deposit: self.u128(),
            gas: self.i64(),
            flags: self.u32(),
            slot: self.u8(),
            salt: self.u8(),
            payload: self.sized(),
        }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Command<'a>;

    fn next(&mut self) -> Option<Command<'a>> {
        if self.0.is_empty() {
            return None;
        }
        Some(match self.u8() {
            0 => Command::Send(self.send()),
            1 => Command::Create(self.create()),
            2 => Command::Reply {
                value: self.u128(),
                payload: self.sized(),
            },
            3 => Command::Wait(self.u32()),
            4 => Command::Wake(self.u8()),
            5 => Command::Exit(self.array().into()),
            6 => Command::Emit(self.u8()),
            7 => Command::Set {
                key: self.u8(),
                value: self.sized(),
            },
            8 => Command::Get(self.u8()),
            9 => Command::Remove(self.u8()),
            10 => Command::Touch {
                page: self.u8(),
                marker: self.u8(),
            },
            11 => Command::Grow,
            12 => Command::Burn,
            14 => Command::Panic(self.sized()),
            15 => Command::Misuse,
            16 => Command::Recurse,
            17 => Command::Revert(self.sized()),
            18 => Command::Waits(self.u8()),
            // 13; calling what there is not traps as well.
            _ => Command::Trap,
        })
    }
}
