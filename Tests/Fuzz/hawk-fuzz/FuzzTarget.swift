/// A parser, and what has to hold whatever it is fed.
struct FuzzTarget: Sendable {
    /// Its name, also of its corpus.
    let name: String
    /// Feeds it, and ends the program where a promise is broken.
    let check: @Sendable ([UInt8]) -> Void

    /// Every target; run.sh reads the names here.
    static let all: [FuzzTarget] = [
        frames, inflate, deflate, handshake, request, query, forwarded, text, packet, answer, php, json, register,
        address, events,
    ]
}

/// Ends the program when something that was promised does not hold; libFuzzer then keeps the input.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fatalError("broken promise: \(what())") }
}

/// Cuts an input into parts, as a network would, at places that only its bytes decide: a finding repeats.
func parts(of input: [UInt8]) -> [ArraySlice<UInt8>] {
    var state = input.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    func random(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
    let longest = [1, 3, 16, 100, 1000][random(below: 5)]
    var parts: [ArraySlice<UInt8>] = []
    var offset = 0
    while offset < input.count {
        let end = min(input.count, offset + 1 + random(below: longest))
        parts.append(input[offset..<end])
        offset = end
    }
    return parts
}

/// Lends a copy in memory of exactly its size, so that the address sanitizer sees a read beyond it.
func withExactCopy<Result>(of part: ArraySlice<UInt8>, _ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: part.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: part)
    return body(memory)
}
