import Imaging

/// Chooses values that fulfil the rules among those that the reader holds possible.
struct RuleBook {
  /// How many readings of a field are considered.
  private static let readings = 400
  /// The same beside each other in a sum.
  private static let readingsInSums = 16
  /// How many choices of the parts of a sum are considered.
  private static let choicesOfParts = 500
  /// How often somebody writes a value that breaks a rule.
  private static let broken = 0.005
  /// A field with less confidence is for review; chosen on made forms.
  static let minimumConfidence = 0.95

  private let fields: [FormField]
  /// What each field may be, the most probable first, their probabilities with those of what breaks its rules at
  /// most 1.
  private var candidates: [[DigitString]]
  private var readings: [FieldReading]
  private let written: [WrittenDigits?]

  /// - Parameter boxes: of the fields on the photo.
  init(_ fields: [FormField], _ answers: [FieldAnswer], boxes: [Box]) {
    self.fields = fields
    candidates = []
    readings = []
    written = answers.map { if case .digits(let digits) = $0 { digits } else { nil } }
    for (index, field) in fields.enumerated() {
      var reading = FieldReading(
        name: field.name, value: "", confidence: 1, status: .empty, notes: [], box: boxes[index])
      var strings: [DigitString] = []
      switch answers[index] {
      case .empty: break
      case .illegible:
        (reading.status, reading.confidence) = (.failed, 0)
        reading.notes = ["no digits"]
      case .ticked(let value, let confidence, let note):
        (reading.value, reading.confidence) = (value, confidence)
        reading.notes = note.map { [$0] } ?? []
        reading.status = note == nil ? .ok : .review
      case .digits(let digits): strings = Self.choose(field, digits, &reading)
      }
      readings.append(reading)
      candidates.append(strings)
    }
  }

  /// The possible readings of a field's digits; the most probable one becomes its value.
  private static func choose(
    _ field: FormField, _ written: WrittenDigits, _ reading: inout FieldReading
  ) -> [DigitString] {
    let digits = written.digits
    let all = digits.mostProbable(field.hasOwnRules ? readings : readingsInSums)
    guard let first = all.first else { return [] }
    let valid =
      field.hasOwnRules ? all.filter { field.brokenRule($0.digits, in: written) == nil } : all
    let validSum = field.hasOwnRules ? valid.reduce(0) { $0 + $1.probability } : 1
    let others = broken * max(0, 1 - validSum)
    var chosen = valid.map {
      DigitString(digits: $0.digits, probability: $0.probability / (validSum + others))
    }
    reading.notes = written.doubts
    var breaksRule = false
    if let best = chosen.first, best.probability > 0.5 || best.digits == first.digits {
      if best.digits != first.digits {
        reading.notes.append(
          "chosen by a rule, read as \(field.value(of: first.digits, in: written))")
      }
    } else {
      let rule = field.brokenRule(first.digits, in: written) ?? "another value is possible"
      reading.notes.append(rule)
      breaksRule = true
      chosen = [first]
    }
    reading.value = field.value(of: chosen[0].digits, in: written)
    reading.confidence =
      written.legibility * (breaksRule ? min(0.5, chosen[0].probability) : chosen[0].probability)
    reading.status =
      breaksRule || !written.doubts.isEmpty || reading.confidence < minimumConfidence
      ? .review : .ok
    return chosen
  }

  /// The values of all fields after their sums were compared, in the order of the template.
  ///
  /// - Parameter order: parts of sums first.
  mutating func settled(order: [Int]) -> [FieldReading] {
    let places = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
    for index in order {
      for rule in fields[index].rules {
        guard case .sum(let names) = rule else { continue }
        settle(index, sumOf: names.compactMap { places[$0] })
      }
    }
    return readings
  }

  private mutating func settle(_ total: Int, sumOf parts: [Int]) {
    guard written[total] != nil else { return }
    let filled = parts.filter { readings[$0].status != .empty }
    guard filled.allSatisfy({ !candidates[$0].isEmpty }), !candidates[total].isEmpty else {
      return note(total, "its sum cannot be told")
    }
    // Of the parts, the most probable choices with their sums.
    var choices: [(sum: Decimal, probability: Double, picks: [Int])] = [(.zero, 1, [])]
    for part in filled {
      let numbers = candidates[part].prefix(Self.readingsInSums).map { number($0, of: part) }
      choices = choices.flatMap { choice in
        numbers.enumerated().compactMap { pick, number in
          number.map {
            (
              choice.sum + $0, choice.probability * candidates[part][pick].probability,
              choice.picks + [pick]
            )
          }
        }
      }
      choices.sort { $0.probability > $1.probability }
      if choices.count > Self.choicesOfParts {
        choices.removeLast(choices.count - Self.choicesOfParts)
      }
    }
    let totals = Dictionary(
      candidates[total].prefix(Self.readingsInSums).enumerated().compactMap { pick, string in
        number(string, of: total).map { ($0, pick) }
      }
    ) { first, _ in first }
    let fitting = choices.compactMap { choice in
      totals[choice.sum].map { pick in
        (
          picks: choice.picks + [pick],
          probability: choice.probability * candidates[total][pick].probability
        )
      }
    }
    let sum = fitting.reduce(0) { $0 + $1.probability }
    guard let best = fitting.max(by: { $0.probability < $1.probability }),
      best.probability / (sum + Self.broken * max(0, 1 - sum)) > 0.5
    else {
      // Which of them is wrong nobody knows.
      let names = parts.map { fields[$0].name }.joined(separator: ", ")
      for part in filled { note(part, "\(fields[total].name) is not the sum") }
      return note(total, "not the sum of \(names)")
    }
    let confidence = best.probability / (sum + Self.broken * max(0, 1 - sum))
    for (index, pick) in zip(filled + [total], best.picks) {
      take(pick, of: index, confidence: confidence)
    }
  }

  private mutating func take(_ pick: Int, of index: Int, confidence: Double) {
    guard let digits = written[index] else { return }
    let string = candidates[index][pick]
    let value = fields[index].value(of: string.digits, in: digits)
    if value != readings[index].value {
      readings[index].notes.append("chosen by a sum, read as \(readings[index].value)")
      readings[index].value = value
      readings[index].confidence = confidence * digits.legibility
    } else {
      readings[index].confidence = max(
        readings[index].confidence, confidence * digits.legibility)
    }
    candidates[index] = [DigitString(digits: string.digits, probability: confidence)]
    let isDoubtful =
      !digits.doubts.isEmpty || fields[index].brokenRule(string.digits, in: digits) != nil
    readings[index].status =
      isDoubtful || readings[index].confidence < Self.minimumConfidence ? .review : .ok
  }

  private mutating func note(_ index: Int, _ text: String) {
    readings[index].notes.append(text)
    readings[index].status = .review
    readings[index].confidence = min(0.5, readings[index].confidence)
  }

  private func number(_ string: DigitString, of index: Int) -> Decimal? {
    written[index].flatMap { fields[index].number(of: string.digits, in: $0) }
  }
}
