import PlatformCore

/// What was accepted and what was given up, by the word of whom it was asked of.
public final class Ledger: Sendable {
    /// A question as its sender knows it.
    public struct Question: Sendable, Equatable {
        /// Who asked.
        public let uid: String
        /// Its text, which no other question has.
        public let content: String
        /// What the message is called.
        public let id: String
        /// Where it is.
        public let conversation: String
        /// What it was put behind, where the sender said so.
        public let parent: String?
        /// Its first reply; empty where nobody asks.
        public let reply: String

        /// A question.
        public init(
            uid: String,
            content: String,
            id: String,
            conversation: String,
            parent: String? = nil,
            reply: String = ""
        ) {
            self.uid = uid
            self.content = content
            self.id = id
            self.conversation = conversation
            self.parent = parent
            self.reply = reply
        }
    }

    /// A question that is lost, stored twice, not what it was, or there although deleted.
    public struct Broken: Error, CustomStringConvertible {
        /// Which one, and how.
        public let description: String
    }

    private struct State {
        var accepted: [String: Question] = [:]
        var doomed: Set<String> = []
        var deleted: Set<String> = []
    }

    private let state = Lock(State())

    /// A ledger in which nothing is written.
    public init() {}

    /// How many questions were accepted, and how many messages are said to be deleted.
    public var counts: (accepted: Int, deleted: Int) { state.withLock { ($0.accepted.count, $0.deleted.count) } }

    /// A question of this content was accepted, now or, as it must be told the same, before.
    public func accept(_ question: Question) throws {
        let earlier = state.withLock { $0.accepted.updateValue(question, forKey: question.content) }
        if let earlier, earlier != question { throw Broken(description: "\(question) was \(earlier)") }
    }

    /// A message or conversation of which somebody asks that it be deleted, whatever becomes of that.
    public func doom(_ id: String) { state.withLock { _ = $0.doomed.insert(id) } }

    /// What an answer says is deleted.
    public func delete(_ ids: [String]) { state.withLock { $0.deleted.formUnion(ids) } }

    /// Some question that this user knows of.
    public func question(of uid: String, _ dice: Dice) -> Question? {
        let known = state.withLock { $0.accepted.values.filter { $0.uid == uid } }.sorted { $0.content < $1.content }
        return known.isEmpty ? nil : known[dice.roll(0..<known.count)]
    }

    /// Each accepted question is stored once, unless its deletion was asked for; what was said to be deleted is gone.
    ///
    /// `parents` has what messages were put behind of which the sender did not say so: with a message goes what is below it.
    public func check(_ stored: [Question], parents: [String: String] = [:]) throws {
        let (accepted, doomed, deleted) = state.withLock { ($0.accepted.values, $0.doomed, $0.deleted) }
        var parents = parents
        for question in accepted where question.parent != nil { parents[question.id] = question.parent }
        let contents = stored.map(\.content).sorted()
        guard Set(contents).count == contents.count else { throw Broken(description: "stored twice: \(contents)") }
        let byID = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0) })
        if let id = deleted.first(where: { byID[$0] != nil }) { throw Broken(description: "\(id) was deleted") }
        for question in accepted {
            if let found = byID[question.id] {
                let isSame = found.content == question.content && found.uid == question.uid
                guard isSame, found.conversation == question.conversation else {
                    throw Broken(description: "\(found) is not \(question)")
                }
                continue
            }
            var above: Set = [question.conversation]
            var next: String? = question.id
            while let id = next, above.insert(id).inserted { next = parents[id] }
            guard deleted.contains(question.id) || !doomed.isDisjoint(with: above) else {
                throw Broken(description: "\(question) is lost")
            }
        }
    }
}
