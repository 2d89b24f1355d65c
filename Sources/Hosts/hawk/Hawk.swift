import HostSupport

@main
enum Hawk {
    static func main() {
        HostMain.main(.hawk)
    }
}
