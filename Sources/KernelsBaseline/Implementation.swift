public import KernelInterface

/// The kernels as this module was compiled: the same source makes a baseline and an AVX2 module.
///
/// No generics of the standard library beyond what is inlined, no arrays: code that the linker could
/// share between the two modules would run AVX2 instructions on processors without them.
public enum Implementation: KernelSet {
  /// The instructions this module was compiled for.
  public static var name: String {
    #if FMA
      "AVX2 and FMA"
    #else
      "baseline"
    #endif
  }
}

/// Eight neighbouring floats: one AVX register.
typealias Vector = SIMD8<Float>

/// Eight numbers of winners, one for each float of a `Vector`.
typealias Codes = SIMD8<Int32>

/// a · b + c: one instruction where there is FMA. Without it `addingProduct` would be eight calls of a
/// C function.
@inline(__always)
func fma(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if FMA
    c.addingProduct(a, b)
  #else
    a * b + c
  #endif
}

extension UnsafePointer<Float> {
  /// The eight floats from here on, at any address.
  @inline(__always) var vector: Vector {
    UnsafeRawPointer(self).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer<Float> {
  /// The eight floats from here on, at any address.
  @inline(__always) var vector: Vector {
    get { UnsafeRawPointer(self).loadUnaligned(as: Vector.self) }
    nonmutating set { UnsafeMutableRawPointer(self).storeBytes(of: newValue, as: Vector.self) }
  }
}

extension CodePointer {
  @inline(__always) var vector: Codes { UnsafeRawPointer(self).loadUnaligned(as: Codes.self) }
}

extension MutableCodes {
  @inline(__always) var vector: Codes {
    get { UnsafeRawPointer(self).loadUnaligned(as: Codes.self) }
    nonmutating set { UnsafeMutableRawPointer(self).storeBytes(of: newValue, as: Codes.self) }
  }
}
