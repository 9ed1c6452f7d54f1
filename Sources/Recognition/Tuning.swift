import Glibc
func E(_ name: String, _ d: Double) -> Double { getenv(name).flatMap { Double(String(cString: $0)) } ?? d }
enum K {
  static let p = E("P", 0.7), own = E("OWN", 0.5), page = E("PAGE", 1.5), cap = E("CAP", 1.2), part = E("PART", 0.2)
  static let one = E("ONE", 0), x1 = E("X1", 0.4), pos = E("POS", 0.5)
  static let wall = E("WALL", 0.8), line = E("LINE", 0.6), thick = E("THICK", 1)
}
