;; Writes the longest value and reads it again and again in the same turn.
(module
  (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "handle")
    (drop (call $set (i32.const 0) (i32.const 128) (i32.const 256) (i32.const 16384)))
    (loop $again
      (drop (call $get (i32.const 0) (i32.const 128) (i32.const 256) (i32.const 16384)))
      (br $again))))
