//! The scenarios whose gas is compared with a node's.

#[path = "../examples/gas_scenarios.rs"]
#[allow(dead_code, reason = "`main` prints what is looked at here")]
mod gas_scenarios;

use serde_json::Value;

fn number(of: &Value) -> u64 {
    of.as_str()
        .and_then(|text| text.parse().ok())
        .expect("a number")
}

#[test]
fn scenarios_run_and_end_in_the_ways_that_they_are_there_for() {
    let results = gas_scenarios::run();
    let results = results.as_object().expect("it has names");
    let mut codes = std::collections::BTreeSet::new();
    for (name, result) in results {
        assert!(result["code"]
            .as_str()
            .is_some_and(|code| code.starts_with("0x0061736d")));
        let messages = result["messages"].as_array().expect("a list");
        assert!(!messages.is_empty(), "{name}");
        for message in messages {
            let (own, all) = (
                number(&message["gas_burned"]),
                number(&message["cascade_gas"]),
            );
            assert!(own > 0 && all >= own, "{name}: {message}");
            codes.insert(message["code"].as_str().expect("a code").to_string());
        }
    }
    let codes: Vec<_> = codes.iter().map(String::as_str).collect();
    assert_eq!(
        codes,
        [
            "DepositShortfall",
            "Finished",
            "OutOfGas",
            "Panicked",
            "Replied",
            "Trapped"
        ]
    );
    let relayed = &results["relay"]["messages"][0];
    assert!(number(&relayed["cascade_gas"]) > number(&relayed["gas_burned"]));
    assert!(number(&results["counter"]["deposit"]) > number(&results["echo"]["deposit"]));
}
