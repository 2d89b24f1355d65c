import GatewayKit

extension FuzzTarget {
    /// The Register's lines: cut anywhere they are the same, and a message is written so that it is read as the same.
    static let register = FuzzTarget(name: "register") { input in
        let whole = readLines([input[...]])
        let inParts = readLines(parts(of: input))
        promise(whole.lines == inParts.lines, "other lines in parts")
        promise(whole.isTooLong == inParts.isTooLong, "a limit that depends on where bytes are cut")
        for line in whole.lines {
            promise(!line.contains(0x0A), "a line feed in a line")
            guard let message = try? RegisterMessage(line: line) else { continue }
            let written = message.line
            promise(written.last == 0x0A && !written.dropLast().contains(0x0A), "more or less than one line is written")
            guard let again = try? RegisterMessage(line: written.dropLast()) else {
                return promise(false, "a message that was written cannot be read")
            }
            promise(again.line == written && again == message, "a message is read otherwise than it was written")
        }
    }

    private static func readLines(_ parts: [ArraySlice<UInt8>]) -> (lines: [[UInt8]], isTooLong: Bool) {
        var reader = LineReader(limit: 300)
        var lines: [[UInt8]] = []
        do throws(LineReader.TooLong) {
            for part in parts {
                reader.append(part)
                while let line = try reader.next() { lines.append(line) }
            }
            return (lines, false)
        } catch {
            return (lines, true)
        }
    }
}
