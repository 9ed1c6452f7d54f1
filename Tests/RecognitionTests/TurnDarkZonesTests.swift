import Imaging
import Testing

@testable import Recognition

@Suite struct TurnDarkZonesTests {
  /// A page of 320 × 320: bright above with a dark stroke, dark below with a stroke of some luminance.
  private func page(stroke: UInt8) -> GrayImage {
    var page = GrayImage(rows: 320, columns: 320, filledWith: 230)
    page.fill(Box(160, 0, height: 160, width: 320), 20)
    page.fill(Box(40, 100, height: 60, width: 8), 20)
    page.fill(Box(210, 150, height: 60, width: 8), stroke)
    return page
  }

  @Test func brightStrokesOnADarkGroundBecomeDark() {
    let turned = turningDarkZones(of: page(stroke: 240), .init())
    #expect(turned[230, 153] == 15 && turned[230, 60] == 235)
    #expect(turned[60, 103] == 20 && turned[60, 60] == 230)
  }

  /// In the small copy a row is half of the page and half of the zone.
  @Test func theRimOfAZoneIsNoStroke() {
    var page = GrayImage(rows: 520, columns: 900, filledWith: 240)
    page.fill(Box(257, 0, height: 263, width: 900), 10)
    for column in [80, 170, 260] {
      page.fill(Box(330, column, height: 140, width: 14), 240)
    }
    #expect(turningDarkZones(of: page, .init())[400, 85] == 15)
  }

  @Test func aDarkGroundWithoutStrokesStays() {
    #expect(turningDarkZones(of: page(stroke: 20), .init()) == page(stroke: 20))
  }

  @Test func aSmallZoneStays() {
    var parameters = ReadingParameters.TurnDarkZones()
    parameters.minimumArea = 0.7
    #expect(turningDarkZones(of: page(stroke: 240), parameters) == page(stroke: 240))
    parameters = .init()
    parameters.isOn = false
    #expect(turningDarkZones(of: page(stroke: 240), parameters) == page(stroke: 240))
  }
}
