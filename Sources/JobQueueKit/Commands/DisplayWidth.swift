extension String {
    /// How many columns of a terminal it takes: two for what East Asian scripts and emoji are written with.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension Character {
    fileprivate var displayWidth: Int {
        if unicodeScalars.contains(where: { $0.value == 0xFE0F || $0.isWide }) { return 2 }
        return unicodeScalars.allSatisfy(\.isInvisible) ? 0 : 1
    }
}

extension Unicode.Scalar {
    /// UAX 11: of width W or F, the ranges that a terminal takes for wide.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x20000...0x3FFFD:
            true
        default: properties.isEmojiPresentation
        }
    }

    fileprivate var isInvisible: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        default: false
        }
    }
}
