;; Calls empty functions through a table.
(module
  (type $empty (func))
  (memory (export "memory") 1)
  (table 4 funcref)
  (elem (i32.const 0) $a $b $a $b)
  (func $a)
  (func $b)
  (func (export "handle") (local $i i32)
    (loop $again
      (call_indirect (type $empty) (local.tee $i (i32.and (i32.add (local.get $i) (i32.const 1)) (i32.const 3))))
      (br $again))))
