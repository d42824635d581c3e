;; Sends the program whose address it is sent that address, and waits for nothing: the reply runs
;; `handle_reply`. Of the callee's size: two of its pages are stored, and every turn changes both.
(module
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "reply_read" (func $reply_read (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "__stack_low") i32 (i32.const 32768))
  (global (export "__stack_high") i32 (i32.const 65536))
  (func $work
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1))))
  (func (export "init") (call $work))
  (func (export "handle")
    (call $work)
    (drop (call $read (i32.const 0) (i32.const 32) (i32.const 32768)))
    (if (call $send
          (i32.const 32768) (i32.const 32768) (i32.const 32) (i32.const 40960) (i32.const 0)
          (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 49152))
      (then unreachable)))
  (func (export "handle_reply")
    (call $work)
    (drop (call $reply_read (i32.const 0) (i32.const 32) (i32.const 32768)))))
