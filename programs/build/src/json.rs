//! An interface as JSON, for tools. `docs/idl.md` lists the fields.

use actors_idl::{Arg, Call, Idl, Migration};
use serde_json::{json, Value};

/// An interface, with its types as `scale-info` writes them.
#[must_use]
pub fn idl(idl: &Idl) -> Value {
    json!({
        "format": actors_idl::VERSION,
        "name": idl.name,
        "version": idl.version,
        "docs": idl.docs,
        "constructors": list(&idl.constructors, call),
        "methods": list(&idl.methods, call),
        "queries": list(&idl.queries, call),
        "migrations": list(&idl.migrations, migration),
        "events": idl.events,
        "stateVersion": idl.state_version,
        "types": idl.types.types,
    })
}

/// JSON for files and terminals.
#[must_use]
pub fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(write).collect()
}

fn call(call: &Call) -> Value {
    json!({
        "name": call.name,
        "route": call.route,
        "docs": call.docs,
        "args": list(&call.args, arg),
        "payable": call.payable,
        "async": call.is_async,
        "returns": call.returns,
        "error": call.error,
    })
}

fn arg(arg: &Arg) -> Value {
    json!({ "name": arg.name, "type": arg.ty })
}

fn migration(migration: &Migration) -> Value {
    json!({
        "from": migration.from,
        "docs": migration.docs,
        "args": list(&migration.args, arg),
        "error": migration.error,
    })
}
