import CZlib

/// Whether `bytes` begin like a gzip file (RFC 1952, section 2.3.1: ID1 = 31, ID2 = 139).
public func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [31, 139]) }

/// The contents of a gzip file of one or several members.
///
/// - Parameter limit: the maximum size of the contents in bytes; a file that holds more is refused while
///   it is being inflated, so that a small file cannot fill the memory.
/// - Throws: `FileError` when the file is cut, damaged, followed by something else, or larger than
///   `limit` inside.
/// - Source: RFC 1952; inflated by zlib, which checks each member's length and CRC-32.
public func gunzipped(
  _ bytes: [UInt8], limit: Int, file: String, advice: String? = nil
) throws(FileError) -> [UInt8] {
  func error(_ offset: Int, _ expected: String, _ found: String) -> FileError {
    FileError(file: file, offset: offset, expected: expected, found: found, advice: advice)
  }
  guard isGzip(bytes) else {
    throw error(0, "a gzip file (bytes 1f 8b)", hex(bytes.prefix(2)))
  }
  guard bytes.count <= Int(UInt32.max) else {
    throw error(0, "a gzip file of at most 4 GiB", "\(bytes.count) bytes")
  }
  var stream = z_stream()
  // 16 + 15: a gzip wrapper around a window of up to 2^15 bytes (zlib.h, inflateInit2).
  let started = inflateInit2_(
    &stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  guard started == Z_OK else { throw error(0, "memory to inflate it", "none") }
  defer { inflateEnd(&stream) }

  // One byte more than the limit, so that "exactly the limit" and "more" can be told apart.
  var contents = [UInt8](repeating: 0, count: min(limit, firstCapacity(of: bytes)) + 1)
  var produced = 0
  var consumed = 0
  var status = Z_OK
  repeat {
    if produced == contents.count {
      guard produced <= limit else {
        throw error(consumed, "at most \(limit) bytes inside", "more")
      }
      let larger = min(limit + 1, contents.count * 2)
      contents.append(contentsOf: repeatElement(0, count: larger - contents.count))
    }
    (status, consumed, produced) = bytes.withUnsafeBufferPointer { input in
      contents.withUnsafeMutableBufferPointer { output in
        // zlib reads through next_in and never writes; its C type merely lacks the `const`.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + consumed)
        stream.avail_in = UInt32(input.count - consumed)
        stream.next_out = output.baseAddress! + produced
        stream.avail_out = UInt32(clamping: output.count - produced)
        let capacity = Int(stream.avail_out)
        let status = inflate(&stream, Z_NO_FLUSH)
        let left = Int(stream.avail_in)
        return (status, input.count - left, produced + capacity - Int(stream.avail_out))
      }
    }
    if status == Z_STREAM_END, isGzip(Array(bytes[consumed...].prefix(2))) {
      status = inflateReset(&stream)  // another member follows
    }
    // No progress with capacity left: the input has run out in the middle of a member.
    let isStarved = status == Z_OK && consumed == bytes.count && produced < contents.count
    if status == Z_BUF_ERROR || isStarved {
      throw error(consumed, "more compressed bytes", "the end of the file")
    }
    guard status == Z_OK || status == Z_STREAM_END else {
      throw error(
        consumed, "compressed bytes", stream.msg.map { String(cString: $0) } ?? "damaged ones")
    }
  } while status != Z_STREAM_END
  guard consumed == bytes.count else {
    let more = bytes.count - consumed
    throw error(consumed, "the end of the file", "\(more) more \(more == 1 ? "byte" : "bytes")")
  }
  guard produced <= limit else { throw error(consumed, "at most \(limit) bytes inside", "more") }
  contents.removeLast(contents.count - produced)
  return contents
}

/// The capacity to begin with: what the file's last four bytes say, the length of the contents modulo 2^32
/// (RFC 1952, ISIZE), as long as that is usual for so many bytes. More is made room for when it is there.
func firstCapacity(of bytes: [UInt8]) -> Int {
  let claimed = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  return min(max(claimed, 1 << 16), 16 * bytes.count + (1 << 16))
}

/// Bytes as a person reads them in a hex dump: `1f 8b`; "nothing" when there are none.
public func hex(_ bytes: some Collection<UInt8>) -> String {
  if bytes.isEmpty { return "nothing" }
  return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

/// The checksum that gzip uses.
///
/// - Source: RFC 1952, section 8 (CRC-32, ISO 3309), by zlib.
public func crc32(_ bytes: [UInt8]) -> UInt32 {
  bytes.withUnsafeBufferPointer {
    UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
  }
}
