import ChatAPIKit
import SQLiteCore
import Testing

@Suite struct StoreQueryPlanTests {
    @Test(arguments: ChatQuery.all.map(\.key))
    func `a query searches an index and never scans or sorts`(name: String) async throws {
        let fixture = try StoreFixture()
        let sql = try #require(ChatQuery.all.first { $0.key == name }?.value)
        let values = [SQLiteValue](repeating: .null, count: sql.count { $0 == "?" })
        let plan = try await fixture.store.explain(sql, values)
        #expect(!plan.isEmpty)
        for step in plan {
            #expect(step.hasPrefix("SEARCH"), "\(name): \(step)")
            #expect(!step.contains("AUTOMATIC"), "\(name): \(step)")
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
