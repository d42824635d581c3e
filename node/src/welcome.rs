//! What the node says when it is ready: where it is, and what to do next.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
};

use sc_network::{multiaddr::Protocol, Multiaddr};

use crate::cli::Seal;

/// What is worth knowing about a node that has started.
pub(crate) struct Welcome<'a> {
    /// The chain's name.
    pub(crate) chain: &'a str,
    /// Where the RPC listens.
    pub(crate) rpc: &'a [Multiaddr],
    /// When blocks are made, if this node makes all of them.
    pub(crate) seal: Option<Seal>,
}

impl Welcome<'_> {
    /// Prints it. Says nothing when no RPC listens: there is nothing to connect to.
    pub(crate) fn print(&self) {
        let Some(text) = self.text() else { return };
        // A closed terminal is no reason to stop a node.
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    fn text(&self) -> Option<String> {
        let socket = self.rpc.iter().find_map(socket)?;
        let Self { chain, seal, .. } = self;
        let mut text = format!(
            "\n  {chain} is up.\n\n    \
             RPC       ws://{socket}\n    \
             Wallet    https://polkadot.js.org/apps/?rpc=ws://{socket}#/extrinsics\n"
        );
        if let Some(seal) = seal {
            let blocks = match seal {
                Seal::Instant => {
                    "with each transaction, and while messages are queued or wait".to_owned()
                }
                Seal::Every(interval) => format!("every {} ms", interval.as_millis()),
            };
            text.push_str(&format!(
                "    Blocks    {blocks}; final at once\n    \
                 Accounts  Alice (sudo), Bob, Charlie, Dave, Eve, Ferdie: funded\n    \
                 Programs  sources in programs/examples, built into target/programs\n\n  \
                 Next: open the wallet and submit actors.uploadProgram\n  \
                 with target/programs/ping.wasm as its code.\n"
            ));
        }
        text.push('\n');
        Some(text)
    }
}

/// The address to connect to, from one that is listened on.
fn socket(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        Protocol::Ip4(ip) => IpAddr::from(ip),
        Protocol::Ip6(ip) => IpAddr::from(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(address: &str, seal: Option<Seal>) -> Option<String> {
        let rpc = [address.parse().expect("an address")];
        Welcome {
            chain: "Test",
            rpc: &rpc,
            seal,
        }
        .text()
    }

    #[test]
    fn names_the_address_it_listens_on() {
        let text = text("/ip4/127.0.0.1/tcp/9955", Some(Seal::Instant)).expect("a text");
        assert!(text.contains("RPC       ws://127.0.0.1:9955\n"));
        assert!(text.contains("?rpc=ws://127.0.0.1:9955#"));
        assert!(text.contains("Next: "));
    }

    #[test]
    fn an_unspecified_address_is_reached_through_loopback() {
        let text = text("/ip4/0.0.0.0/tcp/9944", None).expect("a text");
        assert!(text.contains("ws://127.0.0.1:9944\n"));
        assert!(!text.contains("Next: "));
    }

    #[test]
    fn says_nothing_without_an_rpc() {
        assert_eq!(
            Welcome {
                chain: "Test",
                rpc: &[],
                seal: None
            }
            .text(),
            None
        );
    }
}
