import Foundation
import Testing

import struct TestSupport.PDFFile

/// The command `recognize`, with the network of a small run, on pictures made here.
@Suite struct RecognizeTests {
  let folder: TemporaryFolder
  let checkpoint: String

  init() throws {
    folder = try TemporaryFolder()
    checkpoint = try SmallMNIST.trainNetwork("net", in: folder)
    try folder.write("two.pgm", SmallMNIST.page(bars: [20, 50]))
    try folder.write("blank.pgm", SmallMNIST.page(bars: []))
    try folder.write("cut.pgm", SmallMNIST.page(bars: [20]).dropLast(9))
  }

  private func recognize(_ arguments: String) throws -> Commands.Outcome {
    try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net " + arguments, command: "recognize")
  }

  @Test func textIsTheDigitsAlone() throws {
    let outcome = try recognize("two.pgm")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.count == 3 && outcome.output.last == "\n")
    #expect(outcome.output.first?.isNumber == true)
    let blank = try recognize("blank.pgm")
    #expect(blank.status == 0)
    #expect(blank.output == "")
  }

  @Test func severalPhotosAreNamedAndABadOneStopsNone() throws {
    let outcome = try recognize("blank.pgm cut.pgm nothing.jpg two.pgm")
    #expect(outcome.status == 1)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == "blank.pgm: ")
    #expect(lines.last?.hasPrefix("two.pgm: ") == true)
    #expect(
      outcome.errorLines == [
        "recognize: cut.pgm: at byte 14: expected 6000 bytes of pixels, found 5991",
        "recognize: nothing.jpg: expected a file that can be read, found No such file or directory",
      ])
  }

  @Test func pagesOfAPDFDocumentAreReadAsTheirPictures() throws {
    let pages = [[20], [20, 50]].map { bars in
      PDFFile.Page(
        rows: 60, columns: 100, pixels: Array(SmallMNIST.page(bars: bars).suffix(6000)))
    }
    try folder.write("scan.pdf", PDFFile(pages).bytes)
    try folder.write("locked.pdf", PDFFile(pages, needsPassword: true).bytes)
    try folder.write("one.pgm", SmallMNIST.page(bars: [20]))
    let outcome = try recognize("--format csv one.pgm two.pgm scan.pdf locked.pdf")
    guard !outcome.errors.contains("install poppler-utils") else {
      return print("skipped: PDF documents (Debian: apt-get install poppler-utils)")
    }
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("locked.pdf: expected a PDF document that needs no password"))
    let texts = outcome.output.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).prefix(3).map(String.init)
    }
    #expect(
      texts.map { $0[0] } == ["one.pgm", "two.pgm", "scan.pdf#1", "scan.pdf#2", "locked.pdf"])
    #expect(texts[0][2] == texts[2][2] && texts[1][2] == texts[3][2], "\(texts)")
  }

  @Test func aWatchedFolderIsReadAsFilesCome() throws {
    let scans = folder.file("scans")
    for name in ["scans/done/two.pgm", "scans/two.pgm"] {
      try FileManager.default.createDirectory(
        atPath: (folder.file(name) as NSString).deletingLastPathComponent,
        withIntermediateDirectories: true)
      try folder.write(name, SmallMNIST.page(bars: [20, 50]))
    }
    try folder.write("scans/zcut.pgm", SmallMNIST.page(bars: [20]).dropLast(9))
    try folder.write("scans/notes.txt", Array("no picture".utf8))
    let outcome = try Commands.run(
      "recognize", ["--checkpoint", checkpoint, "--watch", scans], interruptedAfter: "zcut.pgm")
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("\(scans)/two.pgm: "), "\(outcome.output)")
    let left = try FileManager.default.subpathsOfDirectory(atPath: scans).sorted()
    #expect(
      left == [
        "done", "done/two-2.pgm", "done/two.pgm", "failed", "failed/zcut.pgm", "notes.txt",
      ])
    let wrong = try recognize("--watch nothing")
    #expect(wrong.status == 1)
    #expect(
      wrong.errorLines == ["recognize: nothing: expected a folder to watch, found none"])
    let looping = try recognize("--watch scans --annotate scans")
    #expect(looping.status == 1)
    #expect(
      looping.errorLines == [
        "recognize: --annotate scans is watched: its pictures would be read again"
      ])
  }

  private struct Record: Decodable {
    let file: String, text: String?, width: Int?, height: Int?, milliseconds: Double?
    let lines: [Line]?, error: String?

    struct Line: Decodable { let text: String, box: [Int], digits: [Digit] }
    struct Digit: Decodable {
      let digit: Int, confidence: Double, refused: Bool, box: [Int], alternatives: [Alternative]
    }
    struct Alternative: Decodable { let digit: Int, confidence: Double }
  }

  @Test func jsonIsOneArray() throws {
    let outcome = try recognize("--format json two.pgm cut.pgm blank.pgm")
    #expect(outcome.status == 1)
    let records = try JSONDecoder().decode([Record].self, from: Data(outcome.output.utf8))
    #expect(records.map(\.file) == ["two.pgm", "cut.pgm", "blank.pgm"])
    #expect(records[0].width == 100 && records[0].height == 60)
    #expect(records[0].lines?.count == 1)
    let digits = records[0].lines?[0].digits ?? []
    #expect(digits.count == 2)
    #expect(records[0].text == digits.map { String($0.digit) }.joined())
    let box = try #require(digits.first?.box)
    for (found, drawn) in zip(box, [20, 15, 6, 30]) { #expect(abs(found - drawn) <= 2) }
    #expect(records[1].error?.hasPrefix("cut.pgm: at byte 14") == true)
    #expect(records[1].text == nil)
    #expect(records[2].text == "" && records[2].lines?.isEmpty == true)
    #expect(try recognize("--format json --list /dev/null").output == "[]\n")
  }

  @Test func jsonLinesAndNamesWithQuotes() throws {
    let name = "a \"b\"\\, c.pgm"
    try folder.write(name, SmallMNIST.page(bars: [30]))
    try folder.write("names", Array("two.pgm\n\n\(name)\n".utf8))
    for list in ["--list names", "--list - <names"] {
      let outcome = try recognize("--format jsonl " + list)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let records = try outcome.output.split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
      #expect(records.map(\.file) == ["two.pgm", name])
    }
  }

  /// Blanks at the ends, commas, and characters that other programs take for line breaks.
  @Test func listsHoldAllNamesOfOneLine() throws {
    let names = [" a, b .pgm", "c\u{2028}d\u{B}e.pgm", "f;g\t'h'.pgm"]
    for name in names { try folder.write(name, SmallMNIST.page(bars: [30])) }
    try folder.write("list", Array((names.joined(separator: "\r\n") + "\n\n").utf8))
    for list in ["--list list", "--list - <list"] {
      let outcome = try recognize("--format jsonl " + list)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let records = try outcome.output.split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
      #expect(records.map(\.file) == names)
    }
  }

  /// A line break too, where no list stands between: in folders, in tables and in file names.
  @Test func namesWithLineBreaksAreReadAndWritten() throws {
    let name = "scans/a,\nb.pgm"
    try FileManager.default.createDirectory(
      atPath: folder.file("scans"), withIntermediateDirectories: true)
    try folder.write(name, SmallMNIST.page(bars: [30]))
    let table = try recognize("--format csv --annotate boxes --debug steps scans")
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.output.contains("\n\"scans/a,\nb.pgm\",1,"))
    #expect(try folder.bytes("boxes/1-a,\nb.pgm.jpg").starts(with: [0xFF, 0xD8]))
    #expect(try text("steps/1-a,\nb.pgm.html").contains("a,\nb.pgm"))
    let json = try recognize("--format json scans")
    let records = try JSONDecoder().decode([Record].self, from: Data(json.output.utf8))
    #expect(records.map(\.file) == [name])
  }

  @Test func csvHasOneRowALine() throws {
    try folder.write("a, \"b\".pgm", SmallMNIST.page(bars: [30]))
    let outcome = try recognize("--format csv two.pgm 'a, \"b\".pgm' blank.pgm cut.pgm")
    let rows = outcome.output.split(separator: "\n").map(String.init)
    #expect(rows.count == 5)
    #expect(rows.first == "file,line,text,confidence,x,y,width,height,error,written,unread")
    #expect(rows[1].hasPrefix("two.pgm,1,"))
    let fields = rows[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(fields.count == 11 && fields[2].count == 4)
    #expect(rows[2].hasPrefix("\"a, \"\"b\"\".pgm\",1,"))
    #expect(rows[3] == "blank.pgm,,,,,,,,,,0")
    #expect(
      rows[4]
        == "cut.pgm,,,,,,,,\"cut.pgm: at byte 14: expected 6000 bytes of pixels, found 5991\",,")
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  @Test func debugWritesAPageForEachPhoto() throws {
    let outcome = try recognize("--debug steps two.pgm blank.pgm cut.pgm")
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.count == 1)
    let page = try text("steps/1-two.pgm.html")
    for heading in [
      "What was read", "Light corrected", "Ink, and lines", "Pieces", "Lines", "Cuts considered",
      "What the network saw",
    ] { #expect(page.contains(heading), "\(heading)") }
    #expect(page.components(separatedBy: "<div class=\"look\">").count >= 3)
    #expect(!page.contains("<script") && !page.contains("src=\"http"))
    #expect(try text("steps/2-blank.pgm.html").contains("no digits"))
    #expect(try recognize("--debug one.html two.pgm").status == 0)
    #expect(try text("one.html").hasPrefix("<!DOCTYPE html>"))
  }

  @Test func namesCannotBreakThePage() throws {
    let name = "<img src=x onerror=alert(1)>&\"'.pgm"
    try folder.write(name, SmallMNIST.page(bars: [20]))
    #expect(
      try recognize("--debug page.html '<img src=x onerror=alert(1)>&\"'\\''.pgm'").status == 0)
    let page = try text("page.html")
    #expect(!page.contains("<img src=x"))
    #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.pgm"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func annotateWritesThePhotoWithItsDigits() throws {
    #expect(try recognize("--annotate out.png two.pgm").status == 0)
    #expect(try folder.bytes("out.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try recognize("--annotate out.jpg two.pgm").status == 0)
    #expect(try folder.bytes("out.jpg").starts(with: [0xFF, 0xD8]))
    #expect(try recognize("--annotate boxes two.pgm blank.pgm").status == 0)
    #expect(try folder.bytes("boxes/2-blank.pgm.jpg").starts(with: [0xFF, 0xD8]))
    let line =
      "recognize: one.png: expected a folder for the pictures of several photos, found a file "
      + "name; name a folder behind --annotate"
    let several = try recognize("--jobs 1 --annotate one.png two.pgm blank.pgm")
    #expect(several.status == 1)
    #expect(several.errorLines == [line])
    #expect(several.output == "" && !folder.names.contains("one.png"))
    // Nobody knows before how many there are: nothing is written then either.
    try folder.write("list", Array("two.pgm\nblank.pgm\n".utf8))
    let listed = try recognize("--jobs 1 --annotate one.png --list list")
    #expect(listed.errorLines == [line] && listed.status == 1)
    #expect(listed.output == "" && !folder.names.contains("one.png"))
    let other = try recognize("--annotate x.gif two.pgm")
    #expect(
      other.errorLines == [
        "recognize: x.gif: expected a file that ends in .png, .jpg, .jpeg, or a folder, found the "
          + "ending .gif; behind the name of a new folder put /"
      ])
    #expect(other.status == 1 && !folder.names.contains("x.gif"))
    #expect(try recognize("--annotate x.gif/ two.pgm").status == 0)
  }

  @Test func aPlaceThatCannotBeWrittenIsToldBeforeReading() throws {
    for option in ["--annotate two.pgm/boxes", "--debug /dev/null/steps"] {
      let outcome = try recognize(option + " two.pgm")
      #expect(outcome.status == 1)
      #expect(outcome.output == "")
      #expect(outcome.errorLines.count == 1)
      #expect(
        outcome.errors.contains("expected a folder that can be made, found File exists"),
        "\(outcome.errors)")
    }
  }

  @Test func foldersAndPatternsStandForTheirPictures() throws {
    let below = folder.file("scans/below")
    try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
    for name in ["scans/b.pgm", "scans/below/a.PGM", "scans/.hidden.pgm", "scans/note.txt"] {
      try folder.write(name, SmallMNIST.page(bars: []))
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("scans/loop"), withDestinationPath: folder.file("scans"))
    mkfifo(folder.file("scans/pipe.pgm"), 0o600)
    let all = try recognize("scans")
    #expect(all.output == "scans/b.pgm: \nscans/below/a.PGM: \n")
    #expect(all.status == 0, "\(all.errors)")
    #expect(try recognize("'scans/*.pg[m]' --jobs 3").output.hasPrefix("scans/b.pgm: \n") == true)
    #expect(try recognize("scans/").output == all.output)

    try FileManager.default.createSymbolicLink(
      atPath: folder.file("scans/c.pgm"), withDestinationPath: "nowhere")
    try folder.write("scans/d.pgm", Array("P5 9 9 255\n".utf8))
    let bad = try recognize("scans 'x*' empty")
    #expect(bad.status == 1)
    #expect(bad.output == all.output)
    #expect(
      bad.errorLines == [
        "recognize: scans/c.pgm: expected a file that can be read, found No such file or directory",
        "recognize: scans/d.pgm: at byte 11: expected 81 bytes of pixels, found 0",
        "recognize: x*: expected files of that pattern, found none",
        "recognize: empty: expected a file that can be read, found No such file or directory",
      ])
  }

  @Test func answersComeInTheOrderOfThePhotos() throws {
    for number in 0..<40 { try folder.write("n\(number).pgm", SmallMNIST.page(bars: [20, 50])) }
    let names = (0..<40).map { "n\($0).pgm" }
    let list = names.joined(separator: " ") + " nothing.jpg two.pgm"
    let alone = try recognize("--jobs 1 " + list)
    #expect(alone.output.split(separator: "\n").count == 41)
    for jobs in [2, 7] {
      let outcome = try recognize("--jobs \(jobs) " + list)
      #expect(outcome.output == alone.output)
      #expect(outcome.errorLines == alone.errorLines && outcome.status == 1)
    }
    let full = try recognize("--jobs 4 \(list) >/dev/full")
    #expect(full.status == 1)
    #expect(full.errorLines.last?.hasPrefix("recognize: standard output: ") == true)
    for jobs in ["0", "-1", "65"] {
      #expect(
        try recognize("--jobs \(jobs) two.pgm").errorLines
          == ["recognize: --jobs must be from 1 to 64, not \(jobs)"])
    }
  }

  @Test func unsureDigitsAndForms() throws {
    #expect(try recognize("--min-confidence 1 two.pgm").output == "??\n")
    let pattern = try recognize("--min-confidence 0 --pattern '#-#' two.pgm blank.pgm")
    #expect(pattern.status == 1)
    #expect(pattern.output.contains("-"))
    #expect(
      pattern.errorLines == [
        "recognize: blank.pgm: expected 2 digits (#-#), found 0; look at the page, or do not "
          + "say how many digits there are"
      ])
    #expect(try recognize("--expect 2 two.pgm").status == 0)
    for (arguments, message) in [
      ("--min-confidence 1.5", "--min-confidence must be from 0 to 1, not 1.5"),
      ("--min-confidence -1", "--min-confidence must be from 0 to 1, not -1.0"),
      ("--min-confidence nan", "--min-confidence must be from 0 to 1, not nan"),
      ("--expect 0", "--expect must be from 1 to 1000, not 0"),
      ("--expect -3", "--expect must be from 1 to 1000, not -3"),
      ("--pattern xx", "--pattern must be one line with 1 to 1000 #, one for each digit"),
      (
        "--expect 2 --pattern '##'",
        "--expect and --pattern cannot go together: a pattern says how many"
      ),
    ] {
      let outcome = try recognize(arguments + " two.pgm")
      #expect(outcome.status == 1)
      #expect(outcome.errorLines == ["recognize: " + message])
    }
  }

  @Test func mistakesOfTheUserAreOneLine() throws {
    let none = try recognize("")
    #expect(none.status == 1)
    #expect(
      none.errorLines == [
        "recognize: Name at least one photo, or a file of names with --list; see recognize --help"
      ])
    let list = try recognize("--list missing")
    #expect(list.status == 1)
    #expect(
      list.errorLines == [
        "recognize: missing: expected a file that can be read, found No such file or directory"
      ])
    let wrong = try Commands.run("recognize", "--checkpoint", folder.file("two.pgm"), "x.jpg")
    #expect(wrong.status == 1)
    #expect(wrong.errorLines.count == 1)
    #expect(wrong.errorLines.first?.hasPrefix("recognize: \(folder.file("two.pgm")): ") == true)
  }

  @Test func aFullDiskIsAnError() throws {
    let outcome = try recognize("two.pgm >/dev/full")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "recognize: standard output: expected a place to write to, found No space left on device"
      ])
  }

  // MARK: Files that must stay

  /// The value behind --annotate forgotten, photos given twice, links, hard links, other inputs.
  @Test(arguments: [
    "--annotate a.jpg b.jpg", "--annotate a.jpg b.jpg c.jpg", "--annotate a.jpg a.jpg",
    "--annotate ./a.jpg link.jpg", "--annotate link.jpg a.jpg", "--annotate second.jpg a.jpg",
    "--debug page.html two.pgm", "--debug net.html two.pgm --checkpoint net.html",
    "--debug list.html --list list.html",
    "--annotate one.png blank.pgm --debug /dev/null two.pgm", "--annotate '' a.jpg",
    "--debug '' a.jpg", "--list '' a.jpg", "--checkpoint '' a.jpg",
  ])
  func noFileOfTheUserIsReplaced(arguments: String) throws {
    for name in ["a.jpg", "b.jpg", "c.jpg", "page.html", "list.html"] {
      try folder.write(name, SmallMNIST.page(bars: [20]))
    }
    try folder.write("net.html", try folder.bytes("net"))
    #expect(symlink("a.jpg", folder.file("link.jpg")) == 0)
    #expect(link(folder.file("a.jpg"), folder.file("second.jpg")) == 0)
    let before = try Dictionary(
      uniqueKeysWithValues: folder.names.map { ($0, try folder.bytes($0)) })
    let outcome = try recognize(arguments)
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.output == "")
    for (name, bytes) in before { #expect(try folder.bytes(name) == bytes, "\(name)") }
    #expect(Set(folder.names) == Set(before.keys))
  }

  /// What an earlier run has made is replaced, and that is said; also through a link, and an empty file.
  @Test func anEarlierRunIsReplacedAndNothingElse() throws {
    for _ in 0..<2 { #expect(try recognize("--annotate one.jpg two.pgm").errorLines == []) }
    #expect(try recognize("--annotate boxes --debug boxes two.pgm").errorLines == [])
    #expect(
      try recognize("--annotate boxes --debug boxes two.pgm").errorLines == [
        "recognize: boxes: replaced 1 picture of an earlier run",
        "recognize: boxes: replaced 1 page of an earlier run",
      ])
    try folder.write("boxes/1-two.pgm.jpg", [1, 2, 3])
    let other = try recognize("--annotate boxes two.pgm blank.pgm")
    #expect(other.status == 1)
    #expect(
      other.errorLines == [
        "recognize: boxes/1-two.pgm.jpg: expected no file, or one that recognize has made, found a "
          + "file of another origin; remove it or name another place; nothing was changed"
      ])
    #expect(try folder.bytes("boxes/1-two.pgm.jpg") == [1, 2, 3])
    try folder.write("empty.png", [])
    #expect(symlink("empty.png", folder.file("link.png")) == 0)
    #expect(try recognize("--annotate link.png two.pgm").status == 0)
    #expect(try folder.bytes("empty.png").starts(with: [0x89, 0x50]))
    #expect(try recognize("--annotate /dev/null two.pgm").status == 0)
    #expect(
      try recognize("--annotate /dev/stdout blank.pgm >piped.jpg").status == 0)
    #expect(try folder.bytes("piped.jpg").starts(with: [0xFF, 0xD8]))
    #expect(try recognize("--annotate /dev/stdout blank.pgm | head -c 2 >two").status == 0)
    #expect(try folder.bytes("two") == [0xFF, 0xD8])
  }

  // MARK: Names

  /// In folders, patterns, arguments and both kinds of lists; as printf of a shell writes them.
  @Test func namesOfAnyBytesAreRead() throws {
    let names = #"""
      mkdir old; cd old
      for name in "$(printf 'caf\351.pgm')" "$(printf 'x\033[31m\ny.pgm')" "$(printf '\314\201a.pgm')"; do
        cp ../blank.pgm "$name"
      done
      cd ..
      """#
    let lines = ["old/caf\\xe9.pgm: ", "old/x\\x1b[31m\\ny.pgm: ", "old/\u{301}a.pgm: "]
    for arguments in [
      "old", "old/*", "'old/*.pgm'", "--list - blank.pgm <zeros", "--list zeros blank.pgm",
      "--annotate boxes old",
    ] {
      let outcome = try Commands.shell(
        """
        cd '\(folder.path)' && rm -rf old boxes
        \(names)
        find old -name '*.pgm' -print0 >zeros
        "$command" --checkpoint net \(arguments)
        """, command: "recognize")
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      let found = outcome.output.split(separator: "\n").map(String.init)
      #expect(found.filter { $0 != "blank.pgm: " }.sorted() == lines.sorted(), "\(arguments)")
    }
    let missing = try recognize("\"$(printf 'nix\\351.jpg')\" blank.pgm")
    #expect(
      missing.errorLines == [
        #"recognize: nix\xe9.jpg: expected a file that can be read, found No such file or directory"#
      ])
    let json = try recognize("--format json old")
    #expect(json.output.contains(#""file":"old/caf\\xe9.pgm""#))
  }

  /// Each of these took memory without end, or the process with it.
  @Test(arguments: [
    (
      "--list /dev/zero",
      "recognize: /dev/zero: expected a list of names, found 65536 empty ones in a row"
    ),
    (
      "--list long",
      "recognize: long: expected names of at most 65536 bytes, found a longer one"
    ),
    ("--list wide", "recognize: wide: expected a list of names in UTF-8, found one in UTF-16"),
    ("--list .", "recognize: .: expected a file that can be read, found a folder"),
    ("''", "recognize: '': expected the name of a photo, found none"),
  ])
  func listsThatAreNoneEnd(arguments: String, line: String) throws {
    try folder.write("long", Array(repeating: 0x78, count: 1 << 20))
    try folder.write("wide", [0xFF, 0xFE, 0x61, 0])
    let outcome = try recognize("--format json " + arguments)
    #expect(outcome.status == 1)
    #expect(outcome.errorLines == [line])
    // What is printed is valid up to its end.
    if !outcome.output.isEmpty {
      _ = try JSONDecoder().decode([Record].self, from: Data(outcome.output.utf8))
    }
  }

  @Test func aListThatBreaksOffLeavesValidJSON() throws {
    try folder.write(
      "list", Array("two.pgm\n".utf8) + Array(repeating: 0x78, count: 1 << 20))
    let outcome = try recognize("--format json --list list")
    #expect(outcome.status == 1)
    let records = try JSONDecoder().decode([Record].self, from: Data(outcome.output.utf8))
    #expect(records.map(\.file) == ["two.pgm"])
  }

  @Test func pathsTooLongAreOneLine() throws {
    let deep = String(repeating: "a/", count: 60_000)
    for arguments in [[deep], [deep + "*.jpg"], ["--annotate", deep, folder.file("two.pgm")]] {
      let outcome = try Commands.run(
        "recognize", ["--checkpoint", folder.file("net")] + arguments
      ) { _, _ in }
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.count == 1)
    }
    let name = String(repeating: "é", count: 120) + ".pgm"
    try folder.write(name, SmallMNIST.page(bars: [20]))
    let outcome = try recognize("--annotate boxes --debug boxes '\(name)'")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("boxes")).count == 2)
  }

  /// Closed before the process began: no file that it opens may get what is printed.
  @Test func closedStandardOutputIsAnError() throws {
    let outcome = try recognize("--annotate one.jpg two.pgm >&-")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("standard output: expected a place to write to"))
    #expect(try folder.bytes("one.jpg").starts(with: [0xFF, 0xD8]))
  }
}
