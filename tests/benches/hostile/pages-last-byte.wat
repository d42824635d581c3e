;; Changes the last byte of every page, which comparing finds last, and undoes it.
;; Gas: 400 ms
(module
  (memory (export "memory") 64)
  (func (export "handle") (local $p i32)
    (loop $again
      (i32.store8 offset=16383 (local.get $p) (i32.const 1))
      (i32.store8 offset=16383 (local.get $p) (i32.const 0))
      (br_if $again (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16384))) (i32.const 0x400000))))))
