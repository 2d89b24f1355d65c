import ChatAPIKit
import PlatformCore
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct PageAssetsTests {
    /// The folder of the page's sources, found from this file's own place.
    static let sources: String = {
        let tests = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))
        return "\(tests)/Sources/ChatAPIKit/Page/web"
    }()

    static func name(of path: String) -> String {
        path == "/" ? "index.html" : String(path.dropFirst())
    }

    @Test(arguments: PageAssets.files.keys.sorted())
    func `an asset is its source file, byte for byte`(path: String) throws {
        let asset = try #require(PageAssets.files[path])
        let source = try Files.read("\(Self.sources)/\(Self.name(of: path))")
        #expect(asset.bytes == source, "stale: run Sources/ChatAPIKit/Page/generate.py")
    }

    @Test func `every source file is an asset`() throws {
        let directory = try #require(opendir(Self.sources))
        defer { closedir(directory) }
        var names: Set<String> = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.insert(name) }
        }
        #expect(names == Set(PageAssets.files.keys.map(Self.name)), "stale: run Sources/ChatAPIKit/Page/generate.py")
    }

    @Test func `nothing in the page needs more than the content security policy allows`() throws {
        for (path, asset) in PageAssets.files where asset.contentType.hasPrefix("text/html") {
            let html = String(decoding: asset.bytes, as: UTF8.self)
            #expect(!html.contains("<style") && !html.contains(" style="), "inline style in \(path)")
            #expect(!html.contains("data:") && !html.contains("onclick="), "inline script or data in \(path)")
        }
        for (path, asset) in PageAssets.files {
            let text = String(decoding: asset.bytes, as: UTF8.self)
            #expect(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML"), "unsafe HTML in \(path)")
        }
    }
}
