public import ArgumentParser
public import Reports

extension ReadingFormat: ExpressibleByArgument {}
