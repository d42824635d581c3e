;; Recurses for ever.
(module
  (memory (export "memory") 1)
  (func $down (call $down))
  (func (export "handle") (call $down)))
