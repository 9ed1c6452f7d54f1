public import Bytes
public import Imaging
public import Recognition

/// Finds forms in photos and reads their fields. An immutable value: share it between tasks freely.
public struct FormReader: Sendable {
  /// The longer side that photos are reduced to: a little more than that of the form as it is read.
  private static let photoSide = 2200
  /// How much of a field may lie beyond the photo, in its own widths and heights.
  private static let maximumOutside = 0.02

  private let forms: [PreparedForm]
  private let recognizer: Recognizer

  /// The forms' names.
  public var templates: [FormTemplate] { forms.map(\.template) }

  /// A reader of some forms: of each photo, the one that it shows.
  ///
  /// - Throws: `FileError` where a form has too little print to be found by, named by its template.
  public init(_ templates: [FormTemplate], recognizer: Recognizer) throws(FileError) {
    // Signs and print only the second network knows.
    self.recognizer = recognizer.withBothNetworks
    var forms: [PreparedForm] = []
    for template in templates { forms.append(try PreparedForm(template)) }
    self.forms = forms
  }

  /// Reads the form on a photo.
  ///
  /// - Parameter file: the photo's name, for errors.
  /// - Parameter showsFields: whether each field comes with its picture.
  /// - Throws: `FileError` where the photo shows none of the forms, only a part of one, or more than one.
  public func read(
    _ photo: Photo, file: String, showsFields: Bool = false
  ) throws(FileError) -> FormReading {
    let clock = ContinuousClock()
    let start = clock.now
    let ink = InkPyramid(of: photo.image, side: Self.photoSide)
    let (form, found) = try find(on: ink, file: file)
    let page = aligned(ink, form.page, found)
    let written = WrittenInk(
      on: page, print: form.print, fields: form.template.fields.flatMap(\.boxes).map(form.page.box))
    let reader = FieldReader(recognizer: recognizer, written: written)
    let scale = Double(photo.columns) / Double(ink.columns)
    let fields = form.template.fields
    var rules = RuleBook(
      fields, reader.answers(form),
      boxes: fields.map {
        around(form.page.box($0.box), found, scale: scale)
          .clamped(rows: photo.rows, columns: photo.columns)
      })
    var readings = rules.settled(order: form.order)
    if showsFields {
      for (index, field) in fields.enumerated() {
        readings[index].picture = picture(of: form.page.box(field.box), on: page)
      }
    }
    return FormReading(
      template: form.template.name, found: found.share,
      quarterTurns: quarterTurns(form.page, found),
      fields: readings,
      milliseconds: (clock.now - start) / .milliseconds(1))
  }

  private func find(
    on ink: InkPyramid, file: String
  ) throws(FileError) -> (form: PreparedForm, found: FoundForm) {
    let names = forms.map(\.template.name).joined(separator: ", ")
    let answer: (form: Int, found: FoundForm)
    do throws(FormMismatch) {
      answer = try FormFinder(ink).best(of: forms.map(\.page))
    } catch {
      throw FileError(
        file: file, expected: "one form: \(names)",
        found: error == .otherPage ? "another page, or less than half of it" : "more than one",
        advice: error == .otherPage
          ? "look at the page, or name its template" : "photograph each form by itself")
    }
    let form = forms[answer.form]
    let cut = form.template.fields.filter { field in
      let box = form.page.box(field.box)
      let (rows, columns) = (Double(ink.rows), Double(ink.columns))
      let (down, right) = (
        Self.maximumOutside * rows, Self.maximumOutside * columns
      )
      return corners(box, answer.found).contains {
        !(-down...rows + down ~= $0.row && -right...columns + right ~= $0.column)
      }
    }
    guard cut.isEmpty else {
      let shown = cut.prefix(3).map(\.name).joined(separator: ", ") + (cut.count > 3 ? ", …" : "")
      throw FileError(
        file: file, expected: "all of the form \(form.template.name)",
        found: "a part of it without \(cut.count) of \(form.template.fields.count) fields: \(shown)"
      )
    }
    return (form, answer.found)
  }

  /// What a person should see of a field, as a share of its height around it.
  private static let surroundings = 0.35

  private func picture(of box: Box, on page: GrayImage) -> GrayImage {
    let margin = Int(Self.surroundings * Double(box.height))
    return page.cropped(to: box.grown(by: margin, within: (page.rows, page.columns))).inverted
  }

  private func corners(_ box: Box, _ found: FoundForm) -> [Point] {
    [
      (box.rows.lowerBound, box.columns.lowerBound), (box.rows.lowerBound, box.columns.upperBound),
      (box.rows.upperBound, box.columns.upperBound), (box.rows.upperBound, box.columns.lowerBound),
    ].map { found(Point(row: Double($0), column: Double($1))) }
  }

  /// The box around a box of the page on the photo.
  private func around(_ box: Box, _ found: FoundForm, scale: Double) -> Box {
    let corners = corners(box, found)
    func range(_ values: [Double]) -> Range<Int> {
      let lower = Int((scale * (values.min() ?? 0)).rounded(.down))
      return lower..<max(lower + 1, Int((scale * (values.max() ?? 0)).rounded(.up)))
    }
    return Box(rows: range(corners.map(\.row)), columns: range(corners.map(\.column)))
  }

  /// The photo's ink as the page has it.
  private func aligned(_ ink: InkPyramid, _ page: FormPage, _ found: FoundForm) -> GrayImage {
    let middle = Point(row: Double(page.rows) / 2, column: Double(page.columns) / 2)
    let source = ink.level(pixelSize: found.map.scale(at: middle))
    return Sampling.picture(rows: page.rows, columns: page.columns, of: source.picture) {
      let there = found($0)
      return Point(row: there.row * source.rowScale, column: there.column * source.columnScale)
    }
  }

  private func quarterTurns(_ page: FormPage, _ found: FoundForm) -> Int {
    let middle = Point(row: Double(page.rows) / 2, column: Double(page.columns) / 2)
    let right = found.map(middle + Point(row: 0, column: 1)) - found.map(middle)
    if abs(right.column) >= abs(right.row) { return right.column > 0 ? 0 : 2 }
    return right.row > 0 ? 3 : 1
  }
}

/// A form with everything about it that does not depend on a photo.
struct PreparedForm: Sendable {
  /// With fewer places to recognize it by, any page might be taken for it.
  private static let minimumPlaces = 12

  let page: FormPage
  let print: WrittenInk.Print
  /// The printed cells of each field that has some.
  let cells: [FieldCells?]
  /// The fields, parts of sums first.
  let order: [Int]

  var template: FormTemplate { page.template }

  init(_ template: FormTemplate) throws(FileError) {
    page = FormPage(template)
    let places = page.levels[page.levels.count - 1].places.count
    guard places >= Self.minimumPlaces else {
      throw FileError(
        file: template.name, expected: "a reference with print to find the form by",
        found: "\(places) places that can be told from others, of \(Self.minimumPlaces)")
    }
    print = WrittenInk.Print(page.ink)
    order = template.fieldsBySums ?? Array(template.fields.indices)
    let mask = print.lines
    cells = template.fields.map { [page] field in
      switch field.kind {
      case .digits(let box, let pattern):
        FieldCells(in: page.box(box), print: mask, count: pattern.count { $0 == "#" })
      case .date(let box, let format):
        FieldCells(in: page.box(box), print: mask, count: format.pattern.count { $0 == "#" })
      case .number(let box, decimals: _, point: _):
        FieldCells(in: page.box(box), print: mask, count: nil)
      case .check, .mark: nil
      }
    }
  }
}
