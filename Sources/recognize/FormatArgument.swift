public import ArgumentParser
public import Recognition
public import Reports

extension ReadingFormat: ExpressibleByArgument {}
extension PrintedDigits: ExpressibleByArgument {}
