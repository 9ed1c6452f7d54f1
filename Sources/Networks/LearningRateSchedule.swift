import Glibc

/// What the learning rate is multiplied by, from the first step to the last.
public enum LearningRateSchedule: Hashable, Sendable {
  /// 1 throughout.
  case constant
  /// From 0.1 to 1 along a line during the share `warmUp` of all steps, then along a line to 0.
  case warmUpLinear(warmUp: Double)
  /// From 1/25 to 1 along half a cosine during the share `warmUp`, then along another to 1/250,000.
  ///
  /// - Source: L. Smith, N. Topin, "Super-convergence", 2018, with the end points of
  ///   `torch.optim.lr_scheduler.OneCycleLR`.
  case oneCycle(warmUp: Double)
  /// From 1 to 0 along half a cosine.
  ///
  /// - Source: I. Loshchilov, F. Hutter, "SGDR", ICLR 2017, equation 5, without restarts.
  case cosine

  /// - Parameter step: 1 for the first step.
  /// - Parameter steps: how many there are in all.
  public func factor(step: Int, of steps: Int) -> Float {
    let u = Double(step) / Double(steps)
    switch self {
    case .constant: return 1
    case .warmUpLinear(let w):
      return Float(u < w ? 0.1 + 0.9 * u / w : 1 - (u - w) / (1 - w))
    case .oneCycle(let w):
      return Float(
        u < w
          ? Self.halfCosine(from: 1 / 25, to: 1, at: u / w)
          : Self.halfCosine(from: 1, to: 1 / 250_000, at: (u - w) / (1 - w)))
    case .cosine: return Float(Self.halfCosine(from: 1, to: 0, at: u))
    }
  }

  private static func halfCosine(from start: Double, to end: Double, at u: Double) -> Double {
    end + (start - end) * 0.5 * (1 + cos(Double.pi * u))
  }
}
