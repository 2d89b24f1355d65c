import ChatAPIKit
import HostSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A host that kills itself with SIGKILL the nth time it passes a named point: `hawk-faults POINT:N HOST [arguments]`.
@main
enum HawkFaults {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let fault = (arguments.first ?? "").split(separator: ":")
        guard arguments.count >= 2, fault.count == 2, let point = Checkpoint(rawValue: String(fault[0])),
            let count = Int(fault[1]), let host = HostName(rawValue: arguments[1])
        else {
            fatalError("hawk-faults POINT:N HOST [arguments]")
        }
        let passes = Passes(left: count)
        HostMain.main(host, arguments: Array(arguments.dropFirst(2))) { passed in
            if passed == point, await passes.isLast() { kill(getpid(), SIGKILL) }
        }
    }
}

private actor Passes {
    private var left: Int

    init(left: Int) {
        self.left = left
    }

    func isLast() -> Bool {
        left -= 1
        return left == 0
    }
}
