import GatewayKit

extension FuzzTarget {
    /// A gateway's answers to queries: the same wherever the stream is cut.
    static let answer = FuzzTarget(name: "answer") { input in
        let whole = readAnswers([input[...]])
        let inParts = readAnswers(parts(of: input))
        promise(whole.answers == inParts.answers, "other answers in parts")
        promise(whole.isBroken == inParts.isBroken, "a limit that depends on where bytes are cut")
        for answer in whole.answers {
            guard let value = try? PHPValue(serialized: answer) else { continue }
            let again = readAnswers([AnswerParser.encode(value)[...]]).answers
            promise(again == [value.serialized()], "an answer is read otherwise than it was written")
        }
    }

    private static func readAnswers(_ parts: [ArraySlice<UInt8>]) -> (answers: [[UInt8]], isBroken: Bool) {
        var parser = AnswerParser(limit: 2000)
        var answers: [[UInt8]] = []
        do throws(GatewayPacketParser.Violation) {
            for part in parts {
                parser.append(part)
                while let answer = try parser.next() { answers.append(answer) }
            }
            return (answers, false)
        } catch {
            return (answers, true)
        }
    }
}
