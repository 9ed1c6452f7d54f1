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
  /// 12 · rounds multiply-adds of eight floats, on `[2, 8]` values: the peak that other kernels are
  /// measured against. Answers the number of operations, 192 · rounds.
  static func multiplyAndAdd(_ values: MutableFloats, rounds: Int) -> Int

  // Elementwise.swift
  /// target += factor · source, `count` values each.
  static func addScaled(_ source: Floats, _ factor: Float, to target: MutableFloats, count: Int)
  /// target[r, c] += row[c]: row `[columns]`, target `[rows, columns]`.
  static func addRow(_ row: Floats, to target: MutableFloats, rows: Int, columns: Int)
  /// target = max(source, 0), `count` values each.
  static func relu(_ source: Floats, into target: MutableFloats, count: Int)
  /// target = gradient where output > 0, else 0, `count` values each.
  static func reluGradient(
    _ gradient: Floats, output: Floats, into target: MutableFloats, count: Int)

  /// target = factor · bytes, `count` values each.
  static func scaleBytes(
    _ bytes: UnsafePointer<UInt8>, _ factor: Float, into target: MutableFloats, count: Int)
  /// values ← (values − mean) / deviation, `count` values.
  static func standardize(_ values: MutableFloats, mean: Float, deviation: Float, count: Int)

  // BatchNorm.swift
  /// sum[c] += Σ over r of source[r, c]: source `[rows, columns]`, sum `[columns]`.
  static func sumRows(_ source: Floats, rows: Int, columns: Int, into sum: MutableFloats)
  /// sum[c] += Σ over r of (x[r, c] − mean[c])²: x `[rows, channels]`, mean and sum `[channels]`.
  static func sumSquaredDeviations(
    _ x: Floats, mean: Floats, rows: Int, channels: Int, into sum: MutableFloats)
  /// y = factor[c] · x + offset[c], with `relu` max(that, 0): x and y `[rows, channels]`.
  static func scaleAndShift(
    _ x: Floats, factor: Floats, offset: Floats, rows: Int, channels: Int, relu: Bool,
    into y: MutableFloats)
  /// sum[c] += Σ dY and weightedSum[c] += Σ dY · (x − mean[c]) over the rows of `[rows, channels]`;
  /// given the output of a ReLU, dY counts only where that is above 0.
  static func sumGradients(
    _ outputGradient: Floats, output: Floats?, x: Floats, mean: Floats, rows: Int, channels: Int,
    sum: MutableFloats, weightedSum: MutableFloats)
  /// dX = a · dY + b · x + c with a, b and c `[channels]`, the others `[rows, channels]`; given the
  /// output of a ReLU, dY counts only where that is above 0.
  static func combineGradient(
    _ outputGradient: Floats, output: Floats?, a: Floats, x: Floats, b: Floats, c: Floats,
    rows: Int, channels: Int, into inputGradient: MutableFloats)

  // Convolution.swift: any side, stride and channels
  /// The scratch memory of the next three, in floats.
  static func convolutionScratch(_ g: WindowGeometry, outputChannels: Int) -> Int
  /// output[p] = bias + x[window p] · weight: input `[batch, rows, columns, channels]`, padding
  /// included (g has none); weight `[side, side, channels, outputChannels]`.
  static func convolve(
    _ input: Floats, _ g: WindowGeometry, batch: Int, weight: Floats, bias: Floats,
    outputChannels: Int, scratch: MutableFloats, into output: MutableFloats)
  /// dW = Σ over p of x[window p]ᵀ · dY[p], with the layouts of `convolve`.
  static func convolutionWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into weightGradient: MutableFloats)
  /// dX[window p] += dY[p] · weightᵀ, from 0 on: dX `[batch, rows, columns, channels]` without the
  /// padding, which is in g.
  static func convolutionInputGradient(
    _ outputGradient: Floats, weight: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into inputGradient: MutableFloats)

  // MaxPool.swift
  /// output[p, c] = max x[window p, c]: input `[batch, rows, columns, channels]`, no padding.
  static func maxPool(_ input: Floats, _ g: WindowGeometry, batch: Int, into output: MutableFloats)
  /// dX += dY[p, c] at the first input of window p that equals the output; the caller clears dX.
  static func maxPoolGradient(
    _ outputGradient: Floats, input: Floats, output: Floats, _ g: WindowGeometry, batch: Int,
    into inputGradient: MutableFloats)

  // AdamStep.swift
  /// With g the sum of all gradients, each read from `first` on: m ← β₁ m + (1 − β₁) g,
  /// v ← β₂ v + (1 − β₂) g², p ← decay · p − rate · m / (√v · rootScale + ε).
  static func adamStep(
    _ parameters: MutableFloats, gradients: UnsafePointer<Floats>, gradientCount: Int,
    from first: Int, firstMoment: MutableFloats, secondMoment: MutableFloats, count: Int,
    beta1: Float, beta2: Float, epsilon: Float, rate: Float, rootScale: Float, decay: Float)

  // MatrixProduct.swift
  /// The maximum number of multiplications up to which `multiply` is faster than OpenBLAS.
  static var maximumMultiplications: Int { get }
  /// The scratch memory of `multiply`, in floats.
  static var productScratch: Int { get }
  /// c = a · b, or with `add` c += a · b: c `[rows, columns]`, a[i · aRow + k · aColumn] and
  /// b[k · bRow + j · bColumn], where bRow or bColumn is 1.
  static func multiply(
    _ a: Floats, aRow: Int, aColumn: Int, _ b: Floats, bRow: Int, bColumn: Int,
    rows: Int, inner: Int, columns: Int, add: Bool, scratch: MutableFloats, into c: MutableFloats)

  // PooledConvolution1.swift: one input channel
  /// output = max over each 2x2 of (3x3 convolution + bias), with `relu` max(that, 0): image
  /// `[rows, columns]`, weight `[9, outputChannels]`; output and winners are of the pooled extents.
  static func convolveAndPool1(
    _ image: Floats, _ g: PooledGeometry, weight: Floats, bias: Floats, relu: Bool,
    into output: MutableFloats, winners: MutableCodes?)
  /// Adds one image: dW[tap] += Σ over p of x[winner of p + tap] · dY[p] and db += Σ dY, both where
  /// the ReLU lets dY through; dW `[9, outputChannels]`.
  static func pooledWeightGradient1(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    into weightGradient: MutableFloats, biasGradient: MutableFloats)

  // Winograd.swift: eight input channels or more
  /// G w Gᵀ: from `[3, 3, inputChannels, outputChannels]` to `[16, inputChannels, outputChannels]`.
  static func winogradWeights(
    _ weight: Floats, inputChannels: Int, outputChannels: Int, into transformed: MutableFloats)
  /// Bᵀ x B for each 4x4 tile, two pixels apart: from an image `[rows, columns, inputChannels]` to
  /// `[16, tileCount, inputChannels]`.
  static func winogradTiles(
    _ image: Floats, _ g: PooledGeometry, tileCount: Int, into tiles: MutableFloats)
  /// 16 products `[tileCount, inputChannels] · [inputChannels, outputChannels]`, plane by plane.
  static func winogradProduct(
    tiles: Floats, weights: Floats, tileCount: Int, inputChannels: Int, outputChannels: Int,
    into product: MutableFloats)
  /// The largest of the four values Aᵀ m A + bias of each tile, with `relu` max(that, 0): from
  /// `[16, positions, outputChannels]` to the pooled output and its winners.
  static func winogradPool(
    _ product: Floats, _ g: PooledGeometry, bias: Floats, relu: Bool, into output: MutableFloats,
    winners: MutableCodes?)

  // Pictures.swift
  /// values[i] = pixels[i].
  static func widen(_ pixels: Pixels, into values: MutableFloats, count: Int)
  /// sums[i] = weight · pixels[i].
  static func setWeighted(_ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int)
  /// sums[i] += weight · pixels[i].
  static func addWeighted(_ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int)
  /// sums[i] = start + Σ over s of weights[s] · sources[s][i], added in the order of the sources.
  static func sumWeighted(
    _ sources: UnsafePointer<Floats>, weights: Floats, sourceCount: Int, start: Float,
    into sums: MutableFloats, count: Int)
  /// pixels[i] = ⌊values[i]⌋ within 0...255; 0 for what is no number.
  static func cut(_ values: Floats, into pixels: MutablePixels, count: Int)
  /// ink[i] = 255 · (paper − pixel) / max(paper, 40), rounded, within 0...255.
  static func inkShares(_ pixels: Pixels, paper: Pixels, into ink: MutablePixels, count: Int)
  /// luminances[i] = 0.299 R + 0.587 G + 0.114 B, rounded: colors `[count, 3]`.
  static func luminances(_ colors: Pixels, into luminances: MutablePixels, count: Int)
  /// target[i] = max(target[i], source[i]).
  static func takeMaxima(_ source: Pixels, into target: MutablePixels, count: Int)
  /// target[i] = max(target[i], first[i], second[i]).
  static func takeMaxima(
    _ first: Pixels, _ second: Pixels, into target: MutablePixels, count: Int)

  // WinogradConvolution.swift: the same without pooling
  /// The scratch memory of the next three, in floats.
  static func winogradScratch(_ g: PooledGeometry) -> Int
  /// output = 3x3 convolution + bias: input `[batch, rows, columns, inputChannels]`, output
  /// `[batch, rows − 2, columns − 2, outputChannels]`, weights as `winogradWeights` makes them.
  static func winogradConvolve(
    _ input: Floats, _ g: PooledGeometry, batch: Int, weights: Floats, bias: Floats,
    scratch: MutableFloats, into output: MutableFloats)
  /// dW `[3, 3, inputChannels, outputChannels]` of `winogradConvolve`; input and dY as there.
  static func winogradWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into weightGradient: MutableFloats)
  /// dX of `winogradConvolve`: the weights are those of `[3, 3, outputChannels, inputChannels]`,
  /// transformed by `winogradWeights`.
  static func winogradInputGradient(
    _ outputGradient: Floats, transposedWeights: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into inputGradient: MutableFloats)

  // SparseGradient.swift: the way back through a pooled convolution
  /// transposed[c, r] = weight[r, c]: from `[rows, columns]`, multiples of 8, to `[columns, rows]`.
  static func transposeWeights(
    _ weight: Floats, rows: Int, columns: Int, into transposed: MutableFloats)
  /// Adds one image: dW[c, window of p's winner] += dY[p, c] · x[window], db[c] += dY[p, c]; dW
  /// `[outputChannels, 3, 3, inputChannels]`.
  static func pooledWeightGradient(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into transposedGradient: MutableFloats, biasGradient: MutableFloats)
  /// dX[window of p's winner] += dY[p, c] · w[c] from 0 on, for one image `[rows, columns,
  /// inputChannels]`; w `[outputChannels, 3, 3, inputChannels]`.
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
