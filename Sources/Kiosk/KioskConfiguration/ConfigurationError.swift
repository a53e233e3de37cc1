/// What is wrong with a configuration file: every problem found, each with its place.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        public var file: String
        /// Counted from 1; 0 if the file as a whole is meant.
        public var line: Int
        /// Dotted, as `answer.after`; empty if no key is meant.
        public var key: String
        public var message: String

        public var description: String {
            (line > 0 ? "\(file):\(line): " : "\(file): ") + (key.isEmpty ? message : "\(key): \(message)")
        }
    }

    public var problems: [Problem]

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
