import Glibc
@_exported public import KernelInterface
import KernelsAVX2
import KernelsBaseline

/// The kernels of this process: with AVX2 and FMA where the processor has them.
///
/// The environment variable `DIGITS_KERNELS` set to `baseline` asks for those that run anywhere.
public let kernels: any KernelSet.Type =
  processorHasAVX2 && getenv("DIGITS_KERNELS").map { String(cString: $0) } != "baseline"
  ? KernelsAVX2.Implementation.self : KernelsBaseline.Implementation.self

/// Both sets, for tests that compare them; only those that this processor can run.
public let allKernels: [any KernelSet.Type] =
  [KernelsBaseline.Implementation.self]
  + (processorHasAVX2 ? [KernelsAVX2.Implementation.self] : [])

/// Whether the processor has AVX2 and FMA, as the system says.
private let processorHasAVX2: Bool = {
  guard let file = fopen("/proc/cpuinfo", "r") else { return false }
  defer { fclose(file) }
  var line: UnsafeMutablePointer<CChar>?
  var capacity = 0
  defer { free(line) }
  while getline(&line, &capacity, file) > 0, let text = line {
    guard strncmp(text, "flags", 5) == 0 else { continue }
    return strstr(text, " avx2") != nil && strstr(text, " fma") != nil
  }
  return false
}()
