;; Does what the first byte of the payload says, and replies nothing. The payload is: what (1 byte),
;; an address or a name (32), blocks (4), value (16), and what to send.
;;   0: sends it to the address, where it stands that long if that is a user, and waits for the reply
;;     one block longer
;;   1: waits that many blocks
;;   2: wakes the message of that name
;;   3: sends it to the address after that many blocks, with 20 ms of gas
;;   4: exits; the address inherits
;;   5: creates a program from the code of that name, its salt the message's id, and waits for it
;;   6: waits that many blocks, and traps when it is resumed
(module
  (import "actors_v1" "message_id" (func $id (param i32)))
  (import "actors_v1" "message_size" (func $size (result i32)))
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "turn_cause" (func $cause (result i32)))
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "create_program"
    (func $create (param i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
  (import "actors_v1" "wake" (func $wake (param i32) (result i32)))
  (import "actors_v1" "exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (global (export "__stack_low") i32 (i32.const 0))
  (global (export "__stack_high") i32 (i32.const 131072))
  (func $sure (param $result i32) (if (local.get $result) (then unreachable)))
  (func $is (param $what i32) (result i32)
    (i32.eq (i32.load8_u (i32.const 1024)) (local.get $what)))
  (func $stay (param $more i32)
    (call $sure (call $wait (i32.add (local.get $more) (i32.load (i32.const 1057))))))
  (func $pass_on (param $gas i64) (param $delay i32) (param $flags i32)
    (call $sure (call $send
      (i32.const 1025) (i32.const 1077) (i32.sub (call $size) (i32.const 53))
      (i32.const 1061) (i32.const 0) (local.get $gas) (local.get $delay) (local.get $flags) (i32.const 0))))
  (func (export "init"))
  (func (export "handle")
    (drop (call $read (i32.const 0) (call $size) (i32.const 1024)))
    (if (call $cause) (then
      (if (call $is (i32.const 6)) (then unreachable))
      (return)))
    (if (call $is (i32.const 0)) (then
      (call $pass_on (i64.const -1) (i32.const 0)
        (i32.or (i32.const 1) (i32.shl (i32.load (i32.const 1057)) (i32.const 8))))
      (call $stay (i32.const 1))))
    (if (call $is (i32.const 1)) (then (call $stay (i32.const 0))))
    (if (call $is (i32.const 2)) (then (call $sure (call $wake (i32.const 1025)))))
    (if (call $is (i32.const 3)) (then
      (call $pass_on (i64.const 20000000000) (i32.load (i32.const 1057)) (i32.const 0))))
    (if (call $is (i32.const 4)) (then (call $exit (i32.const 1025)) unreachable))
    (if (call $is (i32.const 5)) (then
      (call $id (i32.const 0))
      (call $sure (call $create
        (i32.const 1025) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)
        (i32.const 1061) (i32.const 0) (i64.const -1) (i32.const 1) (i32.const 64) (i32.const 96)))
      (call $stay (i32.const 0))))
    (if (call $is (i32.const 6)) (then (call $stay (i32.const 0)))))
  (func (export "migrate")))
