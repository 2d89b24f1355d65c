import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Pushes to many sockets, half of which stop reading, and checks what the gateway promises then.
///
/// Memory stays under a bound that is printed before the pushing begins, every reader gets every byte, and the slow
/// policy hits those that do not read and tells them. The sockets are held by further processes of this program, so that
/// none needs more descriptors than the system gives; their buffers are as small as the system makes them.
@main
enum HawkOverload {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        OpenFiles.raiseLimit()
        do {
            if arguments.first == "clients" {
                try ClientProcess(arguments.dropFirst()).run()
            } else if let options = Options(arguments) {
                try await Overload(options).run()
            } else {
                print(Options.usage)
                exit(2)
            }
        } catch {
            print("FAILED: \(error)")
            exit(1)
        }
    }
}

/// A promise that was not kept.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
