import Networks

/// What `GET /api/model` says: which network reads the photos, and how good it is.
struct ModelDescription: Encodable, Sendable {
  let version: String
  let architecture: Architecture
  let parameters: Int
  /// How the network came to be, as its checkpoint says.
  let facts: [String: String]
}
