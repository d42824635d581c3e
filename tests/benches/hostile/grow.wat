;; Grows its memory page by page to the limit, then asks on and on.
(module
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again (drop (memory.grow (i32.const 1))) (br $again))))
