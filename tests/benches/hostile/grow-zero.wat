;; Grows its memory by nothing.
(module
  (memory (export "memory") 64)
  (func (export "handle")
    (loop $again (drop (memory.grow (i32.const 0))) (br $again))))
