;; Asks for randomness with the longest subject.
(module
  (import "actors_v1" "random" (func $random (param i32 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again (drop (call $random (i32.const 0) (i32.const 128) (i32.const 256))) (br $again))))
