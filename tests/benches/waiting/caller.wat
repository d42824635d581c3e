;; Passes what it is sent on to another program, of its own size: two of its pages are stored, and
;; every turn changes both. What the first byte of the payload says:
;;   0: sends it and ends; the reply runs `handle_reply`
;;   1: sends it, waits for the reply, and replies its first 32 bytes
;;   2 address(32): remembers whom to send to
(module
  (import "actors_v1" "message_size" (func $size (result i32)))
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "turn_cause" (func $cause (result i32)))
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
  (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
  (import "actors_v1" "reply_size" (func $reply_size (result i32)))
  (import "actors_v1" "reply_read" (func $reply_read (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "__stack_low") i32 (i32.const 32768))
  (global (export "__stack_high") i32 (i32.const 65536))
  (func $work
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1))))
  (func $pass_on (param $flags i32)
    (if (call $send
          (i32.const 64) (i32.const 32768) (i32.const 32) (i32.const 40960)
          (i64.const -1) (i32.const 0) (local.get $flags) (i32.const 49152))
      (then unreachable)))
  (func (export "init") (call $work))
  (func (export "handle")
    (call $work)
    (if (call $cause) (then
      (drop (call $reply_read (i32.const 0) (call $reply_size) (i32.const 32768)))
      (drop (call $reply (i32.const 32768) (i32.const 32) (i32.const 40960)))
      (return)))
    (drop (call $read (i32.const 0) (call $size) (i32.const 32768)))
    (if (i32.eq (i32.load8_u (i32.const 32768)) (i32.const 2)) (then
      (memory.copy (i32.const 64) (i32.const 32769) (i32.const 32))
      (return)))
    (call $pass_on (i32.load8_u (i32.const 32768)))
    (if (i32.eq (i32.load8_u (i32.const 32768)) (i32.const 1)) (then
      (if (call $wait (i32.const 100)) (then unreachable)))))
  (func (export "handle_reply")
    (call $work)
    (drop (call $reply_read (i32.const 0) (call $reply_size) (i32.const 32768)))))
