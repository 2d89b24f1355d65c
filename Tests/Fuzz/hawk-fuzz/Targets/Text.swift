import GatewayKit

extension FuzzTarget {
    /// UTF-8 and masks: the fast ways agree with the slow ones.
    static let text = FuzzTarget(name: "text") { input in
        let isValid = String(validating: input, as: UTF8.self) != nil
        promise(input.withUnsafeBytes { UTF8Check.isValid($0) } == isValid, "validity of the whole")

        var check = UTF8Check()
        var read: [UInt8] = []
        for part in parts(of: input) {
            read += part
            let isAccepted = part.withUnsafeBytes { check.accept($0) }
            promise(isAccepted == canBecomeUTF8(read), "validity of the first \(read.count) bytes")
            guard isAccepted else { return }
        }
        promise(check.isComplete == isValid, "completeness")
        unmask(input)
    }

    /// The first four bytes are the key.
    private static func unmask(_ input: [UInt8]) {
        guard input.count >= 4 else { return }
        let payload = Array(input[4...])
        let expected = payload.indices.map { payload[$0] ^ input[$0 % 4] }
        var key = input[..<4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        var unmasked: [UInt8] = []
        for part in parts(of: payload) {
            withExactCopy(of: part) { memory in
                Masking.apply(key, to: memory)
                unmasked += Array(memory)
            }
            key = Masking.rotate(key, by: part.count)
        }
        promise(unmasked == expected, "unmasked in parts")
    }
}
