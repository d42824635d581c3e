;; Has no `handle` at all.
(module
  (memory (export "memory") 64)
  (func (export "init")))
