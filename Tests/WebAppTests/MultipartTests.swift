import HTTPTypes
import Testing

@testable import WebApp

@Suite struct MultipartTests {
  private func files(_ body: String, boundary: String = "cut") throws(Problem) -> [(String, String)]
  {
    let bytes = Array(body.utf8)
    return try Multipart.files(in: bytes, boundary: boundary).map {
      ($0.name, String(decoding: bytes[$0.range], as: UTF8.self))
    }
  }

  private func part(_ name: String, _ contents: String) -> String {
    "--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\(name)\"\r\n\r\n\(contents)\r\n"
  }

  @Test func findsFilesInTheirOrder() throws {
    let found = try files(
      part("a.jpg", "first") + part("b.png", "") + part("c", "x\r\n--cu") + "--cut--\r\n")
    #expect(found.map(\.0) == ["a.jpg", "b.png", "c"])
    #expect(found.map(\.1) == ["first", "", "x\r\n--cu"])
  }

  @Test func tellsTheFieldsOfTheForm() throws {
    let body = Array(
      (part("a.jpg", "x")
        + "--cut\r\nContent-Disposition: form-data; filename=t.json; name=template\r\n\r\n{}\r\n"
        + "--cut\r\nContent-Disposition: form-data; filename=b.jpg\r\n\r\ny\r\n--cut--").utf8)
    let files = try Multipart.files(in: body, boundary: "cut")
    #expect(files.map(\.field) == ["photo", "template", ""])
    #expect(files.map(\.name) == ["a.jpg", "t.json", "b.jpg"])
  }

  @Test func leavesOutWhatIsNoFile() throws {
    let text = "--cut\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
    #expect(try files(text + part("", "nothing chosen") + "--cut--").isEmpty)
    #expect(try files("--cut\r\n\r\nno header\r\n--cut--").isEmpty)
    #expect(try files("--cut--").isEmpty)
  }

  @Test func allowsAPreambleAnEpilogueAndWhiteSpace() throws {
    let found = try files(
      "to be ignored\r\n--cut \t" + part("a", "b").dropFirst(5) + "--cut-- rest")
    #expect(found.map(\.0) == ["a"])
    #expect(found.map(\.1) == ["b"])
  }

  @Test(arguments: [
    "", "text", "--cu", "--cut", "--cut\r\n", "--cut\r\n\r\n", "--cut\r\n\r\nno end",
    "--cutX\r\n\r\n--cut--",
    "--cut\r\nHeader: without an end\r\n--cut--",
    "--cut\r\n" + String(repeating: "a: b\r\n", count: 2000) + "\r\n\r\n--cut--",
  ])
  func refusesWhatIsBroken(body: String) {
    let problem = #expect(throws: Problem.self) { try files(body) }
    #expect(problem?.status == .badRequest)
  }

  @Test func refusesTooManyParts() throws {
    let parts = String(repeating: part("a", "b"), count: Multipart.maximumParts)
    #expect(try files(parts + "--cut--").count == Multipart.maximumParts)
    #expect(throws: Problem.self) { try files(parts + part("a", "b") + "--cut--") }
  }

  /// A body may end anywhere.
  @Test func noBeginningOfAFormFalls() {
    let whole = Array((part("a.jpg", "first") + part("b\"", "second") + "--cut--\r\n").utf8)
    for length in 0..<whole.count - 4 {
      #expect(throws: Problem.self) {
        try Multipart.files(in: Array(whole.prefix(length)), boundary: "cut")
      }
    }
  }

  @Test(arguments: [
    ("a\\\"b.jpg", "a\"b.jpg"), ("a%22b%0D%0A.jpg", "a\"b\r\n.jpg"), ("100%.jpg", "100%.jpg"),
    ("C:\\photos\\a.jpg", "C:\\photos\\a.jpg"), ("../../x", "../../x"), ("é;=", "é;="),
  ])
  func readsNamesAsClientsWriteThem(written: String, meant: String) throws {
    #expect(try files(part(written, "x") + "--cut--").map(\.0) == [meant])
  }

  @Test func findsTheBoundary() throws {
    #expect(try Multipart.boundary(inContentType: "multipart/form-data; boundary=cut") == "cut")
    #expect(
      try Multipart.boundary(inContentType: "Multipart/Form-Data;charset=x; Boundary=\"a b\"")
        == "a b")
    #expect(try Multipart.boundary(inContentType: "image/jpeg; boundary=cut") == nil)
    for type in [
      "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary",
      "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
      "multipart/form-data; boundary=\"é\"",
    ] {
      #expect(throws: Problem.self) { try Multipart.boundary(inContentType: type) }
    }
  }
}
