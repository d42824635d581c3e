;; Answers with the 32 bytes that it is sent. Two of its pages are stored, and every turn changes
;; both; the other two are its stack.
(module
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
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
    (drop (call $reply (i32.const 32768) (i32.const 32) (i32.const 40960)))))
