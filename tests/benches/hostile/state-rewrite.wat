;; Writes one key again and again in one turn, with the longest value.
(module
  (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again
      (br_if $again (i32.eqz (call $set (i32.const 0) (i32.const 128) (i32.const 256) (i32.const 16384)))))))
