import KioskConfiguration
import Testing

/// A key exists in the code, in docs/configuration.md and in board/schema.json, or in none of them.
@Suite struct DocumentationTests {
    private func text(_ path: String) throws -> String {
        String(decoding: try Repository.read(path), as: UTF8.self)
    }

    /// The keys that a chapter's table rows name first: "| `pools.packets` | …".
    private func documented(_ chapter: String) throws -> Set<String> {
        let parts = try text("docs/configuration.md").split(separator: "\n## ")
        let part = try #require(parts.first { $0.hasPrefix(chapter) })
        return Set(
            part.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
                $0.split(separator: "`").dropFirst().first.map(String.init)
            })
    }

    /// Keys with a value of their own; a group is documented by what is in it.
    private func leaves(_ keys: [String]) -> Set<String> {
        Set(keys.filter { key in !keys.contains { $0.hasPrefix(key + ".") } })
    }

    @Test func everyBoardKeyIsDocumented() throws {
        #expect(try documented("The board file") == leaves(BoardConfiguration.keys))
    }

    @Test func everySiteKeyIsDocumented() throws {
        #expect(try documented("The site file") == leaves(SiteConfiguration.keys))
    }

    /// JSON is YAML as far as the schema goes, so its keys are read by the same reader.
    @Test func theSchemaHasEveryKey() throws {
        let root = try #require(try YAMLDocument.parse(Repository.read("board/schema.json")))
        let definitions = try #require(root["$defs"])
        #expect(schemaLeaves("board", in: definitions) == leaves(BoardConfiguration.keys))
        #expect(schemaLeaves("site", in: definitions) == leaves(SiteConfiguration.keys))
    }

    private func schemaLeaves(_ name: String, in definitions: YAMLNode) -> Set<String> {
        func resolved(_ node: YAMLNode) -> YAMLNode {
            guard case .scalar(let reference, _)? = node["$ref"]?.value, reference.hasPrefix("#/$defs/") else {
                return node
            }
            return definitions[String(reference.dropFirst(8))] ?? node
        }
        func leaves(_ node: YAMLNode, _ path: [String]) -> Set<String> {
            var node = resolved(node)
            if let items = node["items"].map(resolved), items["properties"] != nil { node = items }
            guard case .mapping(let properties)? = node["properties"]?.value else {
                return [path.joined(separator: ".")]
            }
            return properties.reduce(into: []) { $0.formUnion(leaves($1.value, path + [$1.key])) }
        }
        return definitions[name].map { leaves($0, []) } ?? []
    }
}

extension YAMLNode {
    fileprivate subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = value else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
