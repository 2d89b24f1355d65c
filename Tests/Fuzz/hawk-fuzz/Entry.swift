#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What libFuzzer's main calls for every input it thinks of.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

extension FuzzTarget {
    /// The target that HAWK_FUZZ_TARGET names.
    fileprivate static let chosen: FuzzTarget = {
        let name = getenv("HAWK_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = all.first(where: { $0.name == name }) else {
            fatalError("HAWK_FUZZ_TARGET is one of: \(all.map(\.name).joined(separator: " "))")
        }
        return target
    }()
}
