/// A selection as the SELECT that each gateway gets.
struct SelectQuestion: Sendable {
    /// Which gateways are asked, each once; nil: all there are.
    let gateways: [GatewayAddress]?
    private let fields: PHPValue
    /// What every gateway is asked for; nil: everybody.
    private let common: PHPArray?
    private let clients: [GatewayAddress: [UInt32]]

    init(_ selection: ClientSelection) {
        let known: [(ClientSelection.Fields, PHPValue)] = [
            (.uid, "uid"), (.groups, "groups"), (.session, "session"),
        ]
        let asked = known.filter { selection.fields.contains($0.0) }.map(\.1)
        // A SELECT of everybody without a field answers nobody.
        fields = .list(asked.isEmpty ? ["uid"] : asked)
        guard case .any(let clients, let uids, let groups) = selection.scope else {
            gateways = nil
            common = nil
            self.clients = [:]
            return
        }
        var common = PHPArray()
        if !uids.isEmpty { common["uid"] = .list(uids.map(PHPValue.text)) }
        if !groups.isEmpty { common["groups"] = .list(groups.map(PHPValue.text)) }
        self.common = common
        self.clients = Dictionary(grouping: clients, by: \.gateway).mapValues { $0.map(\.connection) }
        var seen: Set<GatewayAddress> = []
        gateways = common.count > 0 ? nil : clients.map(\.gateway).filter { seen.insert($0).inserted }
    }

    /// The question to one gateway.
    func packet(for gateway: GatewayAddress) -> GatewayPacket {
        var places = PHPArray()
        if let ids = clients[gateway] { places["connection_id"] = Shipment.map(ids) }
        for element in common?.elements ?? [] { places[element.key] = element.value }
        let question: PHPValue = ["fields": fields, "where": .array(places)]
        return GatewayPacket(.select, extra: Shipment.json(question))
    }
}
