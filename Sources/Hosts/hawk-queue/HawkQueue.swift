import HostSupport

@main
enum HawkQueue {
    static func main() {
        HostMain.main(.queue)
    }
}
