import GatewayKit
import Testing

@Suite struct PHPQueryTests {
    /// What PHP 8.2's `parse_str` gives, serialized.
    @Test(arguments: [
        ("", "a:0:{}"), ("room=7", #"a:1:{s:4:"room";s:1:"7";}"#),
        ("a&b=&=c&&d=e=f", #"a:3:{s:1:"a";s:0:"";s:1:"b";s:0:"";s:1:"d";s:3:"e=f";}"#),
        ("7=x&07=y&-3=z", #"a:3:{i:7;s:1:"x";s:2:"07";s:1:"y";i:-3;s:1:"z";}"#),
        ("a=1&b=2&a=3", #"a:2:{s:1:"a";s:1:"3";s:1:"b";s:1:"2";}"#),
        ("a+b.c=x+y%20z%2B%zz", #"a:1:{s:5:"a_b_c";s:9:"x y z+%zz";}"#), ("+a=1&%20=2", #"a:1:{s:1:"a";s:1:"1";}"#),
        ("a[]=1&a[]=2", #"a:1:{s:1:"a";a:2:{i:0;s:1:"1";i:1;s:1:"2";}}"#),
        ("a[5]=1&a[]=2&a[x][y.z]=3", #"a:1:{s:1:"a";a:3:{i:5;s:1:"1";i:6;s:1:"2";s:1:"x";a:1:{s:3:"y.z";s:1:"3";}}}"#),
        ("a[=1&a[b[=2&a[b][c=3&a[b]c=4", #"a:3:{s:2:"a_";s:1:"1";s:4:"a_b_";s:1:"2";s:1:"a";a:1:{s:1:"b";s:1:"4";}}"#),
        ("a=1&a[b]=2&a=3&[x]=4&a%00b=5", #"a:1:{s:1:"a";s:1:"5";}"#),
        ("a[9223372036854775807]=1&a[]=2", #"a:1:{s:1:"a";a:1:{i:9223372036854775807;s:1:"1";}}"#),
        ("%C3%A9=%FF", "a:1:{s:2:\"é\";s:1:\"\u{FFFD}\";}"),
    ])
    func `a query is read as PHP reads it`(query: String, serialized: String) {
        let value = PHPValue.array(PHPQuery.parse(query))
        #expect(String(decoding: value.serialized(), as: UTF8.self) == serialized)
    }

    @Test func `there is an end to values and levels`() {
        let many = (0..<1500).map { "k\($0)=v" }.joined(separator: "&")
        #expect(PHPQuery.parse(many).count == 1000)
        #expect(PHPQuery.parse("a" + String(repeating: "[b]", count: 64)).count == 1)
        #expect(PHPQuery.parse("a" + String(repeating: "[b]", count: 65)).count == 0)
    }
}
