import Networks

/// The answer of `GET /api/model`: the network that reads the photos, and how good it is.
struct ModelDescription: Encodable, Sendable {
  let version: String
  let architecture: Architecture
  let parameters: Int
  /// The network's origin, as its checkpoint tells it: recipe, seed, accuracy, …
  let facts: [String: String]
}
