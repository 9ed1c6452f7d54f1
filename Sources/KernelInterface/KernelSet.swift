/// A pointer to floats that are only read.
public typealias Floats = UnsafePointer<Float>
/// A pointer to floats that are written.
public typealias MutableFloats = UnsafeMutablePointer<Float>

/// The place of the largest value under each pooled one: 1 upper left, 2 upper right, 4 lower left, 8
/// lower right; 0 where a ReLU lets no gradient through.
public typealias CodePointer = UnsafePointer<Int32>
/// A pointer to such codes that are written.
public typealias MutableCodes = UnsafeMutablePointer<Int32>

/// A pointer to grey pixels that are only read.
public typealias Pixels = UnsafePointer<UInt8>
/// A pointer to grey pixels that are written.
public typealias MutablePixels = UnsafeMutablePointer<UInt8>

/// All loops over memory that were made fast. Each implementation states its formula, the layout of its
/// arguments, and its speed.
///
/// The protocol is implemented twice by one source: compiled for any x86-64 processor, and for those
/// with AVX2 and FMA.
public protocol KernelSet: Sendable {
  /// The instructions the set was compiled for, as `train --version` shows them.
  static var name: String { get }

  // PeakSpeed.swift
  static func multiplyAndAdd(_ values: MutableFloats, rounds: Int) -> Int

  // Elementwise.swift
  static func addScaled(_ source: Floats, _ factor: Float, to target: MutableFloats, count: Int)
  static func addRow(_ row: Floats, to target: MutableFloats, rows: Int, columns: Int)
  static func relu(_ source: Floats, into target: MutableFloats, count: Int)
  static func reluGradient(
    _ gradient: Floats, output: Floats, into target: MutableFloats, count: Int)

  static func scaleBytes(
    _ bytes: UnsafePointer<UInt8>, _ factor: Float, into target: MutableFloats, count: Int)
  static func standardize(_ values: MutableFloats, mean: Float, deviation: Float, count: Int)

  // BatchNorm.swift
  static func sumRows(_ source: Floats, rows: Int, columns: Int, into sum: MutableFloats)
  static func sumSquaredDeviations(
    _ x: Floats, mean: Floats, rows: Int, channels: Int, into sum: MutableFloats)
  static func scaleAndShift(
    _ x: Floats, factor: Floats, offset: Floats, rows: Int, channels: Int, relu: Bool,
    into y: MutableFloats)
  static func sumGradients(
    _ outputGradient: Floats, output: Floats?, x: Floats, mean: Floats, rows: Int, channels: Int,
    sum: MutableFloats, weightedSum: MutableFloats)
  static func combineGradient(
    _ outputGradient: Floats, output: Floats?, a: Floats, x: Floats, b: Floats, c: Floats,
    rows: Int, channels: Int, into inputGradient: MutableFloats)

  // Convolution.swift: any side, stride and channels
  static func convolutionScratch(_ g: WindowGeometry, outputChannels: Int) -> Int
  static func convolve(
    _ input: Floats, _ g: WindowGeometry, batch: Int, weight: Floats, bias: Floats,
    outputChannels: Int, scratch: MutableFloats, into output: MutableFloats)
  static func convolutionWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into weightGradient: MutableFloats)
  static func convolutionInputGradient(
    _ outputGradient: Floats, weight: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into inputGradient: MutableFloats)

  // MaxPool.swift
  static func maxPool(_ input: Floats, _ g: WindowGeometry, batch: Int, into output: MutableFloats)
  static func maxPoolGradient(
    _ outputGradient: Floats, input: Floats, output: Floats, _ g: WindowGeometry, batch: Int,
    into inputGradient: MutableFloats)

  // AdamStep.swift
  static func adamStep(
    _ parameters: MutableFloats, gradients: UnsafePointer<Floats>, gradientCount: Int,
    from first: Int, firstMoment: MutableFloats, secondMoment: MutableFloats, count: Int,
    beta1: Float, beta2: Float, epsilon: Float, rate: Float, rootScale: Float, decay: Float)

  // MatrixProduct.swift
  /// The maximum number of multiplications up to which `multiply` is faster than OpenBLAS.
  static var maximumMultiplications: Int { get }
  /// The scratch memory of `multiply`, in floats.
  static var productScratch: Int { get }
  static func multiply(
    _ a: Floats, aRow: Int, aColumn: Int, _ b: Floats, bRow: Int, bColumn: Int,
    rows: Int, inner: Int, columns: Int, add: Bool, scratch: MutableFloats, into c: MutableFloats)

  // PooledConvolution1.swift: one input channel
  static func convolveAndPool1(
    _ image: Floats, _ g: PooledGeometry, weight: Floats, bias: Floats, relu: Bool,
    into output: MutableFloats, winners: MutableCodes?)
  static func pooledWeightGradient1(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    into weightGradient: MutableFloats, biasGradient: MutableFloats)

  // Winograd.swift: eight input channels or more
  static func winogradWeights(
    _ weight: Floats, inputChannels: Int, outputChannels: Int, into transformed: MutableFloats)
  static func winogradTiles(
    _ image: Floats, _ g: PooledGeometry, tileCount: Int, into tiles: MutableFloats)
  static func winogradProduct(
    tiles: Floats, weights: Floats, tileCount: Int, inputChannels: Int, outputChannels: Int,
    into product: MutableFloats)
  static func winogradPool(
    _ product: Floats, _ g: PooledGeometry, bias: Floats, relu: Bool, into output: MutableFloats,
    winners: MutableCodes?)

  // Pictures.swift
  static func widen(_ pixels: Pixels, into values: MutableFloats, count: Int)
  static func setWeighted(_ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int)
  static func addWeighted(_ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int)
  static func sumWeighted(
    _ sources: UnsafePointer<Floats>, weights: Floats, sourceCount: Int, start: Float,
    into sums: MutableFloats, count: Int)
  static func cut(_ values: Floats, into pixels: MutablePixels, count: Int)
  static func inkShares(_ pixels: Pixels, paper: Pixels, into ink: MutablePixels, count: Int)
  static func luminances(_ colors: Pixels, into luminances: MutablePixels, count: Int)
  static func takeMaxima(_ source: Pixels, into target: MutablePixels, count: Int)
  static func takeMaxima(
    _ first: Pixels, _ second: Pixels, into target: MutablePixels, count: Int)

  // WinogradConvolution.swift: the same without pooling
  static func winogradScratch(_ g: PooledGeometry) -> Int
  static func winogradConvolve(
    _ input: Floats, _ g: PooledGeometry, batch: Int, weights: Floats, bias: Floats,
    scratch: MutableFloats, into output: MutableFloats)
  static func winogradWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into weightGradient: MutableFloats)
  static func winogradInputGradient(
    _ outputGradient: Floats, transposedWeights: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into inputGradient: MutableFloats)

  // SparseGradient.swift: the way back through a pooled convolution
  static func transposeWeights(
    _ weight: Floats, rows: Int, columns: Int, into transposed: MutableFloats)
  static func pooledWeightGradient(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into transposedGradient: MutableFloats, biasGradient: MutableFloats)
  static func pooledInputGradient(
    _ outputGradient: Floats, winners: CodePointer, transposedWeight: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into imageGradient: MutableFloats)
}

/// A 3x3 convolution of stride 1 without padding, followed by 2x2 pooling of stride 2, on one image.
public struct PooledGeometry: Sendable {
  /// Extents of the input, padding included: `[rows, columns, inputChannels]`.
  public let rows, columns, inputChannels: Int
  /// Extents of the pooled output: `[pooledRows, pooledColumns, outputChannels]`.
  public let pooledRows, pooledColumns, outputChannels: Int

  /// The geometry for an input of `[rows, columns, inputChannels]`, padding included; an odd last row or
  /// column of the convolution is not pooled.
  public init(rows: Int, columns: Int, inputChannels: Int, outputChannels: Int) {
    (self.rows, self.columns) = (rows, columns)
    (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
    (pooledRows, pooledColumns) = ((rows - 2) / 2, (columns - 2) / 2)
  }

  /// The number of pooled positions.
  public var positions: Int { pooledRows * pooledColumns }
  /// The number of values of the pooled output.
  public var outputValues: Int { positions * outputChannels }
  /// The number of values of the input.
  public var inputValues: Int { rows * columns * inputChannels }
}
