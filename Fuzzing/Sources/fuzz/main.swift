import Glibc

// Runs libFuzzer on one of the readers: the first argument is its name, the others are libFuzzer's.

guard CommandLine.arguments.count > 1, let target = targets[CommandLine.arguments[1]] else {
  print(targets.keys.sorted().joined(separator: "\n"))
  exit(CommandLine.arguments.count > 1 ? 1 : 0)
}
// `nonisolated(unsafe)` is right because libFuzzer, which starts below, calls back on this one thread.
nonisolated(unsafe) let read = target

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

var arguments = CommandLine.unsafeArgv + 1
var count = CommandLine.argc - 1
exit(
  runDriver(&count, &arguments) { bytes, size in
    read(Array(UnsafeBufferPointer(start: bytes, count: size)))
    return 0
  })
