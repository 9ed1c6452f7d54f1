import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// A client that took too long to send a request.
struct SlowRequest: Error {}

/// Keeps one connection within its limits of time, and ends it in good order.
///
/// - A head must arrive within `timeout` of the connection's begin, or `keepAlive` after an answer.
/// - A body must arrive at `minimumBytesPerSecond` at least, `timeout` granted on top; if not, its
///   reader meets `SlowRequest` and can still answer.
/// - An answer must be taken within `answerTimeout`.
/// - An answer that is there before its request is whole (too large, say) says `Connection: close`;
///   the rest of the request is then thrown away for a moment, so that the client gets to read it.
/// - A client that ends its side while it is to be answered has left: the connection is closed, so
///   that work for it need not begin.
/// - `Expect: 100-continue` is answered, unless the body would be rejected anyway.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  struct Limits: Sendable {
    var bodySize: Int
    var timeout: TimeAmount
    var keepAlive = TimeAmount.seconds(75)
    var answerTimeout = TimeAmount.seconds(120)
    var linger = TimeAmount.seconds(1)
    var lingerBytes = 8_000_000
    var minimumBytesPerSecond = 16_384
  }

  private enum Phase {
    case waitingForHead
    case reading(since: NIODeadline, bytes: Int)
    case answering
    /// The answer has begun before the request was whole.
    case answeringEarly
    /// The early answer is written; the rest of the request is thrown away.
    case lingering(bytes: Int)
  }

  private let limits: Limits
  private var phase = Phase.waitingForHead
  private var unanswered = 0
  private var timer: Scheduled<Void>?

  init(limits: Limits) { self.limits = limits }

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
      phase = .reading(since: .now(), bytes: 0)
      startTimer(limits.timeout, context)
      answerExpectation(of: head, context)
    case .body(let buffer):
      if case .reading(let start, let bytes) = phase {
        phase = .reading(since: start, bytes: bytes + buffer.readableBytes)
      }
    case .end:
      if case .reading = phase {
        phase = .answering
        startTimer(limits.answerTimeout, context)
      }
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event, case .answering = phase {
      return context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      if case .reading = phase, unanswered == 1 {
        phase = .answeringEarly
        head.headerFields[.connection] = "close"
        startTimer(limits.answerTimeout, context)
      }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      unanswered -= 1
      context.write(data, promise: promise)
      switch phase {
      case .answeringEarly:
        phase = .lingering(bytes: 0)
        startTimer(limits.linger, context)
        context.flush()
        context.close(mode: .output, promise: nil)
      case .answering where unanswered == 0:
        phase = .waitingForHead
        startTimer(limits.keepAlive, context)
      default: break
      }
    }
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
    guard case .reading(let start, let bytes) = phase else {
      return context.close(promise: nil)
    }
    let granted =
      limits.timeout + .milliseconds(Int64(bytes * 1000 / limits.minimumBytesPerSecond))
    if start + granted > .now() {
      startTimer(start + granted - .now(), context)
    } else {
      context.fireErrorCaught(SlowRequest())
      startTimer(limits.timeout, context)
      phase = .answeringEarly
    }
  }
}
