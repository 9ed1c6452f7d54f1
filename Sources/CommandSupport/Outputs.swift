import Bytes

/// A place that an option names, to be read from or written to; nil when the option is not given.
public typealias NamedPlace = (option: String, path: String?)

/// Refuses options with an empty text in place of a path, as an unset variable of a shell gives.
///
/// - Throws: `UserError` naming the first.
public func checkNotEmpty(_ places: [NamedPlace]) throws {
  for (option, path) in places where path?.isEmpty == true {
    throw UserError("\(option) needs a path, not an empty text")
  }
}

/// Refuses to write where something is read from, or where another output goes: also through links and other
/// names of the same file.
///
/// - Parameter inputs: the paths of everything that is read.
/// - Throws: `UserError` naming the first such place.
public func checkOutputs(_ outputs: [NamedPlace], inputs: [String]) throws {
  var taken: [FileIdentity: String] = [:]
  for input in inputs {
    if let identity = FileIdentity(input) { taken[identity] = "the input \(input)" }
  }
  for (option, path) in outputs {
    guard let path, let identity = FileIdentity(path) else { continue }
    if let other = taken[identity] {
      throw UserError("\(option) \(path) would overwrite \(other); name another place")
    }
    taken[identity] = "the file of \(option)"
  }
}
