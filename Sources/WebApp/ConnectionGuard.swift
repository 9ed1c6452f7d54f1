import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// A client that took too long to send a request.
struct SlowRequest: Error {}

/// Keeps one connection within its limits of time, and ends it in good order.
///
/// - A head must arrive within `timeout` of the connection's begin, or `keepAlive` after an answer.
/// - A body must arrive as `Pace` has it; if not, its reader meets `SlowRequest` and can still answer.
/// - A part of an answer must be taken within `answerTimeout`, and its first part be there within
///   `workTimeout`.
/// - An answer that is there before its request is whole (too large, say) says `Connection: close`;
///   the rest of the request is then thrown away for a moment, so that the client gets to read it.
/// - A client that ends its side while it is to be answered has left: the connection is closed, so
///   that work for it need not begin.
/// - `Expect: 100-continue` is answered, unless the body would be rejected anyway.
/// - What the parser rejects is told to `onNoRequest`, for it never becomes a request.
/// - When the server is to end, a body that has begun gets `timeout` to arrive.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  struct Limits: Sendable {
    var bodySize: Int
    var timeout: TimeAmount
    var stallTimeout: TimeAmount
    var workTimeout: TimeAmount
    var keepAlive = TimeAmount.seconds(75)
    var answerTimeout = TimeAmount.seconds(120)
    var linger = TimeAmount.seconds(1)
    var lingerBytes = 8_000_000
    var minimumBytesPerSecond = 16_384
  }

  private enum Phase {
    case waitingForHead
    case reading(Pace)
    case answering
    /// The answer has begun before the request was whole.
    case answeringEarly
    /// The parser's refusal is about to be told.
    case refusing
    /// The early answer is written; the rest of the request is thrown away.
    case lingering(bytes: Int)
  }

  private let limits: Limits
  /// Told what the parser rejected.
  private let onNoRequest: @Sendable (_ reason: String) -> Void
  private var phase = Phase.waitingForHead
  private var unanswered = 0
  private var timer: Scheduled<Void>?
  /// When bodies must be whole because the server is to end.
  private var lastMoment = NIODeadline.distantFuture

  init(limits: Limits, onNoRequest: @escaping @Sendable (_ reason: String) -> Void) {
    self.limits = limits
    self.onNoRequest = onNoRequest
  }

  func handlerAdded(context: ChannelHandlerContext) {
    startTimer(limits.timeout, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if case .lingering(let bytes) = phase {
      guard case .body(let buffer) = part, bytes + buffer.readableBytes < limits.lingerBytes else {
        return context.close(promise: nil)
      }
      phase = .lingering(bytes: bytes + buffer.readableBytes)
      return
    }
    switch part {
    case .head(let head):
      unanswered += 1
      phase = .reading(Pace(limits, now: .now()))
      startTimer(min(limits.timeout, limits.stallTimeout), context)
      answerExpectation(of: head, context)
    case .body(let buffer):
      if case .reading(var pace) = phase {
        pace.add(buffer.readableBytes, now: .now())
        phase = .reading(pace)
      }
    case .end:
      if case .reading = phase {
        phase = .answering
        startTimer(limits.workTimeout, context)
      }
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch (event, phase) {
    case (ChannelEvent.inputClosed, .answering):
      return context.close(promise: nil)
    case (is ChannelShouldQuiesceEvent, _):
      lastMoment = .now() + limits.timeout
    default: break
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError { refuse(error, context) }
    context.fireErrorCaught(error)
  }

  private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
    switch phase {
    case .waitingForHead, .answering: unanswered += 1  // the broken head is answered, too
    case .reading: break
    case .answeringEarly, .refusing, .lingering: return
    }
    onNoRequest("\(error)")
    phase = .refusing
    startTimer(limits.workTimeout, context)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      switch phase {
      case .reading where unanswered == 1:
        phase = .answeringEarly
        fallthrough
      case .answeringEarly:
        head.headerFields[.connection] = "close"
      default: break
      }
      takeTime(context)
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      takeTime(context)
      context.write(data, promise: promise)
    case .end:
      unanswered -= 1
      context.write(data, promise: promise)
      switch phase {
      case .answeringEarly: endSending(context)
      case .refusing where unanswered <= 0: endSending(context)
      case .answering where unanswered == 0:
        phase = .waitingForHead
        startTimer(limits.keepAlive, context)
      case .reading where unanswered == 1:
        // This body could not come on while the request before it was answered.
        phase = .reading(Pace(limits, now: .now()))
        startTimer(min(limits.timeout, limits.stallTimeout), context)
      default: break
      }
    }
  }

  /// The client gets its time to take the next part of an answer; one that is still sending its next
  /// request is watched by that.
  private func takeTime(_ context: ChannelHandlerContext) {
    switch phase {
    case .answering, .answeringEarly, .refusing: startTimer(limits.answerTimeout, context)
    case .waitingForHead, .reading, .lingering: break
    }
  }

  private func endSending(_ context: ChannelHandlerContext) {
    phase = .lingering(bytes: 0)
    startTimer(limits.linger, context)
    context.flush()
    context.close(mode: .output, promise: nil)
  }

  /// - Source: RFC 9110, section 10.1.1.
  private func answerExpectation(of head: HTTPRequest, _ context: ChannelHandlerContext) {
    guard head.headerFields[.expect]?.lowercased() == "100-continue",
      head.headerFields[.contentLength].flatMap(Int.init) ?? 0 <= limits.bodySize
    else { return }
    context.writeAndFlush(
      wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
  }

  private func startTimer(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    timer?.cancel()
    // The timer runs on the connection's own event loop and is cancelled with the handler.
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.timeIsUp(context) }
  }

  private func timeIsUp(_ context: ChannelHandlerContext) {
    guard case .reading(let pace) = phase else {
      return context.close(promise: nil)
    }
    if unanswered > 1 {
      return startTimer(limits.workTimeout, context)  // nothing is read before that is answered
    }
    let end = min(pace.deadline, lastMoment)
    if end > .now() {
      startTimer(end - .now(), context)
    } else {
      context.fireErrorCaught(SlowRequest())
      startTimer(limits.timeout, context)
      phase = .answeringEarly
    }
  }
}

/// How fast a body must arrive: at `minimumBytesPerSecond`, `timeout` granted on top, and never nothing for
/// `stallTimeout`.
///
/// What came faster than it had to is no credit for later: who has sent 19 of 20 MB and then drips holds
/// their memory as little as who has sent nothing.
private struct Pace {
  private let limits: ConnectionGuard.Limits
  private var due: NIODeadline
  private var lastBytes: NIODeadline

  init(_ limits: ConnectionGuard.Limits, now: NIODeadline) {
    self.limits = limits
    due = now + limits.timeout
    lastBytes = now
  }

  mutating func add(_ bytes: Int, now: NIODeadline) {
    let granted = TimeAmount.milliseconds(Int64(bytes * 1000 / limits.minimumBytesPerSecond))
    due = min(due + granted, now + limits.timeout)
    lastBytes = now
  }

  /// When more must have come.
  var deadline: NIODeadline { min(due, lastBytes + limits.stallTimeout) }
}
