;; An empty loop: nothing but branches.
(module
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again (br $again))))
