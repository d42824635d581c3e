;; Divisions of 64 bits, each waiting for the one before.
(module
  (memory (export "memory") 1)
  (func (export "handle") (local $x i64)
    (local.set $x (i64.const -3))
    (loop $again
      (local.set $x (i64.rem_u (i64.const -5) (i64.or (i64.div_u (i64.const -1)
        (i64.or (local.get $x) (i64.const 1))) (i64.const 3))))
      (local.set $x (i64.div_s (i64.const 0x7fffffffffffffff) (i64.or (local.get $x) (i64.const 1))))
      (br $again))))
