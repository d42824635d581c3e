;; Sends itself as many messages as it may, without a word; they end at once.
;; Gas: 400 ms
(module
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "program_id" (func $self (param i32)))
  (import "actors_v1" "message_source" (func $source (param i32)))
  (memory (export "memory") 1)
  (func (export "handle")
    (call $self (i32.const 0))
    (call $source (i32.const 32))
    (if (i64.eq (i64.load (i32.const 0)) (i64.load (i32.const 32))) (then
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 64))
      (return)))
    (loop $again
      (br_if $again (i32.eqz (call $send (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 64) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 256)))))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 288))))
