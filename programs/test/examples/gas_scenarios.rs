//! Prints what the programs and messages of `tests/e2e/lib/gas-scenarios.json` burn in tests, so that
//! it can be compared with what they burn on a node:
//!
//! ```text
//! cargo run --locked -p actors-test --example gas_scenarios
//! ```
//!
//! For each scenario: the `code` that was deployed, the gas that `init` and all it caused burned, for
//! each message how it ended (`code`, as its name), the gas of its own turns (`gas_burned`) and of all
//! it caused (`cascade_gas`), and what is held for what the program stores in the end (`deposit`).

use actors_test::{Chain, Program, User, Wasm};
use serde_json::{json, Map, Value};
use std::{collections::BTreeMap, path::PathBuf};

fn main() {
    println!("{:#}", run());
}

/// What the scenarios burn.
pub(crate) fn run() -> Value {
    let file = root().join("tests/e2e/lib/gas-scenarios.json");
    let text = std::fs::read_to_string(file).expect("the list is there");
    let list: Value = serde_json::from_str(&text).expect("the list is JSON");
    let defaults = &list["defaults"];
    let chain = Chain::new();
    let alice = chain.user("alice");
    let mut deployed = BTreeMap::new();
    let mut results = Map::new();
    for scenario in array(&list["scenarios"]) {
        let name = text_of(&scenario["name"]);
        let file = format!(
            "tests/fixtures/programs/{}.wat",
            text_of(&scenario["program"])
        );
        let wasm = Wasm::from(root().join(file));
        let init = field(scenario, defaults, "init");
        let program = chain
            .deploy(&wasm)
            .payload(payload(init, &deployed, &alice))
            .by(&alice);
        rest(&chain);
        let init_gas = program.deployment().cascade_gas();
        deployed.insert(name.to_string(), program.clone());
        let messages: Vec<_> = array(&scenario["messages"])
            .map(|message| {
                let number = |key| text_of(field(message, defaults, key));
                let sent = program
                    .send(payload(&message["payload"], &deployed, &alice))
                    .value(number("value").parse().expect("a value"))
                    .gas(number("gas").parse().expect("an amount of gas"))
                    .deposit(number("deposit").parse().expect("a deposit"))
                    .by(&alice);
                let reply = sent.reply();
                rest(&chain);
                json!({
                    "code": format!("{:?}", reply.code),
                    "gas_burned": reply.gas_burned.to_string(),
                    "cascade_gas": sent.cascade_gas().to_string(),
                })
            })
            .collect();
        let result = json!({
            "code": format!("0x{}", hex(wasm.bytes())),
            "init_gas": init_gas.to_string(),
            "messages": messages,
            "deposit": program.storage_deposit().to_string(),
        });
        results.insert(name.to_string(), result);
    }
    Value::Object(results)
}

/// Makes blocks until nothing is queued or scheduled.
fn rest(chain: &Chain) {
    while chain.queue_length() > 0 || chain.has_schedule() {
        chain.next_block();
    }
}

fn payload(parts: &Value, deployed: &BTreeMap<String, Program>, sender: &User) -> Vec<u8> {
    array(parts)
        .flat_map(|part| {
            let part = text_of(part);
            if part == "@sender" {
                return sender.id().to_vec();
            }
            if let Some(name) = part.strip_prefix('@') {
                let program = deployed.get(name).expect("it was deployed before");
                return program.id().to_vec();
            }
            if let Some(digits) = part.strip_prefix("0x") {
                return bytes(digits);
            }
            let (kind, value) = part.split_once(':').expect("a part has a kind");
            match kind {
                "text" => value.as_bytes().to_vec(),
                "u32" => number::<u32>(value).to_le_bytes().to_vec(),
                "i64" => number::<i64>(value).to_le_bytes().to_vec(),
                "u128" => number::<u128>(value).to_le_bytes().to_vec(),
                _ => panic!("a part of a payload cannot be a {kind}"),
            }
        })
        .collect()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("a number that fits")
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits a byte"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn field<'a>(of: &'a Value, defaults: &'a Value, key: &str) -> &'a Value {
    of.get(key).unwrap_or(&defaults[key])
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("it is a list").iter()
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("it is a text")
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
