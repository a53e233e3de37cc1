/// A value in a YAML document, with the place it was read from.
package struct YAMLNode: Sendable {
    package indirect enum Value: Sendable {
        /// `isPlain` means written without quotes: only such a scalar can be a number or a truth value.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }
    package var value: Value
    /// Counted from 1.
    package var line: Int

    package init(_ value: Value, line: Int) { (self.value, self.line) = (value, line) }

    /// What a message calls it.
    package var kind: String {
        switch value {
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a group of keys"
        }
    }
}

/// One `key: value` of a mapping.
package struct YAMLEntry: Sendable {
    package var key: String
    package var line: Int
    package var value: YAMLNode
}
