;; Logs texts of 16 KiB.
(module
  (import "actors_v1" "debug" (func $debug (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "handle")
    (loop $again (call $debug (i32.const 0) (i32.const 16384)) (br $again))))
