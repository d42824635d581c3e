;; Looks for keys that are not there.
(module
  (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "handle") (local $i i32)
    (loop $again
      (i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
      (drop (call $get (i32.const 0) (i32.const 128) (i32.const 256) (i32.const 16384)))
      (br $again))))
