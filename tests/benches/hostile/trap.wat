;; Fails at once.
(module
  (memory (export "memory") 0)
  (func (export "handle") (unreachable)))
