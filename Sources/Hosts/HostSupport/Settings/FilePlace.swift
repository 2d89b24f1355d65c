#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a path leads, however it is spelled, whether the file is there yet or not.
struct FilePlace: Hashable {
    private let path: String

    init(_ spelling: String) {
        path = Self.resolved(spelling)
    }

    /// The real path of what is there, with the names below it that are not.
    private static func resolved(_ spelling: String) -> String {
        if let real = realpath(spelling, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let names = spelling.split(separator: "/").filter { $0 != "." }
        let parent = names.dropLast().joined(separator: "/")
        guard let name = names.last else { return spelling }
        let folder = Self.resolved(spelling.hasPrefix("/") ? "/\(parent)" : parent.isEmpty ? "." : parent)
        // Above a folder that is not there is no link to follow.
        if name == ".." { return folder.split(separator: "/").dropLast().map { "/\($0)" }.joined() }
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }
}
