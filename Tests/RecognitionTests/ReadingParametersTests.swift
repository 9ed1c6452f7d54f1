import Bytes
import FoundationEssentials
import Recognition
import TestSupport
import Testing

@Suite struct ReadingParametersTests {
  private func encoded(_ parameters: ReadingParameters) throws -> [String: [String: Setting]] {
    try JSONDecoder().decode(
      [String: [String: Setting]].self, from: JSONEncoder().encode(parameters))
  }

  private func parameters(_ json: String) throws -> ReadingParameters {
    let folder = try TemporaryFolder()
    return try ReadingParameters(contentsOf: folder.write("p.json", Array(json.utf8)))
  }

  // MARK: Coding

  @Test func aParameterIsAnObjectWithItsRangeAndUnit() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(
      decoding: try encoder.encode(ReadingParameters.OrderLines()), as: UTF8.self)
    #expect(
      text == #"{"maximumGap":{"isWhole":false,"maximum":100,"minimum":0,"unit":"digitHeights","#
        + #""value":8},"minimumOverlap":{"isWhole":false,"maximum":1,"minimum":0,"unit":"share","#
        + #""value":0.35}}"#)
  }

  @Test func defaultsAreTheSameAfterCoding() throws {
    var parameters = ReadingParameters()
    let defaults = try JSONDecoder().decode(
      ReadingParameters.self, from: JSONEncoder().encode(parameters))
    #expect(defaults == parameters)
    parameters.findPieces.minimumHeight = 0.46
    let changed = try JSONDecoder().decode(
      ReadingParameters.self, from: JSONEncoder().encode(parameters))
    #expect(changed == parameters && changed != defaults)
    #expect(changed.findPieces.minimumHeight == 0.46)
  }

  @Test func eachDefaultLiesInItsRange() throws {
    let steps = try encoded(ReadingParameters())
    #expect(steps.count == 16)
    for (step, settings) in steps {
      for (name, setting) in settings {
        #expect(setting.isInRange, "\(step).\(name): \(setting)")
        guard case .number(_, let minimum, let maximum) = setting else { continue }
        #expect(minimum < maximum, "\(step).\(name)")
      }
    }
  }

  // MARK: Steps that are switched off

  private static let switches: [(step: ReadingStep, parameter: String)] = [
    (.sheet, "findSheet.isOn"), (.straightening, "findSheet.straightens"),
    (.disc, "extractInk.fitsDisc"), (.faintInk, "findInk.isOn"), (.darkZones, "turnDarkZones.isOn"),
    (.rulings, "removeRulings.isOn"), (.boxes, "removeRulings.removesBoxes"),
    (.hanging, "cutFromLines.isOn"), (.sides, "findPieces.dropsSides"),
    (.unusual, "findPieces.keepsUnusual"), (.faintPieces, "findPieces.keepsFaint"),
    (.closeups, "findPieces.cutsCloseups"), (.slant, "normalizeTile.takesSlant"),
    (.strokeWidth, "normalizeTile.fitsStrokes"), (.rejection, "classify.rejects"),
    (.splitting, "splitTouching.isOn"), (.context, "judgeContext.isOn"),
    (.finder, "findDigits.isOn"), (.turns, "search.turns"),
    (.inks, "search.triesInks"),
  ]

  @Test(arguments: switches)
  func aStepIsSwitchedOffAlone(step: ReadingStep, parameter: String) throws {
    let (before, after) = (
      try encoded(ReadingParameters()), try encoded(ReadingParameters().without([step]))
    )
    let changed = before.flatMap { name, settings in
      settings.filter { after[name]?[$0.key] != $0.value }.map { "\(name).\($0.key)" }
    }
    #expect(changed == [parameter])
  }

  @Test func eachStepIsInTheTable() {
    #expect(Self.switches.map(\.step) == ReadingStep.allCases)
  }

  @Test func eachStepHasASwitchOfItsOwn() throws {
    let all = ReadingParameters().without(Set(ReadingStep.allCases))
    func switches(_ parameters: ReadingParameters, on isOn: Bool) throws -> Int {
      try encoded(parameters).values.reduce(0) { $0 + $1.values.count { $0 == .isOn(isOn) } }
    }
    #expect(try switches(all, on: false) == ReadingStep.allCases.count)
    #expect(try switches(all, on: true) == 0)
    #expect(try switches(ReadingParameters(), on: false) == 0)
    #expect(ReadingParameters().without([]) == ReadingParameters())
  }

  // MARK: Files

  @Test func aFileNamesOnlyWhatItChanges() throws {
    var expected = ReadingParameters()
    expected.findPieces.minimumHeight = 0.5
    expected.findPieces.dropsSides = false
    expected.extractInk.minimumThreshold = 30
    expected.extractInk.maximumSide = 1000
    let json = """
      {"findPieces": {"minimumHeight": 0.5, "dropsSides": false},
       "extractInk": {"minimumThreshold": 30, "maximumSide": {"value": 1000}}}
      """
    #expect(try parameters(json) == expected)
    #expect(try parameters("{}") == ReadingParameters())
  }

  @Test func aFileOfDefaultsIsReadBack() throws {
    var changed = ReadingParameters()
    changed.judgeContext.minimumSum = -0.25
    let json = String(decoding: try JSONEncoder().encode(changed), as: UTF8.self)
    #expect(try parameters(json) == changed)
  }

  @Test(arguments: [(0.0, true), (2, true), (-0.01, false), (2.01, false)])
  func theEndsOfARangeBelongToIt(value: Double, isInRange: Bool) {
    let json = "{\"findPieces\": {\"minimumHeight\": \(value)}}"
    #expect((try? parameters(json))?.findPieces.minimumHeight == (isInRange ? value : nil))
  }

  /// The rest of the message behind the name of the file.
  @Test(arguments: [
    (
      #"{"findpieces": {}}"#,
      "expected one of classify, cutFromLines, extractInk, findDigits, findInk, findPieces, findSheet, findSigns, "
        + "fitForm, judgeContext, normalizeTile, orderLines, removeRulings, search, splitTouching, "
        + "turnDarkZones, found findpieces"
    ),
    (
      #"{"orderLines": {"gap": 1}}"#,
      "expected one of maximumGap, minimumOverlap, found orderLines.gap"
    ),
    (
      #"{"findPieces": {"minimumHeight": 3}}"#,
      "expected findPieces.minimumHeight: from 0.0 to 2.0 (digitHeights), as 0.45, found 3.0"
    ),
    (
      #"{"findPieces": {"minimumHeight": {"value": 3}}}"#,
      "expected findPieces.minimumHeight: from 0.0 to 2.0 (digitHeights), as 0.45, found 3.0"
    ),
    (
      #"{"search": {"minimumPieces": 2.5}}"#,
      "expected search.minimumPieces: a whole number from 1.0 to 100.0 (count), as 2.0, found 2.5"
    ),
    (
      #"{"findPieces": {"minimumHeight": "0.5"}}"#,
      "expected findPieces.minimumHeight: a number, found \"0.5\""
    ),
    (
      #"{"findPieces": {"minimumHeight": true}}"#,
      "expected findPieces.minimumHeight: a number, found true"
    ),
    (
      #"{"findPieces": {"dropsSides": 1}}"#,
      "expected findPieces.dropsSides: true or false, found 1.0"
    ),
    (#"{"findPieces": 1}"#, "expected findPieces: an object, found 1.0"),
    (#"{"findPieces": [1]}"#, "expected findPieces: an object, found a list"),
    (#"{"findPieces": null}"#, "expected findPieces: an object, found null"),
    ("[]", "expected an object, found a list"),
    ("7", "expected an object, found 7.0"),
    ("{", "expected a JSON object of parameters, found no JSON"),
    ("", "expected a JSON object of parameters, found no JSON"),
  ])
  func whatIsWrongInAFileIsNamed(json: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("p.json", Array(json.utf8))
    let error = #expect(throws: FileError.self) { try ReadingParameters(contentsOf: path) }
    #expect(error?.description == "\(path): \(message)")
  }

  /// Whole numbers that have another unit than a count.
  @Test(arguments: [
    ("findPieces", "contrastReach", "a whole number from 1.0 to 20.0 (pixels), as 3.0"),
    ("findSheet", "minimumStep", "a whole number from 1.0 to 255.0 (luminance), as 20.0"),
  ])
  func aFractionOfAPixelIsRefused(step: String, name: String, expected: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("p.json", Array("{\"\(step)\": {\"\(name)\": 3.5}}".utf8))
    let error = #expect(throws: FileError.self) { try ReadingParameters(contentsOf: path) }
    #expect(error?.description == "\(path): expected \(step).\(name): \(expected), found 3.5")
  }

  @Test func aMissingFileIsNamed() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) {
      try ReadingParameters(contentsOf: folder("none.json"))
    }
    #expect(
      error?.description
        == "\(folder("none.json")): expected a file that can be read, found No such file or directory"
    )
  }
}
