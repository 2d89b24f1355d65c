import JobQueueKit
import PlatformCore
import TestSupport
import Testing

struct SegmentedDirectoryTests {
    private let root = TemporaryDirectory()

    private func name(_ number: Int, priority: Int = 1024) -> String {
        FileJobName(id: String(repeating: "0", count: 28), priority: priority, readyAt: Int64(number)).byTurn
    }

    private func insert(_ name: String, into directory: SegmentedDirectory) throws {
        try Files.replaceUnsynced(root.file("new"))
        _ = try directory.insert(root.file("new"), as: name)
    }

    @Test func `names come back sorted, however they were added and whoever reads them`() throws {
        let directory = SegmentedDirectory(root.file("sorted"))
        var names: [String] = []
        for number in 0..<1300 {
            // Most in order, some before all others, some in the middle.
            let place = number % 10 == 0 ? 1300 - number : number
            names.append(name(place * 4 + number % 4, priority: number % 7 == 0 ? 1 : 1024))
            try insert(names[number], into: directory)
        }
        #expect(try directory.all() == names.sorted())
        #expect(try directory.first(5) == Array(names.sorted().prefix(5)))
        #expect(try SegmentedDirectory(root.file("sorted")).all() == names.sorted())
    }

    @Test func `what has left is not found, and empty directories go`() throws {
        let directory = SegmentedDirectory(root.file("sorted"))
        for number in 0..<1100 { try insert(name(number), into: directory) }
        for number in 0..<1100 {
            let path = try #require(try directory.location(of: name(number)))
            try Files.removeFile(path)
            try directory.left(name(number))
            #expect(try directory.first(1) == (number == 1099 ? [] : [name(number + 1)]))
        }
        #expect(try directory.location(of: name(3)) == nil)
        #expect(try SegmentedDirectory(root.file("sorted")).all().isEmpty)
    }

    @Test func `a name is found by its key`() throws {
        let directory = SegmentedDirectory(root.file("sorted"))
        for number in 0..<1200 { try insert(name(number), into: directory) }
        let key = String(name(1100).prefix { $0 != "," })
        #expect(try directory.name(withKey: key) == name(1100))
        #expect(try directory.name(withKey: "zz") == nil)
    }
}
