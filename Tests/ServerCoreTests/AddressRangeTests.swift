import ServerCore
import Testing

struct AddressRangeTests {
    @Test(arguments: [
        ("203.0.113.7", ["203.0.113.7", "::ffff:203.0.113.7"], ["203.0.113.6", "203.0.113.8", "::cb00:7107"]),
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::a00:0"]),
        ("172.16.99.1/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1", "ffff::"]),
        ("192.0.2.3/32", ["192.0.2.3"], ["192.0.2.2"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7:ffff::", "2001:db9::", "32.1.13.184"]),
        ("fc00::/7", ["fc00::", "fdff:ffff::"], ["fbff::", "fe00::"]), ("::1/128", ["::1"], ["::", "::2", "0.0.0.1"]),
        ("::/0", ["::", "2001:db8::1"], ["1.2.3.4"]), ("::ffff:10.0.0.0/104", ["10.9.9.9"], ["11.0.0.0", "::a00:0"]),
        ("::ffff:0:0/95", ["::fffe:0:1"], ["1.2.3.4"]),
    ])
    func `a range holds the addresses with its first bits`(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(AddressRange(text))
        for address in inside { #expect(try range.contains(#require(.init(address))), "\(address)") }
        for address in outside { #expect(try !range.contains(#require(.init(address))), "\(address)") }
    }

    @Test func `the zone of an address does not matter`() throws {
        let range = try #require(AddressRange("fe80::/10"))
        #expect(range.contains(.ipv6(high: 0xfe80 << 48, low: 1, zone: 3)))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0/8",
        "::/129", "::/0128", "[::1]", "fe80::1%1", "010.0.0.1", "10.0.0.1:80", "localhost", " 10.0.0.1", "10.0.0.1\0",
    ])
    func `what is no range is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
