;; Stores and reads as much as it is told; all values and pages differ. The payload is: what (1 byte), how many (4), an address (32).
;;   0: sets so many keys of state to 16 KiB
;;   1: sets so many keys of state to 1 byte
;;   2: reads so many keys of state
;;   3: changes a byte of so many pages of memory
;;   4: sends so many empty messages to the address, each with 1 ms of gas
;;   5: exits; the address inherits
(module
  (import "actors_v1" "message_id" (func $id (param i32)))
  (import "actors_v1" "message_size" (func $size (result i32)))
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
  (import "actors_v1" "exit" (func $exit (param i32)))
  (memory (export "memory") 64)
  (global (export "__stack_low") i32 (i32.const 0))
  (global (export "__stack_high") i32 (i32.const 65536))
  (func $sure (param $result i32) (if (i32.lt_s (local.get $result) (i32.const 0)) (then unreachable)))
  (func $do (param $what i32) (param $number i32)
    (i32.store (i32.const 256) (local.get $number))
    (i32.store (i32.const 4128) (local.get $number))
    (if (i32.eqz (local.get $what)) (then
      (call $sure (call $set (i32.const 256) (i32.const 4) (i32.const 4096) (i32.const 16384)))))
    (if (i32.eq (local.get $what) (i32.const 1)) (then
      (call $sure (call $set (i32.const 256) (i32.const 4) (i32.const 4096) (i32.const 1)))))
    (if (i32.eq (local.get $what) (i32.const 2)) (then
      (call $sure (call $get (i32.const 256) (i32.const 4) (i32.const 4096) (i32.const 16384)))))
    (if (i32.eq (local.get $what) (i32.const 3)) (then
      (i32.store offset=65540 (i32.mul (local.get $number) (i32.const 16384))
        (i32.add (i32.load (i32.const 4096)) (local.get $number)))))
    (if (i32.eq (local.get $what) (i32.const 4)) (then
      (call $sure (call $send (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 512) (i32.const 0)
        (i64.const 1000000000) (i32.const 0) (i32.const 0) (i32.const 544)))))
    (if (i32.eq (local.get $what) (i32.const 5)) (then (call $exit (i32.const 5)) unreachable)))
  (func (export "init"))
  (func (export "handle") (local $number i32)
    (drop (call $read (i32.const 0) (call $size) (i32.const 0)))
    (call $id (i32.const 4096))
    (loop $again
      (call $do (i32.load8_u (i32.const 0)) (local.get $number))
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $number) (i32.load (i32.const 1)))))))
