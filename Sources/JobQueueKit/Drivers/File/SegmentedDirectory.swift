package import PlatformCore

/// A sorted set of job files on the disk, in directories of about a thousand names, so that neither the first nor the place
/// of a new one costs a look at all.
///
/// Each directory is named by a key that no name in it is below, as the leaves of a B-tree are. What was read is remembered
/// until `forget`. Names that are no key's or no job's are passed over.
package final class SegmentedDirectory {
    private struct Segment {
        let key: String
        /// Sorted; nil as long as it was not read.
        var names: [String]?
    }

    package let path: String
    private let willChange: () throws(SystemError) -> Void
    private var segments: [Segment]?

    /// How many names a directory has before another one is begun.
    private static let limit = 1024

    /// - Parameters:
    ///   - path: Where it is, or will be with its first name.
    ///   - willChange: Called before an empty directory is removed, which a mere look may do.
    package init(_ path: String, willChange: @escaping () throws(SystemError) -> Void = { () throws(SystemError) in }) {
        self.path = path
        self.willChange = willChange
    }

    /// What is on the disk may have changed.
    package func forget() {
        segments = nil
    }

    /// The first names, at most so many, of those that are wanted; asked of each once, in order.
    package func first(
        _ count: Int,
        where isWanted: (String) -> Bool = { _ in true }
    ) throws(SystemError) -> [String] {
        try readSegments()
        var names: [String] = []
        var index = 0
        while names.count < count, index < segments!.count {
            let content = try content(of: index)
            if content.isEmpty {
                try willChange()
                try Disk.removeDirectory("\(path)/\(segments![index].key)")
                segments!.remove(at: index)
            } else {
                for name in content where isWanted(name) {
                    names.append(name)
                    if names.count == count { break }
                }
                index += 1
            }
        }
        return names
    }

    /// Every name, in order.
    package func all() throws(SystemError) -> [String] {
        try first(.max)
    }

    /// Moves a file in, and returns the directories that have a new name.
    package func insert(_ source: String, as name: String) throws(SystemError) -> [String] {
        try readSegments()
        var changed: [String] = []
        var index = (segments!.lastIndex { $0.key <= name }) ?? 0
        if segments!.isEmpty {
            changed += try addSegment("0", at: 0, names: [])
        } else if try content(of: index).count >= Self.limit {
            changed += try makeRoom(for: name, inSegment: index)
            index = (segments!.lastIndex { $0.key <= name }) ?? 0
        }
        let directory = "\(path)/\(segments![index].key)"
        try Disk.move(source, to: "\(directory)/\(name)")
        var names = try content(of: index)
        segments![index].names = nil
        if let last = names.last, name < last {
            names.insert(name, at: names.firstIndex { $0 > name } ?? names.endIndex)
        } else {
            names.append(name)
        }
        segments![index].names = names
        return changed + [directory]
    }

    /// Where a file is; nil if it is not there.
    package func location(of name: String) throws(SystemError) -> String? {
        guard let index = try segment(of: name) else { return nil }
        return "\(path)/\(segments![index].key)/\(name)"
    }

    /// Notes that a file was moved out or removed.
    package func left(_ name: String) throws(SystemError) {
        guard let index = try segment(of: name) else { return }
        if let place = Self.place(of: name, in: try content(of: index)) { segments![index].names!.remove(at: place) }
    }

    /// The name that begins with a key; nil if there is none.
    package func name(withKey key: String) throws(SystemError) -> String? {
        try readSegments()
        guard let index = (segments!.lastIndex { $0.key <= key }) else { return nil }
        return try content(of: index).first { FileJobName.key(of: $0) == key }
    }

    // MARK: Segments

    private func readSegments() throws(SystemError) {
        guard segments == nil else { return }
        segments = try Disk.names(in: path).filter(FileJobName.isHexadecimal).sorted().map {
            Segment(key: $0, names: nil)
        }
    }

    private func content(of index: Int) throws(SystemError) -> [String] {
        if let names = segments![index].names { return names }
        let names = try Disk.names(in: "\(path)/\(segments![index].key)").filter { FileJobName.isOne($0) }.sorted()
        segments![index].names = names
        return names
    }

    /// The directory a name is in: as a rule the last whose key is not above it, another after a split was cut short.
    private func segment(of name: String) throws(SystemError) -> Int? {
        try readSegments()
        let likely = segments!.lastIndex { $0.key <= name }
        for index in [likely].compactMap(\.self) + Array(segments!.indices) {
            if Self.place(of: name, in: try content(of: index)) != nil { return index }
        }
        return nil
    }

    /// Where a name is among sorted ones.
    private static func place(of name: String, in names: [String]) -> Int? {
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == name ? low : nil
    }

    private func addSegment(_ key: String, at index: Int, names: [String]) throws(SystemError) -> [String] {
        let changed = try Disk.makeDirectory("\(path)/\(key)")
        segments!.insert(Segment(key: key, names: names), at: index)
        return changed
    }

    /// Begins a directory after a full one: for the new name alone if it comes last, as most do, else for the upper half.
    private func makeRoom(for name: String, inSegment index: Int) throws(SystemError) -> [String] {
        let names = try content(of: index)
        guard let last = names.last, name < last else {
            return try addSegment(FileJobName.key(of: name), at: index + 1, names: [])
        }
        let upper = Array(names[(names.count / 2)...])
        let key = FileJobName.key(of: upper[0])
        let changed = try addSegment(key, at: index + 1, names: upper)
        segments![index].names = Array(names[..<(names.count / 2)])
        for moved in upper { try Disk.move("\(path)/\(segments![index].key)/\(moved)", to: "\(path)/\(key)/\(moved)") }
        return changed + ["\(path)/\(key)"]
    }
}
