;; Does what it finds in its keyed state under the keys 0, 1, …: a deed, a value, a number of
;; blocks to wait first, and what to say. Its memory is all stack, so nothing is kept of it.
(module
  (import "actors_v1" "turn_cause" (func $cause (result i32)))
  (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
  (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
  (import "actors_v1" "panic" (func $panic (param i32 i32)))
  (import "actors_v1" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 2)
  (global (export "__stack_low") i32 (i32.const 0))
  (global (export "__stack_high") i32 (i32.const 131072))
  (data (i32.const 16) "nobody acts for this mock any more")
  (data (i32.const 64) "the mock cannot wait: the message has too little gas for that, or has waited too long")
  (data (i32.const 160) "the mock cannot reply that: it is too long, or worth less than an account needs")
  ;; The script: at 1024 the deed, at 1025 the value, at 1041 the blocks, at 1045 what to say.
  (func (export "handle")
    (local $key i32) (local $end i32) (local $length i32) (local $blocks i32) (local $deed i32)
    (local.set $end (i32.const 1024))
    (block $whole
      (loop $more
        (i32.store8 (i32.const 0) (local.get $key))
        (local.set $length
          (call $get (i32.const 0) (i32.const 1) (local.get $end) (i32.const 16384)))
        (br_if $whole (i32.lt_s (local.get $length) (i32.const 0)))
        (local.set $end (i32.add (local.get $end) (local.get $length)))
        (local.set $key (i32.add (local.get $key) (i32.const 1)))
        (br_if $more (i32.eq (local.get $length) (i32.const 16384)))))
    (if (i32.eqz (local.get $key))
      (then (call $panic (i32.const 16) (i32.const 34))))
    (local.set $blocks (i32.load (i32.const 1041)))
    (if (i32.and (i32.ne (local.get $blocks) (i32.const 0)) (i32.eqz (call $cause))) (then
      (if (call $wait (local.get $blocks))
        (then (call $panic (i32.const 64) (i32.const 85))))
      (return)))
    (local.set $deed (i32.load8_u (i32.const 1024)))
    (local.set $length (i32.sub (local.get $end) (i32.const 1045)))
    (if (i32.eq (local.get $deed) (i32.const 1)) (then
      (if (call $reply (i32.const 1045) (local.get $length) (i32.const 1025))
        (then (call $panic (i32.const 160) (i32.const 79))))))
    (if (i32.eq (local.get $deed) (i32.const 2))
      (then (call $panic (i32.const 1045) (local.get $length))))
    (if (i32.eq (local.get $deed) (i32.const 3))
      (then (call $revert (i32.const 1045) (local.get $length))))
    ;; For as long as gas and limits let it.
    (if (i32.eq (local.get $deed) (i32.const 4)) (then
      (local.set $blocks (i32.const 14400))
      (loop $less
        (br_if 1 (i32.eqz (call $wait (local.get $blocks))))
        (local.set $blocks (i32.shr_u (local.get $blocks) (i32.const 1)))
        (br_if $less (local.get $blocks)))))))
