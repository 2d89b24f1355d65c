import ServerCore

/// A request as the parser told it.
struct ParsedRequest: Equatable {
    var head: RequestHead
    var body: [UInt8] = []
}

/// Feeds a parser pieces and collects the requests.
enum RequestFeed {
    /// Everything the pieces bring; a rest that is no whole request is left out.
    static func parse(
        _ pieces: [ArraySlice<UInt8>],
        limits: RequestParser.Limits = .init()
    ) throws(RequestViolation) -> [ParsedRequest] {
        var parser = RequestParser(limits: limits)
        var requests: [ParsedRequest] = []
        var current: ParsedRequest?
        for piece in pieces {
            var rest = piece
            while true {
                let step = try parser.next(rest.span)
                let base = rest.startIndex
                rest = rest.dropFirst(step.consumed)
                guard let event = step.event else { break }
                switch event {
                case .head(let head): current = ParsedRequest(head: head)
                case .body(let range):
                    current?.body += Array(piece[(base + range.lowerBound)..<(base + range.upperBound)])
                case .end:
                    if let current { requests.append(current) }
                    current = nil
                }
            }
        }
        return requests
    }

    static func parse(
        _ text: String,
        limits: RequestParser.Limits = .init()
    ) throws(RequestViolation) -> [ParsedRequest] {
        try parse([Array(text.utf8)[...]], limits: limits)
    }

    /// The status with which a text is refused; nil if it is not.
    static func refusal(_ text: String, limits: RequestParser.Limits = .init()) -> Int? {
        let bytes = Array(text.utf8)
        do throws(RequestViolation) {
            _ = try parse([bytes[...]], limits: limits)
            return nil
        } catch {
            return error.status
        }
    }
}
