import Bytes
import Imaging
import Testing

@testable import Recognition

@Suite struct FormTests {
  let recognizer = Recognizer(classifier: HoleCounter())
  let strict = Recognizer(classifier: StrictHoleCounter())

  static func page(_ text: String, top: Double = 40) -> Page {
    var page = Page(rows: 140, columns: 340)
    page.write(text, top: top, left: 40)
    return page
  }

  private func options(_ pattern: String) throws -> ReadingOptions {
    try ReadingOptions(pattern: pattern)
  }

  @Test func aPatternPrintsItsSeparators() throws {
    let page = Self.page("108 01")
    let reading = recognizer.read(page.image, options: try options("###-##"))
    #expect(reading.text == "108-01")
    #expect(reading.lines.count == 1)
    #expect(throws: Never.self) {
      try DigitForm(pattern: "###-##")?.check(reading, file: "a")
    }
  }

  @Test func twoRowsMakeOnePattern() throws {
    var page = Page(rows: 240, columns: 320)
    page.write("108", top: 40, left: 60)
    page.write("80", top: 140, left: 60)
    #expect(recognizer.read(page.image, options: try options("(###) ##.")).text == "(108) 80.")
    let counted = recognizer.read(
      page.image, options: try ReadingOptions(expect: 5))
    #expect(counted.text == "108\n80")
  }

  /// Two narrow zeros that are one piece of ink with two holes: an 8 for `StrictHoleCounter`, unless
  /// it must be two digits.
  @Test func touchingDigitsArePartedWhereTheNumberAsksForIt() throws {
    var page = Self.page("8")
    page.ellipse(middle: (60, 130), height: 40, width: 14, pen: 4)
    page.ellipse(middle: (60, 146), height: 40, width: 14, pen: 4)
    #expect(strict.read(page.image).text == "88")
    let options = try ReadingOptions(expect: 3)
    #expect(strict.read(page.image, options: options).text == "800")
  }

  /// `StrictHoleCounter` takes nothing without a hole for a digit.
  @Test func whatIsLeastLikelyADigitIsLeftOut() throws {
    var page = Self.page("80 8")
    page.stroke(from: (60, 250), to: (62, 290), width: 5)
    let reading = strict.read(
      page.image, options: try ReadingOptions(expect: 3))
    #expect(reading.text == "808")
  }

  @Test func digitsBeyondDoubtAreNotLeftOut() throws {
    let options = try ReadingOptions(expect: 3)
    let form = try #require(options.form)
    let reading = recognizer.read(
      Self.page("10801").image, options: options)
    #expect(reading.text == "10801")
    let error = #expect(throws: FileError.self) { try form.check(reading, file: "a.jpg") }
    #expect(
      error?.description
        == "a.jpg: expected 3 digits, found 5; look at the page, or do not say how many "
        + "digits there are")
  }

  @Test func whatIsNotCertainIsNotGuessed() throws {
    let box = Box(rows: 0..<20, columns: 0..<10)
    let digits = [0.9, 0.5].map {
      Reading.Digit(digit: 7, confidence: $0, box: box, alternatives: [])
    }
    let reading = Reading(
      width: 50, height: 50, lines: [Reading.Line(digits: digits)], milliseconds: 1)
    let form = try #require(DigitForm(count: 2))
    #expect(throws: Never.self) { try form.check(reading, file: "a", minimumConfidence: 0.44) }
    let error = #expect(throws: FileError.self) {
      try form.check(reading, file: "a.jpg", minimumConfidence: 0.46)
    }
    #expect(
      error?.description
        == "a.jpg: expected digits that are certain, found 77 with 45 % confidence; look at the "
        + "page, or do not say how many digits there are")
  }

  @Test func anEmptyPageDoesNotFit() throws {
    let options = try ReadingOptions(pattern: "#")
    let form = try #require(options.form)
    let reading = recognizer.read(
      Page(rows: 100, columns: 100).image, options: options)
    #expect(reading.text == "")
    let error = #expect(throws: FileError.self) { try form.check(reading, file: "a.jpg") }
    #expect(error?.description.hasPrefix("a.jpg: expected 1 digit (#), found 0; ") == true)
  }

  @Test func formsThatMakeNoSense() {
    #expect(DigitForm(count: 0) == nil)
    #expect(DigitForm(count: -1) == nil)
    #expect(DigitForm(count: 1001) == nil)
    #expect(DigitForm(count: 1000) != nil)
    #expect(DigitForm(pattern: "") == nil)
    #expect(DigitForm(pattern: "--") == nil)
    #expect(DigitForm(pattern: "#\n#") == nil)
    #expect(DigitForm(pattern: String(repeating: "#", count: 1001)) == nil)
    #expect(DigitForm(pattern: "#️⃣#")?.count == 2)  // a keycap is a # with marks behind it
  }

  private static let mistakes: [(Int?, String?, Double, ReadingOptionsError, String)] = [
    (0, nil, 0.5, .expect(0), "--expect must be from 1 to 1000, not 0"),
    (1001, nil, 0.5, .expect(1001), "--expect must be from 1 to 1000, not 1001"),
    (
      nil, "--", 0.5, .pattern, "--pattern must be one line with 1 to 1000 #, one for each digit"
    ),
    (
      2, "##", 0.5, .expectAndPattern,
      "--expect and --pattern cannot go together: a pattern says how many"
    ),
    (
      nil, nil, 1.5, .minimumConfidence(1.5), "--min-confidence must be from 0 to 1, not 1.5"
    ),
  ]

  @Test func optionsThatMakeNoSenseAreNamed() {
    for (expect, pattern, confidence, expected, message) in Self.mistakes {
      let error = #expect(throws: ReadingOptionsError.self) {
        try ReadingOptions(expect: expect, pattern: pattern, minimumConfidence: confidence)
      }
      #expect(error == expected)
      #expect(error?.message(prefix: "--") == message)
      #expect(error?.description == message.replacing("--", with: ""))
    }
    #expect(throws: ReadingOptionsError.self) { try ReadingOptions(minimumConfidence: .nan) }
  }

  @Test func optionsThatMakeSenseAreKept() throws {
    #expect(try ReadingOptions(expect: 1000).form?.count == 1000)
    #expect(try ReadingOptions(pattern: "#-#", minimumConfidence: 0).form?.pattern == "#-#")
    #expect(try ReadingOptions(minimumConfidence: 1).minimumConfidence == 1)
    #expect(try ReadingOptions(expect: nil) == ReadingOptions())
  }
}

@Suite struct RefusingTests {
  @Test func unsureDigitsAreQuestionMarks() throws {
    let recognizer = Recognizer(classifier: HoleCounter())
    let image = FormTests.page("108").image
    // HoleCounter is sure to 0.91.
    #expect(
      recognizer.read(image, options: try ReadingOptions(minimumConfidence: 0.9)).text == "108")
    let refused = recognizer.read(image, options: try ReadingOptions(minimumConfidence: 0.92))
    #expect(refused.text == "???")
    #expect(refused.lines[0].digits.map(\.digit) == [1, 0, 8])
    #expect(refused.lines[0].digits.allSatisfy { $0.isRefused && $0.alternatives.count == 9 })
  }

  @Test func aPatternShowsThemToo() throws {
    let recognizer = Recognizer(classifier: HoleCounter())
    let options = try ReadingOptions(pattern: "#.##", minimumConfidence: 1)
    #expect(recognizer.read(FormTests.page("108").image, options: options).text == "?.??")
  }
}
