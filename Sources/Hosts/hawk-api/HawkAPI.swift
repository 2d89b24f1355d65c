import HostSupport

@main
enum HawkAPI {
    static func main() {
        HostMain.main(.api)
    }
}
