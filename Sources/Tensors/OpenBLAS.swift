import Bytes
import Glibc
import KernelInterface

/// OpenBLAS, loaded at the first product that is large enough for it: to load it takes longer than to
/// read a small photo.
///
/// It always runs on the calling thread alone. It is not used where it is missing, nor where the process
/// has a limit of memory (`ulimit -v`), under which it waits for memory for ever; our own kernels then
/// multiply large matrices too, up to a tenth slower on processors with AVX2.
struct OpenBLAS: Sendable {
  /// Nil where it is not used.
  static let shared: OpenBLAS? = hasMemoryLimit ? nil : try? OpenBLAS(library: "libopenblas.so.0")

  /// `cblas_sgemm`, its enumerations as the numbers that they are.
  private let sgemm:
    @convention(c) @Sendable (
      _ order: UInt32, _ transposeA: UInt32, _ transposeB: UInt32, _ m: Int32, _ n: Int32,
      _ k: Int32, _ alpha: Float, _ a: Floats, _ aStride: Int32, _ b: Floats, _ bStride: Int32,
      _ beta: Float, _ c: MutableFloats, _ cStride: Int32
    ) -> Void

  /// - Throws: `SharedLibrary.LoadError` when there is no such library, or it is not OpenBLAS.
  init(library: String) throws(SharedLibrary.LoadError) {
    // Read while the library is loaded, which otherwise starts a thread for each processor.
    setenv("OPENBLAS_NUM_THREADS", "1", 0)
    let library = try SharedLibrary(library)
    let setThreads: @convention(c) (Int32) -> Void =
      try library.function("openblas_set_num_threads")
    sgemm = try library.function("cblas_sgemm")
    setThreads(1)
  }

  /// c = a · b, or c += a · b.
  ///
  /// - Parameter a: `[m, k]`, or `[k, m]` where it is transposed; `aColumns` floats a row as stored.
  /// - Parameter b: `[k, n]`, or `[n, k]` where it is transposed; `bColumns` floats a row as stored.
  /// - Parameter c: `[m, n]`.
  /// - Source: the header cblas.h, http://www.netlib.org/blas/.
  func multiply(
    _ a: Floats, aColumns: Int, isATransposed: Bool, _ b: Floats, bColumns: Int,
    isBTransposed: Bool, m: Int, n: Int, k: Int, add: Bool, into c: MutableFloats
  ) {
    let (rowMajor, asStored, transposed): (UInt32, UInt32, UInt32) = (101, 111, 112)
    sgemm(
      rowMajor, isATransposed ? transposed : asStored, isBTransposed ? transposed : asStored,
      Int32(m), Int32(n), Int32(k), 1, a, Int32(aColumns), b, Int32(bColumns), add ? 1 : 0, c,
      Int32(n))
  }

  /// Whether the system would refuse this process memory beyond a limit of its own.
  static var hasMemoryLimit: Bool {
    [RLIMIT_AS, RLIMIT_DATA].contains { resource in
      var limit = rlimit()
      // A limit that cannot be read is taken for none.
      return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
        && limit.rlim_cur != rlim_t.max
    }
  }
}
