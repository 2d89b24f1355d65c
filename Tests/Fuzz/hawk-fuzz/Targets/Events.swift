import DeepSeekKit

extension FuzzTarget {
    /// Server-sent events, cut anywhere, are those that the rules give for the whole.
    static let events = FuzzTarget(name: "events") { input in
        var parser = EventStreamParser(limit: 1 << 20)
        var found: [EventsByTheBook.Event] = []
        for part in parts(of: input) {
            parser.feed(Array(part))
            do {
                while let event = try parser.next() { found.append(.init(type: event.type, data: Array(event.data))) }
            } catch {
                promise(input.count > 1 << 20, "nothing is too long here")
            }
        }
        promise(found == EventsByTheBook(input).events, "the events are those of the whole")
    }
}

/// The rules of WHATWG, "Interpreting an event stream", word by word and slowly.
private struct EventsByTheBook {
    struct Event: Equatable {
        let type: String
        let data: [UInt8]
    }

    private(set) var events: [Event] = []

    init(_ input: [UInt8]) {
        var data: [UInt8]?
        var type = ""
        for line in Self.lines(input.starts(with: [0xEF, 0xBB, 0xBF]) ? input.dropFirst(3) : input[...]) {
            if line.isEmpty {
                if let data { events.append(.init(type: type, data: data)) }
                (data, type) = (nil, "")
                continue
            }
            let colon = line.firstIndex(of: UInt8(ascii: ":"))
            var value = colon.map { line[($0 + 1)...] } ?? []
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
            switch String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self) {
            case "data": data = data.map { $0 + [0x0A] + value } ?? Array(value)
            case "event": type = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
    }

    /// The lines that have an end: LF, CR, or both as one.
    private static func lines(_ input: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = input
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            lines.append(rest[..<end])
            let isPair = rest[end] == 0x0D && end + 1 < rest.endIndex && rest[end + 1] == 0x0A
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        return lines
    }
}
