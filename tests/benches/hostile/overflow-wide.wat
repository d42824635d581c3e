;; Recurses with large frames, until the engine's stack is full.
(module
  (memory (export "memory") 1)
  (func $down (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (call $down))
  (func (export "handle") (call $down)))
