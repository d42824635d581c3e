;; Loads and stores of 8 bytes across page borders, all over four megabytes.
(module
  (memory (export "memory") 64)
  (func (export "handle") (local $p i32)
    (loop $again
      (local.set $p (i32.and (i32.add (i32.mul (local.get $p) (i32.const 1664525)) (i32.const 1013904223)) (i32.const 0x3fff00)))
      (i64.store offset=61 (local.get $p) (i64.load offset=125 (local.get $p)))
      (br $again))))
