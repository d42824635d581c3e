;; Copies two megabytes forth and back.
(module
  (memory (export "memory") 64)
  (func (export "handle")
    (loop $again
      (memory.copy (i32.const 0x1fffff) (i32.const 0) (i32.const 0x200000))
      (memory.copy (i32.const 0) (i32.const 0x1fffff) (i32.const 0x200000))
      (br $again))))
