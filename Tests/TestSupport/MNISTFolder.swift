import FoundationEssentials

/// The folder with the MNIST files that the environment variable MNIST names; nil without it.
public let mnistFolder: String? = ProcessInfo.processInfo.environment["MNIST"]

/// Whether tests that need MNIST can run; says so once where they cannot.
public func hasMNIST(for what: String) -> Bool {
  if mnistFolder != nil { return true }
  print("skipped: \(what) needs MNIST (set MNIST to the folder with the MNIST files)")
  return false
}
