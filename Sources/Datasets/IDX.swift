public import Bytes
public import Tensors

/// Reads an IDX file of unsigned bytes: magic number, extents, then the values in row-major order.
///
/// - Parameter bytes: the whole file, decompressed.
/// - Parameter rank: 1 for labels (magic number 2049), 3 for images (2051).
/// - Throws: `FileError` when the file is of another kind, or shorter or longer than it says.
/// - Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
public func parseIDX(
  _ bytes: [UInt8], rank: Int, file: String, advice: String? = nil
) throws(FileError) -> (shape: Shape, values: ArraySlice<UInt8>) {
  var reader = ByteReader(bytes, file: file, advice: advice)
  if bytes.first == UInt8(ascii: "<") {
    throw reader.error(
      expected: "an IDX file", found: "a page of HTML or XML (\(quoted(bytes.prefix(15)))…)")
  }
  let magic = 0x0800 + rank  // third byte: 0x08 = unsigned byte; fourth: the rank
  let foundMagic = try reader.nextBigEndian32()
  guard foundMagic == magic else {
    throw reader.error(expected: "magic number \(magic)", found: "\(foundMagic)", at: 0)
  }
  var extents: [Int] = []
  for _ in 0..<rank { extents.append(try reader.nextBigEndian32()) }
  guard let shape = Shape(exactly: extents) else {
    throw reader.error(expected: "a shape that fits in memory", found: "\(extents)", at: 4)
  }
  let values = try reader.next(shape.count)
  try reader.expectEnd()
  return (shape, values)
}

/// Bytes as text, with everything unprintable left out.
private func quoted(_ bytes: ArraySlice<UInt8>) -> String {
  String(decoding: bytes.filter { (32..<127).contains($0) }, as: UTF8.self)
}
