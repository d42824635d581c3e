;; Sends as many messages as it may, to a user, who gets them as events.
;; Gas: 400 ms
(module
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "handle") (local $i i32)
    (loop $again
      (br_if $again (i32.eqz (call $send (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 64) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 256)))))
    (memory.fill (i32.const 256) (i32.const 0) (i32.const 32))))
