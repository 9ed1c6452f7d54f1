import HTTPTypes
import Testing

@testable import WebApp

@Suite struct SiteTests {
  @Test(arguments: [
    ("10.0.0.7", "10.0.0.7", true), ("10.0.0.7", "10.0.0.8", false),
    ("10.0.0.0/8", "10.255.3.4", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("10.1.0.0/12", "10.15.0.1", true), ("10.1.0.0/12", "10.16.0.1", false),
    ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
    ("fd00::/8", "fd12:3456::1", true), ("fd00::/8", "fe80::1", false),
    ("::1", "0:0:0:0:0:0:0:1", true), ("127.0.0.1", "::ffff:127.0.0.1", true),
  ]) func rangesOfAddresses(range: String, address: String, isInside: Bool) throws {
    let range = try #require(AddressRange(range))
    let address = try #require(IPAddress(address))
    #expect(range.contains(address) == isInside)
  }

  @Test(arguments: [
    "", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "a",
  ])
  func whatIsNoRangeIsRefused(text: String) { #expect(AddressRange(text) == nil) }

  @Test func clientsOfVersion6AreToldApartByNetworks() {
    #expect(IPAddress("2001:db8::1")?.network == IPAddress("2001:db8::ffff")?.network)
    #expect(IPAddress("2001:db8::1")?.network != IPAddress("2001:db8:0:1::1")?.network)
    #expect(IPAddress("192.0.2.1")?.network != IPAddress("192.0.2.2")?.network)
    #expect(IPAddress("fe80::1%eth0") == IPAddress("fe80::1"))
  }

  @Test(
    arguments: [
      ("Example.org", "example.org", nil), ("localhost:8501", "localhost", 8501),
      ("example.org.", "example.org", nil), ("[::1]:8501", "::1", 8501), ("a:", "a", nil),
      ("192.0.2.1:80", "192.0.2.1", 80),
    ] as [(String, String, Int?)])
  func hostsAreRead(text: String, host: String, port: Int?) throws {
    let authority = try #require(Authority(text))
    #expect(authority.host == host)
    #expect(authority.port == port)
  }

  @Test(arguments: [
    "", ":80", "a b", "a/b", "a:b", "a:123456", "[::1", "[x]", "::1", "user@a", "a:-1",
  ])
  func whatIsNoHostIsRefused(text: String) { #expect(Authority(text) == nil) }

  @Test func namesCanBePointedElsewhereAddressesCannot() {
    #expect(Authority("192.0.2.1:80")?.isAddress == true)
    #expect(Authority("[2001:db8::1]")?.isAddress == true)
    #expect(Authority("192.0.2.1.example.org")?.isAddress == false)
  }

  @Test(arguments: [
    ("http://a.org", "a.org", true), ("http://a.org", "a.org:80", true),
    ("http://a.org:8501", "a.org:8501", true), ("http://a.org:8501", "a.org", false),
    ("https://a.org", "a.org", true), ("https://a.org", "A.ORG:443", true),
    ("http://b.org", "a.org", false), ("http://a.org.b.org", "a.org", false),
  ]) func originsOfTheServersOwnPages(origin: String, host: String, isOwn: Bool) throws {
    let origin = try #require(WebOrigin(origin))
    let host = try #require(Authority(host))
    #expect(origin.isServed(by: host) == isOwn)
  }

  @Test(arguments: ["", "null", "file:///a", "http://", "http://a/b", "a.org"])
  func whatIsNoOriginIsRefused(text: String) { #expect(WebOrigin(text) == nil) }

  /// Who writes the header decides what it is worth.
  @Test(arguments: [
    ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    (["10.0.0.1"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
    (["10.0.0.1"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
    (["10.0.0.1"], "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
    (["10.0.0.1"], "10.0.0.1", "nonsense", "10.0.0.1"),
  ]) func theClientBehindProxies(
    proxies: [String], peer: String, header: String, expected: String
  ) {
    var headers = HTTPFields()
    headers[.forwardedFor] = header
    let client = ClientAddress(trustedProxies: proxies.compactMap { AddressRange($0) })
    #expect(client.of(headers, peer: peer) == IPAddress(expected))
  }

  @Test func clientsTakeTurns() {
    var queue = FairQueue<String, Int>()
    for work in 0..<5 { queue.append(work, of: "greedy") }
    queue.append(10, of: "modest")
    queue.append(20, of: "other")
    var order: [Int] = []
    while let work = queue.popFirst() { order.append(work) }
    #expect(order == [0, 10, 20, 1, 2, 3, 4])
    #expect(queue.count == 0)
  }

  @Test func aFullQueueMakesRoomAtTheCostOfTheLongestLine() {
    var queue = FairQueue<String, Int>()
    for work in 0..<3 { queue.append(work, of: "greedy") }
    queue.append(10, of: "modest")
    #expect(queue.removeNewest(for: "greedy") == nil)
    #expect(queue.removeNewest(for: "new") == 2)
    // Now the longest line is no longer than the new client's would become.
    queue.append(20, of: "new")
    #expect(queue.removeNewest(for: "new") == nil)
    #expect(queue.count == 4)
  }

  @Test func aClientHoldsAsMuchMemoryAsItLeaves() throws {
    let budget = MemoryBudget(bytes: 100)
    let one = IPAddress("192.0.2.1")
    let two = IPAddress("192.0.2.2")
    var share: MemoryBudget.Share? = budget.share(of: one)
    #expect(share?.grow(by: 50) == true)
    #expect(share?.grow(by: 1) == false)
    let other = budget.share(of: two)
    #expect(other.grow(by: 25))
    #expect(!other.grow(by: 1))
    #expect(budget.bytesUsed == 75)
    share = nil
    #expect(budget.bytesUsed == 25)
    #expect(other.grow(by: 25))
    #expect(!budget.isUsedUp)
  }
}
