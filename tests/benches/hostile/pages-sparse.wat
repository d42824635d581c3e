;; Changes one byte of every page of the largest memory, in every turn.
;; Gas: 400 ms
(module
  (memory (export "memory") 64)
  (func (export "handle") (local $p i32)
    (loop $again
      (i32.store8 (local.get $p) (i32.add (i32.load8_u (local.get $p)) (i32.const 1)))
      (br_if $again (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16384))) (i32.const 0x400000))))))
