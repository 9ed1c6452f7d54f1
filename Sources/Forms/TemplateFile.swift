public import Bytes
import FoundationEssentials
public import Imaging
import Recognition

extension FormTemplate {
  /// The largest template's file, in bytes.
  public static let maximumBytes = 1 << 24
  /// The most fields of a form.
  public static let maximumFields = 1000
  /// The most numbers, texts and lists of a template: several times what so many boxes take.
  private static let maximumValues = 100_000
  /// The most boxes of all fields: each is compared with each.
  private static let maximumBoxes = 4000

  /// Reads `template.json` and the picture of the empty form that it names:
  ///
  ///     {"name": "Meter card", "reference": "card.png", "fields": [
  ///       {"name": "customer", "kind": "digits", "box": [120, 80, 400, 48], "count": 8, "checkDigit": "luhn"},
  ///       {"name": "reading", "kind": "number", "box": [120, 160, 300, 48], "decimals": 1, "range": [0, 9999]}]}
  ///
  /// A box is its left, top, width and height in pixels of the picture. Instead of a file's name the reference may be
  /// the picture itself, as a data URL in base64.
  ///
  /// - Throws: `FileError` for the first thing that is wrong: in the JSON, with the picture, or with a field: an
  ///   unknown kind, a box outside the picture or over another, a name twice, a sum that depends on itself.
  /// - Source: RFC 2397 (data URLs).
  public init(contentsOf path: String) throws(FileError) {
    try self.init(
      try readFile(path, limit: Self.maximumBytes), file: path, folder: parentFolder(of: path))
  }

  /// Reads the bytes of a template.
  ///
  /// - Parameter file: its name, for errors.
  /// - Parameter folder: where the reference lies; nil where only one inside the template is taken.
  /// - Parameter memory: for decoding the reference.
  public init(
    _ bytes: [UInt8], file: String, folder: String?, memory: DecodingMemory = .unlimited
  ) throws(FileError) {
    guard Self.valueCount(of: bytes) <= Self.maximumValues else {
      throw FileError(
        file: file, expected: "a template of at most \(Self.maximumFields) fields",
        found: "more than \(Self.maximumValues) values")
    }
    let value: JSONValue
    do { value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) } catch {
      throw FileError(file: file, expected: "a template in JSON", found: "no JSON")
    }
    let object = try TemplateObject(value, place: "", file: file)
    try object.checkNames(["name", "reference", "fields"])
    let name = try object.text("name")
    let reference: Photo
    if let picture = try object.enclosedFile("reference") {
      reference = try decodePhoto(picture, file: "\(file): reference", memory: memory)
    } else {
      let picture = try object.text("reference")
      guard let folder else {
        throw object.error("reference", "the picture itself, as a data URL", "\"\(picture)\"")
      }
      let place = picture.hasPrefix("/") ? picture : Bytes.path(picture, in: folder)
      reference = try decodePhoto(try readFile(place), file: place, memory: memory)
    }
    let fields = try object.objects("fields", most: Self.maximumFields)
    guard !fields.isEmpty else {
      throw FileError(file: file, expected: "fields: at least one field", found: "none")
    }
    self.init(name: name, reference: reference, fields: try fields.map(FormField.init))
    try check(file: file)
  }

  /// About how many values JSON has, told before memory is taken for them: its commas outside of texts.
  private static func valueCount(of json: [UInt8]) -> Int {
    var (count, isText, isEscaped) = (1, false, false)
    for byte in json {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\"") {
        isText.toggle()
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = isText
      } else if byte == UInt8(ascii: ","), !isText {
        count += 1
      }
    }
    return count
  }

  private func check(file: String) throws(FileError) {
    func error(_ expected: String, _ found: String) -> FileError {
      FileError(file: file, expected: expected, found: found)
    }
    var seen: Set<String> = []
    for field in fields {
      guard seen.insert(field.name).inserted else {
        throw error("a name for each field", "\"\(field.name)\" twice")
      }
      let page = Box(rows: 0..<reference.rows, columns: 0..<reference.columns)
      guard field.boxes.allSatisfy({ $0.isInside(page) }) else {
        throw error(
          "\(field.name): a box inside the reference of \(reference.columns)x\(reference.rows) pixels",
          "one that is not")
      }
    }
    let boxes = fields.flatMap { field in field.boxes.map { (field.name, $0) } }
    guard boxes.count <= Self.maximumBoxes else {
      throw error("at most \(Self.maximumBoxes) boxes", "\(boxes.count)")
    }
    for (index, (name, box)) in boxes.enumerated() {
      for (other, otherBox) in boxes[..<index]
      where box.sharedRows(with: otherBox) > 0 && box.sharedColumns(with: otherBox) > 0 {
        throw error("boxes side by side", "those of \(other) and \(name) one over the other")
      }
    }
    try checkSums(error)
  }

  private func checkSums(_ error: (String, String) -> FileError) throws(FileError) {
    let kinds = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
    for field in fields {
      for part in field.parts {
        guard let other = kinds[part] else {
          throw error("\(field.name): a sum of fields of the form", "\"\(part)\"")
        }
        guard other.isNumber, field.isNumber else {
          throw error(
            "\(field.name): a sum of numbers", "a sum with a field of another kind: \(part)")
        }
      }
    }
    guard fieldsBySums == nil else { return }
    // One of those that wait for each other.
    let inner = fields.first { field in isInCycle(field.name, kinds) }
    throw error("sums of other fields", "one that depends on itself: \(inner?.name ?? "")")
  }

  private func isInCycle(_ name: String, _ fields: [String: FormField]) -> Bool {
    var seen: Set<String> = []
    var waiting = fields[name]?.parts ?? []
    while let next = waiting.popLast() {
      if next == name { return true }
      if seen.insert(next).inserted { waiting += fields[next]?.parts ?? [] }
    }
    return false
  }

  /// The places of the fields, those of which others are sums before these; nil where one depends on itself.
  var fieldsBySums: [Int]? {
    let places = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
    var (order, begun, done) = ([Int](), Set<Int>(), Set<Int>())
    /// Whether it does not lead back to itself.
    func visit(_ index: Int) -> Bool {
      if done.contains(index) { return true }
      guard begun.insert(index).inserted else { return false }
      guard fields[index].parts.allSatisfy({ places[$0].map(visit) ?? true }) else { return false }
      done.insert(index)
      order.append(index)
      return true
    }
    return fields.indices.allSatisfy(visit) ? order : nil
  }
}

extension FormField {
  /// The fields that this one is the sum of.
  var parts: [String] {
    rules.flatMap { rule -> [String] in if case .sum(let names) = rule { names } else { [] } }
  }

  /// Whether its value is a number, of which there are sums.
  var isNumber: Bool {
    switch kind {
    case .number: true
    case .digits(_, let pattern): pattern.allSatisfy { $0 == "#" }
    default: false
    }
  }

  fileprivate init(_ object: TemplateObject) throws(FileError) {
    name = try object.text("name")
    let kind = try object.text("kind")
    let own: [String]
    switch kind {
    case "digits":
      own = ["box", "count", "pattern"]
      self.kind = .digits(try object.box("box"), pattern: try object.pattern())
    case "number":
      own = ["box", "decimals", "point"]
      let point = try object.choice("point", of: DecimalPoint.self) ?? .written
      self.kind = .number(
        try object.box("box"),
        decimals: try object.wholeNumber("decimals", 0...Decimal.maximumPlaces) ?? 0, point: point)
    case "date":
      own = ["box", "format"]
      let text = try object.text("format", default: "DD.MM.YYYY")
      guard let format = DateFormat(text) else {
        throw object.error("format", "a date such as DD.MM.YYYY", "\"\(text)\"")
      }
      self.kind = .date(try object.box("box"), format)
    case "check":
      own = ["box"]
      self.kind = .check(try object.box("box"))
    case "mark":
      own = ["choices"]
      self.kind = .mark(try object.choices())
    default:
      throw object.error("kind", "digits, number, date, check or mark", "\"\(kind)\"")
    }
    rules = try object.rules()
    try object.checkNames(["name", "kind", "range", "sum", "checkDigit", "values"] + own)
  }
}

/// An object of a template's file, which knows where it stands.
private struct TemplateObject {
  /// The longest side of a box that makes sense, in pixels.
  private static let maximumSide = 65_500
  /// The most digits of a field.
  private static let maximumDigits = 100
  private static let maximumChoices = 100

  private let values: [String: JSONValue]
  private let place: String
  private let file: String

  init(_ value: JSONValue, place: String, file: String) throws(FileError) {
    guard case .object(let values) = value else {
      throw FileError(
        file: file, expected: place.isEmpty ? "a template: an object" : "\(place): an object",
        found: value.description)
    }
    self.values = values
    self.place = place
    self.file = file
  }

  func error(_ name: String, _ expected: String, _ found: String) -> FileError {
    FileError(
      file: file, expected: "\(place.isEmpty ? name : "\(place).\(name)"): \(expected)",
      found: found)
  }

  private func error(_ name: String, _ expected: String) -> FileError {
    error(name, expected, values[name]?.description ?? "nothing")
  }

  /// Names that mean nothing here are mistakes.
  func checkNames(_ known: [String]) throws(FileError) {
    guard let unknown = values.keys.filter({ !known.contains($0) }).min() else { return }
    throw FileError(
      file: file,
      expected: "\(place.isEmpty ? "" : "\(place): ")one of \(known.joined(separator: ", "))",
      found: "\"\(unknown)\"")
  }

  func text(_ name: String, default standard: String? = nil) throws(FileError) -> String {
    if let standard, values[name] == nil { return standard }
    guard case .text(let text)? = values[name], !text.isEmpty,
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { throw error(name, "a text in one line") }
    return text
  }

  /// The bytes of a data URL; nil where the text is none.
  func enclosedFile(_ name: String) throws(FileError) -> [UInt8]? {
    guard case .text(let text)? = values[name], text.hasPrefix("data:") else { return nil }
    guard let comma = text.utf8.firstIndex(of: UInt8(ascii: ",")),
      text[..<comma].hasSuffix(";base64"),
      let data = Data(base64Encoded: String(text[comma...].dropFirst()))
    else { throw error(name, "a data URL in base64", "another") }
    return Array(data)
  }

  func wholeNumber(_ name: String, _ range: ClosedRange<Int>) throws(FileError) -> Int? {
    guard let value = values[name] else { return nil }
    guard case .number(let number) = value, let whole = Int(exactly: number), range ~= whole else {
      throw error(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of: Choice.Type
  ) throws(FileError) -> Choice? {
    guard values[name] != nil else { return nil }
    let text = try text(name)
    guard let choice = Choice(rawValue: text) else {
      throw error(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func objects(_ name: String, most: Int) throws(FileError) -> [TemplateObject] {
    guard case .list(let list)? = values[name] else { throw error(name, "a list") }
    guard list.count <= most else { throw error(name, "at most \(most)", "\(list.count)") }
    var objects: [TemplateObject] = []
    for (index, value) in list.enumerated() {
      let inner = place.isEmpty ? "\(name)[\(index)]" : "\(place).\(name)[\(index)]"
      objects.append(try TemplateObject(value, place: inner, file: file))
    }
    return objects
  }

  /// Left, top, width and height.
  func box(_ name: String) throws(FileError) -> Box {
    guard case .list(let list)? = values[name], list.count == 4 else {
      throw error(name, "[left, top, width, height]")
    }
    let numbers = list.compactMap { value -> Int? in
      guard case .number(let number) = value, let whole = Int(exactly: number.rounded()),
        abs(whole) <= Self.maximumSide
      else { return nil }
      return whole
    }
    guard numbers.count == 4, numbers[2] > 0, numbers[3] > 0 else {
      throw error(name, "four numbers of pixels, width and height above 0", "others")
    }
    return Box(
      rows: numbers[1]..<numbers[1] + numbers[3], columns: numbers[0]..<numbers[0] + numbers[2])
  }

  func pattern() throws(FileError) -> String {
    let count = try wholeNumber("count", 1...Self.maximumDigits)
    guard values["pattern"] != nil else {
      guard let count else { throw error("count", "a number of digits, or a pattern") }
      return String(repeating: "#", count: count)
    }
    let pattern = try text("pattern")
    guard (1...Self.maximumDigits).contains(pattern.count { $0 == "#" }), pattern.count <= 200
    else { throw error("pattern", "1 to \(Self.maximumDigits) #, one for each digit") }
    guard count == nil else { throw error("count", "no count beside a pattern") }
    return pattern
  }

  func choices() throws(FileError) -> [FormField.Choice] {
    let objects = try objects("choices", most: Self.maximumChoices)
    guard objects.count >= 2 else {
      throw error("choices", "at least two boxes", "\(objects.count)")
    }
    var choices: [FormField.Choice] = []
    for object in objects {
      choices.append(
        FormField.Choice(value: try object.text("value"), box: try object.box("box")))
      try object.checkNames(["value", "box"])
    }
    guard Set(choices.map(\.value)).count == choices.count else {
      throw error("choices", "a value for each box", "one twice")
    }
    return choices
  }

  func rules() throws(FileError) -> [FormField.Rule] {
    var rules: [FormField.Rule] = []
    if let range = values["range"] {
      guard case .list(let list) = range, list.count == 2, case .number(let low) = list[0],
        case .number(let high) = list[1], let from = Decimal(low), let to = Decimal(high),
        from <= to
      else { throw error("range", "[lowest, highest]") }
      rules.append(.range(from, to))
    }
    if values["sum"] != nil { rules.append(.sum(try texts("sum"))) }
    if let check = try choice("checkDigit", of: CheckDigit.self) {
      rules.append(.checkDigit(check))
    }
    if values["values"] != nil { rules.append(.values(try texts("values"))) }
    return rules
  }

  private func texts(_ name: String) throws(FileError) -> [String] {
    guard case .list(let list)? = values[name], !list.isEmpty else {
      throw error(name, "a list of texts, at least one")
    }
    var texts: [String] = []
    for value in list {
      guard case .text(let text) = value else {
        throw error(name, "a list of texts", value.description)
      }
      texts.append(text)
    }
    return texts
  }
}
