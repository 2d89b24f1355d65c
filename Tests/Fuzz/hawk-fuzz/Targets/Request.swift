import ServerCore

extension FuzzTarget {
    /// HTTP requests: the same ones, with the same bodies, wherever the bytes are cut.
    static let request = FuzzTarget(name: "request") { input in
        let whole = readRequests([input[...]], limits: .init())
        let inParts = readRequests(parts(of: input), limits: .init())
        promise(whole == inParts, "at once:\n\(whole)\nin parts:\n\(inParts)")
        for event in whole { if case .head(let head) = event { check(head) } }

        // With limits this narrow only what stands before a violation is certain, not which limit is told.
        let narrow = RequestParser.Limits(head: 120, target: 20, body: 12)
        let first = readRequests([input[...]], limits: narrow)
        let second = readRequests(parts(of: input), limits: narrow)
        promise(first.heads == second.heads, "with narrow limits")
        promise(first.violation == nil || second.violation != nil, "a limit that depends on where bytes are cut")
        promise(second.violation == nil || first.violation != nil, "a limit that depends on where bytes are cut")
    }

    private static func check(_ head: RequestHead) {
        promise(head.path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character in the path")
        promise(head.path == "*" || head.path.utf8.first == UInt8(ascii: "/"), "a path that begins with no slash")
        promise(!head.path.split(separator: "/").contains(".."), "a relative segment")
        for field in head.headers.fields {
            let isClean = (field.name + field.value).utf8.allSatisfy { $0 != 0 && $0 != 0x0A && $0 != 0x0D }
            promise(isClean, "a line end in a header field")
        }
    }

    fileprivate enum RequestEvent: Equatable {
        case head(RequestHead)
        case body([UInt8])
        case end
        /// Its status: which of several faults is met first depends on where the bytes are cut.
        case violation(Int)
    }

    private static func readRequests(_ parts: [ArraySlice<UInt8>], limits: RequestParser.Limits) -> [RequestEvent] {
        var parser = RequestParser(limits: limits)
        var events: [RequestEvent] = []
        for part in parts {
            let isIntact = withExactCopy(of: part) { memory in
                read(UnsafeRawBufferPointer(memory), with: &parser, into: &events)
            }
            if !isIntact { break }
        }
        return events
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer,
        with parser: inout RequestParser,
        into events: inout [RequestEvent]
    ) -> Bool {
        var rest = bytes
        do throws(RequestViolation) {
            while true {
                let step = try parser.next(rest)
                switch step.event {
                case nil: promise(step.consumed == rest.count, "bytes are left unread")
                case .head(let head): events.append(.head(head))
                case .body(let range): append(rest[range], to: &events)
                case .end: events.append(.end)
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[step.consumed...])
                if step.event == nil { return true }
            }
        } catch {
            events.append(.violation(error.status))
            return false
        }
    }

    /// How a body is cut is nobody's business: its pieces are joined.
    private static func append(_ piece: Slice<UnsafeRawBufferPointer>, to events: inout [RequestEvent]) {
        if case .body(let before)? = events.last {
            events[events.count - 1] = .body(before + piece)
        } else {
            events.append(.body(Array(piece)))
        }
    }
}

extension [FuzzTarget.RequestEvent] {
    fileprivate var heads: [RequestHead] {
        compactMap { if case .head(let head) = $0 { head } else { nil } }
    }

    fileprivate var violation: Int? {
        if case .violation(let status)? = last { status } else { nil }
    }
}
