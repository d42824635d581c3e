;; Has the largest memory and fails at once.
(module
  (memory (export "memory") 64)
  (func (export "handle") (unreachable)))
