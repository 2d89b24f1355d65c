extension PHPValue {
    /// The bytes that PHP's `serialize()` gives for this value.
    public func serialized() -> [UInt8] {
        var writer = PHPWriter()
        writer.value(self)
        return writer.bytes
    }
}
