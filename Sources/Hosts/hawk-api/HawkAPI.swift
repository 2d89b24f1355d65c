import HostSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@main
enum HawkAPI {
    static func main() async {
        exit(await HostMain.run(.api))
    }
}
