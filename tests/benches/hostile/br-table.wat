;; Jumps by a table.
(module
  (memory (export "memory") 1)
  (func (export "handle") (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (block $a (block $b (block $c (block $d
        (br_table $a $b $c $d $again (i32.and (local.get $i) (i32.const 7)))))))
      (br $again))))
