;; Writes new keys with the longest values until its room is gone.
;; Gas: 400 ms
(module
  (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "message_id" (func $id (param i32)))
  (memory (export "memory") 1)
  (func (export "handle") (local $i i32)
    (call $id (i32.const 4))
    (loop $again
      (i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
      (br_if $again (i32.and
        (i32.eqz (call $set (i32.const 0) (i32.const 128) (i32.const 256) (i32.const 16384)))
        (i32.lt_u (local.get $i) (i32.const 60)))))
    (i32.store (i32.const 0) (i32.const 0))
    (i64.store (i32.const 4) (i64.const 0)) (i64.store (i32.const 12) (i64.const 0))
    (i64.store (i32.const 20) (i64.const 0)) (i64.store (i32.const 28) (i64.const 0))))
