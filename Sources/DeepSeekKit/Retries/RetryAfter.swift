/// Reads the `Retry-After` header.
package enum RetryAfter {
    /// How long to wait: whole seconds or a date (RFC 9110 10.2.3); nil when it is neither.
    ///
    /// A date is counted from `now`, in milliseconds since 1970: the server's own if it told it, since clocks differ.
    package static func parse(_ value: String, now: Int64) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return .seconds(min(Int64(value) ?? .max, longest))  // more digits than a number has: very long
        }
        guard let seconds = seconds(ofDate: value) else { return nil }
        return .milliseconds(max(0, seconds * 1000 - now))
    }

    /// A year, in seconds.
    private static let longest: Int64 = 86_400 * 365

    /// When an answer was made by its own clock (`Date`, RFC 9110 6.6.1), in milliseconds since 1970; nil when it does not
    /// say so.
    static func date(of response: TransportResponse) -> Int64? {
        response.header("date").flatMap(seconds(ofDate:)).map { $0 * 1000 }
    }

    /// Seconds since 1970 of the one date form senders may use, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
    private static func seconds(ofDate text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int64($0) }
        guard time.count == 3, time.allSatisfy({ (0...60).contains($0) }) else { return nil }
        // Days from 1970, with the year beginning in March so that the leap day comes last.
        let shifted = Int64(month + 10) % 12
        let base = month < 2 ? year - 1 : year
        let dayOfYear = (153 * shifted + 2) / 5 + day - 1
        let days = base * 365 + base / 4 - base / 100 + base / 400 + dayOfYear - 719_468
        return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }
}
