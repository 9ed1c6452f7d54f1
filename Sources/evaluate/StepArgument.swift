public import ArgumentParser
public import Recognition

extension ReadingStep: ExpressibleByArgument {}
