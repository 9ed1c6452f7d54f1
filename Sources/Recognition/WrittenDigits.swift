public import Imaging

extension Recognizer {
  /// The answers for pieces of ink of which it is known already that each is a digit, as in the boxes of a form.
  ///
  /// - Parameter regions: a digit each, in pixels of `ink`.
  /// - Parameter ink: the page without print: 0 paper, 255 ink; at most 4,000 pixels a side.
  /// - Returns: an answer for each region, from the first network.
  public func probabilities(
    of regions: [Region], on ink: GrayImage, _ parameters: ReadingParameters = ReadingParameters()
  ) -> [ClassProbabilities] {
    var reader = TileReader(
      classifier: classifier, ink: ink, normalize: parameters.normalizeTile, parameters.classify)
    return reader.candidates(regions, origin: .whole).map(\.probabilities)
  }
}
