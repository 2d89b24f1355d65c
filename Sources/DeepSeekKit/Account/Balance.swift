/// What is left on an account: see `DeepSeekClient.balance`.
public struct Balance: Sendable, Hashable {
    /// Whether it is enough for requests.
    public var isAvailable: Bool
    /// The money, by currency.
    public var amounts: [Amount]

    /// A balance by its parts.
    public init(isAvailable: Bool, amounts: [Amount]) {
        self.isAvailable = isAvailable
        self.amounts = amounts
    }

    /// Money of one currency, in decimal text as the server writes it (`"110.00"`): exact, which a `Double` is not.
    public struct Amount: Sendable, Hashable {
        /// `CNY` or `USD`.
        public var currency: String
        /// All of it.
        public var total: String
        /// Of this, given by the vendor and not yet expired.
        public var granted: String
        /// Of this, paid in.
        public var toppedUp: String

        /// An amount by its parts.
        public init(currency: String, total: String, granted: String, toppedUp: String) {
            self.currency = currency
            self.total = total
            self.granted = granted
            self.toppedUp = toppedUp
        }
    }
}

extension Balance: Decodable {
    private enum CodingKeys: String, CodingKey {
        case isAvailable = "is_available"
        case amounts = "balance_infos"
    }
}

extension Balance.Amount: Decodable {
    private enum CodingKeys: String, CodingKey {
        case currency
        case total = "total_balance"
        case granted = "granted_balance"
        case toppedUp = "topped_up_balance"
    }
}
