import Testing

@testable import Forms

@Suite struct HomographyTests {
  /// A sheet held a little askew.
  static let camera = Homography(values: [0.9, 0.1, 30, -0.08, 1.1, 12, 1e-5, 2e-5, 1])

  static let places = (0..<40).map {
    Point(row: Double($0 * 37 % 400), column: Double($0 * 53 % 300))
  }

  static var matches: [Match] { places.map { Match(expected: $0, found: camera($0)) } }

  @Test func theWayThereAndBackEndsWhereItBegan() throws {
    let back = try #require(Self.camera.inverse)
    for place in Self.places {
      #expect((back(Self.camera(place)) - place).length < 1e-6)
    }
  }

  @Test func exactMatchesAreFittedExactly() throws {
    let map = try #require(Homography(.projective, fitting: Self.matches))
    for place in Self.places { #expect((map(place) - Self.camera(place)).length < 1e-6) }
  }

  @Test func placesOnOneLineDetermineNothing() {
    let line = (0..<10).map { Point(row: Double($0), column: Double(2 * $0)) }
    #expect(
      Homography(.projective, fitting: line.map { Match(expected: $0, found: $0) }) == nil)
    #expect(Homography(.affine, fitting: Array(Self.matches.prefix(2))) == nil)
  }

  @Test func oneWrongMatchInThreeDoesNoHarm() throws {
    var matches = Self.matches
    let wrong = Set(matches.indices.filter { $0 % 3 == 0 })
    for index in wrong {
      matches[index] = Match(
        expected: matches[index].expected,
        found: matches[index].found + Point(row: Double(40 + index), column: -70))
    }
    let answer = try #require(
      Homography.agreed(
        .projective, matches, tolerance: (8, 2), anchors: [], isPlausible: { _ in true }))
    #expect(Set(answer.inliers) == Set(matches.indices).subtracting(wrong))
    for place in Self.places { #expect((answer.map(place) - Self.camera(place)).length < 1e-3) }
  }

  @Test func matchesWithoutAnythingInCommonAgreeOnNothing() {
    let matches = Self.places.enumerated().map { index, place in
      Match(
        expected: place,
        found: Point(row: Double(index * index * 31 % 997), column: Double(index * 61 % 577)))
    }
    let answer = Homography.agreed(
      .projective, matches, tolerance: (2, 2), anchors: [],
      isPlausible: { $0.isPlausible(rows: 400, columns: 300) })
    #expect((answer?.inliers.count ?? 0) < 8)
  }

  @Test(arguments: 0..<4)
  func turnedBackIsWhereAPixelCameFrom(quarterTurns: Int) {
    // The pixel at row 1, column 5 of 4 rows and 9 columns, after quarter turns clockwise.
    let places = [
      Point(row: 1.5, column: 5.5), Point(row: 5.5, column: 2.5), Point(row: 2.5, column: 3.5),
      Point(row: 3.5, column: 1.5),
    ]
    let back = Homography.turnedBack(quarterTurns: quarterTurns, rows: 4, columns: 9)
    #expect(back(places[quarterTurns]) == Point(row: 1.5, column: 5.5))
  }

  @Test func aMirroredSheetIsNotPlausible() {
    #expect(Self.camera.isPlausible(rows: 400, columns: 300))
    let mirror = Homography(values: [-1, 0, 300, 0, 1, 0, 0, 0, 1])
    #expect(!mirror.isPlausible(rows: 400, columns: 300))
  }
}
