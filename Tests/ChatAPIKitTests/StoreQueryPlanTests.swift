import ChatAPIKit
import FoundationEssentials
import PlatformCore
import SQLiteCore
import Testing

/// What every statement of the store does to find its rows, by SQLite's own word.
@Suite struct StoreQueryPlanTests {
    private static let source =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/Sources/ChatAPIKit/Store/SQLite"

    /// The statements that stand in the store's source, those of `ChatQuery` aside.
    private static let inline: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: source)) ?? []
        return names.sorted().filter { $0.hasPrefix("SQLiteChatStore") }.flatMap { name in
            let text = String(decoding: (try? Files.read("\(source)/\(name)")) ?? [], as: UTF8.self)
            let long = /"""\n((?:[^"]|"(?!""))*)"""/
            let short = /"((?:SELECT|INSERT|UPDATE|DELETE) [^"]*)"/
            return text.matches(of: long).map { String($0.1) }
                + text.replacing(long, with: "").matches(of: short).map { String($0.1) }
        }
    }()

    @Test func `every statement of the source is looked at`() throws {
        #expect(Self.inline.count > 25)
        let constants = String(decoding: try Files.read("\(Self.source)/ChatQuery.swift"), as: UTF8.self)
            .matches(of: /\n    (?:package )?static let (\w+) ?=/).map { String($0.1) }
        #expect(constants.sorted() == ChatQuery.all.map(\.key).sorted())
    }

    @Test(arguments: ChatQuery.all.map(\.value) + inline)
    func `a statement searches an index and never scans or sorts`(sql: String) async throws {
        let fixture = try StoreFixture()
        let values = [SQLiteValue](repeating: .null, count: sql.count { $0 == "?" })
        let plan = try await fixture.store.explain(sql, values)
        // What only adds a row looks for nothing.
        #expect(!plan.isEmpty || sql.contains("INSERT"))
        for step in plan where step != "LIST SUBQUERY 1" {
            #expect(step.hasPrefix("SEARCH"), "\(sql): \(step)")
            #expect(!step.contains("AUTOMATIC"), "\(sql): \(step)")
        }
    }

    @Test func `looking for unfinished replies reads indexes that hold nothing else`() async throws {
        let fixture = try StoreFixture()
        for (sql, index) in [
            (ChatQuery.activeReplies, "replies_unfinished_by_uid"),
            (ChatQuery.earlierUnfinished, "replies_unfinished_by_conversation"),
            (ChatQuery.sweepCandidates, "replies_unfinished "),
        ] {
            let values = [SQLiteValue](repeating: .null, count: sql.count { $0 == "?" })
            let plan = try await fixture.store.explain(sql, values).joined(separator: "\n")
            #expect(plan.contains("INDEX \(index)"), "\(plan)")
        }
    }
}
