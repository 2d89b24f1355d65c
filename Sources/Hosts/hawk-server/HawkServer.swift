import HostSupport

@main
enum HawkServer {
    static func main() {
        HostMain.main(.server)
    }
}
