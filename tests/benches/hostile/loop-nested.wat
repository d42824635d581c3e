;; Loops that are entered, and left at once, by conditions.
(module
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again
      (loop $inner (br_if $inner (i32.const 0)))
      (if (i32.const 0) (then) (else))
      (block $out (br_if $out (i32.const 1)))
      (br $again))))
