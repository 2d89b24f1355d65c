#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads server-sent events from bytes as they come, cut anywhere.
///
/// ```swift
/// parser.feed(bytes)
/// while let event = try parser.next() { … }
/// ```
///
/// The rules are the WHATWG's (https://html.spec.whatwg.org/multipage/server-sent-events.html, "Interpreting an event
/// stream"), except that `id` and `retry` are passed over, since nothing here reconnects. An event that the end of the
/// stream cuts off is never given. Pure: no socket, no clock. Data is a slice of what was fed, copied only when an
/// event has several `data` lines.
package struct EventStreamParser {
    /// One event: its type and its data lines, joined by line feeds.
    package struct Event: Equatable {
        /// The `event` field; empty when there was none.
        package var type: String
        /// The data, not checked for UTF-8.
        package var data: ArraySlice<UInt8>
    }

    /// An event or a line longer than allowed.
    package struct TooLong: Error, Equatable {
        /// What was allowed.
        package let limit: Int
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the current line begins in `buffer`, and how far it has been searched for its end.
    private var lineStart = 0
    private var searched = 0
    /// Where the next CR is, or the end; before `searched` it is not known.
    private var carriageReturn = -1
    private var isAtStart = true
    private var skipsLineFeed = false
    private var type = ""
    private var data: ArraySlice<UInt8>?

    /// A parser of one stream.
    ///
    /// - Parameter limit: the most bytes of one line or one event's data; what is longer throws instead of growing.
    package init(limit: Int = 16 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream; `next` gives the events in them.
    package mutating func feed(_ bytes: [UInt8]) {
        if lineStart == buffer.count {
            buffer = bytes
        } else {
            if lineStart > 0 { buffer.removeSubrange(..<lineStart) }
            buffer += bytes
        }
        searched -= lineStart
        lineStart = 0
        carriageReturn = -1
    }

    /// The next complete event; nil until more is fed.
    package mutating func next() throws(TooLong) -> Event? {
        guard skipByteOrderMark() else { return nil }
        while let line = nextLine() {
            guard line.isEmpty else {
                try take(line)
                continue
            }
            defer { (type, data) = ("", nil) }
            if let data { return Event(type: type, data: data) }
        }
        guard buffer.count - lineStart <= limit else { throw TooLong(limit: limit) }
        return nil
    }

    /// Passes over one byte order mark at the very start; false while that may still be coming.
    private mutating func skipByteOrderMark() -> Bool {
        guard isAtStart else { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if buffer.starts(with: mark) {
            lineStart = mark.count
        } else if mark.starts(with: buffer) {
            return false
        }
        searched = lineStart
        isAtStart = false
        return true
    }

    /// The next whole line without its end: LF, CR or CRLF, the two bytes of the latter possibly in two pieces.
    private mutating func nextLine() -> Range<Int>? {
        if skipsLineFeed, searched < buffer.count {
            if buffer[searched] == UInt8(ascii: "\n") {
                searched += 1
                lineStart = searched
            }
            skipsLineFeed = false
        }
        guard let end = lineEnd() else {
            searched = buffer.count
            return nil
        }
        defer { (lineStart, searched) = (end + 1, end + 1) }
        skipsLineFeed = buffer[end] == UInt8(ascii: "\r")
        return lineStart..<end
    }

    /// Where the next LF or CR is, whichever comes first.
    private mutating func lineEnd() -> Int? {
        // Most streams have no CR at all: one that is ahead is looked for once, not line by line.
        if carriageReturn < searched { carriageReturn = first(UInt8(ascii: "\r"), from: searched) ?? buffer.count }
        let end = min(first(UInt8(ascii: "\n"), from: searched) ?? buffer.count, carriageReturn)
        return end < buffer.count ? end : nil
    }

    private func first(_ byte: UInt8, from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func take(_ line: Range<Int>) throws(TooLong) {
        guard line.count <= limit else { throw TooLong(limit: limit) }
        let colon = buffer.withUnsafeBytes { bytes in
            // Names are short: this ends at the fifth byte, mostly.
            line.first { bytes[$0] == UInt8(ascii: ":") }
        }
        if colon == line.lowerBound { return }  // a comment
        let name = line.lowerBound..<(colon ?? line.upperBound)
        var valueStart = colon.map { $0 + 1 } ?? line.upperBound
        if valueStart < line.upperBound, buffer[valueStart] == UInt8(ascii: " ") { valueStart += 1 }
        let value = valueStart..<line.upperBound
        if has(name, "data") {
            try append(buffer[value])
        } else if has(name, "event") {
            type = String(decoding: buffer[value], as: UTF8.self)
        }
    }

    private func has(_ name: Range<Int>, _ text: StaticString) -> Bool {
        guard name.count == text.utf8CodeUnitCount else { return false }
        return buffer.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp($0 + name.lowerBound, text.utf8Start, name.count) == 0 } ?? false
        }
    }

    private mutating func append(_ value: ArraySlice<UInt8>) throws(TooLong) {
        guard let earlier = data else {
            data = value
            return
        }
        guard earlier.count + value.count < limit else { throw TooLong(limit: limit) }
        data = nil  // so that a long event of many lines grows in place
        var whole = earlier
        whole.append(UInt8(ascii: "\n"))
        whole += value
        data = whole
    }
}
