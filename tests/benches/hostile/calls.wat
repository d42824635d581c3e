;; Calls an empty function.
(module
  (memory (export "memory") 1)
  (func $empty)
  (func (export "handle")
    (loop $again (call $empty) (br $again))))
