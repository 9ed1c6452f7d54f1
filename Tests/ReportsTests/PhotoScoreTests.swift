import Bytes
import Testing

@testable import Reports

@Suite struct PhotoScoreTests {
  private func photo(
    _ truth: String, kind: String = "line", notes: String = "", source: String = "a"
  ) -> PhotoManifest.Photo {
    PhotoManifest.Photo(path: "p", truth: truth, kind: kind, notes: notes, source: source)
  }

  @Test(arguments: [
    ("", "", 0), ("123", "123", 0), ("123", "", 3), ("", "12", 2), ("123", "13", 1),
    ("123", "1423", 1), ("123", "321", 2), ("1234567", "2345678", 2),
  ])
  func editDistances(a: String, b: String, distance: Int) {
    #expect(editDistance(Array(a), Array(b)) == distance)
    #expect(editDistance(Array(b), Array(a)) == distance)
  }

  @Test func onlyDigitsCount() {
    #expect(PhotoScore(photo("12-3 4"), read: "12\n34").isExact)
    let refused = PhotoScore(photo("123"), read: "1?3")
    #expect(refused.distance == 1 && !refused.isExact)
    #expect(abs(refused.share - 2.0 / 3) < 1e-12)
    #expect(PhotoScore(photo("12"), read: nil).share == 0)
    #expect(PhotoScore(photo("12"), read: "9999999").share == 0)
    #expect(PhotoScore(photo(""), read: "").isExact)
  }

  @Test func scatteredDigitsHaveNoOrder() {
    #expect(PhotoScore(photo("1234", notes: "scattered"), read: "4321").isExact)
    #expect(PhotoScore(photo("1123", notes: "all scattered"), read: "1233").distance == 1)
    #expect(!PhotoScore(photo("1234"), read: "4321").isExact)
  }

  /// Two sources: one with three photos, one with one; by hand.
  @Test func sourcesCountAlike() {
    let table = PhotoScoreTable([
      PhotoScore(photo("12", source: "a"), read: "12"),
      PhotoScore(photo("12", source: "a"), read: "12"),
      PhotoScore(photo("12", source: "a"), read: "1"),
      PhotoScore(photo("1234", kind: "form", source: "b"), read: "1"),
      PhotoScore(photo("7", notes: "rotated", source: "b"), read: "7"),
    ])
    #expect(
      table.text == """
        form       exact   0.0 %   digits  25.0 %   (1 photos, 1 sources)
        line       exact  66.7 %   digits  83.3 %   (3 photos, 1 sources)
        rotated    exact 100.0 %   digits 100.0 %   (1 photos, 1 sources)
        upright    exact  33.3 %   digits  54.2 %   (4 photos, 2 sources)
        all        exact  58.3 %   digits  72.9 %   (5 photos, 2 sources)

        """)
  }
}

@Suite struct PooledScoreTests {
  private func score(_ truth: String, _ read: String?, _ kind: String, _ notes: String = "")
    -> PhotoScore
  {
    PhotoScore(
      PhotoManifest.Photo(path: "p", truth: truth, kind: kind, notes: notes, source: "a"),
      read: read)
  }

  /// By hand: of 4 + 2 + 4 digits 1 + 0 + 7 are wrong; 5 digits stand on two photos without any.
  @Test func digitsCountAlikeAndFalseOnesApart() {
    let table = PooledScoreTable([
      score("12 34", "1\n34", "ruled", "turned; shadow"), score("12", "1-2", "ruled"),
      score("5678", "1234123", "board", "turned"),
      score("", "123", "print"), score("", "4?5", "marks"), score("", nil, "print"),
    ])
    #expect(
      table.text == """
        with digits                    3 photos  exact  33.3 %  digits  20.0 %
        with digits + shadow           1 photos  exact   0.0 %  digits  75.0 %
        with digits + turned           2 photos  exact   0.0 %  digits   0.0 %
        with digits board              1 photos  exact   0.0 %  digits -75.0 %
        with digits ruled              2 photos  exact  50.0 %  digits  83.3 %
        without                        3 photos  nothing read  33.3 %  false digits a photo 1.667
        without     marks              1 photos  nothing read   0.0 %  false digits a photo 2.000
        without     print              2 photos  nothing read  50.0 %  false digits a photo 1.500

        """)
    #expect(table.groups[0].falseDigits == nil && table.groups[5].digits == nil)
  }

  @Test func groupsWithoutPhotosAreLeftOut() {
    #expect(PooledScoreTable([score("1", "1", "a")]).groups.map(\.name) == ["", "a"])
    #expect(PooledScoreTable([]).text == "")
  }
}

@Suite struct CSVTableTests {
  private func table(_ text: String) throws(FileError) -> CSVTable {
    try CSVTable(Array(text.utf8), file: "m.csv")
  }

  @Test func fieldsQuotesAndLineEnds() throws {
    let found = try table("\u{FEFF}a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n,\"\"\n")
    #expect(found.names == ["a", "b"])
    #expect(found.rows == [["1", "x, \"y\"\nz"], ["", ""]])
    #expect(try table("a,b\n1,2").rows == [["1", "2"]])
  }

  /// What `csvRows` writes is read again.
  @Test func ownRowsAreReadAgain() throws {
    let text = csvHeader + csvRows("a, \"b\"\n.jpg", .success(samplePage))
    let found = try table(text)
    #expect(found.rows.map { $0[0] } == ["a, \"b\"\n.jpg", "a, \"b\"\n.jpg"])
    #expect(found.rows.map { $0[2] } == ["17", "4"])
  }

  @Test(arguments: [
    ("", "m.csv: expected a table with a row of names, found an empty file"),
    ("a,b\n1\n", "m.csv: expected 2 fields, found 1 in line 2"),
    ("a\n\"x", "m.csv: expected a closing quote, found none for the one in line 2"),
    (
      "a\nx\"y\"",
      "m.csv: expected a quote at the beginning of a field, found one inside it in line 2"
    ),
    (
      "a\n\"x\"y",
      "m.csv: expected a comma or the end of the line behind a quote, found something else in line 2"
    ),
  ])
  func brokenTablesAreNamed(text: String, message: String) {
    let error = #expect(throws: FileError.self) { try table(text) }
    #expect(error?.description == message)
  }

  @Test func manifestsNeedPathAndTruth() throws {
    let error = #expect(throws: FileError.self) {
      try PhotoManifest(Array("path,text\na,1\n".utf8), file: "m.csv")
    }
    #expect(error?.description == "m.csv: expected columns path and truth, found path, text")
    let plain = try PhotoManifest(Array("truth,path\n12,a.jpg\n".utf8), file: "m.csv")
    #expect(plain.photos.map(\.path) == ["a.jpg"] && plain.photos[0].kind == "photo")
    #expect(throws: FileError.self) {
      try PhotoManifest(Array("path,truth\n".utf8), file: "m.csv")
    }
  }

  @Test func noTableCrashes() {
    let text = Array("a,\"b\"\"\"\r\n1,\"2\n\"\n,\n".utf8)
    for count in 0...text.count {
      _ = try? CSVTable(Array(text.prefix(count)), file: "m")
      for value: UInt8 in [0x22, 0x2C, 0x0A, 0x0D, 0xFF] where count < text.count {
        var damaged = text
        damaged[count] = value
        _ = try? CSVTable(damaged, file: "m")
      }
    }
  }
}
